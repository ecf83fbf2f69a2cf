"""The secretary sets the monthly meeting, adds one beside it, and chooses a day where the rule gives a day off."""

from __future__ import annotations

import re

from db import meetings
from db.meetings import Meeting
from tests.stories.village import ZONE, Phone, Village, at

HALL = "Nhà văn hóa thôn Khe Đào"


async def secretary(village: Village) -> Phone:
    phone = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    for name in ("Ma Văn Tình", "Triệu Thị Mùi"):
        await village.add(name)
    await phone.says("0")
    return phone


async def ahead(village: Village) -> list[tuple[str, str]]:
    found: list[Meeting] = await village.write(lambda c: meetings.upcoming(c, village.cell.id, village.now))
    return [(f"{meeting.starts_at.astimezone(ZONE):%d/%m/%Y %H:%M}", meeting.state) for meeting in found]


async def test_the_default_rule_is_kept_with_one_tap(village: Village) -> None:
    lam = await secretary(village)
    shown = await lam.picks("Đặt, đổi lịch họp")
    assert "Ngày 3 hằng tháng, 7 giờ rưỡi tối.\n📍 Nhà văn hóa thôn Khe Đào\n" in shown
    assert "• Thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)\n" in shown
    assert "• Chủ nhật, ngày 3 tháng 1 năm 2027 (26 tháng 11 âm): ngày nghỉ, trợ lý sẽ hỏi lại" in shown
    assert "• Thứ Tư, ngày 3 tháng 2 năm 2027 (27 tháng Chạp): sát Tết, trợ lý sẽ hỏi lại" in shown
    saved = await lam.picks("Lưu lịch này")
    assert "✅ Đã lưu lịch họp: ngày 3 hằng tháng, 7 giờ rưỡi tối." in saved
    assert "Tối mai, thứ Năm, ngày 26 tháng 11, trợ lý bắt đầu mời họp." in saved
    assert await ahead(village) == [
        ("03/12/2026 19:30", "planned"),
        ("03/01/2027 19:30", "asking"),
        ("03/02/2027 19:30", "asking"),
    ]


