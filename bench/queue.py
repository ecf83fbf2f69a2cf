"""What a long queue costs: to make it, to send from it, to keep what has been sent.

`python -m bench.queue [--json] [--quick]`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypedDict

from sqlalchemy import func, select

import scheduler
from bench import world
from bench.figures import Figure, report
from bench.processes import CORES, HERE, FarEnd, child, end_cleanly, far_end, note
from bench.product import Product
from db.tables import due_items
from makebelieve.postgres import Server, postgres

KEEP_DAYS = 90
MUCH_LATER = timedelta(days=KEEP_DAYS + 1)  # when what was sent today is not kept any more
MIB = 1024 * 1024


@dataclass(frozen=True)
class Sizes:
    people: int = 1_000_000
    few: int = 1000
    short: int = 10_000  # a queue to compare the long one with
    window: int = 4000  # sends over which their cost is taken
    rounds: int = 3
    finished: int = 20_000
    broadcast: int = 100_000


QUICK = Sizes(people=5000, few=200, short=1000, window=300, rounds=1, finished=500, broadcast=1000)


class Made(TypedDict):
    """What bench.enqueue reports: seconds, those of its longest and of its usual transaction, megabytes."""

    seconds: float
    cpu: float
    longest: float
    usual: float
    peak: float


class Bench:
    def __init__(self, far_end: FarEnd, folder: Path, sizes: Sizes) -> None:
        self.far_end, self.folder, self.sizes = far_end, folder, sizes
        self._files = 0

    def _file(self) -> Path:
        self._files += 1
        return self.folder / f"{self._files}.db"

    def _village(self, count: int) -> Path:
        path = self._file()
        world.found(world.sqlite_url(path), count)
        return path

    # ---- making it ----

    def enqueue_sqlite(self) -> list[Figure]:
        crowd, few = self._village(self.sizes.people), self._village(self.sizes.few)
        with self._copied(crowd) as url:
            raw = self._enqueued("raw", url)
        with self._copied(crowd) as url:
            ours = self._enqueued("ours", url)
            self._complete(url, self.sizes.people)
        small = self._enqueued("ours", world.sqlite_url(few))
        more = f"memory for {self.sizes.people} people over that for {self.sizes.few}"
        return [
            *self._compared("SQLite", ours, raw),
            Figure("CPU of it on SQLite, to raw", round(ours["cpu"], 2), "s", round(raw["cpu"], 2)),
            Figure("longest write lock of it on SQLite", round(1000 * ours["longest"], 1), "ms", 0.0, "value <= 50"),
            Figure("usual write lock of it on SQLite", round(1000 * ours["usual"], 1), "ms"),
            Figure(more, round(ours["peak"] - small["peak"], 1), "MiB", 0.0, "value <= 16"),
        ]

    def enqueue_postgres(self, server: Server) -> list[Figure]:
        url = server.empty()
        world.found(url, self.sizes.people)
        copy = server.copy(url)
        raw = self._enqueued("raw", copy)
        server.drop(copy)
        ours = self._enqueued("ours", url)
        self._complete(url, self.sizes.people)
        server.drop(url)
        longest = Figure("longest transaction of it on PostgreSQL", round(1000 * ours["longest"], 1), "ms")
        return [*self._compared("PostgreSQL", ours, raw), longest]

    def _compared(self, where: str, ours: Made, raw: Made) -> list[Figure]:
        name = f"a notice to {self.sizes.people} people queued on {where}, to raw INSERT ... SELECT"
        return [Figure(name, round(ours["seconds"], 2), "s", round(raw["seconds"], 2), "ratio <= 2")]

    def _enqueued(self, how: str, url: str) -> Made:
        note(f"enqueueing: {how}, {url.partition(':')[0]}")
        with child(["-m", "bench.enqueue", how, url], cores=[HERE]) as process:
            made: Made = json.loads(process.line())
        return made

    def _complete(self, url: str, count: int) -> None:
        found = world.on(url, lambda c: c.execute(select(func.count()).select_from(due_items)).scalar_one())
        if found != count:
            raise RuntimeError(f"{found} of {count} people were to hear it")

    @contextlib.contextmanager
    def _copied(self, template: Path) -> Iterator[str]:
        path = world.copy(template, self._file())
        yield world.sqlite_url(path)
        path.unlink()

    # ---- sending from it ----

    def cost(self) -> list[Figure]:
        queues = {}
        for count in (self.sizes.short, self.sizes.people):
            queues[count] = self._village(count)
            note(f"preparing {count} deliveries")
            world.prepared(world.sqlite_url(queues[count]), count)
        costs: dict[int, list[float]] = {count: [] for count in queues}
        for _ in range(self.sizes.rounds):
            for count, template in queues.items():
                costs[count].append(self._cost(template))
        note(f"CPU ms a send by length of the queue: {costs}")
        short, long = (round(median(costs[count]), 3) for count in (self.sizes.short, self.sizes.people))
        name = f"CPU of a send with {self.sizes.people} queued, to {self.sizes.short} queued"
        return [Figure(name, long, "ms", short, "ratio <= 1.15")]

    def _cost(self, template: Path) -> float:
        """CPU milliseconds a send, once the process is warm."""
        self.far_end.behave()
        with self._copied(template) as url, Product(url).running(self.far_end) as process:
            warm = self.sizes.window // 4
            begun, used = self.far_end.until(sends=warm)["sends"], process.cpu
            ended = self.far_end.until(sends=warm + self.sizes.window)["sends"]
            return 1000 * (process.cpu - used) / (ended - begun)

    # ---- keeping what was sent ----

    def _broadcast(self, url: str, count: int, cores: list[int]) -> None:
        world.prepared(url, count)
        self.far_end.behave()
        with Product(url).running(self.far_end, cores=cores):
            self.far_end.until(sends=count, most_s=600)

    def bytes_sqlite(self) -> list[Figure]:
        count = self.sizes.finished
        path = self._village(count)
        self._broadcast(world.sqlite_url(path), count, [HERE])
        world.all_sent(world.sqlite_url(path), count)
        full = vacuumed(path)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript("DELETE FROM due_items; DELETE FROM deliveries")
        name = "a finished message with its due item and indexes"
        return [Figure(f"{name} on SQLite", round((full - vacuumed(path)) / count, 1), "B", 0.0, "value <= 300")]

    def bytes_postgres(self, server: Server) -> list[Figure]:
        count, url = self.sizes.finished, server.empty()
        world.found(url, count)
        self._broadcast(url, count, CORES)
        world.all_sent(url, count)
        server.run("VACUUM FULL", url)
        sizes = select(func.pg_total_relation_size("deliveries") + func.pg_total_relation_size("due_items"))
        held = world.on(url, lambda c: c.execute(sizes).scalar_one())
        server.drop(url)
        name = "a finished message with its due item and indexes"
        return [Figure(f"{name} on PostgreSQL", round(held / count, 1), "B", 0.0, "value <= 300")]

    def growth(self) -> list[Figure]:
        """The file after a second broadcast, when the first one is not kept any more."""
        count = self.sizes.broadcast
        path = self._village(count)
        url = world.sqlite_url(path)
        self._broadcast(url, count, [HERE])
        note(f"the first {count} are sent: {path.stat().st_size / MIB:.0f} MiB")
        self._forget(url)
        self._broadcast(url, count, [HERE])
        held = path.stat().st_size
        name = f"the file after a second broadcast to {count}, to its live data"
        return [Figure(name, round(held / MIB, 1), "MiB", round(vacuumed(path) / MIB, 1), "ratio <= 1.3")]

    def _forget(self, url: str) -> None:
        """Do what happens every night, on a night long after."""
        while world.on(url, lambda c: scheduler.clean(c, datetime.now(UTC) + MUCH_LATER, KEEP_DAYS)):
            pass


def vacuumed(path: Path) -> int:
    """The bytes of a file without any free page."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


PARTS = ("enqueue", "cost", "bytes", "growth")


def measure(sizes: Sizes, parts: tuple[str, ...] = PARTS) -> Iterator[Figure]:
    with far_end() as there, tempfile.TemporaryDirectory() as folder, postgres() as server:
        bench = Bench(there, Path(folder), sizes)
        if "enqueue" in parts:
            yield from bench.enqueue_sqlite()
            yield from bench.enqueue_postgres(server)
        if "cost" in parts:
            yield from bench.cost()
        if "bytes" in parts:
            yield from bench.bytes_sqlite()
            yield from bench.bytes_postgres(server)
        if "growth" in parts:
            yield from bench.growth()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not how fast")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    wanted = parser.parse_args()
    end_cleanly()
    for figure in measure(QUICK if wanted.quick else Sizes(), tuple(wanted.only)):
        report([figure], as_json=wanted.json)


if __name__ == "__main__":
    main()
