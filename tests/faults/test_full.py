"""The disk is full for a while: nothing is half-written, nothing is lost, and with room again everything goes on.

The system itself refuses what a process writes beyond some size of a file (RLIMIT_FSIZE), so what SQLite meets is a
write that fails half way, in its log or in its file; its own word for "full" comes from a limit on its pages.
"""

from __future__ import annotations

import asyncio
import random
import resource
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from channels.telegram import raw
from db.engine import Database
from simulator.faults import Fault
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import SOON_S, Living, Worker, hearing, living
from tests.web.world import keeping, open_world, register, rows

PEOPLE = 100
FEW = 5
IN_FLIGHT = 64
A_FEW_PAGES = 64 * 1024
AWAY = "The database is away; it is tried again"
NOT_SETTLED = "What has happened is kept until it can be written down"


def allow(worker: Worker, size: int = resource.RLIM_INFINITY) -> None:
    """Let no file of a process be written beyond so many bytes, not even what is there already."""
    _, hardest = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (size, hardest))


def file_of(bot: Living) -> Path:
    return Path(str(bot.database.url.database))


def whole(bot: Living) -> bool:
    """Whether what is committed can be read, by a process that has nothing to do with the bot."""
    with closing(sqlite3.connect(file_of(bot))) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def waits_in_the_log(bot: Living) -> bool:
    """Whether the file lacks pages that are committed."""
    with closing(sqlite3.connect(file_of(bot))) as connection:
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return bool(pages * size > file_of(bot).stat().st_size)


def refused(bot: Living) -> bool:
    """Whether the platform was told that what it brought is not kept."""
    hook = bot.phones[0].bot.webhook
    return bool(hook and "503" in hook.error)


async def broken_off(bot: Living, what: str = "") -> None:
    """Until the log says that the bot could not do this, or could not do something."""
    async with asyncio.timeout(SOON_S):
        while not any(event["event"] == AWAY and event["what"].startswith(what) for event in bot.events()):
            await bot.pause(0.1)


async def is_full(bot: Living, chance: random.Random) -> int:
    """What people say meanwhile stays with the platform, and what is not kept does not leave; how many said something.

    A small thing may still find room where a greater one did not.
    """
    await broken_off(bot)
    curious = 0
    for phone in chance.sample(bot.phones, PEOPLE):
        phone.say("0")
        curious += 1
        await bot.pause(0.1)
        if curious >= FEW and refused(bot):
            break
    assert refused(bot)
    heard = len(bot.told())
    await bot.pause(chance.uniform(0.5, 2))
    assert len(bot.told()) - heard <= IN_FLIGHT
    assert whole(bot)
    return curious


@pytest.mark.parametrize("seed", seeds(1, 9))
@pytest.mark.parametrize("where", ["anywhere", "at the checkpoint"])
async def test_the_disk_fills_up_while_it_sends(
    database_url: str, tmp_path: Path, where: str, seed: int, keep: Keep
) -> None:
    """Full at once, or so that the log may still grow to the length of the file, which itself takes nothing more."""
    chance = random.Random(f"{where} {seed}")
    async with living(database_url, tmp_path, PEOPLE, hearing=hearing("webhook")) as bot:
        bot.simulator.faults.order(Fault("sendMessage", "slow", times=0, delay_ms=chance.randint(1, 300)))
        await bot.database.close()  # the commune is in the file itself
        worker = await bot.start()
        await bot.until_heard(chance.randint(1, PEOPLE // 2))
        allow(worker, A_FEW_PAGES if where == "anywhere" else file_of(bot).stat().st_size)
        curious = await is_full(bot, chance)
        assert where == "anywhere" or waits_in_the_log(bot)
        allow(worker)
        await bot.until(lambda: not bot.phones[0].bot.updates)
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        assert len(bot.copies("cần việc gì ạ?")) == curious
        verdict = await judge(bot)
        assert (verdict.named, verdict.twice) == (0, 0)
        keep(f"the disk is full for a while, {where}", **passed(bot, verdict))


async def test_the_log_lies_on_the_full_disk_too(database_url: str, tmp_path: Path) -> None:
    """What cannot be told is no reason to stop."""
    async with living(database_url, tmp_path, PEOPLE) as bot:
        worker = await bot.start()
        await bot.until_heard(PEOPLE // 2)
        allow(worker, 0)
        await bot.pause(3)
        assert worker.log.stat().st_size == 0
        allow(worker)
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.named, verdict.twice) == (0, 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.proof)])
async def test_a_bot_that_ends_while_the_disk_is_full(database_url: str, tmp_path: Path, how: signal.Signals) -> None:
    """What had left by then could not be written down any more: it is named at the next start, and nothing else is."""
    async with living(database_url, tmp_path, PEOPLE) as bot:
        bot.simulator.faults.order(Fault("sendMessage", "slow", times=0, delay_ms=300))
        worker = await bot.start()
        await bot.until_heard(PEOPLE // 2)
        allow(worker, A_FEW_PAGES)
        await broken_off(bot, NOT_SETTLED)
        assert await bot.end(how) == (0 if how == signal.SIGTERM else -how)
        assert whole(bot)
        bot.simulator.faults.waiting.clear()
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        verdict = await judge(bot)
        passed(bot, verdict)
        assert 0 < verdict.named <= IN_FLIGHT


async def test_a_file_that_says_full_keeps_what_it_has_acknowledged(database_url: str) -> None:
    """SQLite's own limit: 503 from then on, and exactly what was answered with 200 is there."""
    database = Database(database_url)
    bot_id = await register(database)

    async def healthy() -> None:
        await database.read(lambda c: None)

    async def limited(pages: int) -> int:
        return await database.write(lambda c: int(c.execute(text(f"PRAGMA max_page_count = {pages}")).scalar_one()))

    async with open_world(keeping(database, bot_id, raw), healthy) as world:
        most = await limited(1)  # it never becomes less than what there is
        answers = [await world.post(_said(number)) for number in range(400)]
        assert set(answers) == {200, 503}
        assert len(await rows(database)) == answers.count(200)
        assert await database.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one()) == most
        await limited(2**30)
        again = [await world.post(_said(number)) for number in range(400)]
        assert set(again) == {200}
        assert [int(key) for key, _, _ in await rows(database)] == _in_order_of_arrival(answers)
    await database.close()


def _in_order_of_arrival(answers: list[int]) -> list[int]:
    """What was taken the first time, and then what was taken the second time."""
    return sorted(range(len(answers)), key=lambda number: answers[number] != 200)


def _said(number: int) -> dict[str, Any]:
    sender = {"id": 7, "is_bot": False, "first_name": "Tình"}
    message = {"message_id": number, "date": 1_793_667_600, "chat": {"id": 7, "type": "private"}, "from": sender}
    return {"update_id": number, "message": {**message, "text": "x" * 1000}}
