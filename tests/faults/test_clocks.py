"""A clock that goes wrong, and a machine that was off: nothing twice, nothing lost, nothing stale."""

from __future__ import annotations

import random
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.tables import deliveries, due_items
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import INVITATION, NOTICE, Living, living

PEOPLE = 150
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("seed", seeds(1, 8))
async def test_a_clock_that_jumps(usual_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance = random.Random(seed)
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        await bot.start()
        await bot.until_heard(chance.randint(1, PEOPLE))
        for by in (HOUR, -HOUR, -HOUR, HOUR):
            bot.jump(by)
            await bot.pause(chance.uniform(0, 0.5))
        await bot.until_idle(skip=True)
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        assert (verdict.named, verdict.twice) == (0, 0)
        keep(f"a clock that jumps an hour, {bot.database.url.get_backend_name()}", jumps=4, **passed(bot, verdict))


@pytest.mark.parametrize("seed", seeds(1, 6))
async def test_nothing_stale_goes_out_after_four_hours(usual_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    """The meeting is over when the machine comes back: whoever was not invited by then is not invited any more."""
    chance = random.Random(seed)
    async with living(usual_url, tmp_path, PEOPLE, meeting_in=2 * HOUR) as bot:
        await bot.start()
        await bot.until_more(chance.randint(1, PEOPLE // 2))
        assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
        invited = set(bot.copies(INVITATION))
        bot.jump(4 * HOUR)
        await bot.start()
        await bot.until_idle(skip=True)
        assert await bot.end(signal.SIGTERM) == 0
        assert set(bot.copies(INVITATION)) == invited
        assert len(bot.copies(NOTICE)) == PEOPLE
        verdict = await judge(bot, dropped=("expired",))
        dropped = await expired(bot)
        assert dropped + verdict.sent + verdict.named >= 2 * PEOPLE
        told = [event for event in bot.events() if event["event"] == "Dropped, because it came too late"]
        assert sum(event["rows"] for event in told) == dropped
        keep(f"off for four hours, {bot.database.url.get_backend_name()}", dropped=dropped, **passed(bot, verdict))


@pytest.mark.parametrize("seed", seeds(1, 8))
async def test_nothing_stale_goes_out_after_a_sleep(usual_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    """A machine that sleeps over the meeting goes on where it was, with messages in its hands that were good before."""
    chance = random.Random(seed)
    async with living(usual_url, tmp_path, PEOPLE, meeting_in=2 * HOUR) as bot:
        worker = await bot.start()
        await bot.until_heard(chance.randint(1, PEOPLE // 2))
        worker.freeze()
        bot.jump(4 * HOUR)
        worker.thaw()
        await bot.until_idle(skip=True)
        assert await bot.end(signal.SIGTERM) == 0
        assert len(bot.copies(NOTICE)) == PEOPLE
        verdict = await judge(bot, dropped=("expired",))
        assert (verdict.named, verdict.twice) == (0, 0)
        keep(f"asleep for four hours, {bot.database.url.get_backend_name()}", **passed(bot, verdict))


async def expired(bot: Living) -> int:
    """How many due items were dropped because it was too late for them."""
    item = select(func.count()).select_from(due_items).outerjoin(deliveries, deliveries.c.id == due_items.c.delivery_id)
    late = item.where(func.coalesce(deliveries.c.state, due_items.c.state) == "expired")
    return await bot.database.read(lambda c: c.execute(late).scalar_one())
