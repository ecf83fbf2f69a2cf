"""Putting a notice to everybody into the queue, as a process whose memory can be looked at.

`python -m bench.enqueue ours|raw DATABASE` prints JSON: seconds, CPU seconds, longest and usual transaction, memory.
`raw` is the yardstick: the same rows by one INSERT ... SELECT a table, through sqlite3 or asyncpg itself.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, make_url, text

from bench import world
from db import notices
from db.columns import EPOCH, MICROSECOND
from db.engine import Database
from db.fanout import WORTH
from db.outbox import NOTICE

T = TypeVar("T")

RAW = (
    "INSERT INTO notice_people (notice_id, person_id) SELECT {notice}, person_id FROM links ORDER BY person_id",
    "INSERT INTO due_items (person_id, kind, subject, revision, priority, due_at, worthless_after, state, made_at) "
    "SELECT person_id, 'notice', {notice}, 1, {priority}, {now}, {later}, 'waiting', {now} FROM links "
    "ORDER BY person_id",
)
LIKE_OURS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON")


async def ours(url: str) -> tuple[float, list[float]]:
    """(seconds in all, seconds of each transaction)."""
    db, transactions = Database(url), []

    async def timed(work: Callable[[Connection], T]) -> T:
        begun = time.perf_counter()
        result = await db.write(work)
        transactions.append(time.perf_counter() - begun)
        return result

    await db.write(lambda c: c.execute(text("SELECT 1")))  # a bot that runs has its connection
    begun = time.perf_counter()
    await timed(world.send_notice)
    while await timed(lambda c: notices.carry_on(c, datetime.now(UTC))):
        pass
    seconds = time.perf_counter() - begun
    await db.close()
    return seconds, transactions


def statements(url: str) -> list[str]:
    draft = world.on(url, world.draft)
    now = datetime.now(UTC)
    moments = {"now": now, "later": now + WORTH}
    if make_url(url).get_backend_name() == "sqlite":
        values: dict[str, Any] = {name: (moment - EPOCH) // MICROSECOND for name, moment in moments.items()}
    else:
        values = {name: f"'{moment.isoformat()}'::timestamptz" for name, moment in moments.items()}
    return [statement.format(notice=draft.id, priority=NOTICE, **values) for statement in RAW]


def raw_sqlite(path: str, wanted: list[str]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in LIKE_OURS:
        connection.execute(f"PRAGMA {pragma}")
    begun = time.perf_counter()
    for statement in ("BEGIN IMMEDIATE", *wanted, "COMMIT"):
        connection.execute(statement)
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


async def raw_postgres(url: str, wanted: list[str]) -> float:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    begun = time.perf_counter()
    async with connection.transaction():
        for statement in wanted:
            await connection.execute(statement)
    seconds = time.perf_counter() - begun
    await connection.close()
    return seconds


def raw(url: str) -> tuple[float, list[float]]:
    wanted, where = statements(url), make_url(url)
    if where.get_backend_name() == "sqlite":
        seconds = raw_sqlite(where.database or "", wanted)
    else:
        seconds = asyncio.run(raw_postgres(url, wanted))
    return seconds, [seconds]


def peak() -> float:
    """The most megabytes that this process has held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    how, url = sys.argv[1:]
    used = time.process_time()
    seconds, transactions = asyncio.run(ours(url)) if how == "ours" else raw(url)
    figures = {"seconds": seconds, "cpu": time.process_time() - used, "peak": peak()}
    print(json.dumps({**figures, "longest": max(transactions), "usual": median(transactions)}), flush=True)


if __name__ == "__main__":
    main()
