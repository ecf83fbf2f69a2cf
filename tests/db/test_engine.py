"""Transactions, times and migrations, on each engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select
from sqlalchemy.exc import StatementError

from db import addresses, units
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
