"""A bot whose platform counts its messages by the month: what still leaves when they are used up."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from db import quota
from db.tables import bots
from tests.stories.test_moving import cell, move_to_friday
from tests.stories.village import Village, at

pytestmark = pytest.mark.parametrize("village", ["zalo"], indirect=True)


async def lasts_for(village: Village, per_month: int) -> None:
    [bot_id] = village.app.channels
    await village.write(lambda c: c.execute(update(bots).where(bots.c.id == bot_id).values(per_month=per_month)))


async def test_beyond_the_months_messages_only_answers_and_changes_leave(village: Village) -> None:
    made = await cell(village)
    await lasts_for(village, 1)
    made.tinh.new()
    await village.forward(at(2, 12, 19))
    assert made.tinh.new() == []
    assert "họp" in (await made.tinh.says("bao giờ họp")).lower()
    made.tinh.new()
    await move_to_friday(made)
    await made.lam.picks("Báo cho 5 người")
    await village.forward(minutes=2)
    assert any("thứ Sáu, ngày 4 tháng 12" in text for text in made.tinh.new())


async def test_a_new_month_begins_anew(village: Village) -> None:
    phone = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(3, 12, 19, 30))
    await phone.says("0")
    await lasts_for(village, 1)
    phone.new()
    await village.forward(at(30, 11, 19))
    assert phone.new() == []
    await village.forward(at(2, 12, 19))
    assert phone.new()


async def test_every_part_of_what_is_sent_is_counted(village: Village) -> None:
    phone = await village.join(await village.add("Ma Văn Tình", "bác"))
    for _ in range(3):
        await phone.says("0")
    [use] = await village.write(lambda c: quota.state(c, village.now, village.app.rules))
    assert use.sent == len(phone.new())
