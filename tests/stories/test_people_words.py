"""Bác Tình is 71: he types a word at a time, without marks, about himself as "bác", and asks before he answers."""

from __future__ import annotations

import pytest

from db import intentions
from db.meetings import Meeting
from db.people import Person
from makebelieve.phones import Phone
from simulator.params import Upload
from tests.stories.village import Village, at

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636460f85f0f0002870180"
    "eba47a920000000049454e44ae426082"
)
NUMBER = "+84900000012"


async def invited(village: Village, form: str = "bác") -> tuple[Phone, Person, Meeting]:
    """The secretary has no phone here; bác Tình has just been asked."""
    await village.add("Hoàng Văn Lâm", role="secretary", phone=NUMBER)
    tinh = await village.add("Ma Văn Tình", form, phone="+84900000045")
    phone, meeting = await village.join(tinh), await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=18, minute=31))
    return phone, tinh, meeting


async def said(village: Village, meeting: Meeting, person: Person) -> tuple[str, str | None] | None:
    found = await village.write(lambda c: intentions.current(c, meeting, person.id))
    return (found.choice, found.reason) if found else None


@pytest.mark.parametrize(
    ("pieces", "meant"),
    [
        (("khong", "di", "duoc"), "no"),
        (("toi", "di", "duoc"), "yes"),
        (("xin", "vang"), "no"),
        (("bác", "đi"), "yes"),
        (("k", "đi"), "no"),
    ],
)
async def test_one_word_at_a_time_is_one_sentence(village: Village, pieces: tuple[str, ...], meant: str) -> None:
    tinh, person, meeting = await invited(village)
    for piece in pieces:
        await tinh.says(piece)
        await village.forward(seconds=8)
    answer = await said(village, meeting, person)
    assert answer and answer[0] == meant


async def test_a_piece_against_another_changes_nothing_and_is_asked_back(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("co")
    await village.forward(seconds=5)
    assert "Bác đã báo: sẽ dự. Muốn đổi, mời bác chọn lại." in await tinh.says("khong")
    assert await said(village, meeting, person) == ("yes", None)


async def test_another_matter_is_no_end_of_the_sentence(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("hop may gio")
    await tinh.says("co")
    await tinh.says("goi")
    await tinh.says("toi")
    await tinh.says("hỏi")
    assert await said(village, meeting, person) is None


async def test_what_was_said_a_minute_ago_is_another_sentence(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("khong")
    await village.forward(minutes=2)
    assert "xin vắng" in await tinh.says("di duoc")  # the change is told with what stood before
    assert await said(village, meeting, person) == ("yes", None)


async def test_no_word_is_kept_that_tells_something(village: Village) -> None:
    tinh, _, _ = await invited(village)
    await tinh.says("om")
    drafts = await village.write(lambda c: [row.draft for row in c.exec_driver_sql("SELECT draft FROM conversations")])
    assert not any("om" in str(draft) for draft in drafts)


@pytest.mark.parametrize(("form", "words", "reason"), [("bác", "bac om roi", "health"), ("bác", "bố ốm", "family")])
async def test_whoever_is_called_bac_says_bac_of_himself(village: Village, form: str, words: str, reason: str) -> None:
    tinh, person, meeting = await invited(village, form)
    await tinh.says(words)
    assert await said(village, meeting, person) == ("no", reason)


async def test_after_the_receipt_a_bare_word_shows_what_is_recorded(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("bac om roi")
    await village.forward(hours=20)
    for words in ("co", "khong", "ok", "👍", "vâng"):
        assert "Bác đã báo: xin vắng. Muốn đổi, mời bác chọn lại." in await tinh.says(words), words
        await tinh.says("0")
    assert await said(village, meeting, person) == ("no", "health")


async def test_the_second_vang_offers_a_call(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    assert "Chữ “vang” có hai nghĩa" in await tinh.says("vang")
    assert "hoặc nhờ bí thư gọi lại" in await tinh.says("vang")
    assert tinh.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Nhờ bí thư gọi tôi"]
    assert await said(village, meeting, person) is None
    assert "Đã nhắn bí thư gọi cho bác Tình" in await tinh.picks("Nhờ bí thư gọi tôi")
    await tinh.says("0")
    await tinh.says("xem buoi hop toi")
    assert "Chữ “vang” có hai nghĩa" in await tinh.says("vang")  # understood in between: it begins anew


@pytest.mark.parametrize("words", ["o dau", "may gio", "mấy h", "hom nao", "bao gio", "hoan khong", "đâu z", "NVH à?"])
async def test_two_words_ask_about_the_meeting(village: Village, words: str) -> None:
    tinh, person, meeting = await invited(village)
    answer = await tinh.says(words)
    assert "7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)" in answer
    assert "Nhà văn hóa thôn Khe Đào" in answer
    assert await said(village, meeting, person) is None


async def test_who_writes_here_is_answered(village: Village) -> None:
    tinh, _, _ = await invited(village)
    for words in ("ai day", "Ai đấy?", "alo ai đấy"):
        assert "là máy nhắn tin tự động, không phải người" in await tinh.says(words)
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("alo")


async def test_a_picture_is_answered_with_the_open_question(village: Village) -> None:
    tinh, _, _ = await invited(village)
    tinh.handset.send_photo(Upload("a.png", "image/png", PICTURE))
    await village.settle()
    assert "chưa xem được ảnh" in tinh.last
    assert tinh.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]


async def test_being_lost_once_and_then_understood_begins_anew(village: Village) -> None:
    tinh, _, _ = await invited(village)
    assert "chưa hiểu câu này" in await tinh.says("xyz abc")
    assert "Nhà văn hóa" in await tinh.says("hop may gio")
    assert "chưa hiểu câu này" in await tinh.says("xyz abc")
    assert "Bác có muốn bí thư gọi lại không ạ?" in await tinh.says("xyz abc")


async def test_one_is_yes_and_two_is_no_on_every_day(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("1")
    await village.forward(to=at(3, 12, 6, 31))
    assert "Bác đã báo: sẽ dự" in tinh.last
    await tinh.picks(tinh.choices[0])
    assert await said(village, meeting, person) == ("yes", None)
    await tinh.picks("Đổi câu trả lời") if "Đổi câu trả lời" in tinh.choices else None
    await tinh.picks(tinh.choices[1])
    assert await said(village, meeting, person) == ("no", None)


async def test_at_night_a_call_is_promised_for_the_morning_and_asked_then(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone=NUMBER))
    tinh = await village.join(await village.add("Ma Văn Tình", "bác", phone="+84900000045"))
    await village.forward(to=at(25, hour=21))
    assert "sáng mai bí thư mới thấy tin" in await tinh.says("gọi cho tôi")
    lam.new()
    await village.forward(to=at(26, hour=6, minute=1))
    assert any("Đồng chí Ma Văn Tình nhờ đồng chí gọi lại" in text for text in lam.new())


async def test_old_labels_typed_are_taken_for_what_they_name(village: Village) -> None:
    tinh, person, meeting = await invited(village)
    await tinh.says("hop may gio")
    await tinh.says("xem de cuong")
    await tinh.says("toi se du")
    assert await said(village, meeting, person) == ("yes", None)
