"""The make-believe people of a bench, made inside the database: a commune whose cells have forty members each.

People, their chats and their consent come by INSERT ... SELECT, so that a million of them take seconds; the notice and
what becomes of it are made by the product's own functions.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, make_url, select, text

import scheduler
from bench.text import FIRST_CHAT, OFFICE, TOKEN, WORDS
from db import addresses, meetings, notices, people, units
from db.columns import Moment
from db.engine import Database
from db.notices import Notice
from db.rules import Rules
from db.sql import stir
from db.tables import addresses as addresses_table
from db.tables import deliveries, links, roles
from db.tables import meetings as meetings_table
from db.tables import people as people_table
from db.units import Unit

T = TypeVar("T")

FIRST_TAPPER = 500_000  # the chats of those who press buttons; those who get the notice begin at FIRST_CHAT
IN_A_CELL = 40
RULES = Rules(quiet_from=time(0), quiet_until=time(0))  # a bench may run at night

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
CELLS = """INSERT INTO units (kind, name, folded, parent_id, path)
SELECT 'cell', :name || ' ' || i, :name || ' ' || i, :parent, '' FROM n ORDER BY i"""
PATHS = "UPDATE units SET path = :above || id || '.' WHERE kind = 'cell' AND parent_id = :parent"
PEOPLE = """INSERT INTO people (unit_id, name, folded, sort_key, form, standing)
SELECT :cell + i / :together, 'Ma Văn Thử ' || i, 'ma van thu ' || i, 'thử ' || i, 'bác', 'official'
FROM n ORDER BY i"""
CHATS = """INSERT INTO addresses (bot_id, chat, last_in_at)
SELECT :bot, CAST(:chat + i AS VARCHAR(64)), :now FROM n ORDER BY i"""
LINKS = """INSERT INTO links (person_id, address_id, consent, asked_at, decided_at)
SELECT :person + i, :address + i, 'agreed', :now, :now FROM n"""


def on(url: str, work: Callable[[Connection], T]) -> T:
    """Run something in one transaction on a database that no bot runs on."""

    async def run() -> T:
        db = Database(url, patience=None)  # what fills a table for a bench takes its time
        try:
            return await db.write(work)
        finally:
            await db.close()

    return asyncio.run(run())


async def _migrate(url: str) -> None:
    db = Database(url)
    await db.migrate()
    await db.close()


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def copy(template: Path, path: Path) -> Path:
    """The same database once more, as a file of its own, on the disk: its flush is not part of what is measured."""
    shutil.copy(template, path)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return path


def found(url: str, count: int, tappers: int = 0) -> None:
    """A migrated database: a commune with `count` people to hear notices, another whose `tappers` have a meeting."""
    asyncio.run(_migrate(url))
    on(url, lambda c: _found(c, count, tappers))
    if make_url(url).get_backend_name() == "postgresql":
        # A server does so by itself within a minute of such a load; without it, it knows nothing of these tables.
        on(url, lambda c: c.execute(text("ANALYZE")))


def _found(connection: Connection, count: int, tappers: int) -> None:
    now = datetime.now(UTC)
    bot_id = addresses.bot(connection, "telegram", TOKEN.partition(":")[0], "bench_bot")
    province = units.add(connection, "province", "tỉnh Thử", phone="+84900000001")
    commune = units.add(connection, "commune", OFFICE, province)
    official = people.add(connection, commune, "Nguyễn Thị Hương")
    people.give_role(connection, official, commune, "official")
    put = Putting(connection, bot_id, now)
    if count:
        put.members(commune, "thôn", count, FIRST_CHAT)
    if tappers:
        other = units.add(connection, "commune", "xã Suối Ngoài", province)
        put.members(other, "bản", tappers, FIRST_TAPPER)
        for cell in units.cells(connection, other):
            meetings.add(connection, cell, now + timedelta(days=3), "Nhà văn hóa", now)


class Putting:
    """Rows for the numbers from 0 to `count` - 1, each by one statement."""

    def __init__(self, connection: Connection, bot_id: int, now: datetime) -> None:
        self.connection, self.bot_id, self.now = connection, bot_id, now

    def members(self, above: Unit, name: str, count: int, chat: int) -> None:
        """People in cells of forty, each with a chat of his own from number `chat` on, all of them agreed."""
        cells = -(-count // IN_A_CELL)
        self._put(CELLS, count=cells, name=name, parent=above.id)
        self.connection.execute(text(PATHS), {"above": above.path, "parent": above.id})
        self._put(PEOPLE, count=count, cell=self._first("units", cells), together=IN_A_CELL)
        self._put(CHATS, count=count, bot=self.bot_id, chat=chat)
        self._put(LINKS, count=count, person=self._first("people", count), address=self._first("addresses", count))

    def _put(self, statement: str, **values: Any) -> None:
        made = text(NUMBERS + statement)
        if ":now" in statement:
            made = made.bindparams(bindparam("now", self.now, Moment()))
        self.connection.execute(made, values)

    def _first(self, table: str, count: int) -> int:
        """The number of the first of the rows that were put in last."""
        found = self.connection.execute(text(f"SELECT max(id) FROM {table}"))  # noqa: S608  our own names
        return int(found.scalar_one()) - count + 1


# ---- the notice ----


def draft(connection: Connection) -> Notice:
    official = connection.execute(select(roles.c.person_id).where(roles.c.role == "official")).scalar_one()
    return notices.write(connection, official, WORDS, datetime.now(UTC))


def send_notice(connection: Connection) -> None:
    """The official sends a notice to all members of the commune."""
    if notices.send(connection, draft(connection), "members", None, datetime.now(UTC), RULES) is None:
        raise RuntimeError("the notice was not sent")


def prepared(url: str, count: int) -> None:
    """Send the notice and let the ticks make all its deliveries, so that a sender finds them waiting."""

    async def run() -> None:
        db = Database(url)
        newest = select(func.coalesce(func.max(deliveries.c.id), 0))
        goal = await db.read(lambda c: c.execute(newest).scalar_one()) + count
        await db.write(send_notice)
        while await db.read(lambda c: c.execute(newest).scalar_one()) < goal:
            await db.write(lambda c: scheduler.tick(c, datetime.now(UTC), RULES))
        await db.close()

    asyncio.run(run())


def hold(url: str) -> None:
    """Nothing is to leave for an hour, so that all processes have started when it may."""
    later = datetime.now(UTC) + timedelta(hours=1)
    on(url, lambda c: c.execute(deliveries.update().values(send_after=later)))


def release(url: str) -> None:
    """Now it is, and whoever waits is told so."""

    def work(connection: Connection) -> None:
        connection.execute(deliveries.update().values(send_after=datetime.now(UTC)))
        stir(connection)

    on(url, work)


def states(url: str) -> dict[str, int]:
    """How many deliveries are in which state."""
    counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return on(url, lambda c: {state: number for state, number in c.execute(counted).all()})


def all_sent(url: str, count: int) -> None:
    """What the far end saw is also what the database says; RuntimeError otherwise."""
    if (found := states(url)) != {"sent": count}:
        raise RuntimeError(f"{count} were to be sent, the database says {found}")


# ---- taps ----


def taps(url: str, count: int) -> list[tuple[int, str]]:
    """(chat, what its button says) of so many members who press "sẽ dự" for the meeting of their cell."""
    asked = select(addresses_table.c.chat, meetings_table.c.id).join_from(links, addresses_table)
    asked = asked.join(people_table, people_table.c.id == links.c.person_id)
    asked = asked.join(meetings_table, meetings_table.c.unit_id == people_table.c.unit_id)
    found = on(url, lambda c: c.execute(asked.order_by(links.c.person_id).limit(count)).all())
    return [(int(chat), f"answer {meeting_id} yes 1") for chat, meeting_id in found]
