"""`bot.py run` as processes of their own, on a real database, against a far end that outlives them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from db.engine import Database
from db.meetings import Meeting
from db.tables import deliveries, due_items, notices, received
from simulator import Clock, Phone, Simulator, running
from simulator.bell import Bell
from tests.faults.commune import INVITATION, NOTICE, TOKEN, Load, settle_in

ROOT = Path(__file__).parent.parent.parent
SOON_S = 60.0
RATE = 300
PATIENCE_S = 3.0
SECRET = "Shown-by_Telegram-only"
__all__ = ["INVITATION", "NOTICE", "ROOT", "TOKEN", "Living", "Worker", "hearing", "living"]


class Worker:
    """One process. What it logs goes to a file, so that no full pipe ever holds it up."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process, self.log = process, log

    async def runs(self) -> None:
        """Until it has said that it runs."""
        assert self.process.stdout
        said = await self.process.stdout.readline()
        assert b"running" in said, (said, self.log.read_text())

    async def end(self, how: signal.Signals) -> int:
        """Send a signal; the exit status when the process is gone."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Living:
    """The bot's processes, their database, and the far end whose ledger is the judge."""

    simulator: Simulator
    database: Database
    config: Path
    bell: Bell
    rate: float
    phones: list[Phone] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    meeting: Meeting = field(init=False)
    ahead: timedelta = timedelta(0)

    async def spawn(self, role: str = "all") -> Worker:
        """A process that has only just begun."""
        log = self.config.with_suffix(f".{len(self.workers)}.log")
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.skewed", "run", "--config", str(self.config), "--role", role),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, "AHEAD": str(self._clock_file)},
            )
        self.workers.append(Worker(process, log))
        return self.workers[-1]

    async def start(self, role: str = "all") -> Worker:
        worker = await self.spawn(role)
        await worker.runs()
        return worker

    async def end(self, how: signal.Signals) -> int:
        """End the process that was started last."""
        return await self.workers[-1].end(how)

    # ---- its clock ----

    @property
    def _clock_file(self) -> Path:
        return self.config.with_suffix(".ahead")

    @property
    def now(self) -> datetime:
        """The time as the bot's machine has it."""
        return datetime.now(UTC) + self.ahead

    def jump(self, by: timedelta) -> None:
        """Set the clock of the bot's machine; the far end's stays right."""
        self.ahead += by
        fresh = self._clock_file.with_suffix(".fresh")
        fresh.write_text(str(self.ahead.total_seconds()))
        fresh.replace(self._clock_file)

    # ---- what came of it ----

    @property
    def said(self) -> bytes:
        """Everything that was logged."""
        return b"".join(worker.log.read_bytes() for worker in self.workers)

    def events(self, worker: Worker | None = None) -> Iterator[dict[str, Any]]:
        """The lines of the log."""
        for one in [worker] if worker else self.workers:
            # The last line of a killed process may be cut off.
            for line in one.log.read_text(encoding="utf-8").splitlines():
                if line.startswith("{") and line.endswith("}"):
                    yield json.loads(line)

    def told(self) -> list[dict[str, Any]]:
        """What has reached people, in order."""
        return [row for row in self.simulator.ledger.after(0) if row["accepted"] and row["method"] == "sendMessage"]

    def copies(self, words: str) -> Counter[int]:
        """How often each chat was told something with these words."""
        return Counter(row["chat"] for row in self.told() if words in row["text"])

    async def until(self, ready: Callable[[], bool], most_s: float = SOON_S) -> None:
        assert await self.bell.until(ready, most_s), ("it did not come to pass", self.said[-3000:])

    async def until_heard(self, messages: int) -> None:
        """Until the far end has entered so many calls in all."""
        await self.until(lambda: self.simulator.ledger.last >= messages)

    async def heard_or_tired(self, messages: int) -> None:
        """Until the far end has entered so many calls in all, or a few seconds are over.

        What a kill left open on a server is taken up again only when the dead process is known to be dead.
        """
        await self.bell.until(lambda: self.simulator.ledger.last >= messages, PATIENCE_S)

    async def until_more(self, messages: int) -> None:
        """Until the far end has entered so many more calls."""
        await self.until_heard(self.simulator.ledger.last + messages)

    async def pause(self, seconds: float) -> None:
        """Let a moment pass, whatever happens in it."""
        await self.bell.pause(seconds)

    async def until_idle(self, *, skip: bool = False, most_s: float = SOON_S) -> None:
        """Until everything has been done; with `skip` the bot's clock is moved over each wait for another try."""
        async with asyncio.timeout(most_s):
            while await self.database.read(_is_open):
                soonest = await self.database.read(_soonest) if skip else None
                if soonest and soonest > self.now:
                    self.jump(soonest - self.now)
                await self.pause(0.1)

    async def count(self, state: str) -> int:
        mine = select(func.count()).select_from(deliveries).where(deliveries.c.state == state)
        return await self.database.read(lambda c: c.execute(mine).scalar_one())


