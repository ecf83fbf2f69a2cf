"""Which copy of the database this is. A restored one does not know what has left since, so it starts on hold.

SQLite: a small file lies beside the database, and both hold a number that grows while a bot runs: first the row, then
the file. A file that is ahead of its row, or missing, or written beside another file, says that this database was put
in its place. PostgreSQL: server, timeline, database and table have numbers of their own; one of them changes with every
failover, recovery to a point in time, and dump that is brought in again.

While it is held, answers to what people say leave as usual and everything else waits for the operator (`release`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text
from sqlalchemy.exc import NotSupportedError, ProgrammingError

from db import audit
from db.engine import Database
from db.notices import Notice, pause
from db.sql import insert, many
from db.tables import deliveries, due_items, lineage, notices, rungs

BACKUP = "backup"  # origin of a copy that was made to be restored
MOVED = "moved"  # origin of a file whose installation lives on a server by now

_ORIGIN = (
    "SELECT system_identifier FROM pg_control_system()",
    # The timeline that is written now: the one of the last checkpoint lags behind a failover.
    "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)",
    "SELECT oid FROM pg_database WHERE datname = current_database()",
    "SELECT 'lineage'::regclass::oid",  # a dump makes its tables anew
)


class MovedError(Exception):
    """The installation was moved to another database; this one is only kept."""


# ---- starting, and going on ----


async def start(db: Database, now: datetime) -> datetime | None:
    """Look at the database before the first thing is done on it; since when it is held, None where it is not.

    Raises MovedError. Whatever process calls it, however often: it changes nothing for others.
    """
    beside = await asyncio.to_thread(read_pulse, db)

    def work(connection: Connection) -> tuple[int, datetime | None]:
        begin(connection, beside, now)
        return beat(connection, now), held(connection)

    pulse, since = await db.write(work)
    await asyncio.to_thread(write_pulse, db, pulse)
    return since


async def go_on(db: Database, now: datetime) -> None:
    """About once a minute while a bot runs: what is restored from before now is known by it."""
    pulse = await db.write(lambda c: beat(c, now))
    await asyncio.to_thread(write_pulse, db, pulse)


def begin(connection: Connection, file_pulse: int | None, now: datetime) -> bool:
    """Put a copy on hold; whether the database is on hold. `file_pulse`: what `read_pulse` found. Raises MovedError."""
    if is_moved(connection):
        raise MovedError
    _first(connection)
    if is_copy(connection, file_pulse):
        _hold(connection, now)
        reached = max(_known(connection)[1], file_pulse or 0)
        connection.execute(lineage.update().values(pulse=reached, origin=_origin(connection)))
    return held(connection) is not None


def beat(connection: Connection, now: datetime) -> int:
    """The grown pulse, for the file; on PostgreSQL a failover is noticed here, while the bot runs."""
    if connection.dialect.name == "sqlite":
        grown = lineage.update().values(pulse=lineage.c.pulse + 1).returning(lineage.c.pulse)
        return int(connection.execute(grown).scalar_one())
    origin = _origin(connection)
    known, _ = _known(connection)
    if known != origin:
        if known is not None:
            _hold(connection, now)
        connection.execute(lineage.update().values(origin=origin))
    return 0


def is_copy(connection: Connection, file_pulse: int | None) -> bool:
    """Whether this database was put in place since a bot last ran on it."""
    known, pulse = _known(connection)
    if connection.dialect.name != "sqlite":
        return known is not None and known != _origin(connection)
    if known == BACKUP:
        return True
    # A database on which no bot has ever run has nothing to say, whatever lies beside it.
    return pulse > 0 and (file_pulse is None or file_pulse > pulse)


def is_moved(connection: Connection) -> bool:
    return _known(connection)[0] == MOVED


def mark(connection: Connection, origin: str) -> None:
    """Say of an SQLite file that it is a BACKUP or that it has MOVED."""
    _first(connection)
    connection.execute(lineage.update().values(origin=origin))


def settle(connection: Connection) -> None:
    """Say that the installation belongs where it lies now: it was brought there with everything it knew."""
    _first(connection)
    connection.execute(lineage.update().values(origin=_origin(connection)))


def held(connection: Connection) -> datetime | None:
    """Since when only answers leave; None on most days."""
    found: datetime | None = connection.execute(select(lineage.c.held_at)).scalar()
    return found


def _hold(connection: Connection, now: datetime) -> None:
    connection.execute(lineage.update().values(held_at=now))


def _first(connection: Connection) -> None:
    if connection.execute(select(lineage.c.id)).first() is None:
        insert(connection, lineage, id=1)


def _known(connection: Connection) -> tuple[str | None, int]:
    """Origin and pulse as they are written down."""
    row = connection.execute(select(lineage.c.origin, lineage.c.pulse)).first()
    return (row.origin, row.pulse) if row else (None, 0)


def _origin(connection: Connection) -> str | None:
    """The numbers of a server's database; None for a file."""
    if connection.dialect.name == "sqlite":
        return None
    return "/".join(_readable(connection, statement) for statement in _ORIGIN)


