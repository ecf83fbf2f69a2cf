"""Transactions, times and migrations, on each engine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select
from sqlalchemy.exc import StatementError

from db import addresses, checkpoints, units
from db.engine import HEAD, Database, version
from db.tables import join_attempts, metadata, received

HANOI = timezone(timedelta(hours=7))


async def test_migrations_lead_to_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await database.read(version) == HEAD
    assert await database.read(differences) == []
    assert ScriptDirectory("db/migrations").get_current_head() == HEAD


async def test_a_transaction_that_raises_leaves_no_trace(database: Database) -> None:
    def half(connection: Connection) -> None:
        units.add(connection, "commune", "xã Suối Trong")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(half)
    assert await database.read(units.root) is None


async def test_times_come_back_as_utc_whatever_zone_they_went_in(database: Database) -> None:
    evening = datetime(2026, 12, 3, 19, 30, 15, 250_000, tzinfo=HANOI)
    row = {"bot_id": None, "event_key": "1", "chat": "1", "said_at": evening, "arrived_at": evening, "state": "done"}

    def there_and_back(connection: Connection) -> datetime | None:
        row["bot_id"] = addresses.bot(connection, "telegram", "1", "bot")
        connection.execute(received.insert().values(**row))
        return connection.execute(select(received.c.said_at)).scalar()

    found = await database.write(there_and_back)
    assert found == evening
    assert found.tzinfo is UTC


async def test_naive_times_are_refused(database: Database) -> None:
    naive = datetime(2026, 12, 3, 19, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive datetime"):
        await database.write(lambda c: c.execute(join_attempts.insert().values(address_id=1, at=naive, right=True)))


def pages(path: str) -> int:
    return Path(path).stat().st_size // 4096


async def test_the_log_of_a_busy_file_does_not_grow_without_end(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAUSE_S", 0)
    monkeypatch.setattr(checkpoints, "LONGEST_LOG", 50)
    db = Database(database_url)

    def one_more(connection: Connection) -> int:
        units.add(connection, "cell", f"thôn {uuid4()}")
        return pages(f"{db.url.database}-wal")

    grown = [await db.write(one_more) for _ in range(400)]
    await db.close()
    assert max(grown) < 400 * 3, "each of them wrote at least three pages"
    with closing(sqlite3.connect(str(db.url.database))) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_reader_that_stays_does_not_keep_the_writer_waiting_again_and_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST_LOG", 0)
    path = database_url.partition("///")[2]
    with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path)) as reader:
        writer.execute("PRAGMA busy_timeout=1")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM units").fetchone()
        writer.execute("INSERT INTO lineage (origin) VALUES ('x')")
        writer.commit()
        assert checkpoints._carried(writer) == checkpoints.REST_S
        reader.rollback()
        assert checkpoints._carried(writer) == checkpoints.PAUSE_S
