"""Members say beforehand whether they come."""

from __future__ import annotations

from tests.stories.village import Phone, Village, at


async def test_a_member_answers_changes_his_mind_and_taps_twice(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(at(26, 11, 18, 31))
    assert "mời bác Tình họp tháng 12" in tinh.last
    assert "✅ Đã ghi: bác Tình" in await tinh.picks("Tôi sẽ dự")


async def test_home_is_never_far(village: Village) -> None:
    tinh: Phone = await village.join(await village.add("Ma Văn Tình", "bác"))
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")
    assert "Trợ lý chưa hiểu câu này" in await tinh.says("asdf qwer")
