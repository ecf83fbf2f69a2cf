"""Zalo has no buttons, no edits and no files: everything is said in words and numbers, and is not said twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection

from config import Settings
from db import intentions, joining
from db.meetings import Meeting
from db.people import Person
from simulator.params import Upload
from tests.stories.village import Phone, Village, at, settled

THURSDAY = at(3, 12, 19, 30)
INVITED = at(26, 11, 18, 31)
EVENING = "tối thứ Năm, ngày 3 tháng 12"
QUESTION = ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636460f85f0f0002870180"
    "eba47a920000000049454e44ae426082"
)


@pytest.fixture
async def village(settings: Settings) -> AsyncIterator[Village]:
    async with settled(settings, "telegram", "zalo") as made:
        yield made


@pytest.fixture
async def lam(village: Village) -> Phone:
    """The secretary, who has asked how it stands once, so that the screen stands on his phone."""
    return await village.has(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"), "zalo")


async def member(village: Village, name: str = "Ma Văn Tình") -> tuple[Person, Phone]:
    person = await village.add(name, "bác", phone=f"+849000001{len(name):02}")
    return person, await village.has(person, "zalo")


async def invited(village: Village) -> tuple[Person, Phone, Meeting]:
    person, phone = await member(village)
    meeting = await village.plan(THURSDAY)
    await village.forward(INVITED)
    return person, phone, meeting


async def said(village: Village, person: Person, meeting: Meeting) -> str | None:
    found = await village.write(lambda c: intentions.current(c, meeting, person.id))
    return found.choice if found else None


# ---- choices ----


@pytest.mark.parametrize("words", ["2", "2.", "số 2", "so 2 a", "hai", "2️⃣", "Tôi xin vắng", "toi xin vang", "2 nhé"])
async def test_a_number_its_word_or_the_label_picks_and_the_answer_names_it(village: Village, words: str) -> None:
    person, tinh, meeting = await invited(village)
    assert tinh.last.endswith(
        "1. Tôi sẽ dự\n2. Tôi xin vắng\n3. Tôi chưa rõ\n4. Tôi đến muộn\nNhắn lại một số. Số 0: về đầu."
    )
    answer = await tinh.says(words)
    assert answer.startswith(f"✅ Đã ghi: bác Tình xin vắng buổi họp {EVENING}.")
    assert await said(village, person, meeting) == "no"


@pytest.mark.parametrize("words", ["nhầm", "nham roi", "sửa", "không phải", "khong phai", "bấm nhầm", "sai rồi"])
async def test_what_was_picked_is_taken_back_in_words(village: Village, words: str) -> None:
    _, tinh, _ = await invited(village)
    await tinh.says("1")
    answer = await tinh.says(words)
    assert answer.startswith(f"Không sao. Trợ lý đang ghi: bác sẽ dự buổi họp {EVENING}.")
    assert tinh.choices == QUESTION


async def test_a_number_that_led_elsewhere_is_named_and_taken_back(village: Village) -> None:
    _, tinh = await member(village)
    await village.plan(THURSDAY)
    await tinh.says("0")
    home = tinh.choices
    place = home.index("Xem đề cương") + 1
    assert f"Đã chọn số {place}: Xem đề cương. Nếu nhầm, bác nhắn “nhầm”.\n1. " in await tinh.says(str(place))
    assert (await tinh.says("nhầm")).startswith("Không sao. Mời bác chọn lại một câu:")
    assert tinh.choices == home
    await tinh.says("0")
    assert "Không sao" not in await tinh.says("không phải"), "nothing was picked just before"


async def test_a_number_meant_for_the_older_question_is_asked_about(village: Village) -> None:
    """bác Tình has said 1, and says 2 because he has changed his mind: the newest menu makes a brief of it (A15)."""
    person, tinh, meeting = await invited(village)
    await tinh.says("1")
    assert tinh.choices == ["Đổi câu trả lời", "Xem đề cương"]
    answer = await tinh.says("2")
    assert "Chuyên đề tháng 12" in tinh.heard[-2]
    assert answer.startswith(
        f"Trợ lý hiểu số 2 là “Xem đề cương”, theo câu mới nhất.\nNếu bác trả lời buổi họp {EVENING}"
    )
    assert tinh.choices == QUESTION
    assert await said(village, person, meeting) == "yes"
    await tinh.says("2")
    assert await said(village, person, meeting) == "no"


async def test_a_number_that_the_newest_menu_lacks_leads_to_the_open_question(village: Village) -> None:
    person, tinh, meeting = await invited(village)
    await tinh.says("1")
    answer = await tinh.says("4")
    assert answer.startswith("Số 4 không có trong câu mới nhất.")
    assert tinh.choices == QUESTION
    assert await said(village, person, meeting) == "yes"


async def noticed(village: Village) -> None:
    """The commune's notice has just come to everybody."""
    huong = await village.has(await village.add("Nguyễn Thị Hương", role="official"), "zalo")
    for words in ("gửi thông báo", "Tiêm phòng dại: 7 giờ sáng mai, mời bà con đến nhà văn hóa.", "Tất cả đảng viên"):
        await huong.says(words)
    await huong.picks(huong.choices[0])