def _readable(connection: Connection, statement: str) -> str:
    """One of the numbers; nothing where a server does not let everybody see it."""
    try:
        with connection.begin_nested():
            return str(connection.execute(text(statement)).scalar())
    except (ProgrammingError, NotSupportedError):
        return "-"


# ---- what a copy may have sent already ----


@dataclass(frozen=True)
class Stale:
    """What was due before the hold began, so that it may have left from the database that was lost.

    `kinds`: kind of due item, or "answer" -> how many; `rungs`: reminders not yet made; `notices`: not told to all.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    rungs: int = 0
    notices: int = 0

    @property
    def is_empty(self) -> bool:
        return not (any(self.kinds.values()) or self.rungs or self.notices)


def leaves(since: datetime) -> ColumnElement[bool]:
    """SQL, for a query over deliveries: the only rows that leave while the database is held since then."""
    return (deliveries.c.kind == "answer") & ~_old(since)


def stale(connection: Connection, since: datetime) -> Stale:
    """What `release` drops of a database that is held since then."""
    kinds = select(due_items.c.kind, func.count()).where(_items(since)).group_by(due_items.c.kind)
    counted = {str(kind): int(count) for kind, count in connection.execute(kinds).all()}
    if answers := _count(connection, _rows(since) & (deliveries.c.kind == "answer")):
        counted["answer"] = answers
    return Stale(counted, _count(connection, _rungs(since)), _count(connection, _notices(since)))


def release(connection: Connection, now: datetime, *, drop: bool) -> Stale:
    """End the hold; what was dropped. What people did and what came due since it began leaves either way."""
    since = held(connection)
    if since is None:
        return Stale()
    gone = stale(connection, since) if drop else Stale()
    if drop:
        _drop(connection, since, now)
    connection.execute(lineage.update().values(held_at=None))
    audit.note(connection, None, "lineage.drop" if drop else "lineage.release", now)
    return gone


def _drop(connection: Connection, since: datetime, now: datetime) -> None:
    connection.execute(due_items.update().where(_items(since)).values(state="expired"))
    rows = {"state": "expired", "finished_at": now, "message": None}
    connection.execute(deliveries.update().where(_rows(since)).values(**rows))
    connection.execute(rungs.update().where(_rungs(since)).values(fired_at=now))
    # Its author sees how far it came, and decides about the others.
    for notice in many(Notice, connection.execute(select(notices).where(_notices(since))).all()):
        pause(connection, notice, now)


def _old(since: datetime) -> ColumnElement[bool]:
    """Deliveries that the lost database may have sent: due, or already tried, when this copy was put in place."""
    tried = deliveries.c.dispatched_at.is_not(None) & (deliveries.c.dispatched_at <= since)
    return or_(deliveries.c.send_after <= since, tried)


def _rows(since: datetime) -> ColumnElement[bool]:
    # A screen shows what is true now, however often it is drawn.
    return and_(deliveries.c.state == "queued", deliveries.c.kind != "screen", _old(since))


def _items(since: datetime) -> ColumnElement[bool]:
    waiting = (due_items.c.state == "waiting") & (due_items.c.due_at <= since) & (due_items.c.made_at <= since)
    carried = due_items.c.delivery_id.in_(select(deliveries.c.id).where(_rows(since)))
    return or_(waiting, and_(due_items.c.state == "travelling", carried))


def _rungs(since: datetime) -> ColumnElement[bool]:
    return and_(rungs.c.fired_at.is_(None), rungs.c.due_at <= since)


def _notices(since: datetime) -> ColumnElement[bool]:
    spreading = (notices.c.state == "sending") & (notices.c.told_to < notices.c.listed_end)
    return and_(spreading, notices.c.send_after <= since)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(which)).scalar_one())


# ---- the file beside an SQLite database ----


def read_pulse(db: Database) -> int | None:
    """What the file says; None where there is none, it was written beside another database file, or for a server."""
    if not db.is_sqlite:
        return None
    database = _path(db)
    try:
        pulse, number = _beside(database).read_text(encoding="ascii").split()
        return int(pulse) if int(number) == database.stat().st_ino else None
    except (OSError, ValueError):
        return None


def write_pulse(db: Database, pulse: int) -> None:
    """Replace the file, so that whenever the power fails there is the old one or the new one; nothing for a server.

    It says which file it lies beside: a folder that was brought back whole has files of its own.
    """
    if not db.is_sqlite:
        return
    database = _path(db)
    fresh = database.with_name(f"{database.name}.pulse.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{pulse} {database.stat().st_ino}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(_beside(database))


def _path(db: Database) -> Path:
    return Path(db.url.database or "")


def _beside(database: Path) -> Path:
    return database.with_name(f"{database.name}.pulse")
