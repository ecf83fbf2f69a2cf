"""How functions on a connection are run: one transaction each, on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from db.sql import STIR
from db.writer import Writer

log = structlog.get_logger()

T = TypeVar("T")

# What the engines raise when they cannot be reached, are locked or full; all of it may pass.
_GONE = ("08", "53", "55", "57")  # a server's words for: no connection, no resources, not now, shut down
_STANDBY = "25006"  # it may only be read, because another server has taken its place
_STOOD_STILL = "25P03"  # in the middle of a transaction, for longer than is allowed


class AwayError(Exception):
    """The server cannot be reached, is starting, stopping or full."""


# The last but one: all connections of the pool hang on a server that does not answer.
AWAY = (AwayError, OperationalError, InterfaceError, NoConnectionError, OSError)
LONGEST_WAIT_S = 30.0
CONNECTIONS = 8  # of one process to a server
# A process that is frozen in the middle of a transaction, or cut off, must not keep its locks from the others; a little
# shorter than it takes until it is taken for dead (db/workers.py). Milliseconds.
_SERVER = {"idle_in_transaction_session_timeout": "6000", "jit": "off"}  # nothing here runs long enough to be compiled
PATIENCE_S = 30.0  # with one statement: a network that is cut says nothing at all
CONNECT_S = 10.0

# Two transactions got into each other's way, and the server broke one off: deadlock, serialization.
_CROSSED = ("40P01", "40001")
_NOT_UNIQUE, ONE_A_CHAT = "23505", "ix_deliveries_sending"  # two took a row of the same chat at the same moment
_RETRY_S = (0.05, 0.1, 0.2, 0.4)

HEAD = "0001"  # the newest migration; a test holds it against db/migrations

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a power cut must not undo the mark that a message is on the wire
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA wal_autocheckpoint=0",  # db/checkpoints.py does it beside the writer
    "PRAGMA secure_delete=ON",  # what a person had erased is not left on the disk
)


class InUseError(Exception):
    """Another bot runs on this database file."""


class Database:
    """`url`: "sqlite+aiosqlite:///bot.db" or "postgresql+asyncpg://user@host/name".

    `patience`: seconds after which a server that has not answered a statement counts as away; None for work of hours.
    """

    def __init__(self, url: str, patience: float | None = PATIENCE_S) -> None:
        self.url, self.patience = make_url(url), patience
        self.engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url, patience)
        self._writer = Writer(_writing_engine(self.url)) if self.is_sqlite else None
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

        On SQLite there is one writer, and what waits for it shares a commit. PostgreSQL takes several at once, and
        may ask that one of two that got into each other's way begin anew: `work` keeps nothing outside the database.
        """
        if self._writer:
            written: T = await self._writer.write(work)
            return written
        for wait in _RETRY_S:
            try:
                return await self._transaction(work)
            except DBAPIError as error:
                if not is_crossed(error):
                    raise
                await asyncio.sleep(wait * random.random())  # noqa: S311  it spreads, it protects nothing
        return await self._transaction(work)

    async def _transaction(self, work: Callable[[Connection], T]) -> T:
        try:
            async with self.engine.connect() as connection, connection.begin():
                return await connection.run_sync(work)
        except DBAPIError as error:
            if is_away(error) and not isinstance(error, AWAY):
                raise AwayError from error
            raise

    async def surely(self, work: Callable[[Connection], T]) -> T:
        """`write`, again and again while the database is away: for what has happened outside and must be known."""
        wait = 0.05
        while True:
            try:
                return await self.write(work)
            except AWAY as error:
                told(error, "What has happened is kept until it can be written down")
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_S)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._transaction(work)

    async def listen(self, stirred: Callable[[], None]) -> None:
        """Call `stirred` whenever another process has left something to do on the server, until cancelled."""
        import asyncpg  # noqa: PLC0415  not needed for a file

        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            # The driver calls it its own fault when a connection is cut while it is being made.
            with contextlib.suppress(
                OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError
            ):
                await _heard_from(await asyncpg.connect(address, timeout=CONNECT_S), stirred, self.patience)
            log.warning("The server does not say any more what others have left to do; it is asked again")
            await asyncio.sleep(1)

    async def migrate(self) -> None:
        """Bring the tables to the newest form; nothing to do where they have it."""
        if await self.read(version) != HEAD:
            await self.write(_upgrade)

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
        if self._writer:
            await self._writer.close()
        self._free()
        await self.engine.dispose()


async def _heard_from(connection: Any, stirred: Callable[[], None], patience: float | None) -> None:
    """Pass on what other processes say, until the server is gone; raises TimeoutError where it answers nothing."""
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    try:
        await connection.add_listener(STIR, lambda *_: stirred())
        stirred()  # what was said while nobody listened
        while not gone.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(gone.wait(), patience)
            if not gone.is_set():  # a server that is silent may have nothing to say, or be cut off
                await connection.execute("SELECT 1", timeout=patience)
    finally:
        connection.terminate()


def told(error: Exception, what: str, **facts: Any) -> None:
    """Log what was broken off: in one line where the database is away, with its trace where we are at fault."""
    if is_away(error):
        log.error("The database is away; it is tried again", what=what, error=type(error).__name__, **facts)
    else:
        log.error(what, exc_info=error, **facts)


def _state(error: DBAPIError) -> str:
    """The five letters by which a server names what went wrong; empty for a file."""
    return getattr(error.orig, "sqlstate", None) or ""


def is_crossed(error: DBAPIError) -> bool:
    """Whether two transactions got into each other's way: the one that was broken off begins anew."""
    return _state(error) in _CROSSED or (_state(error) == _NOT_UNIQUE and ONE_A_CHAT in str(error.orig))


def passes(error: Exception) -> bool:
    """Whether it is the database's trouble and not that of what was asked: the whole transaction is tried again."""
    return isinstance(error, DBAPIError) and (is_away(error) or is_crossed(error))


def is_away(error: Exception) -> bool:
    """Whether an error says that the database cannot be reached, is locked or full; all of it may pass."""
    if isinstance(error, DBAPIError) and not is_crossed(error):
        return error.connection_invalidated or _is_gone(_state(error)) or isinstance(error, AWAY)
    return isinstance(error, AWAY)


def _is_gone(state: str) -> bool:
    return state[:2] in _GONE or state in (_STANDBY, _STOOD_STILL)


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


def _server_engine(url: str, patience: float | None) -> AsyncEngine:
    how = {"server_settings": _SERVER, "command_timeout": patience, "timeout": CONNECT_S}
    engine = create_async_engine(url, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=0, connect_args=how)
    event.listen(engine.sync_engine, "handle_error", _unanswered)
    return engine


def _unanswered(context: ExceptionContext) -> Exception | None:
    """A statement that the server never answered: the connection is given up, and all others that lead to it."""
    if not isinstance(context.original_exception, TimeoutError):
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, context.original_exception, connection_invalidated=True)


def _sqlite_engine(url: str) -> AsyncEngine:
    """For what only reads."""
    engine = create_async_engine(url, hide_parameters=True)
    _prepare(engine.sync_engine)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _writing_engine(url: URL) -> Engine:
    """For the thread of the one writer: a plain connection needs no hop between threads for every statement.

    The writer says itself when a transaction begins: an engine that somebody listens to is slower at every statement.
    """
    engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True, pool_size=1)
    _prepare(engine)
    return engine


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine.pool, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must not open transactions by itself.
        raw: Any = connection
        raw.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
