"""The month's topic comes to the village: short to the members, with the official order to the secretary."""

from __future__ import annotations

from sqlalchemy import Connection

from content import render
from db import meetings, outbox
from delivery import briefs
from delivery.view import View
from tests.stories.village import Village, at, only_on


async def test_whoever_comes_gets_the_brief_and_whoever_declined_does_not(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    sinh = await village.join(await village.add("Lý Văn Sinh", "anh"))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(at(26, 11, 18, 31))
    await tinh.picks("Tôi sẽ dự")
    await sinh.picks("Tôi xin vắng")
    tinh.new(), sinh.new()
    await village.forward(at(30, 11, 18, 31))
    [brief] = tinh.new()
    assert sinh.new() == []
    assert "Chuyên đề tháng 12: phòng chống ma túy, giữ trật tự thôn" in brief
    assert "7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)" in brief
    assert "Nhà văn hóa thôn Khe Đào" in brief
    assert "Hai câu bác nghĩ trước:" in brief
    assert "• Việc nào chưa xong, nên giao cho ai" in brief
    assert "Đây là gợi ý của ban biên tập" in await tinh.picks("Ba điều nên biết")


async def test_a_change_of_mind_on_the_way_stops_the_brief(village: Village) -> None:
    person = await village.add("Ma Văn Tình", "bác")
    tinh = await village.join(person)
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(at(26, 11, 18, 31))
    times = {"due_at": village.now, "worthless_after": meeting.starts_at, "now": village.now}

    def due(connection: Connection) -> None:
        outbox.due(connection, [person.id], "brief", meeting.id, revision=meeting.revision, **times)

    await tinh.picks("Tôi xin vắng")
    tinh.new()
    await village.write(due)
    await village.forward(at(27, 11, 12))
    assert tinh.new() == []


async def test_a_brief_in_a_message_of_several_is_one_line_and_one_choice(village: Village) -> None:
    person = await village.add("Ma Văn Tình", "bác")
    meeting = await village.plan(at(3, 12, 19, 30))

    def line(connection: Connection) -> object:
        rules = village.app.rules
        view = View(connection, (person,), False, meeting.id, meeting.revision, village.now, rules, (person.id,), 0)
        return briefs.LINES["brief"](view)

    found = await village.write(line)
    assert found == render(
        "brief_line", now=village.app.rules.local(village.now), meeting=meeting, topic=briefs.topics.topic_for(12)
    )
    assert found.text == "• Đề cương tháng 12: phòng chống ma túy, giữ trật tự thôn."
    assert [choice.action for choice in found.choices] == [f"brief {meeting.id}"]


async def test_a_member_looks_at_the_brief_at_any_time(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    assert "chưa có đề cương" in await tinh.says("xem đề cương")
    await village.plan(at(3, 12, 19, 30))
    assert "Chuyên đề tháng 12" in await tinh.says("xem đề cương")


async def test_a_household_reads_it_together(village: Village) -> None:
    phone = await village.join(await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà"))
    await village.plan(at(3, 12, 19, 30))
    assert "Hai câu các đồng chí nghĩ trước:" in await phone.says("xem đề cương")


async def test_an_extraordinary_meeting_has_no_topic_of_the_month(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))

    def work(connection: Connection) -> None:
        place = "Nhà văn hóa thôn Khe Đào"
        meetings.add(connection, village.cell, at(28, 11, 19), place, village.now, kind="extraordinary")

    await village.write(work)
    assert "không có đề cương của tháng" in await lam.says("xem đề cương")
    await lam.says("0")
    assert "Buổi này không có chuyên đề của tháng." in await lam.picks("Chuẩn bị buổi họp")


async def test_the_secretary_prepares_with_the_official_order_in_three_parts(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    await village.plan(at(3, 12, 19, 30))
    await lam.says("0")
    said = await lam.picks("Chuẩn bị buổi họp")
    assert "Đề cương tháng 12: phòng chống ma túy" in said
    assert "Thứ Hai, ngày 30 tháng 11, bản ngắn sẽ tới đảng viên." in said
    assert "Hạn: trước Tết." in await lam.picks("Xem việc nên giao")
    first = await lam.picks("Xem chương trình họp")
    second = await lam.picks("Tiếp")
    third = await lam.picks("Tiếp")
    for part, step in ((first, "• Điểm danh"), (second, "• Thảo luận"), (third, "• Giao việc")):
        assert step in part
        assert "Chi bộ thôn Khe Đào, tối thứ Năm, ngày 3 tháng 12" in part
        assert "Nguồn: tài liệu dẫn lại Hướng dẫn 42-HD/BTCTW" in part
    assert "Đề cương tháng 12" in await lam.picks("Về đề cương")


async def test_without_a_meeting_there_is_nothing_to_prepare(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    await lam.says("0")
    assert "chưa có buổi họp nào sắp tới để chuẩn bị" in await lam.picks("Chuẩn bị buổi họp")


@only_on("telegram", "buttons")
async def test_a_member_of_another_cell_sees_nothing_of_it(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    meeting = await village.plan(at(3, 12, 19, 30))
    await tinh.says("0")
    for action in ("prepare", "brief", "facts", "assignment"):
        said = await tinh.taps(1, f"{action} {meeting.id + 1}")
        assert "Chuyên đề" not in said
    assert "Việc này do bí thư làm." in await tinh.taps(1, f"prepare {meeting.id}")
    assert "Việc này do bí thư làm." in await tinh.taps(1, f"agenda {meeting.id} 1")
