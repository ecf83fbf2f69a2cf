"""How functions on a connection are run: one transaction each, on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

log = structlog.get_logger()

T = TypeVar("T")

# What the engines raise when they cannot be reached, are locked or full; all of it may pass.
AWAY = (OperationalError, InterfaceError, OSError)
LONGEST_WAIT_S = 30.0

HEAD = "0001"  # the newest migration; a test holds it against db/migrations

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a power cut must not undo the mark that a message is on the wire
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA secure_delete=ON",  # what a person had erased is not left on the disk
)


class InUseError(Exception):
    """Another bot runs on this database file."""


class Database:
    """`url`: "sqlite+aiosqlite:///bot.db" or "postgresql+asyncpg://user@host/name"."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _sqlite(url) if self.is_sqlite else create_async_engine(url, hide_parameters=True)
        self._one_writer = asyncio.Lock()
        self._lock: int | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_missing(self) -> bool:
        """A database file that nobody has made yet."""
        return self.is_sqlite and not Path(self.url.database or "").exists()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction that commits when it returns and leaves no trace when it raises.

        One writer at a time in this process: SQLite has no more, and waiting here costs less than its busy loop.
        """
        async with self._one_writer, self.engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                return await connection.run_sync(work)

    async def surely(self, work: Callable[[Connection], T]) -> T:
        """`write`, again and again while the database is away: for what has happened outside and must be known."""
        wait = 0.05
        while True:
            try:
                return await self.write(work)
            except AWAY:
                log.exception("The database is away; what has happened is kept until it is back")
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_S)

    async def read(self, work: Callable[[Connection], T]) -> T:
        async with self.engine.connect() as connection, connection.begin():
            return await connection.run_sync(work)

    async def migrate(self) -> None:
        """Bring the tables to the newest form; nothing to do where they have it."""
        if await self.read(version) != HEAD:
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)

    def claim(self) -> None:
        """Be the one bot that runs on this file; raises InUseError. The system frees it however the process ends.

        Two would take each other's rows on the wire for those of a crash. PostgreSQL is made for several.
        """
        if not self.is_sqlite or self._lock is not None:
            return
        self._lock = os.open(f"{self.url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._free()
            raise InUseError from None

    def _free(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def close(self) -> None:
        self._free()
        await self.engine.dispose()


def version(connection: Connection) -> str | None:
    """The migration that a database stands at; None for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else None


def try_writing(connection: Connection) -> None:
    """Write something and take it back; raises what the engine raises when it cannot."""
    connection.exec_driver_sql("CREATE TABLE can_be_written (n INTEGER)")
    connection.exec_driver_sql("DROP TABLE can_be_written")


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  heavy, and needed once in a database's life
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _sqlite(url: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must not open transactions by itself: `begin` below says which kind.
        raw: Any = connection
        raw.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once, whatever the busy timeout.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
