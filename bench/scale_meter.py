"""What a month costs: processor time of the bot and of the database server, memory, the longest transactions, rows."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from bench.processes import TICK
from db.engine import Database

T = TypeVar("T")

SAMPLE_S = 0.5


@dataclass
class Clock:
    """A make-believe clock that stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def reach(self, moment: datetime) -> None:
        self.at = moment


class Watched(Database):
    """The product's database, which remembers the longest transaction of each kind of work: (seconds, when)."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        super().__init__(url)
        self._clock = clock
        self.longest: dict[str, tuple[float, datetime]] = {}

    async def _transaction(self, work: Callable[[Connection], T]) -> T:
        begun = time.perf_counter()
        try:
            return await super()._transaction(work)
        finally:
            name, this = _name(work), (time.perf_counter() - begun, self._clock())
            self.longest[name] = max(self.longest.get(name, this), this)


def _name(work: Any) -> str:
    """App._tick, Sender._claim ..."""
    found = str(getattr(getattr(work, "func", work), "__qualname__", "work"))
    return found.replace(".<locals>.<lambda>", "").replace(".<locals>", "")


@dataclass
class Cost:
    """Seconds of wall and processor time, and how many messages left meanwhile."""

    seconds: float = 0.0
    ours: float = 0.0
    server: float = 0.0
    sends: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.seconds + other.seconds,
            self.ours + other.ours,
            self.server + other.server,
            self.sends + other.sends,
        )

    def per(self, count: int) -> tuple[float, float]:
        """Processor milliseconds for each of `count` things: of the bot, of the server."""
        return 1000 * self.ours / max(count, 1), 1000 * self.server / max(count, 1)


def server_cpu(postmaster: int) -> float:
    """Processor seconds that a PostgreSQL server has used: its own, its living children's, its dead ones'."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            pid, _, rest = stat.read_text(encoding="utf-8", errors="replace").partition(" ")
            fields = rest.rpartition(")")[2].split()
            if int(pid) == postmaster:
                used += sum(int(number) for number in fields[11:15]) * TICK
            elif int(fields[1]) == postmaster:
                used += (int(fields[11]) + int(fields[12])) * TICK
    return used


@dataclass
class Memory:
    """Megabytes that this process holds, looked at twice a second for as long as it is watched."""

    samples: list[float] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[Memory]:
        task = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            self.samples.append(held())
            await asyncio.sleep(SAMPLE_S)

    @property
    def newest(self) -> float:
        return self.samples[-1] if self.samples else held()

    def at(self, share: float) -> float:
        """What it held after so much of the time."""
        if not self.samples:
            return held()
        return self.samples[min(int(len(self.samples) * share), len(self.samples) - 1)]


def held() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def sizes(connection: Connection) -> dict[str, int]:
    """The bytes of every table with its indexes."""
    found = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
    return {name: int(size) for name, size in connection.execute(text(found)).all()}


def rows(connection: Connection) -> dict[str, int]:
    """The rows of every table."""
    names = connection.execute(text("SELECT relname FROM pg_stat_user_tables")).scalars().all()
    counted = "SELECT count(*) FROM "
    return {name: int(connection.execute(text(counted + name)).scalar_one()) for name in names}


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What has been added, the most first."""
    found = {name: after[name] - before.get(name, 0) for name in after}
    return dict(sorted(found.items(), key=lambda one: -one[1]))
