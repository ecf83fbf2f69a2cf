"""What somebody is in the middle of is never lost silently, and words do what the choices beside them do."""

from __future__ import annotations

from datetime import timedelta

from db import intentions, meetings
from db.meetings import Meeting
from db.people import Person
from makebelieve.phones import Phone
from tests.stories.village import Village, at


async def secretary(village: Village) -> tuple[Phone, Person]:
    lam = await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    return await village.join(lam), lam


async def official(village: Village) -> Phone:
    return await village.join(await village.add("Nguyễn Thị Hương", role="official", phone="+84900000002"))


async def the(village: Village, meeting: Meeting) -> Meeting:
    found = await village.write(lambda c: meetings.get(c, meeting.id))
    assert isinstance(found, Meeting)
    return found


# ---- what is half-done ----


async def test_home_lists_what_is_half_done_and_goes_on_with_it(village: Village) -> None:
    lam, _ = await secretary(village)
    await lam.says("đặt lịch họp")
    await lam.picks("Sửa lại")
    await lam.picks("Ngày khác")
    await lam.says("5")
    assert "Đang soạn dở: lịch họp hằng tháng. Nhắn “làm tiếp”, hoặc “thôi” để bỏ." in await lam.says("0")
    assert "Họp lúc mấy giờ?" in await lam.says("làm tiếp")
    await lam.says("7 rưỡi")
    assert "Đang soạn dở" in await lam.says("menu")
    assert "Họp ở đâu?" in await lam.says("Tiếp tục")
    await lam.picks("Nhà văn hóa thôn")
    await lam.says("0")
    assert "Ngày 5 hằng tháng, 7 giờ rưỡi tối." in await lam.says("lam tiep")
    assert "Đã lưu lịch họp" in await lam.says("vâng")
    assert "Đang soạn dở" not in await lam.says("0")


async def test_enough_ends_it_with_a_sentence(village: Village) -> None:
    lam, _ = await secretary(village)
    meeting = await village.plan(at(3, 12, 19, 30))
    await lam.says("đổi một buổi")
    assert "Chưa có gì thay đổi, chưa ai được báo" in await lam.says("thôi")
    assert "Đang soạn dở" not in await lam.says("0")
    await lam.says("đổi một buổi")
    await lam.says("0")
    assert "Vâng, đã thôi. Chưa gửi gì, chưa đổi gì." in await lam.says("thoi")
    assert "Đang soạn dở" not in await lam.says("0")
    assert (await the(village, meeting)).revision == meeting.revision


async def test_what_nobody_went_on_with_is_forgotten(village: Village) -> None:
    lam, _ = await secretary(village)
    await lam.says("họp bất thường")
    await lam.says("tối thứ bảy 8 giờ")
    await lam.says("0")
    await village.forward(minutes=31)
    assert "Đang soạn dở" not in await lam.says("0")
    assert "Chi bộ thôn Khe Đào" in await lam.says("làm tiếp")


async def test_a_notice_waits_while_its_author_looks_elsewhere(village: Village) -> None:
    huong = await official(village)
    await village.join(await village.add("Ma Văn Tình", "bác"))
    await huong.says("gửi thông báo")
    await huong.says("Mời đưa chó đi tiêm phòng dại, 7 giờ sáng mai, tại nhà văn hóa.")
    assert "Đang soạn dở: thông báo." in await huong.says("0")
    assert "Gửi cho ai?" in await huong.says("làm tiếp")
    await huong.says("tất cả đảng viên")
    await huong.says("0")
    assert "Gửi cho 1 người không?" in await huong.says("làm tiếp")
    assert "Đã gửi tới máy: 1/1 người" in await huong.says("gửi") or "Đang gửi" in huong.last
    assert "Đang soạn dở" not in await huong.says("0")


async def test_a_notice_is_given_up_by_a_word(village: Village) -> None:
    huong = await official(village)
    await huong.says("gửi thông báo")
    assert "đã thôi. Chưa gửi gì" in await huong.says("thôi")
    await huong.says("gửi thông báo")
    await huong.says("Ngày mai họp xã lúc 8 giờ, tại hội trường.")
    assert "Chưa gửi gì cho ai" in await huong.says("thôi")
    assert "Chưa có thông báo nào" in await huong.says("xem thông báo đã gửi")


# ---- words for choices ----


async def test_half_a_label_is_enough(village: Village) -> None:
    lam, _ = await secretary(village)
    await lam.says("họp bất thường")
    assert "ngày dương hay ngày âm" in await lam.says("mùng 5 tháng sau")
    assert "ngày 5 tháng 12" in await lam.says("dương")
    await lam.says("thôi, không mời")
    await lam.says("họp bất thường")
    await lam.says("mung 5 thang sau")
    assert "ngày 13 tháng 12" in await lam.says("am")


async def test_stop_stops_what_was_shown_and_not_the_messages(village: Village) -> None:
    lam, _ = await secretary(village)
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    meeting = await village.plan(at(20, 12, 19, 30))
    await lam.says("đổi một buổi")
    await lam.says("tối thứ hai tuần sau 8 giờ")
    await lam.says("mưa bão")
    assert "Sau 60 giây" in await lam.says("đúng")
    assert "Đã dừng lại" in await lam.says("dừng")
    await village.forward(minutes=3)
    assert (await the(village, meeting)).starts_at == meeting.starts_at
    assert not any("Đổi" in text for text in tinh.heard)


async def test_no_meeting_typed_by_the_secretary_is_about_the_meeting(village: Village) -> None:
    lam, person = await secretary(village)
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(27, hour=9))
    for words in ("khong hop nua", "hủy họp", "không họp buổi này"):
        assert "Lý do là gì?" in await lam.says(words)
        await lam.says("thôi")
    await lam.says("đổi một buổi")
    assert "Lý do là gì?" in await lam.says("hủy")
    assert await village.write(lambda c: intentions.current(c, meeting, person.id)) is None


