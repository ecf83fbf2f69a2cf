"""One meeting is moved or cancelled: everybody invited hears of it, the silent and those who declined too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from db import changes, intentions, meetings, people, units
from db.meetings import Meeting
from db.people import Person
from tests.stories.village import ZONE, Phone, Village, at

HALL = "Nhà văn hóa thôn Khe Đào"


@dataclass
class Cell:
    """The secretary, bác Tình who will come, bà Mùi who declined, anh Sinh who is silent; ông Sùng has no phone."""

    village: Village
    meeting: Meeting
    lam: Phone
    tinh: Phone
    mui: Phone
    sinh: Phone

    async def now(self) -> Meeting:
        found = await self.village.write(lambda c: meetings.get(c, self.meeting.id))
        assert isinstance(found, Meeting)
        return found

    async def starts(self) -> str:
        return f"{(await self.now()).starts_at.astimezone(ZONE):%d/%m %H:%M}"

    def forget_what_was_said(self) -> None:
        for phone in (self.lam, self.tinh, self.mui, self.sinh):
            phone.new()


async def cell(village: Village, *, on: int = 1, hour: int = 12) -> Cell:
    """Two days before the meeting of 3 December, everybody invited and two answers given."""
    lam = await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    tinh = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    mui, sinh = await village.add("Triệu Thị Mùi", "bà"), await village.add("Lý Văn Sinh", "anh", phone="+84900000021")
    await village.add("Vàng A Sùng", "ông")
    phones = [await village.join(person) for person in (lam, tinh, mui, sinh)]
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(on, 12, hour))
    for person, choice in ((tinh, "yes"), (mui, "no")):
        await village.write(lambda c, p=person, said=choice: intentions.record(c, meeting, p.id, said, village.now))
    made = Cell(village, meeting, *phones)
    await made.lam.says("0")
    made.forget_what_was_said()
    return made


async def move_to_friday(made: Cell) -> str:
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Đổi ngày, giờ")
    await made.lam.picks("Thứ Sáu, ngày 4/12")
    return await made.lam.picks("Mưa bão")


async def test_a_moved_meeting_is_told_to_all_and_asked_again(village: Village) -> None:
    made = await cell(village)
    check = await move_to_friday(made)
    assert "📅 7 giờ rưỡi tối thứ Sáu, ngày 4 tháng 12 (26 tháng 10 âm)" in check
    assert "Trợ lý sẽ báo đổi ngày cho 5 người. Báo ngay bây giờ không?" in check
    assert "Sau 60 giây, trợ lý báo cho 5 người." in await made.lam.picks("Báo cho 5 người")
    assert made.tinh.new() == []
    await village.forward(minutes=1)
    [told] = made.tinh.new()
    assert "⚠️ Ngày cũ (bỏ): thứ Năm, ngày 3 tháng 12\n" in told
    assert "📅 Ngày mới: 7 giờ rưỡi tối thứ Sáu, ngày 4 tháng 12 (26 tháng 10 âm)\n" in told
    assert f"📍 {HALL}\n" in told
    assert "Lý do: mưa bão. Trước đó bác báo: sẽ dự." in told
    assert "Ngày mới bác có dự được không ạ?" in told
    [declined] = made.mui.new()
    assert "Trước đó bà báo: xin vắng." in declined
    [silent] = made.sinh.new()
    assert "Trước đó" not in silent
    assert made.sinh.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]
    moved = await made.now()
    assert moved.revision == 2
    status = await village.write(lambda c: intentions.status(c, moved))
    assert status.answered == 0


async def test_the_answer_to_the_new_day_counts(village: Village) -> None:
    made = await cell(village)
    await move_to_friday(made)
    await made.lam.picks("Báo cho 5 người")
    await village.forward(minutes=3)
    await made.mui.picks("Tôi sẽ dự")
    status = await village.write(lambda c: intentions.status(c, meetings.get(c, made.meeting.id)))
    assert [line.person.name for line in status.coming] == ["Triệu Thị Mùi"]


async def test_within_a_minute_it_can_be_stopped_and_nobody_hears_of_it(village: Village) -> None:
    made = await cell(village)
    await move_to_friday(made)
    await made.lam.picks("Báo cho 5 người")
    assert "✅ Đã dừng lại." in await made.lam.picks("Dừng lại")
    await village.forward(minutes=2)
    assert made.tinh.new() == []
    assert await made.starts() == "03/12 19:30"
    status = await village.write(lambda c: intentions.status(c, meetings.get(c, made.meeting.id)))
    assert status.answered == 2


async def test_after_that_it_is_too_late_to_stop(village: Village) -> None:
    made = await cell(village)
    await move_to_friday(made)
    await made.lam.picks("Báo cho 5 người")
    stop = max(made.lam.handset.conversation.messages)
    await village.forward(minutes=1)
    if village.buttons:
        assert "không dừng lại được nữa" in await made.lam.taps(stop, f"change_undo {made.meeting.id} 2")
    assert await made.starts() == "04/12 19:30"


async def test_a_typed_day_and_a_typed_reason(village: Village) -> None:
    made = await cell(village)
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Đổi ngày, giờ")
    asked = await made.lam.says("chiều thứ 7 2 giờ")
    assert "📅 Ngày mới: 2 giờ chiều thứ Bảy, ngày 5 tháng 12" in asked
    assert "Lý do: nhà văn hóa đang sửa <mái>." in plain(await made.lam.says("nhà văn hóa đang sửa <mái>"))
    await made.lam.picks("Báo cho 5 người")
    await village.forward(minutes=1)
    assert "Lý do: nhà văn hóa đang sửa <mái>." in plain(made.sinh.last)


async def test_only_the_hour_or_the_place_may_change(village: Village) -> None:
    made = await cell(village)
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Đổi nơi họp")
    asked = await made.lam.picks("Nhà bí thư")
    assert "Đổi nơi họp, chỉ riêng buổi tháng 12" in plain(asked)
    await made.lam.picks("Trùng việc khác")
    await made.lam.picks("Sửa lại")
    await made.lam.picks("Đổi ngày, giờ")
    check = await made.lam.says("8 giờ tối")
    assert "Trợ lý sẽ báo đổi giờ, nơi họp cho 5 người." in check
    await made.lam.picks("Báo cho 5 người")
    await village.forward(minutes=1)
    assert "⚠️ Giờ cũ (bỏ): 7 giờ rưỡi tối" in made.sinh.last
    assert "📅 Giờ mới: 8 giờ tối thứ Năm, ngày 3 tháng 12" in made.sinh.last
    assert "📍 Nơi mới: Nhà đồng chí Hoàng Văn Lâm" in made.sinh.last


async def test_a_change_made_at_night_waits_for_the_morning(village: Village) -> None:
    made = await cell(village, on=1, hour=21)
    check = await move_to_friday(made)
    assert "Tin báo đi lúc 6 giờ sáng mai, thứ Tư, ngày 2 tháng 12." in check
    made_known = await made.lam.picks("Báo cho 5 người")
    assert "✅ Đã đổi buổi họp. Bây giờ là 9 giờ tối, giờ bà con nghỉ." in made_known
    assert "6 giờ sáng mai, thứ Tư, ngày 2 tháng 12, trợ lý báo cho 5 người." in made_known
    assert "Ngày cũ (bỏ)" in await made.lam.picks("Xem nội dung sẽ báo")
    await village.forward(to=at(2, 12, 5, 59))
    assert made.tinh.new() == []
    await village.forward(to=at(2, 12, 6, 1))
    assert len(made.tinh.new()) == 1


async def test_a_change_held_for_the_night_can_be_taken_back(village: Village) -> None:
    made = await cell(village, on=1, hour=21)
    await move_to_friday(made)
    await made.lam.picks("Báo cho 5 người")
    await made.lam.picks("Thôi, giữ ngày cũ")
    await village.forward(to=at(2, 12, 6, 1))
    assert made.tinh.new() == []
    assert await made.starts() == "03/12 19:30"


async def test_a_meeting_within_a_day_may_be_told_at_night(village: Village) -> None:
    made = await cell(village, on=2, hour=21)
    check = await move_to_friday(made)
    assert "Bây giờ là 9 giờ tối, giờ bà con nghỉ." in check
    assert "Đợi 6 giờ sáng" in made.lam.choices
    await made.lam.picks("Báo ngay 5 người")
    await village.forward(minutes=1)
    assert "Ngày cũ (bỏ)" in made.sinh.last


async def test_or_the_secretary_lets_people_sleep(village: Village) -> None:
    made = await cell(village, on=2, hour=21)
    await move_to_friday(made)
    await made.lam.picks("Đợi 6 giờ sáng")
    await village.forward(to=at(3, 12, 5, 59))
    assert made.sinh.new() == []
    await village.forward(to=at(3, 12, 6, 1))
    assert "Ngày cũ (bỏ)" in made.sinh.last


async def test_a_cancelled_meeting_is_told_to_all(village: Village) -> None:
    made = await cell(village)
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Không họp buổi này")
    check = await made.lam.says("mưa lũ, đường sạt lở")
    assert "Không họp buổi tối thứ Năm, ngày 3 tháng 12?" in plain(check)
    assert "5 người sẽ được báo, kể cả người đã xin vắng." in check
    await made.lam.picks("Báo không họp")
    await village.forward(minutes=3)
    for phone in (made.tinh, made.mui, made.sinh):
        [told] = phone.new()
        assert "Không họp chi bộ tối thứ Năm, ngày 3 tháng 12" in plain(told)
        assert "⚠️ Lý do: mưa lũ, đường sạt lở." in told
    assert "✅ Đã ghi: bác Tình đã nắm" in await made.tinh.picks("Tôi đã nắm")
    await village.forward(to=at(3, 12, 22))
    assert not any("tối nay" in text for text in made.tinh.new())


async def test_the_secretary_gets_the_names_of_those_who_may_not_know(village: Village) -> None:
    made = await cell(village)
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Không họp buổi này")
    await made.lam.picks("Mưa bão")
    await made.lam.picks("Báo không họp")
    await village.forward(minutes=3)
    await made.mui.picks("Tôi đã nắm")
    made.forget_what_was_said()
    await village.forward(to=at(2, 12, 13))
    [open_names] = [text for text in made.lam.new() if "chưa chắc đã biết" in text]
    assert "Còn 3 người chưa chắc đã biết không họp" in plain(open_names)
    assert "• Lý Văn Sinh: 0900 000 021" in open_names
    assert "• Vàng A Sùng: chưa có số" in open_names
    await made.lam.picks("Ghi từng người")
    await made.lam.picks("Lý Văn Sinh")
    assert "Còn 2 người" in await made.lam.picks("Về danh sách")
    assert "✅ Mọi người đều đã biết" in await made.lam.picks("Đã báo đủ cả 2")
    assert await village.write(lambda c: changes.unsure(c, meetings.get(c, made.meeting.id))) == []


async def test_those_who_may_not_know_are_named_page_by_page(village: Village) -> None:
    made = await cell(village)
    for number in range(10, 20):
        await village.add(f"Bàn Văn {chr(55 + number)}", phone=f"+84900000{number:03}")
    await made.lam.says("doi mot buoi")
    await made.lam.picks("Không họp buổi này")
    await made.lam.picks("Mưa bão")
    await made.lam.picks("Báo không họp")
    await village.forward(to=at(2, 12, 13))
    first = next(text for text in made.lam.heard if "Còn 14 người chưa chắc đã biết" in plain(text))
    second = await made.lam.says("tiếp")
    assert (first.count("\n• "), second.count("\n• ")) == (8, 6)
    await made.lam.picks("Ghi từng người")
    assert "Ma Văn Tình" in made.lam.choices
    await made.lam.picks("Ma Văn Tình")
    assert "Bàn Văn A" in made.lam.choices
    await made.lam.says("tiếp")
    assert "Lý Văn Sinh" in made.lam.choices


async def test_changing_ones_mind_before_the_end_changes_nothing(village: Village) -> None:
    made = await cell(village)
    await move_to_friday(made)
    assert "Chưa có gì thay đổi" in await made.lam.picks("Thôi, giữ ngày cũ")
    assert (await made.now()).revision == 1


async def test_a_day_that_is_taken_is_caught(village: Village) -> None:
    made = await cell(village)
    await village.plan(at(12, 12, 19, 30))
    await made.lam.says("doi mot buoi")
    assert "Đổi buổi nào?" in plain(made.lam.last)
    await made.lam.picks("Thứ Năm, ngày 3/12")
    await made.lam.picks("Đổi ngày, giờ")
    assert "chi bộ đã có buổi họp thường kỳ lúc 7 giờ rưỡi tối" in await made.lam.says("ngày 12 tháng 12")
    assert "Ngày mới: 7 giờ rưỡi tối thứ Bảy, ngày 12 tháng 12" in await made.lam.picks("Vẫn đặt ngày này")


async def test_only_the_cells_own_secretary_can_move_it(village: Village) -> None:
    made = await cell(village)

    def other(connection: Connection) -> Person:
        nam_pieng = units.add(connection, "cell", "thôn Nậm Piêng", village.commune)
        thang = people.add(connection, nam_pieng, "Nông Văn Thắng")
        people.give_role(connection, thang, nam_pieng, "secretary")
        return thang

    thang = await village.join(await village.write(other))
    await thang.says("0")
    if village.buttons:
        number = made.meeting.id
        for action in (f"move {number}", f"cancel {number}", f"move_day {number} 2026-12-04", f"told_all {number} 1"):
            shown = await thang.taps(max(thang.handset.conversation.messages), action)
            assert "Khe Đào" not in shown
        assert "Việc này do bí thư làm." in await made.tinh.taps(
            max(made.tinh.handset.conversation.messages), f"move {number}"
        )
    assert (await made.now()).revision == 1


async def test_a_household_is_told_once_with_both_answers(village: Village) -> None:
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    shared = await village.join(tinh, mui)
    meeting = await village.plan(at(3, 12, 19, 30))
    for person, choice in ((tinh, "yes"), (mui, "no")):
        await village.write(lambda c, p=person, said=choice: intentions.record(c, meeting, p.id, said, village.now))
    await lam.says("doi mot buoi")
    await lam.picks("Đổi ngày, giờ")
    await lam.picks("Thứ Sáu, ngày 4/12")
    await lam.picks("Mưa bão")
    await lam.picks("Báo cho 3 người")
    shared.new()
    await village.forward(minutes=3)
    [told] = shared.new()
    assert "Trước đó bà Triệu Thị Mùi báo: xin vắng, bác Ma Văn Tình báo: sẽ dự." in told
    assert "Ngày mới các đồng chí có dự được không ạ?" in told


def plain(text: str) -> str:
    for tag, sign in (("<b>", ""), ("</b>", ""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(tag, sign)
    return text