def _is_open(connection: Connection) -> bool:
    """Whether anything still waits to be heard, to be gathered or to be sent, now or later."""
    heard = exists().where(received.c.state == "waiting")
    item = exists().where(due_items.c.state == "waiting", due_items.c.due_at < datetime.now(UTC) + timedelta(days=1))
    row = exists().where(deliveries.c.state.in_(["queued", "sending"]))
    listing = exists().where(notices.c.state == "sending", notices.c.told_to < notices.c.listed_end)
    return bool(connection.execute(select(or_(heard, item, row, listing))).scalar())


def _soonest(connection: Connection) -> datetime | None:
    """The next moment of something that waits, where nothing is on the wire."""
    busy = exists().where(deliveries.c.state == "sending")
    if connection.execute(select(busy)).scalar():
        return None
    waits = select(func.min(deliveries.c.send_after)).where(deliveries.c.state == "queued")
    return connection.execute(waits).scalar()


def hearing(way: str) -> dict[str, str]:
    """How the platform's news come in: asked for ("poll"), or brought ("webhook")."""
    if way == "poll":
        return {}
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    return {"webhook": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}", "webhook_secret": SECRET}


@asynccontextmanager
async def living(
    url: str,
    folder: Path,
    persons: int,
    *,
    rate: float = RATE,
    load: Load = Load.BOTH,
    meeting_in: timedelta = timedelta(days=3),
    hearing: Mapping[str, str] | None = None,
) -> AsyncIterator[Living]:
    """A commune in which something is due for so many people, and nobody sends it yet.

    `rate`: messages a second, which the far end enforces. `hearing`: webhook, webhook_secret and listen; none: polls.
    """
    simulator, bell, database = Simulator(Clock(datetime.now(UTC), flowing=True)), Bell(), Database(url)
    simulator.on_change(bell.ring)
    limits = simulator.limits
    # One chat may be written to more often than in life, because the whole commune is hurried in the same measure.
    limits.on, limits.per_second, limits.per_chat = True, rate, max(1.0, rate / 30)
    async with running(simulator) as base:
        simulator.put_bot(TOKEN)
        config = folder / "config.toml"
        config.write_text(_settings(url, base, rate, dict(hearing or {})), encoding="utf-8")
        made = Living(simulator, database, config, bell, rate)
        made.jump(timedelta(0))
        made.phones, made.meeting = await settle_in(database, simulator, persons, load, meeting_in)
        try:
            yield made
        finally:
            for worker in made.workers:
                await worker.end(signal.SIGKILL)
            await database.close()


def _settings(url: str, base: str, rate: float, hearing: dict[str, str]) -> str:
    listen = hearing.pop("listen", "127.0.0.1:8090")
    webhook = "".join(f'{name} = "{value}"\n' for name, value in hearing.items())
    return f"""
database = "{url}"
secret = "for tests only"
quiet = {{ start = "00:00", end = "00:00" }}
delivery = {{ per_second = {rate} }}
web = {{ listen = "{listen}" }}
[telegram]
token = "{TOKEN}"
base_url = "{base}/bot"
{webhook}"""