async def test_a_menu_that_came_within_the_minute_is_not_taken_for_read(village: Village) -> None:
    person, tinh, meeting = await invited(village)
    await village.forward(minutes=30)
    await noticed(village)
    assert tinh.choices == ["Tôi đã nắm"]
    await village.forward(seconds=20)
    assert "nên chưa rõ số 1 là câu nào" in await tinh.says("1")
    assert tinh.choices == ["Tôi đã nắm", "Tôi sẽ dự"]
    assert await said(village, person, meeting) is None


async def test_after_the_minute_it_is_the_newest_and_the_open_question_comes_again(village: Village) -> None:
    person, tinh, meeting = await invited(village)
    await village.forward(minutes=30)
    await noticed(village)
    await village.forward(minutes=2)
    assert "Trợ lý hiểu số 1 là “Tôi đã nắm”" in await tinh.says("1")
    assert any("Đã ghi: bác Tình đã nắm" in words for words in tinh.heard[-2:])
    assert "Đã ghi: bác Tình xin vắng" in await tinh.says("2")
    assert await said(village, person, meeting) == "no"


# ---- two meetings ----


async def test_the_question_says_which_of_two_meetings_it_is_about(village: Village) -> None:
    person, tinh, first = await invited(village)
    await tinh.says("0")
    second = await village.plan(at(4, 12, 14))
    await village.forward(at(27, 11, 18, 31))
    asked = next(words for words in reversed(tinh.heard) if "mời bác Tình họp" in words)
    assert "Buổi chiều thứ Sáu, ngày 4 tháng 12: bác có dự được không ạ?\n1. Tôi sẽ dự" in asked
    assert "họp chiều thứ Sáu, ngày 4 tháng 12" in await tinh.says("1")
    assert (await said(village, person, first), await said(village, person, second)) == (None, "yes")


@pytest.mark.parametrize(
    ("words", "thursday", "friday"),
    [
        ("thứ năm tôi vắng", "no", None),
        ("buổi ngày 3 tôi đi được", "yes", None),
        ("4/12 tôi bận việc nhà", None, "no"),
        ("tôi xin vắng", None, "no"),
        ("thu bay di duoc", None, None),
    ],
)
async def test_words_that_name_a_day_answer_that_meeting(
    village: Village, words: str, thursday: str | None, friday: str | None
) -> None:
    """The newest question is about Friday; Saturday has no meeting, and is asked back."""
    person, tinh, first = await invited(village)
    second = await village.plan(at(4, 12, 14))
    await village.forward(at(27, 11, 18, 31))
    await tinh.says(words)
    assert (await said(village, person, first), await said(village, person, second)) == (thursday, friday)
    if not (thursday or friday):
        assert tinh.choices == ["Thứ Năm, ngày 3/12", "Thứ Sáu, ngày 4/12"]


# ---- what Telegram edits in place ----


async def test_the_screen_comes_by_itself_only_when_calls_are_left(village: Village, lam: Phone) -> None:
    """Tình and Mùi have phones and Sùng has none: after both have answered, Sùng is left to be called."""
    _, tinh, _ = await invited(village)
    _, mui = await member(village, "Triệu Thị Mùi")
    await village.add("Vàng A Sùng", "chú")
    await lam.says("tôi có dự")
    screen = await lam.says("xem ai dự ai vắng")
    assert "Sẽ dự 1. Xin vắng 0. Chưa rõ 0.\nChưa báo 2. Trợ lý chưa nhắn được 1." in screen
    lam.new()
    await tinh.says("tôi sẽ dự")
    await village.forward(minutes=1)
    assert lam.new() == []
    await mui.says("tôi sẽ dự")
    await village.forward(minutes=1)
    [news] = lam.new()
    assert news.startswith(f"Đã báo trước: 3/4 người\nHọp {EVENING}\nSẽ dự 3. Xin vắng 0.")
    await tinh.says("tôi đến muộn")
    await village.forward(minutes=1)
    assert lam.new() == []
    await lam.picks("Gọi 1 người còn lại")
    await lam.picks("Vàng A Sùng")
    lam.new()
    await lam.says("1")
    await village.forward(minutes=10)
    told = lam.new()
    assert sum("Đủ 4/4 người đã báo trước" in words for words in told) == 1
    assert not any(words.startswith("Đã báo trước") for words in told)


