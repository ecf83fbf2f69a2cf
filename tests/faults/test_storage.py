"""The database is away for a while in the middle of a broadcast: it goes on by itself, and by the same rules."""

from __future__ import annotations

import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import Living, living

PEOPLE = 150

_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_CUT = text(f"SELECT pg_terminate_backend(pid) {_OTHERS}")


async def cut_off(bot: Living) -> None:
    """End every connection of the bot; whatever it had not heard of is lost with it, also the word on a commit."""
    async with bot.database.engine.connect() as connection:
        await connection.execute(_CUT)


@pytest.mark.parametrize("seed", seeds(1, 10))
async def test_connections_to_the_server_are_cut(server_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance = random.Random(seed)
    async with living(server_url, tmp_path, PEOPLE) as bot:
        workers = [await bot.start(), await bot.start()]
        for after in sorted(chance.sample(range(2 * PEOPLE - 64), 3)):
            await bot.until_heard(after)
            await cut_off(bot)
        await bot.until_idle(skip=True)
        for worker in workers:
            assert await worker.end(signal.SIGTERM) == 0
        keep("connections to the server cut, postgresql", cuts=3, **passed(bot, await judge(bot)))


async def test_somebody_else_holds_the_tables_for_a_while(server_url: str, tmp_path: Path) -> None:
    """A restructuring by hand, say: two processes hang on it in the middle of what they do, and neither is buried."""
    async with living(server_url, tmp_path, PEOPLE) as bot:
        workers = [await bot.start(), await bot.start()]
        await bot.until_heard(PEOPLE // 2)
        async with bot.database.engine.connect() as somebody:
            await somebody.execute(text("LOCK TABLE deliveries, received, bots IN ACCESS EXCLUSIVE MODE"))
            await bot.pause(3)
        await bot.until_idle()
        for worker in workers:
            assert await worker.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.named, verdict.twice) == (0, 0)


async def test_somebody_else_holds_the_file_for_a_while(database_url: str, tmp_path: Path) -> None:
    async with living(database_url, tmp_path, PEOPLE) as bot:
        await bot.start()
        await bot.until_heard(PEOPLE // 2)
        with closing(sqlite3.connect(str(bot.database.url.database), isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            await bot.pause(3)
            somebody.execute("ROLLBACK")
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.named, verdict.twice) == (0, 0)
