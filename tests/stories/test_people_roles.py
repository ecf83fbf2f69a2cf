"""Whoever somebody is, he is told of people who can really be called, and of nothing that does not exist."""

from __future__ import annotations

import re

import pytest

from db import intentions, units
from makebelieve.phones import Phone
from tests.stories.village import Village, at, only_on

OFFICE = "📞 Văn phòng Đảng ủy xã: 0900 000 001"


async def member(village: Village) -> Phone:
    return await village.join(await village.add("Ma Văn Tình", "bác", phone="+84900000045"))


async def lost_twice(phone: Phone) -> str:
    await phone.says("xyz abc")
    return await phone.says("xyz abc")


@pytest.mark.parametrize("role", ["secretary", "official"])
async def test_nobody_is_told_to_call_himself(village: Village, role: str) -> None:
    phone = await village.join(await village.add("Hoàng Văn Lâm", role=role, phone="+84900000012"))
    answer = await lost_twice(phone)
    assert OFFICE in answer
    assert "bí thư gọi lại" not in answer
    assert "0900 000 012" not in answer
    for words in ("giúp", "gọi cho tôi"):
        answer = await phone.says(words)
        assert "Đã nhắn" not in answer
        assert "0900 000 012" not in answer
        assert "Nhờ bí thư gọi tôi" not in phone.choices


async def test_without_a_secretary_no_call_is_promised(village: Village) -> None:
    tinh = await member(village)
    assert OFFICE in await lost_twice(tinh)
    answer = await tinh.says("gọi cho tôi")
    assert "Trợ lý chưa có bí thư nào để nhắn gọi lại." in answer
    assert "Xin gọi Văn phòng Đảng ủy xã: 0900 000 001" in answer


async def test_a_deputy_is_not_called_the_secretary(village: Village) -> None:
    ut = await village.join(await village.add("Bàn Văn Út", "chú", role="deputy", phone="+84900000067"))
    tinh = await member(village)
    assert "Đã nhắn phó bí thư gọi cho bác Tình" in await tinh.says("gọi cho tôi")
    assert any("Ma Văn Tình nhờ đồng chí gọi lại" in text for text in ut.heard)


async def test_no_line_stands_with_an_empty_number(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary")
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=19))
    asked = [
        "giúp",
        "gọi cho tôi",
        "hop may gio",
        "xin vang",
        "dữ liệu của tôi",
        "xyz",
        "xyz",
        "ai day",
        "ong Sinh vang",
    ]
    for words in [*asked, "số người tối thiểu để họp là bao nhiêu?"]:
        await tinh.says(words)
    await village.forward(to=at(3, 12, 22))
    await tinh.says("xin vắng")
    if village.buttons:
        await tinh.taps(*tinh.button("Tôi sẽ dự"))  # of a meeting that is over
        message, _ = tinh.button("Tôi sẽ dự")
        await tinh.taps(message, f"called {meeting.id} 1 yes 1 0")  # not his to do
    assert not [text for text in tinh.heard if re.search(r"📞(?!.*\d{3})|:\s*$", text, re.MULTILINE)]


async def test_an_official_without_a_cell_has_no_calendar(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    assert "đồng chí không ở chi bộ thôn nào" in await huong.says("mai có họp không")


@only_on("telegram", "buttons")
async def test_forged_numbers_are_nothing_and_no_trouble(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=19))
    message, _ = lam.button("Trả lời buổi họp")
    huge = 2**70
    for action in (f"meeting {huge}", f"names_page {meeting.id} {huge}", f"names_page {meeting.id} -1", "meeting ²"):
        assert "trục trặc" not in await lam.taps(message, action)
        assert "chưa hiểu" in lam.last


