"""Several processes share the work: one is killed, one is frozen until it is taken for dead, and thawed."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from db.workers import DEAD_S
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import Living, living

PEOPLE = 400
IN_FLIGHT = 64
TAKEOVER_S = 15


async def answered_soon(bot: Living) -> None:
    """The process that asked for news is dead: another one asks before long, and no word is lost in between."""
    before = bot.simulator.clock.now()
    bot.phones[0].say("0")
    await bot.until(lambda: bool(bot.copies("cần việc gì ạ?")))
    assert (bot.simulator.clock.now() - before).total_seconds() < TAKEOVER_S


@pytest.mark.parametrize("seed", seeds(1, 7))
async def test_one_of_two_is_killed_and_one_frozen(server_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance = random.Random(seed)
    async with living(server_url, tmp_path, PEOPLE) as bot:
        mortal, cold = await bot.start(), await bot.start()
        await bot.until_heard(chance.randint(1, PEOPLE))
        cold.freeze()
        await bot.until_heard(chance.randint(PEOPLE, 2 * PEOPLE - IN_FLIGHT))
        assert await mortal.end(signal.SIGKILL) == -signal.SIGKILL
        fresh = await bot.start()
        await answered_soon(bot)
        await bot.pause(chance.uniform(0, DEAD_S))
        cold.thaw()
        await bot.until_idle()
        for worker in (cold, fresh):
            assert await worker.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        assert verdict.most_named_at_once <= 2 * IN_FLIGHT
        keep("one of two killed, one frozen and thawed, postgresql", kills=1, freezes=1, **passed(bot, verdict))


@pytest.mark.parametrize("seed", seeds(1, 10))
async def test_a_rolling_restart_under_load(server_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    """Each process is asked to stop in its turn, while another takes over: nothing is even uncertain."""
    chance = random.Random(seed)
    async with living(server_url, tmp_path, PEOPLE) as bot:
        serving = [await bot.start() for _ in range(3)]
        for old, after in zip(list(serving), sorted(chance.sample(range(2 * PEOPLE - IN_FLIGHT), 3)), strict=True):
            await bot.until_heard(after)
            serving.append(await bot.start())
            assert await old.end(signal.SIGTERM) == 0
        await bot.until_idle()
        for worker in serving[3:]:
            assert await worker.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        assert (verdict.named, verdict.twice) == (0, 0)
        keep("rolling restart of three, postgresql", restarts=3, **passed(bot, verdict))


async def test_the_work_can_be_split_between_processes(server_url: str, tmp_path: Path) -> None:
    """One hears, one sends, one keeps the time: together they are the bot."""
    async with living(server_url, tmp_path, 40) as bot:
        for role in ("chat", "send", "tick"):
            await bot.start(role)
        eager = bot.phones[0]
        await bot.until(lambda: len(eager.conversation.messages) >= 1)
        eager.tap(1, f"answer {bot.meeting.id} yes 1")
        await bot.until_idle()
        assert bot.copies("Đã ghi")[eager.user.id] == 1
        passed(bot, await judge(bot))
