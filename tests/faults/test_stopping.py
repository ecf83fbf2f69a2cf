"""Asked to stop, a bot finishes what is on the wire, and nothing else; what cannot be finished is named next time."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from simulator.faults import Fault
from tests.faults.judge import judge, passed
from tests.faults.living import living

PEOPLE = 60


async def test_answers_that_are_slow_are_waited_for(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        bot.simulator.faults.order(Fault("*", "slow", times=0, delay_ms=1000))
        await bot.start()
        await bot.until_heard(20)
        bot.workers[0].process.send_signal(signal.SIGTERM)
        # Somebody is impatient; that must not make it give up what it waits for.
        assert await bot.end(signal.SIGTERM) == 0
        assert await bot.count("sending") == 0
        bot.simulator.faults.waiting.clear()
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.named, verdict.twice) == (0, 0)


@pytest.mark.proof
async def test_what_is_not_answered_in_time_is_named_at_the_next_start(database_url: str, tmp_path: Path) -> None:
    async with living(database_url, tmp_path, PEOPLE) as bot:
        bot.simulator.faults.order(Fault("sendMessage", "hang_after", times=5))
        await bot.start()
        await bot.until_heard(5)
        assert await bot.end(signal.SIGTERM) == 0
        assert await bot.count("sending") == 5
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.named, verdict.most_named_at_once) == (5, 5)


@pytest.mark.proof
async def test_many_restarts_in_a_row_lose_nothing(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        for how in (signal.SIGTERM, signal.SIGKILL) * 3:
            worker = await bot.spawn()
            await bot.pause(0.7)
            await worker.end(how)
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        passed(bot, await judge(bot))
