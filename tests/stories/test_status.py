"""The secretary sees who comes, calls those who have not said, and writes down what they say."""

from __future__ import annotations

import re

from sqlalchemy import Connection, select

from db import intentions, meetings
from db.tables import audit
from tests.stories.village import Phone, Village, at, only_on

THURSDAY = at(3, 12, 19, 30)
EVENING = at(1, 12, 19, 5)


async def a_cell(village: Village) -> tuple[Phone, Phone]:
    """Secretary Lâm and bác Tình with phones; Sinh and Sùng without; the exempt cụ Páo. Lâm comes."""
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    tinh = await village.join(await village.add("Ma Văn Tình", "bác", phone="+84900000045"))
    await village.add("Lý Văn Sinh", "anh", phone="+84900000021")
    await village.add("Vàng A Sùng", "chú")
    await village.add("Giàng A Páo", "cụ", standing="exempt")
    await village.plan(THURSDAY)
    await village.forward(at(26, 11, 18, 31))
    await lam.says("tôi có dự")
    await village.forward(EVENING)
    lam.new()
    return lam, tinh


async def said(village: Village, name: str) -> intentions.Intention | None:
    def look(connection: Connection) -> intentions.Intention | None:
        meeting = meetings.get(connection, 1)
        assert meeting is not None
        lines = intentions.status(connection, meeting).lines
        return next(line.said for line in lines if line.person.name == name)

    found: intentions.Intention | None = await village.write(look)
    return found


async def test_the_screen_counts_every_answer(village: Village) -> None:
    lam, tinh = await a_cell(village)
    screen = await lam.says("xem ai dự ai vắng")
    assert screen.startswith("Đã báo trước: 1/4 người\nHọp tối thứ Năm, ngày 3 tháng 12\n")
    assert figures(screen) == {"Sẽ dự": 1, "Xin vắng": 0, "Chưa rõ": 0, "Chưa báo": 1, "Trợ lý chưa nhắn được": 2}
    assert "Miễn sinh hoạt, không tính: 1" in screen
    assert "Lúc 7 giờ 5 tối, thứ Ba, ngày 1 tháng 12." in screen
    assert lam.choices == ["Gọi 3 người còn lại", "Xem tên từng người", "Nhắc 1 người"]

    await village.forward(minutes=2)
    await tinh.says("tôi đến muộn")
    screen = lam.last if village.buttons else await lam.says("xem ai dự ai vắng")
    assert "Đã báo trước: 2/4 người" in screen
    assert figures(screen)["Sẽ dự"] == 2
    assert re.search(r"\(1 (người )?đến muộn\)", screen)
    assert "Lúc 7 giờ 7 tối" in screen