async def test_the_next_time_the_page_shows_what_is_kept(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Lưu lịch này")
    page = await lam.says("dat lich hop")
    assert "Ngày 3 hằng tháng, 7 giờ rưỡi tối" in page
    assert "• Chủ nhật, ngày 3 tháng 1 năm 2027: chưa chọn ngày họp" in page
    assert lam.choices == ["Đổi một buổi", "Họp bất thường", "Sửa lịch hằng tháng", "Thôi, giữ nguyên"]
    assert "Chưa có gì thay đổi" in await lam.picks("Thôi, giữ nguyên")


async def test_another_rule_is_tapped_in_five_steps(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    assert "Chi bộ họp hằng tháng vào ngày nào?" in await lam.picks("Sửa lại")
    assert "ví dụ: thứ Sáu tuần đầu" in await lam.picks("Theo thứ trong tuần")
    assert "Họp lúc mấy giờ?" in await lam.picks("Thứ Sáu tuần đầu")
    assert "Họp ở đâu?" in await lam.picks("2 giờ chiều")
    check = await lam.picks("Nhà bí thư")
    assert "Thứ Sáu tuần đầu hằng tháng, 2 giờ chiều.\n📍 Nhà đồng chí Hoàng Văn Lâm\n" in check
    await lam.picks("Lưu lịch này")
    # The first of January is a day off, the first Friday of February is 28 tháng Chạp.
    assert await ahead(village) == [
        ("04/12/2026 14:00", "planned"),
        ("01/01/2027 14:00", "asking"),
        ("05/02/2027 14:00", "asking"),
    ]


async def test_another_rule_is_typed_and_slips_are_taken_kindly(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Sửa lại")
    assert "từ ngày 1 đến ngày 28" in await lam.picks("Ngày khác")
    again = await lam.says("31")
    assert "Trợ lý chưa hiểu “31”." in again
    assert "từ ngày 1 đến ngày 28" in again
    await lam.says("5")
    assert "Trợ lý chưa hiểu “hôm nào mát”." in await lam.says("hôm nào mát")
    await lam.says("2 giờ chiều")
    check = await lam.says("Trường học  bản Nà Lồng")
    assert "Ngày 5 hằng tháng, 2 giờ chiều.\n📍 Trường học bản Nà Lồng\n" in check
    assert "✅ Đã lưu lịch họp: ngày 5 hằng tháng" in await lam.says("lưu")


async def test_a_lunar_day_may_be_typed_in_one_word(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Sửa lại")
    await lam.picks("Theo ngày âm")
    await lam.says("ram")
    await lam.picks("8 giờ tối")
    check = await lam.picks("Nhà văn hóa thôn")
    assert "Rằm hằng tháng (âm lịch), 8 giờ tối.\n📍 Nhà văn hóa thôn Khe Đào\n" in check
    assert "• Thứ Tư, ngày 23 tháng 12 (rằm tháng 11 âm)" in check


async def test_an_old_check_never_saves_what_it_does_not_show(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    action = "plan_save 00000000"
    if village.buttons:
        shown = await lam.taps(max(lam.handset.conversation.messages), action)
        assert "Lưu lịch này không?" in shown
    assert await ahead(village) == []


async def test_a_double_tap_on_save_changes_nothing(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Lưu lịch này")
    before = await ahead(village)
    if village.buttons:
        assert "Lịch họp chi bộ thôn Khe Đào" in await lam.picks("Lưu lịch này")
    assert await ahead(village) == before


async def test_leaving_half_way_leaves_nothing_behind(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Sửa lại")
    await lam.picks("Ngày 3 hằng tháng")
    assert "Chi bộ thôn Khe Đào" in await lam.says("0")
    assert await ahead(village) == []


async def test_members_are_sent_to_the_secretary(village: Village) -> None:
    await secretary(village)
    tinh = await village.join(await village.add("Bàn Văn Út", "bác"))
    assert "Việc này do bí thư làm." in await tinh.says("đổi lịch họp")


# ---- the day that is no working day ----


async def january(village: Village) -> Phone:
    """A cell that keeps day 3; it is the evening of 24 December, and the third of January is a Sunday."""
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Lưu lịch này")
    lam.new()
    await village.forward(to=at(24, 12, 18, 31))
    return lam


async def test_a_rest_day_is_asked_about_ten_days_before(village: Village) -> None:
    lam = await january(village)
    assert "Ngày 3 tháng 1 năm 2027 là Chủ nhật (26 tháng 11 âm)" in plain(lam.last)
    assert "Tháng 1 chi bộ họp ngày nào?" in lam.last
    assert lam.choices == ["Thứ Hai, ngày 4/1", "Thứ Ba, ngày 5/1", "Ngày khác", "Vẫn họp ngày 3/1"]
    settled = await lam.picks("Thứ Hai, ngày 4/1")
    assert "📅 7 giờ rưỡi tối thứ Hai, ngày 4 tháng 1 năm 2027 (27 tháng 11 âm)" in settled
    assert "Tối thứ Hai, ngày 28 tháng 12, trợ lý bắt đầu mời họp." in settled
    await village.forward(to=at(28, 12, 18, 31))
    assert any("thứ Hai, ngày 4 tháng 1 năm 2027" in text for text in lam.new())


async def test_until_it_is_settled_nobody_is_invited_and_it_is_asked_again(village: Village) -> None:
    lam = await january(village)
    tinh = await village.join(await village.add("Lý Văn Sinh", "bác"))
    lam.new()
    await village.forward(to=at(28, 12))
    await village.forward(to=at(30, 12))
    assert len([text for text in lam.new() if "Tháng 1 chi bộ họp ngày nào?" in text]) == 2
    assert not any("họp tháng 1" in text for text in tinh.heard)


async def test_the_rest_day_itself_may_be_kept(village: Village) -> None:
    lam = await january(village)
    assert "📅 7 giờ rưỡi tối Chủ nhật, ngày 3 tháng 1 năm 2027" in await lam.picks("Vẫn họp ngày 3/1")
    assert ("03/01/2027 19:30", "planned") in await ahead(village)


async def test_another_day_and_hour_are_typed_and_said_back(village: Village) -> None:
    lam = await january(village)
    await lam.picks("Ngày khác")
    check = await lam.says("ngày 6 tháng 1, 2 giờ chiều")
    assert "📅 2 giờ chiều thứ Tư, ngày 6 tháng 1 năm 2027" in check
    assert "✅ Đã chọn ngày họp." in await lam.picks("Đúng, họp ngày này")
    assert ("06/01/2027 14:00", "planned") in await ahead(village)


async def test_beside_other_news_it_is_one_line_with_its_choice(village: Village) -> None:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Lưu lịch này")
    await village.plan(at(31, 12, 19, 30))
    await village.forward(to=at(24, 12, 18, 31))
    assert "• Tháng 1: buổi Chủ nhật, ngày 3 tháng 1 năm 2027 trùng ngày nghỉ hoặc sát Tết, cần chọn ngày." in lam.last
    assert "Tháng 1 chi bộ họp ngày nào?" in await lam.picks("Chọn ngày tháng 1")


async def test_a_second_answer_about_a_settled_day_shows_it(village: Village) -> None:
    lam = await january(village)
    await lam.picks("Thứ Hai, ngày 4/1")
    if village.buttons:
        assert "Buổi họp này đã có ngày rồi." in await lam.picks("Thứ Ba, ngày 5/1")
    assert ("04/01/2027 19:30", "planned") in await ahead(village)


# ---- one meeting beside the monthly one ----


async def oneoff(village: Village) -> Phone:
    lam = await secretary(village)
    await lam.picks("Đặt, đổi lịch họp")
    await lam.picks("Họp bất thường")
    return lam


async def test_a_meeting_is_added_by_an_ordinary_phrase(village: Village) -> None:
    lam = await oneoff(village)
    check = await lam.says("tối thứ 7 tuần sau 7 rưỡi")
    assert "📅 7 giờ rưỡi tối thứ Bảy, ngày 5 tháng 12 (27 tháng 10 âm)" in check
    assert f"📍 {HALL}" in check
    saved = await lam.picks("Đúng, mời 3 người")
    assert "Tối thứ Bảy, ngày 28 tháng 11, trợ lý bắt đầu mời họp." in saved
    assert await ahead(village) == [("05/12/2026 19:30", "planned")]


async def test_a_near_meeting_is_invited_to_at_once(village: Village) -> None:
    lam = await oneoff(village)
    tinh = await village.join(await village.add("Lý Văn Sinh", "bác"))
    await lam.says("tối mai 8 giờ")
    await lam.picks("Đúng, mời 4 người")
    assert any("Trợ lý đang mời từng người." in text for text in lam.heard)
    assert "8 giờ tối thứ Năm, ngày 26 tháng 11" in tinh.last
    assert "Bác có dự được không ạ?" in tinh.last


async def test_a_day_in_the_past_is_asked_back(village: Village) -> None:
    lam = await oneoff(village)
    asked = await lam.says("ngày 2 tháng 11 lúc 8 giờ tối")
    assert asked.startswith("Ngày 2 tháng 11 đã qua.")
    await lam.picks("Nhắn ngày khác")
    assert "📅 8 giờ tối thứ Tư, ngày 2 tháng 12" in await lam.says("ngày 2 tháng 12 lúc 8 giờ tối")


async def test_solar_or_lunar_is_asked_back(village: Village) -> None:
    lam = await oneoff(village)
    asked = await lam.says("mùng 5 tháng sau")
    assert "“Mùng 5 tháng sau” là ngày dương hay ngày âm?" in asked
    assert lam.choices[:2] == ["Dương: ngày 5/12", "Âm: ngày 13/12"]
    check = await lam.picks("Âm: ngày 13/12")
    assert "📅 7 giờ rưỡi tối Chủ nhật, ngày 13 tháng 12 (mùng 5 tháng 11 âm)" in check


async def test_a_clash_is_caught_and_may_be_meant(village: Village) -> None:
    lam = await secretary(village)
    await village.plan(at(3, 12, 19, 30))
    await lam.says("hop bat thuong")
    asked = await lam.says("ngày 3 tháng 12, 2 giờ chiều")
    assert "Tối thứ Năm, ngày 3 tháng 12, chi bộ đã có buổi họp thường kỳ lúc 7 giờ rưỡi tối." in asked
    assert "📅 2 giờ chiều thứ Năm, ngày 3 tháng 12" in await lam.picks("Vẫn đặt ngày này")
    await lam.picks("Sửa ngày, giờ")
    assert "📅 7 giờ rưỡi tối thứ Sáu, ngày 4 tháng 12" in await lam.says("thứ sáu tuần sau")


async def test_the_place_can_be_put_right(village: Village) -> None:
    lam = await oneoff(village)
    await lam.says("tối thứ 7 tuần sau 7 rưỡi")
    await lam.picks("Sửa nơi họp")
    assert "📍 Sân nhà ông Páo" in await lam.says("Sân nhà ông Páo")


async def test_words_that_name_no_day_are_asked_back_and_questions_are_answered(village: Village) -> None:
    lam = await oneoff(village)
    asked = await lam.says("cuối tháng đi")
    assert "Trợ lý chưa hiểu “cuối tháng đi” là ngày nào." in asked
    assert "📅" in await lam.says("thứ 7 tuần sau 8h tối")


async def test_an_hour_that_does_not_fit_is_asked_for(village: Village) -> None:
    lam = await oneoff(village)
    assert "chưa rõ giờ" in await lam.says("sáng thứ 7 tuần sau")
    assert "📅 8 giờ sáng thứ Bảy, ngày 5 tháng 12" in await lam.says("8 giờ sáng")
    await lam.picks("Sửa ngày, giờ")
    await lam.says("sáng mùng 5 tháng sau")
    assert "chưa rõ giờ" in await lam.picks("Dương: ngày 5/12")
    assert "📅 9 giờ sáng thứ Bảy, ngày 5 tháng 12" in await lam.says("9")


def plain(text: str) -> str:
    return re.sub(r"</?b>", "", text)
