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
from delivery.line import MOST_IN_FLIGHT
from tests.conftest import copy_of
from tests.faults.living import INVITATION, NOTICE, TOKEN, Living, living

PEOPLE = 60
KILLS = 2


async def killed(bot: Living, chance: random.Random, after: int) -> None:
    """Let the bot carry at least so many messages, and kill it some moment later."""
    await bot.start()
    await bot.until(lambda: len(bot.told()) >= after)
    # The messages of the ledger stand for one moment of a send; this reaches the others.
    await bot.bell.until(lambda: False, chance.uniform(0, 0.02))
    assert await bot.end(signal.SIGKILL) == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(6))
async def test_a_killed_broadcast_reaches_everybody(migrated: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with living(copy_of(migrated, tmp_path / "bot.db"), PEOPLE) as bot:
        for after in sorted(chance.sample(range(1, 2 * PEOPLE - 2 * MOST_IN_FLIGHT), KILLS)):
            await killed(bot, chance, after)
        eager = next(phone for phone in bot.phones if INVITATION in str(phone.conversation.messages))
        eager.tap(1, f"answer {bot.meeting.id} yes 1")
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        await judge(bot)
        assert bot.copies("Đã ghi")[eager.user.id] == 1
        said = await bot.database.read(lambda c: c.execute(select(intentions.c.choice, intentions.c.changes)).all())
        assert said == [("yes", 0)]


async def judge(bot: Living) -> None:
    everybody = {phone.user.id for phone in bot.phones}
    invited, invitations = bot.copies(INVITATION), await bot.carried("invite")
    assert set(invited) == everybody, "somebody was not invited"
    assert {state for state, _ in invitations.values()} == {"sent"}
    twice = {chat for chat, times in invited.items() if times > 1}
    assert twice <= {chat for chat, (_, resent) in invitations.items() if resent}
    assert max(invited.values()) <= 1 + KILLS

    noticed, carried = bot.copies(NOTICE), await bot.carried("notice")
    named = {chat for chat, (state, _) in carried.items() if state == "uncertain"}
    assert set(carried.values()) <= {("sent", False), ("uncertain", False)}
    assert everybody - set(noticed) <= named, "somebody was not told, and nobody knows"
    assert max(noticed.values()) == 1, "a notice that may have arrived was sent again by itself"

    resent = sum(resent for _, resent in invitations.values())
    assert len(named) + resent <= KILLS * MOST_IN_FLIGHT
    assert TOKEN.encode() not in bot.said
    assert not any(name in bot.said.decode() for name in ("Ma Văn", "Khe Đào", NOTICE))


async def test_a_bot_that_is_asked_to_stop_leaves_nothing_open(migrated: Path, tmp_path: Path) -> None:
    async with living(copy_of(migrated, tmp_path / "bot.db"), 20) as bot:
        for after in (5, 15):
            await bot.start()
            await bot.until(lambda after=after: len(bot.told()) >= after)
            assert await bot.end(signal.SIGTERM) == 0
            assert await bot.count("sending") == 0
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        assert set(bot.copies(INVITATION).values()) == set(bot.copies(NOTICE).values()) == {1}
        assert await bot.count("sent") == 40
