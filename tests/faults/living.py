"""`bot.py run` as a process of its own, on a real file and the real clock, against a far end that outlives it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from db import addresses, meetings, notices, outbox, people, units
from db.engine import Database
from db.meetings import Meeting
from db.rules import Rules
from db.tables import deliveries, due_items, links, received
from simulator import Clock, Phone, Simulator, open_phone, running
from simulator.bell import Bell

TOKEN = "1000:a-secret-of-the-bot"
FIRST_USER = 500
ROOT = Path(__file__).parent.parent.parent
SOON_S = 60.0
NOTICE = "Tiêm phòng dại"
INVITATION = "mời"


@dataclass
class Living:
    """The bot's process, its database, and the far end whose ledger is the judge."""

    simulator: Simulator
    database: Database
    config: Path
    bell: Bell
    process: asyncio.subprocess.Process | None = None
    said: bytes = b""
    phones: list[Phone] = field(default_factory=list)
    meeting: Meeting = field(init=False)

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "bot.py"),
            "run",
            "--config",
            str(self.config),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout
        assert b"running" in await self.process.stdout.readline()

    async def end(self, how: signal.Signals) -> int:
        """Send a signal; the exit status when the process is gone."""
        assert self.process
        if self.process.returncode is None:
            self.process.send_signal(how)
        _, said = await self.process.communicate()
        self.said += said
        return self.process.returncode or 0

    def told(self) -> list[dict[str, Any]]:
        """What has reached people, in order."""
        return [row for row in self.simulator.ledger.after(0) if row["accepted"] and row["method"] == "sendMessage"]

    def copies(self, words: str) -> Counter[int]:
        """How often each chat was told something with these words."""
        return Counter(row["chat"] for row in self.told() if words in row["text"])

    async def until(self, ready: Callable[[], bool]) -> None:
        assert await self.bell.until(ready, SOON_S), "it did not come to pass"

    async def until_idle(self) -> None:
        """Until everything that waits has been done, and the database says so."""
        async with asyncio.timeout(SOON_S):
            while not await self.database.read(_is_idle):
                await self.bell.until(lambda: False, 0.05)

    async def carried(self, kind: str) -> dict[int, Any]:
        """Chat -> state and mark of the delivery that carried its item of a kind."""
        mine = (
            select(addresses.addresses.c.chat, deliveries.c.state, deliveries.c.resent)
            .join(addresses.addresses, addresses.addresses.c.id == deliveries.c.address_id)
            .join(due_items, due_items.c.delivery_id == deliveries.c.id)
            .where(due_items.c.kind == kind)
        )
        rows = await self.database.read(lambda c: c.execute(mine).all())
        assert len(rows) == len(self.phones)
        return {int(chat): (state, resent) for chat, state, resent in rows}

    async def count(self, state: str) -> int:
        mine = select(func.count()).select_from(deliveries).where(deliveries.c.state == state)
        return await self.database.read(lambda c: c.execute(mine).scalar_one())


def _is_idle(connection: Connection) -> bool:
    heard = connection.execute(select(func.count()).select_from(received).where(received.c.state == "waiting"))
    return not heard.scalar_one() and outbox.is_idle(connection, datetime.now(UTC))


@asynccontextmanager
async def living(path: Path, persons: int, per_second: int = 300) -> AsyncIterator[Living]:
    """A commune in which a notice and an invitation are due for so many people, and nobody sends them yet."""
    url = f"sqlite+aiosqlite:///{path}"
    simulator, bell, database = Simulator(Clock(datetime.now(UTC), flowing=True)), Bell(), Database(url)
    simulator.on_change(bell.ring)
    async with running(simulator) as base:
        simulator.put_bot(TOKEN)
        config = path.with_suffix(".toml")
        config.write_text(_settings(url, base, per_second), encoding="utf-8")
        made = Living(simulator, database, config, bell)
        made.phones = [open_phone(simulator, FIRST_USER + number) for number in range(persons)]
        for phone in made.phones:
            phone.conversation.started = True
        made.meeting = await database.write(lambda c: _commune(c, made.phones))
        try:
            yield made
        finally:
            if made.process:
                await made.end(signal.SIGKILL)
            await database.close()


def _settings(url: str, base: str, per_second: int) -> str:
    return f"""
database = "{url}"
secret = "for tests only"
quiet = {{ start = "00:00", end = "00:00" }}
telegram = {{ token = "{TOKEN}", base_url = "{base}/bot" }}
delivery = {{ per_second = {per_second} }}
"""


def _commune(connection: Connection, phones: list[Phone]) -> Meeting:
    now = datetime.now(UTC)
    commune = units.add(connection, "commune", "xã Suối Trong", phone="+84900000001")
    cell = units.add(connection, "cell", "thôn Khe Đào", commune)
    official = people.add(connection, commune, "Nguyễn Thị Hương")
    people.give_role(connection, official, commune, "official")
    bot_id = addresses.bot(connection, "telegram", TOKEN.partition(":")[0], "bot")
    invited = []
    for number, phone in enumerate(phones):
        person = people.add(connection, cell, f"Ma Văn Thử {number}", form="bác")
        address = addresses.heard_from(connection, bot_id, str(phone.user.id), now)
        row = {"person_id": person.id, "address_id": address.id, "consent": "agreed"}
        connection.execute(links.insert().values(**row, asked_at=now, decided_at=now))
        invited.append(person.id)
    meeting = meetings.add(connection, cell, now + timedelta(days=3), "Nhà văn hóa thôn Khe Đào", now)
    times = {"due_at": now - timedelta(minutes=1), "worthless_after": meeting.starts_at, "now": now}
    outbox.due(connection, invited, "invite", meeting.id, **times)
    draft = notices.write(connection, official.id, f"{NOTICE} cho chó, mèo", now)
    notices.send(connection, draft, "members", None, now, Rules(quiet_from=time(0), quiet_until=time(0)))
    return meeting
