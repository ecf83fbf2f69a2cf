"""How the claim finds its rows among millions: the plan of both engines, and what a claim costs there.

`python -m bench.plan [--rows 10000000] [--json]`. A tenth of the rows waits, the others have been sent and are kept.
The statement is the one that the product itself has just executed; the claim is taken back each time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, bindparam, event, text

from bench import world
from bench.figures import Figure, report
from bench.processes import note
from bench.text import FIRST_CHAT, TOKEN
from db import addresses, wire, workers
from db.columns import Moment
from db.outbox import allowed
from makebelieve.postgres import postgres

ROWS, FEW = 10_000_000, 10_000
WAITING = 10  # one in so many rows waits
AT_ONCE = 16
ROUNDS = 101
NOW = datetime.now(UTC)

CHATS = """INSERT INTO addresses (bot_id, chat, last_in_at)
SELECT :bot, CAST(:chat + i AS VARCHAR(64)), :now FROM n ORDER BY i"""
DELIVERIES = """INSERT INTO deliveries
(address_id, bot_id, kind, priority, send_after, worthless_after, state, finished_at, message_id)
SELECT :address + i % :chats, :bot, 'items', CASE WHEN i % 3 = 0 THEN 20 ELSE 30 END, :now, :later,
CASE WHEN i < :sent THEN 'sent' ELSE 'queued' END, CASE WHEN i < :sent THEN :now END,
CASE WHEN i < :sent THEN CAST(i AS VARCHAR(64)) END FROM n ORDER BY i"""


@dataclass(frozen=True)
class Found:
    """Milliseconds of a claim of sixteen rows, and the plan of its statement that finds them."""

    claim: float
    plan: str


class Taking:
    """Claims on a database that holds so many deliveries."""

    def __init__(self, url: str, count: int) -> None:
        self.url, self.count = url, count
        self.bot_id = self.worker_id = 0

    def measured(self, settle: Callable[[str], None]) -> Found:
        """Fills an empty database, lets it settle and looks.

        `settle` does what a server does by itself while a table grows for months; here it would do so while we look.
        """
        world.found(self.url, 0)
        world.on(self.url, self._fill)
        settle(self.url)
        note(f"{self.count} deliveries are there")
        return world.on(self.url, self._look)

    def _fill(self, connection: Connection) -> None:
        waiting = -(-self.count // WAITING)
        self.bot_id = addresses.bot(connection, "telegram", TOKEN.partition(":")[0], "bench_bot")
        self.worker_id = workers.enlist(connection, NOW)
        if connection.dialect.name == "postgresql":
            # The references are right: looking each one up would only take time.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(_timed(CHATS), {"count": waiting, "bot": self.bot_id, "chat": FIRST_CHAT})
        first = connection.execute(text("SELECT min(id) FROM addresses")).scalar_one()
        values = {"count": self.count, "sent": self.count - waiting, "chats": waiting, "address": first}
        connection.execute(_timed(DELIVERIES), {**values, "bot": self.bot_id})

    def _look(self, connection: Connection) -> Found:
        asked: list[tuple[str, Any]] = []

        def heard(_: Any, __: Any, statement: str, values: Any, *rest: Any) -> None:
            asked.append((statement, values))

        event.listen(connection, "before_cursor_execute", heard)
        self._claim(connection)
        event.remove(connection, "before_cursor_execute", heard)
        [finding] = [(said, values) for said, values in asked if said.startswith("WITH ripe")]
        plan = _plan(connection, *finding)
        return Found(1000 * median(self._claim(connection) for _ in range(ROUNDS)), plan)

    def _claim(self, connection: Connection) -> float:
        """The seconds that a claim takes; it is taken back."""
        taking = connection.begin_nested()
        begun = time.perf_counter()
        leaving = allowed(NOW, world.RULES)
        taken, _ = wire.claim(connection, NOW, leaving, self.bot_id, AT_ONCE, self.worker_id, _any_pace)
        seconds = time.perf_counter() - begun
        taking.rollback()
        if len(taken) != AT_ONCE:
            raise RuntimeError(f"{len(taken)} rows were taken")
        return seconds


def _any_pace(chat: str) -> tuple[timedelta, int]:
    return timedelta(0), 1


def _timed(statement: str) -> Any:
    made = text(world.NUMBERS + statement).bindparams(bindparam("now", NOW, Moment()))
    return made.bindparams(bindparam("later", NOW + timedelta(days=1), Moment())) if ":later" in statement else made


def _plan(connection: Connection, statement: str, values: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        return "\n".join(row[-1] for row in rows)
    asked = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}"
    return "\n".join(row[0] for row in connection.exec_driver_sql(asked, values).all())


def engines(count: int) -> Iterator[tuple[str, Found]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", Taking(world.sqlite_url(Path(folder) / f"{count}.db"), count).measured(_analyze)
    with postgres() as server:
        yield "PostgreSQL", Taking(server.empty(), count).measured(lambda url: server.run("VACUUM ANALYZE", url))


def _analyze(url: str) -> None:
    world.on(url, lambda c: c.execute(text("ANALYZE")))


def measure(count: int, few: int = FEW) -> Iterator[tuple[Figure, Found]]:
    short = dict(engines(few))
    for engine, found in engines(count):
        name = f"a claim of {AT_ONCE} rows on {engine} among {count}, to {few}"
        yield Figure(name, round(found.claim, 2), "ms", round(short[engine].claim, 2), "ratio <= 1.5"), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the figures alone")
    parser.add_argument("--rows", type=int, default=ROWS)
    wanted = parser.parse_args()
    for figure, found in measure(wanted.rows):
        report([figure], as_json=wanted.json)
        if not wanted.json:
            print(f"\n{found.plan}\n")


if __name__ == "__main__":
    main()