@only_on("telegram", "edits")
async def test_the_screen_follows_every_answer_in_place(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    count = len(lam.heard)
    await village.forward(minutes=2)
    await tinh.says("tôi đến muộn")
    assert len(lam.heard) == count
    await village.forward(minutes=2)
    await tinh.says("ốm rồi, không đi được")
    assert any("• Xin vắng: 1 (sức khỏe 1)" in words for words in lam.heard[-2:])


def figures(screen: str) -> dict[str, int]:
    """What the screen counts, in lines on Telegram and in sentences on Zalo."""
    counted = re.findall(r"(Sẽ dự|Xin vắng|Chưa rõ|Chưa báo|Trợ lý chưa nhắn được):? (\d+)", screen)
    return {what: int(number) for what, number in counted}


async def test_asked_for_again_the_screen_comes_anew_at_the_bottom(village: Village) -> None:
    lam, _ = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    await lam.says("0")
    await lam.says("xem ai dự ai vắng")
    assert "Đã báo trước: 1/4 người" in lam.last
    assert "cần việc gì" not in lam.last


async def test_names_stand_in_groups_by_given_name(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await tinh.says("bận việc nhà, xin vắng")
    await lam.says("xem ai dự ai vắng")
    names = await lam.picks("Xem tên từng người")
    order = [
        "Hoàng Văn Lâm: sẽ dự",
        "Ma Văn Tình: xin vắng (việc nhà)",
        "Lý Văn Sinh: chưa báo",
        "Vàng A Sùng: chưa báo",
    ]
    assert [line[2:] for line in names.splitlines() if line.startswith("• ")] == [
        *order[:2],
        *(f"{line}, chưa nhắn được" for line in order[2:]),
    ]


async def test_a_long_list_goes_on_over_pages(village: Village) -> None:
    lam, _ = await a_cell(village)
    for number in range(9):
        await village.add(f"Nông Văn {'ABCDEGHIK'[number]}n", phone=f"+8490000010{number}")
    await lam.says("xem ai dự ai vắng")
    first = await lam.picks("Gọi 12 người còn lại")
    assert "Còn 12 người cần gọi" in first
    second = await lam.picks("Tiếp")
    listed = [line for words in (first, second) for line in words.splitlines() if line.startswith("• ")]
    assert len(set(listed)) == 12
    assert "Tiếp" not in lam.choices


async def test_a_call_is_written_down_labelled_and_told(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    missing = await lam.picks("Gọi 3 người còn lại")
    assert (
        "• Lý Văn Sinh: 0900 000 021\n• Vàng A Sùng: chưa có số, nhờ người nhắn\n• Ma Văn Tình: 0900 000 045" in missing
    )
    assert "Đồng chí Tình trả lời thế nào?" in await lam.picks("Ma Văn Tình")
    await lam.picks("Sẽ dự")
    recorded = next(words for words in reversed(lam.heard) if "Đã ghi lời báo" in words)
    assert "✅ Đã ghi lời báo, còn 2 người cần gọi." in recorded
    assert "Đồng chí Ma Văn Tình: sẽ dự (do bí thư ghi, qua điện thoại, 7 giờ 5 tối)." in recorded

    assert "Bí thư Hoàng Văn Lâm đã ghi giúp bác Tình: sẽ dự họp tối thứ Năm, ngày 3 tháng 12." in tinh.last
    assert tinh.choices == ["Đúng rồi", "Tôi xin vắng", "Tôi đến muộn"]
    record = await said(village, "Ma Văn Tình")
    assert record and (record.choice, record.how) == ("yes", "phone")


async def test_the_persons_own_later_answer_wins(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await write_down(lam, "Ma Văn Tình", "Sẽ dự")
    lam.new()
    await tinh.picks("Tôi xin vắng")
    told = [words for words in lam.new() if "Một người vừa tự báo" in words]
    assert len(told) == 1
    assert "Đồng chí Ma Văn Tình: xin vắng.\nTrước đó bí thư ghi qua điện thoại: sẽ dự." in told[0]
    record = await said(village, "Ma Văn Tình")
    assert record and (record.choice, record.how, record.recorded_by) == ("no", "self", None)


async def test_the_person_confirms_what_the_secretary_wrote(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await write_down(lam, "Ma Văn Tình", "Sẽ dự")
    lam.new()
    assert "✅ Đã ghi: bác Tình sẽ dự" in await tinh.picks("Đúng rồi")
    assert not [words for words in lam.new() if "tự báo" in words]
    record = await said(village, "Ma Văn Tình")
    assert record and record.how == "self"


async def write_down(lam: Phone, name: str, answer: str) -> None:
    await lam.says("xem ai dự ai vắng")
    await lam.picks(next(label for label in lam.choices if label.startswith("Gọi ")))
    await lam.picks(name)
    await lam.picks(answer)


async def test_an_answer_that_came_meanwhile_is_not_written_over(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    await lam.picks("Gọi 3 người còn lại")
    await lam.picks("Ma Văn Tình")
    stale = lam.button("Sẽ dự") if village.buttons else None
    await tinh.says("tôi xin vắng")
    if stale:
        shown = await lam.taps(*stale)
        assert "Có thay đổi sau khi đồng chí mở danh sách" in shown
        assert "Đang ghi: xin vắng (tự báo, 7 giờ 5 tối)." in shown
    record = await said(village, "Ma Văn Tình")
    assert record and (record.choice, record.how) == ("no", "self")


async def test_a_record_is_corrected_and_a_double_tap_repeats_the_receipt(village: Village) -> None:
    lam, _ = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    await lam.picks("Gọi 3 người còn lại")
    await lam.picks("Lý Văn Sinh")
    tapped = lam.button("Sẽ dự") if village.buttons else None
    await lam.picks("Sẽ dự")
    if tapped:
        assert "Đồng chí Lý Văn Sinh: sẽ dự (do bí thư ghi" in await lam.taps(*tapped)
    assert "Đang ghi: sẽ dự (do bí thư ghi, qua điện thoại, 7 giờ 5 tối)." in await lam.picks("Sửa lại")
    await lam.picks("Xin vắng")
    record = await said(village, "Lý Văn Sinh")
    assert record and (record.choice, record.before, record.how) == ("no", "yes", "phone")
    acts = await village.write(lambda c: list(c.execute(select(audit.c.act)).scalars()))
    assert acts.count("answer.recorded") == 2


async def test_nobody_picks_up_and_the_morning_reminds(village: Village) -> None:
    lam, _ = await a_cell(village)
    await write_down(lam, "Lý Văn Sinh", "Không nghe máy")
    assert "Đã ghi: chưa gặp được đồng chí Lý Văn Sinh, lúc 7 giờ 5 tối." in lam.last
    assert "Sáng mai trợ lý nhắc đồng chí gọi lại." in lam.last
    assert "• Lý Văn Sinh: 0900 000 021, đã gọi, chưa gặp" in await lam.picks("Ghi người tiếp theo")
    lam.new()
    await village.forward(at(2, 12, 6, 31))
    [words] = lam.new()
    assert "Còn 1 người chưa gặp được qua điện thoại" in words
    assert "• Lý Văn Sinh: 0900 000 021" in words


async def test_several_results_are_typed_in_one_line(village: Village) -> None:
    lam, _ = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    await lam.picks("Gọi 3 người còn lại")
    await lam.says("1 dự, 2 vắng")
    assert any("• Lý Văn Sinh: sẽ dự\n• Vàng A Sùng: xin vắng" in words for words in lam.heard[-2:])
    sinh, sung = await said(village, "Lý Văn Sinh"), await said(village, "Vàng A Sùng")
    assert sinh and sung and (sinh.choice, sung.choice) == ("yes", "no")


async def test_everyone_has_answered_is_told_once(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await write_down(lam, "Lý Văn Sinh", "Sẽ dự")
    await write_down(lam, "Vàng A Sùng", "Xin vắng")
    lam.new()
    await tinh.says("tôi sẽ dự")
    full = [words for words in lam.new() if words.startswith("✅ Đủ")]
    assert len(full) == 1
    assert "✅ Đủ 4/4 người đã báo trước.\nHọp tối thứ Năm, ngày 3 tháng 12: sẽ dự 3, xin vắng 1." in full[0]
    await tinh.says("thôi tôi xin vắng")
    await village.forward(minutes=10)
    assert not [words for words in lam.new() if words.startswith("✅ Đủ")]


async def test_a_yes_that_becomes_a_no_is_told_after_five_minutes(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await tinh.says("tôi sẽ dự")
    lam.new()
    await tinh.says("tôi xin vắng")
    await tinh.picks("Vì việc nhà")
    await village.forward(minutes=4)
    assert lam.new() == []
    await village.forward(minutes=2)
    [words] = lam.new()
    assert "Một người vừa đổi ý, buổi họp tối thứ Năm, ngày 3 tháng 12." in words
    assert "Đồng chí Ma Văn Tình: trước sẽ dự, nay xin vắng (việc nhà).\nBây giờ: sẽ dự 1, xin vắng 1." in words
    assert "📞 0900 000 045" in await lam.picks("Gọi đồng chí Tình")


async def test_whoever_turns_back_within_the_grace_is_not_reported(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await tinh.says("tôi sẽ dự")
    lam.new()
    await tinh.says("tôi xin vắng")
    await village.forward(minutes=3)
    await tinh.says("à tôi đi được")
    await village.forward(minutes=10)
    assert lam.new() == []


async def test_the_silent_are_reminded_by_hand_once_a_day(village: Village) -> None:
    lam, tinh = await a_cell(village)
    tinh.new()
    await lam.says("xem ai dự ai vắng")
    asked = await lam.picks("Nhắc 1 người")
    assert "Nhắc 1 người chưa báo trước, ngay bây giờ?\nHôm nay chưa ai trong số này nhận tin nào." in asked
    assert "✅ Trợ lý đang nhắc 1 người." in await lam.picks("Nhắc 1 người")
    [nudge] = tinh.new()
    assert "Còn 2 ngày nữa họp chi bộ" in nudge
    assert "Bí thư nhờ trợ lý hỏi lại: bác có dự được không ạ?" in nudge

    await lam.picks("Về tình hình chung")
    await lam.picks("Nhắc 1 người")
    assert "Hôm nay đồng chí đã nhờ nhắc rồi." in await lam.picks("Nhắc 1 người")
    assert tinh.new() == []


async def test_who_has_had_a_message_today_is_named_before_reminding(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await village.forward(at(2, 12, 18, 45))
    await lam.says("xem ai dự ai vắng")
    asked = await lam.picks("Nhắc 1 người")
    assert "Hôm nay đã nhận tin: 1 người trong số này.\n• Ma Văn Tình" in asked
    assert "chưa ai" not in asked
    assert "Tối mai họp chi bộ" in tinh.last


async def test_a_reminder_by_hand_waits_for_the_morning(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await village.forward(at(1, 12, 21))
    tinh.new()
    await lam.says("xem ai dự ai vắng")
    assert "Bây giờ là giờ bà con nghỉ." in await lam.picks("Nhắc 1 người")
    assert "✅ 6 giờ sáng, thứ Tư, ngày 2 tháng 12, trợ lý nhắc 1 người." in await lam.picks("Nhắc 1 người")
    assert tinh.new() == []
    await village.forward(at(2, 12, 6, 1))
    assert "Bí thư nhờ trợ lý hỏi lại" in tinh.new()[0]


async def test_nobody_is_left_to_remind(village: Village) -> None:
    lam, tinh = await a_cell(village)
    await lam.says("xem ai dự ai vắng")
    await lam.picks("Nhắc 1 người")
    asked = lam.button("Nhắc 1 người") if village.buttons else None
    await tinh.says("tôi sẽ dự")
    if asked:
        place, _ = asked
        assert "Không còn ai để nhắc" in await lam.taps(place, "remind 1")
    assert "Đã báo trước: 2/4 người" in await lam.says("xem ai dự ai vắng")
    assert "Nhắc 1 người" not in lam.choices


async def test_a_member_sees_no_names_and_no_numbers(village: Village) -> None:
    _, tinh = await a_cell(village)
    assert "Việc này do bí thư làm." in await tinh.says("xem ai dự ai vắng")
    if village.buttons:
        place, _ = tinh.button("Về đầu")
        for action in ("status 1", "names 1", "missing 1", "call 1 3", "called 1 3 yes 1 0", "remind_now 1"):
            assert "Việc này do bí thư làm." in await tinh.taps(place, action)
    assert await said(village, "Lý Văn Sinh") is None


async def test_the_deputy_sees_the_same_and_signs_as_deputy(village: Village) -> None:
    lam, tinh = await a_cell(village)
    deputy = await village.join(await village.add("Bế Thị Nhung", role="deputy"))
    await write_down(deputy, "Ma Văn Tình", "Đến muộn")
    assert any("đến muộn (do phó bí thư ghi, qua điện thoại" in words for words in deputy.heard[-2:])
    assert "Phó bí thư Bế Thị Nhung đã ghi giúp bác Tình: đến muộn buổi họp" in tinh.last
    assert "Đã báo trước: 2/5 người" in await lam.says("xem ai dự ai vắng")
