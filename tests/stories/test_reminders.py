"""The ladder of reminders: who hears what and when, and who is left in peace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import meetings, outbox
from tests.stories.village import Phone, Village, at

THURSDAY = at(3, 12, 19, 30)
WEEK_BEFORE, INVITED = at(26, 11, 18, 29), at(26, 11, 18, 31)
THREE_DAYS, TWO_DAYS = at(30, 11, 18, 31), at(1, 12, 18, 31)
EVE, CALLS, MORNING, AFTER = at(2, 12, 18, 31), at(2, 12, 19, 31), at(3, 12, 6, 31), at(4, 12, 9)


async def member(village: Village, name: str = "Ma Văn Tình", form: str = "bác") -> Phone:
    return await village.join(await village.add(name, form))


async def secretary(village: Village) -> Phone:
    """Đồng chí Lâm, who has answered for himself, so that his phone shows the secretary's part alone."""
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    lam.new()
    return lam


async def heard_at(village: Village, phone: Phone, *moments: datetime) -> list[list[str]]:
    """What a phone hears up to each of these moments."""
    found = []
    for moment in moments:
        await village.forward(moment)
        found.append(phone.new())
    return found


async def test_the_silent_are_asked_four_times_and_never_blamed(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    before, invited, asked, two, eve, morning, after = await heard_at(
        village, tinh, WEEK_BEFORE, INVITED, THREE_DAYS, TWO_DAYS, EVE, MORNING, AFTER
    )
    assert (before, two, after) == ([], [], [])
    assert [len(words) for words in (invited, asked, eve, morning)] == [1, 1, 1, 1]
    assert "Chi bộ thôn Khe Đào mời bác Tình họp tháng 12" in invited[0]
    assert "Còn 3 ngày nữa họp chi bộ" in asked[0]
    assert "Hai câu bác nghĩ trước:\n• Năm nay thôn ta làm tốt việc gì\n• Việc nào chưa xong" in asked[0]
    assert "Tối mai họp chi bộ, thứ Năm, ngày 3 tháng 12\n📅 7 giờ rưỡi tối (25 tháng 10 âm)" in eve[0]
    assert "Trợ lý chưa nhận được lời báo của bác." in eve[0]
    assert "Tối nay họp chi bộ" in morning[0]
    assert "Chưa báo trước cũng không sao, mời bác cứ đến." in morning[0]


async def test_those_coming_get_the_brief_and_a_word_on_the_day(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await tinh.picks("Tôi sẽ dự")
    tinh.new()
    brief, eve, morning = await heard_at(village, tinh, THREE_DAYS, CALLS, MORNING)
    assert len(brief) == 1 and "dự được không" not in brief[0], "the brief alone, no question"
    assert eve == []
    assert "Bác đã báo: sẽ dự. Hẹn gặp bác. Có gì thay đổi, xin bác chọn:" in morning[0]
    assert tinh.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]


async def test_whoever_declined_is_left_in_peace(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await tinh.picks("Tôi xin vắng")
    await tinh.picks("Việc khác")
    tinh.new()
    assert await heard_at(village, tinh, THREE_DAYS, EVE, MORNING, AFTER) == [[], [], [], []]


async def test_the_unsure_get_the_brief_and_are_asked_again(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await tinh.picks("Tôi chưa rõ")
    tinh.new()
    brief, eve, morning = await heard_at(village, tinh, THREE_DAYS, EVE, MORNING)
    assert "dự được không" not in brief[0]
    for words in (eve[0], morning[0]):
        assert "Hôm trước bác báo chưa rõ. Bây giờ bác đi được không ạ?" in words


async def test_a_meeting_made_late_invites_at_once_and_skips_what_comes_too_soon(village: Village) -> None:
    tinh = await member(village)
    await village.forward(at(1, 12, 12))
    await village.plan(THURSDAY)
    await village.settle()
    assert "mời bác Tình họp tháng 12" in tinh.new()[0]
    eve, morning = await heard_at(village, tinh, EVE, MORNING)
    assert "Tối mai họp chi bộ" in eve[0], "thirty hours after the invitation"
    assert "Tối nay họp chi bộ" in morning[0]


async def test_a_rung_within_twenty_hours_of_a_late_invitation_is_left_out(village: Village) -> None:
    tinh = await member(village)
    await village.forward(at(2, 12, 12))
    await village.plan(THURSDAY)
    await village.settle()
    assert "mời bác Tình" in tinh.new()[0]
    eve, morning = await heard_at(village, tinh, CALLS, MORNING)
    assert eve == [], "six hours after the invitation"
    assert morning == [], "eighteen hours after it"


async def test_a_meeting_made_in_the_night_invites_in_the_morning(village: Village) -> None:
    tinh = await member(village)
    await village.forward(at(30, 11, 22))
    await village.plan(THURSDAY)
    assert await heard_at(village, tinh, at(1, 12, 5, 59)) == [[]]
    assert "mời bác Tình" in (await heard_at(village, tinh, at(1, 12, 6, 1)))[0][0]


async def test_one_automatic_message_a_day_even_with_two_meetings(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(3, 12, 19, 30))
    await village.plan(at(6, 12, 8), "Nhà bí thư")
    days: dict[str, int] = {}
    for day in range(26, 31):
        for hour in (6, 12, 19, 23):
            await village.forward(at(day, 11, hour, 59))
            days[f"{day}/11"] = days.get(f"{day}/11", 0) + len(tinh.new())
    assert max(days.values()) == 1
    assert sum(days.values()) >= 3


async def test_two_things_of_one_evening_are_one_message_with_one_menu(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(3, 12, 19, 30))
    await village.plan(at(7, 12, 8), "Nhà bí thư")
    await village.forward(at(30, 11, 18, 29))
    tinh.new()
    await village.forward(THREE_DAYS)
    merged = tinh.new()
    assert len(merged) == 1
    assert "Hôm nay có 2 tin cho bác Tình" in merged[0]
    assert "• Tối thứ Năm, ngày 3 tháng 12: họp chi bộ, 7 giờ rưỡi tối, Nhà văn hóa thôn Khe Đào." in merged[0]
    assert "• Sáng thứ Hai, ngày 7 tháng 12: họp chi bộ, 8 giờ sáng, Nhà bí thư." in merged[0]
    assert "Bác xem tin nào trước ạ?" in merged[0]
    assert "7 giờ rưỡi tối thứ Năm" in await tinh.picks("Thứ Năm, ngày 3/12")


async def test_an_answer_given_meanwhile_makes_a_waiting_reminder_useless(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await tinh.picks("Tôi sẽ dự")
    tinh.new()

    def late(connection: Connection) -> None:
        meeting = meetings.get(connection, 1)
        assert meeting is not None
        times = {"due_at": village.now, "worthless_after": meeting.starts_at, "now": village.now}
        outbox.due(connection, [1], "last_call", meeting.id, revision=meeting.revision, **times)

    await village.write(late)
    await village.settle()
    assert tinh.new() == []


async def test_after_a_standstill_nothing_stale_is_sent(village: Village) -> None:
    tinh = await member(village)
    await village.plan(THURSDAY)
    village.simulator.clock.move_to(at(3, 12, 9))
    await village.settle()
    caught_up = tinh.new()
    assert len(caught_up) == 1, "the invitation and the day's word are not both sent"
    assert "mời bác Tình" in caught_up[0]
    village.simulator.clock.move_to(at(4, 12, 9))
    await village.settle()
    assert tinh.new() == []


async def test_a_household_hears_each_thing_once(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    phone = await village.join(tinh, await village.add("Triệu Thị Mùi", "bà"))
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await phone.picks("Tôi sẽ dự")
    await phone.picks("Triệu Thị Mùi")
    phone.new()
    await village.forward(MORNING)
    morning = phone.new()[-1]
    assert "• Bà Triệu Thị Mùi: đã báo sẽ dự.\n• Bác Ma Văn Tình: chưa báo." in morning


# ---- the secretary's own ladder ----


async def test_a_week_before_the_secretary_hears_what_to_do(village: Village) -> None:
    lam = await secretary(village)
    await member(village)
    await village.add("Vàng A Sùng")
    await village.plan(THURSDAY)
    await lam.says("buổi họp tới")
    await lam.picks("Tôi sẽ dự")
    lam.new()
    await village.forward(INVITED)
    [words] = lam.new()
    assert "Còn 7 ngày nữa họp chi bộ" in words
    assert "• Bí thư chuẩn bị nội dung." in words
    assert "• Đăng tài liệu lên Sổ tay đảng viên điện tử, trước ít nhất 1 ngày." in words
    assert "Trợ lý đã mời 2 người. Còn 1 người cần gọi điện." in words
    assert lam.choices == ["Chuẩn bị buổi họp", "Gọi 1 người", "Đổi ngày họp"]
    assert "• Vàng A Sùng: chưa có số, nhờ người nhắn" in await lam.picks("Gọi 1 người")


async def test_secretary_and_member_in_one_person_get_one_message(village: Village) -> None:
    lam = await secretary(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    [words] = lam.new()
    assert "Hôm nay có 2 tin cho đồng chí Lâm" in words
    assert lam.choices == ["Trả lời buổi họp", "Chuẩn bị buổi họp"]
    assert "Việc nên làm tuần này:" in await lam.picks("Chuẩn bị buổi họp")


async def test_the_papers_are_asked_about_while_there_is_time(village: Village) -> None:
    lam = await secretary(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await lam.says("tôi sẽ dự")
    await village.forward(TWO_DAYS)
    assert "Hạn là ngày mai.\nĐồng chí đã đăng tài liệu chưa?" in lam.last
    assert "Sáng mai, thứ Tư, ngày 2 tháng 12, trợ lý nhắc lại." in await lam.picks("Chưa, nhắc tôi lại")
    await village.forward(at(2, 12, 6, 31))
    assert "Hạn là hôm nay." in lam.last
    assert "✅ Đã ghi: tài liệu họp tối thứ Năm, ngày 3 tháng 12" in await lam.picks("Đã đăng rồi")
    lam.new()
    await village.forward(EVE)
    assert lam.new() == []


async def test_papers_posted_early_are_not_asked_about(village: Village) -> None:
    lam = await secretary(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await lam.says("tôi sẽ dự")
    await village.write(lambda c: meetings.set_materials_posted(c, meetings.get(c, 1), village.now))
    lam.new()
    assert await heard_at(village, lam, at(30, 11, 12)) == [[]]
    brief, papers = await heard_at(village, lam, THREE_DAYS, TWO_DAYS)
    assert len(brief) == 1
    assert papers == []


async def test_the_evening_before_the_secretary_gets_the_call_list(village: Village) -> None:
    lam = await secretary(village)
    await member(village)
    await village.add("Lý Văn Sinh", phone="+84900000021")
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await lam.says("tôi sẽ dự")
    await village.forward(EVE)
    lam.new()
    await village.forward(CALLS)
    [words] = lam.new()
    assert "Tối mai họp chi bộ, thứ Năm, ngày 3 tháng 12\nĐã báo trước 1/3 người. Còn 2 người cần gọi." in words
    assert "• Lý Văn Sinh: 0900 000 021" in await lam.picks("Gọi 2 người")


async def test_no_call_list_when_nobody_is_missing(village: Village) -> None:
    lam = await secretary(village)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await lam.says("tôi sẽ dự")
    await village.forward(EVE)
    lam.new()
    assert await heard_at(village, lam, CALLS) == [[]]