async def test_the_screen_and_the_calendar_say_that_it_is_not_held(village: Village) -> None:
    lam, _ = await secretary(village)
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(2, 12, 9))
    await lam.says("xem ai dự, ai vắng")
    screen = lam.last
    await lam.says("hủy họp")
    await lam.says("lũ, đường sạt lở")
    await lam.says("có")
    await village.forward(minutes=2)
    if village.buttons:
        assert screen not in lam.heard  # drawn anew in its place
        assert any(text.startswith("⚠️ Không họp tối thứ Năm") and "Lý do: lũ" in text for text in lam.heard)
    for words in ("mai có họp không", "hop may gio", "mai co hop ko"):
        answer = await tinh.says(words)
        assert "Không họp tối thứ Năm, ngày 3 tháng 12 nữa" in answer, words
        assert "không có buổi họp" not in answer
    await village.plan(meeting.starts_at + timedelta(days=2))
    await village.forward(minutes=1)
    answer = await tinh.says("mai có họp không")
    assert "Không họp tối thứ Năm, ngày 3 tháng 12 nữa" in answer
    assert "Buổi họp tới: 7 giờ rưỡi tối thứ Bảy, ngày 5 tháng 12" in answer


# ---- a secretary at the telephone ----


async def test_words_after_a_call_are_about_whom_was_called(village: Village) -> None:
    lam, secretary_ = await secretary(village)
    sinh = await village.add("Lý Văn Sinh", "ông", phone="+84900000021")
    sung = await village.add("Vàng A Sùng", "anh")
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(1, 12, 19))

    async def said(person: Person) -> str | None:
        found = await village.write(lambda c: intentions.current(c, meeting, person.id))
        return found.choice if found else None

    await lam.says("xem ai dự, ai vắng")
    await lam.says("gọi")
    assert "Đồng chí Sinh trả lời thế nào?" in await lam.says("ông Sinh")
    assert "Đồng chí Sinh trả lời thế nào?" in await lam.says("vang")  # vâng or vắng: asked once more
    assert "Đồng chí Lý Văn Sinh: xin vắng" in await lam.says("vắng mặt")
    assert await said(secretary_) is None
    await lam.says("ghi người tiếp theo")
    await lam.says("Sùng")
    assert "chưa gặp được đồng chí Vàng A Sùng" in await lam.says("không bắt máy")
    assert [await said(sinh), await said(sung)] == ["no", None]


async def test_typed_results_that_cannot_be_read_write_nothing(village: Village) -> None:
    lam, _ = await secretary(village)
    sinh = await village.add("Lý Văn Sinh", "ông", phone="+84900000021")
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(1, 12, 19))
    await lam.says("xem ai dự, ai vắng")
    await lam.says("gọi")
    place = 1 + lam.choices.index("Lý Văn Sinh")
    assert "chưa ghi gì" in await lam.says(f"{place} để xem đã, 9 đi")
    assert "Lý Văn Sinh: xin vắng" in await lam.says(f"{place} vang")
    found = await village.write(lambda c: intentions.current(c, meeting, sinh.id))
    assert found.choice == "no"


# ---- a plain yes or no to one act ----


async def test_yes_and_no_answer_the_question_that_was_asked(village: Village) -> None:
    lam, person = await secretary(village)
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(27, hour=9))
    await lam.says("xem ai dự, ai vắng")
    await lam.says("nhắc")
    tinh.new()
    await lam.says("có")
    assert any("Bí thư nhờ trợ lý hỏi lại" in text for text in tinh.new())
    await tinh.says("xyz abc")
    assert "Bác có muốn bí thư gọi lại không ạ?" in await tinh.says("xyz abc")
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("không")
    await tinh.says("xyz abc")
    await tinh.says("xyz abc")
    assert "Đã nhắn bí thư gọi cho bác Tình" in await tinh.says("có")
    assert "Bác muốn dừng nhận tin phải không ạ?" in await tinh.says("đừng nhắn nữa")
    assert "Chữ “dung” có hai nghĩa" in await tinh.says("dung")
    assert "Chữ “dung” có hai nghĩa" in await tinh.says("dung")
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("không")
    said = await village.write(lambda c: [intentions.current(c, meeting, p) for p in (person.id, person.id + 1)])
    assert said == [None, None]


async def test_a_meeting_of_the_same_day_is_heard_of_whatever_else_came(village: Village) -> None:
    lam, _ = await secretary(village)
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(27, hour=19, minute=30))
    await village.forward(to=at(27, hour=9))
    assert "Tối nay họp chi bộ" in tinh.last  # this morning's message
    await lam.says("họp bất thường")
    await lam.says("hôm nay 4 giờ chiều")
    await lam.says("vẫn đặt ngày này")
    await lam.says("đúng")
    assert any("Trợ lý đang mời từng người." in text for text in lam.heard)
    assert "mời bác Tình họp bất thường" in tinh.last


async def test_a_meeting_of_tomorrow_says_when_people_are_invited(village: Village) -> None:
    lam, _ = await secretary(village)
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(27, hour=19, minute=30))
    await village.forward(to=at(27, hour=9))
    await lam.says("họp bất thường")
    await lam.says("tối mai 7 giờ")
    await lam.says("đúng")
    assert any("Ai hôm nay đã nhận tin thì sáng mai mới được mời." in text for text in lam.heard)
    assert "bất thường" not in tinh.last
    await village.forward(to=at(28, hour=6, minute=1))
    assert "mời bác Tình họp bất thường" in tinh.last
