"""No sliding second above the limit, and no refusal, however many processes send through one bot."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.commune import Load
from tests.faults.conftest import Keep
from tests.faults.judge import judge, passed
from tests.faults.living import NOTICE, living

SHORT, LONG = 600, 6000
SLOWEST_S = 0.1  # a message, on a machine that has much else to do
SIZES = [SHORT, pytest.param(LONG, marks=pytest.mark.proof)]


@pytest.mark.parametrize("people", SIZES)
async def test_one_process_keeps_the_limit(usual_url: str, tmp_path: Path, people: int, keep: Keep) -> None:
    await _kept(usual_url, tmp_path, people, 1, keep)


@pytest.mark.parametrize("people", SIZES)
async def test_three_processes_keep_it_together(server_url: str, tmp_path: Path, people: int, keep: Keep) -> None:
    await _kept(server_url, tmp_path, people, 3, keep)


async def _kept(url: str, folder: Path, people: int, processes: int, keep: Keep) -> None:
    async with living(url, folder, people, load=Load.NOTICE) as bot:
        for _ in range(processes):
            await bot.start()
        await bot.until_idle(most_s=SLOWEST_S * people)
        for worker in bot.workers:
            assert await worker.end(signal.SIGTERM) == 0
        assert set(bot.copies(NOTICE).values()) == {1}
        assert len(bot.copies(NOTICE)) == people
        verdict = await judge(bot)
        assert verdict.named == 0
        keep(f"{people} by {processes}, {bot.database.url.get_backend_name()}", **passed(bot, verdict))
