"""kill -9 in the middle of a broadcast, on a real process: nothing is lost, and what may have gone twice is named.

The far end's own ledger is the judge. The seed of a run is in its name.
"""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from db.tables import intentions
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import INVITATION, NOTICE, Living, living

PEOPLE = 300
KILLS = 10
SHORT, LONG = 2, 20  # times KILLS: 20 points, 200 points
IN_FLIGHT = 64  # the most rows that a crash can leave open


async def killed(bot: Living, chance: random.Random, after: int) -> None:
    """Start the bot and kill it once the far end has heard so often of it, or now and then while it is starting."""
    worker = await bot.spawn()
    if chance.random() < 0.15:
        await bot.pause(chance.uniform(0, 1))
    else:
        await worker.runs()
        await bot.heard_or_tired(after)
        # The entries of the ledger stand for one moment of a send; this reaches the others.
        await bot.pause(chance.uniform(0, 0.02))
    assert await worker.end(signal.SIGKILL) == -signal.SIGKILL


@pytest.mark.parametrize("seed", seeds(SHORT, LONG))
async def test_a_killed_broadcast_reaches_everybody(usual_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance = random.Random(seed)
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        for after in sorted(chance.sample(range(1, 2 * PEOPLE - IN_FLIGHT), KILLS)):
            await killed(bot, chance, after)
        await bot.start()
        await bot.until_heard(1)
        eager = next(phone for phone in bot.phones if phone.conversation.messages)
        eager.tap(1, f"answer {bot.meeting.id} yes 1")
        await bot.until(lambda: bool(bot.copies("Đã ghi")))
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        # On a server the dead are found out together; on a file each start looks after the one before it.
        assert verdict.most_named_at_once <= (IN_FLIGHT if bot.database.is_sqlite else KILLS * IN_FLIGHT)
        keep(f"killed while it sends, {bot.database.url.get_backend_name()}", kills=KILLS, **passed(bot, verdict))
        assert bot.copies("Đã ghi")[eager.user.id] == 1
        said = await bot.database.read(lambda c: c.execute(select(intentions.c.choice, intentions.c.changes)).all())
        assert said == [("yes", 0)]
        assert not any(name in bot.said.decode() for name in ("Ma Văn", "Khe Đào", NOTICE))


async def test_a_bot_that_is_asked_to_stop_leaves_nothing_open(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, 60) as bot:
        for _ in range(2):
            await bot.start()
            await bot.until_more(20)
            assert await bot.end(signal.SIGTERM) == 0
            assert await bot.count("sending") == 0
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        assert set(bot.copies(INVITATION).values()) == set(bot.copies(NOTICE).values()) == {1}
        assert await bot.count("sent") == 120
        assert (await judge(bot)).named == 0
