"""Nobody is interrupted in the middle of answering."""

from __future__ import annotations

from tests.stories.village import Village, at


async def test_a_reminder_waits_while_a_question_is_open(village: Village) -> None:
    """The secretary is typing a new day when the call list is due; it comes when he has had his three minutes."""
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(2, 12, 19, 29))
    await lam.says("Đặt, đổi lịch họp")
    await lam.picks("Họp bất thường")
    asked = lam.last
    await village.forward(to=at(2, 12, 19, 31))
    assert lam.last == asked
    await village.forward(to=at(2, 12, 19, 33))
    assert "cần gọi" in lam.last


async def test_an_answer_comes_at_once_all_the_same(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    await village.plan(at(3, 12, 19, 30))
    await lam.says("Đặt, đổi lịch họp")
    await lam.picks("Họp bất thường")
    assert "tối thứ Bảy, ngày 12 tháng 12" in (await lam.says("tối thứ 7 ngày 12/12 7 rưỡi")).replace("7 giờ rưỡi ", "")