async def test_a_notice_is_told_at_its_end_and_when_the_last_one_knows(village: Village) -> None:
    huong = await village.has(await village.add("Nguyễn Thị Hương", role="official"), "zalo")
    members = [(await member(village, name))[1] for name in ("Ma Văn Tình", "Triệu Thị Mùi", "Lý Văn Sinh A")]
    await huong.says("gửi thông báo")
    await huong.says("Tiêm phòng dại: 7 giờ sáng thứ Ba, ngày 1 tháng 12, mời bà con đưa chó đến nhà văn hóa.")
    await huong.picks("Tất cả đảng viên")
    await huong.picks(huong.choices[0])
    assert huong.last.startswith("Đang gửi cho 3 người\n")
    assert "Xong, trợ lý báo." in huong.last
    huong.new()
    await village.forward(minutes=1)
    [over] = huong.new()
    assert "• Đã gửi tới máy: 3/3 người\n• Đã nắm: 0" in over
    for phone in members[:-1]:
        assert "đã nắm" in await phone.says("1")
        await village.forward(minutes=10)
    assert huong.new() == []
    await members[-1].says("1")
    await village.forward(minutes=10)
    [known] = huong.new()
    assert "• Đã nắm: 3" in known


# ---- what a bot cannot read ----


async def sent(village: Village, phone: Phone, kind: str) -> str:
    if kind == "photo":
        phone.handset.send_photo(Upload("a.png", "image/png", PICTURE))
    elif kind == "file":
        phone.handset.send_document(Upload("danh-sach.xlsx", "application/zip", b"PK"))
    else:
        getattr(phone.handset, f"send_{kind}")()
    await village.settle()
    return phone.last


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo"])
async def test_a_sticker_is_no_answer_and_the_question_is_asked_back(village: Village, lam: Phone, kind: str) -> None:
    person, tinh, meeting = await invited(village)
    answer = await sent(village, tinh, kind)
    assert "chưa nghe được tiếng, chưa xem được ảnh" in answer
    assert "📞 Cần gấp, bác gọi đồng chí Lâm: 0900 000 012" in answer
    assert tinh.choices == QUESTION
    assert await said(village, person, meeting) is None


@pytest.mark.parametrize("kind", ["unsupported", "file"])
async def test_what_zalo_hides_is_answered_with_whom_to_call(village: Village, lam: Phone, kind: str) -> None:
    person, tinh, meeting = await invited(village)
    answer = await sent(village, tinh, kind)
    assert answer.startswith("Trợ lý nhận được tin nhưng không mở được. Trợ lý chỉ đọc được chữ và số.")
    assert "📞 Cần gấp, bác gọi đồng chí Lâm: 0900 000 012" in answer
    await tinh.says("1")
    assert await said(village, person, meeting) == "yes", "the question above is still the one to answer"


async def test_an_official_hears_where_a_list_can_be_sent(village: Village) -> None:
    huong = await village.has(await village.add("Nguyễn Thị Hương", role="official"), "zalo")
    where = "xin gửi bản Excel qua Telegram, hoặc đưa người phụ trách máy"
    assert where in await huong.says("0")
    assert where in await sent(village, huong, "file")


# ---- joining ----


async def test_joining_is_nine_digits_and_the_consent_names_zalo(village: Village) -> None:
    person = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    secret = village.app.rules.secret

    def paper(connection: Connection) -> str:
        return joining.digits_of(joining.invite(connection, [person], village.now, secret), secret)

    tinh = village.on("zalo", 90)
    hello = await tinh.says("chào")
    assert "xin nhắn mã 9 số trên tờ giấy đã phát" in hello
    assert tinh.choices == ["Tôi chưa có mã"]
    await tinh.says(await village.write(paper))
    assert "Có phải bác không ạ?" in tinh.last
    await tinh.says("1")
    assert "Tin đi qua máy của Zalo." in tinh.last
    assert "✅ Cảm ơn bác Tình." in await tinh.says("1")


async def test_a_typed_number_identifies_nobody_and_asks_the_secretary(village: Village, lam: Phone) -> None:
    await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    stranger = village.on("zalo", 90)
    answer = await stranger.says("0900 000 045")
    assert "gõ vào thì trợ lý chưa biết là của ai" in answer
    assert "bí thư sẽ được hỏi" in answer
    assert "Tình" not in answer
    assert any("Ma Văn Tình" in words for words in lam.heard)