async def test_on_a_shared_phone_a_name_says_who_answers(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    phone, meeting = await village.join(tinh, mui), await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=18, minute=31))
    assert "Ai đang trả lời ạ?" in await phone.says("xin vắng")
    assert "bà Triệu Thị Mùi" in await phone.says("bà Mùi")
    await phone.says("0")
    assert "Bác có dự được không ạ?" in await phone.says("bac tinh vang nhe")

    async def said(person_id: int) -> str | None:
        found = await village.write(lambda c: intentions.current(c, meeting, person_id))
        return found.choice if found else None

    assert [await said(tinh.id), await said(mui.id)] == [None, "no"]


async def test_looking_at_a_meeting_answers_for_nobody(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    phone, meeting = await village.join(tinh, mui), await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=18, minute=31))

    async def said() -> list[str | None]:
        found = await village.write(lambda c: [intentions.current(c, meeting, p.id) for p in (tinh, mui)])
        return [one.choice if one else None for one in found]

    for words in ("xem buổi họp tới", "vang", "đã rõ", "chắc không đi được"):
        await phone.says(words)
        label = next(label for label in phone.choices if "tôi sẽ dự" in label.lower())
        assert "Ai đang trả lời ạ?" in await phone.picks(label), words
        assert await said() == [None, None]
        await phone.says("0")
    assert "Các đồng chí có dự được không ạ?" in await phone.says("cả hai cùng đi")
    await phone.picks("Tôi sẽ dự")
    assert await said() == ["yes", "yes"]


@only_on("telegram", "contacts")
async def test_yes_it_is_me_in_plain_words(village: Village) -> None:
    await village.add("Lý Văn Sinh", "ông", phone="+84900000021")
    stranger = village.phone(77)
    stranger.handset.share_contact("+84900000021")
    await village.settle()
    assert "Có phải ông không ạ?" in stranger.last
    assert "Ông có đồng ý không ạ?" in await stranger.says("là tôi")
    assert "Cảm ơn ông Sinh" in await stranger.says("đồng ý")
    assert "chưa hiểu câu này" in await stranger.says("xyz")


async def test_a_wish_to_be_forgotten_is_taken_back_by_words(village: Village) -> None:
    tinh = await member(village)
    await tinh.says("xóa tôi")
    await tinh.says("xóa hẳn tên tôi")
    assert "Đã nhận yêu cầu xóa" in tinh.last
    await tinh.says("hop may gio")
    assert "Đã giữ lại tên bác Tình" in await tinh.says("thôi giữ lại")


async def test_a_secretary_of_two_cells_knows_which_one_is_spoken_of(village: Village) -> None:
    lam = await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    first = village.cell
    village.cell = await village.write(lambda c: units.add(c, "cell", "thôn Nà Lừa", village.commune))
    await village.give(lam, "secretary")
    await village.join(await village.add("Lò Thị Pó", "chị"))
    phone = await village.join(lam)
    await village.plan(at(2, 12, 19), "Nhà sàn bà Pó")
    village.cell = first
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, hour=18, minute=31))
    assert any(text.startswith("Chi bộ thôn Nà Lừa\nCòn 7 ngày nữa họp chi bộ") for text in phone.heard)
    assert "Đồng chí phụ trách 2 chi bộ." in await phone.says("0")
    assert "Chi bộ thôn Khe Đào" in await phone.says("xem ai dự, ai vắng")
    await phone.says("đổi phần việc")
    assert phone.choices == ["Sang phần đảng viên", "Sang thôn Nà Lừa", "Ở lại phần bí thư"]
    assert "Chi bộ thôn Nà Lừa" in await phone.says("sang thôn nà lừa")
    answer = await phone.says("xem ai dự, ai vắng")
    assert "Chi bộ thôn Nà Lừa" in answer and "Họp tối thứ Tư, ngày 2 tháng 12" in answer
    await phone.says("đổi một buổi")
    await phone.says("đổi nơi họp")
    assert "Nơi họp lần trước" in phone.choices
    assert "Nơi mới: Nhà văn hóa thôn Nà Lừa" in await phone.says("nhà văn hóa thôn")
