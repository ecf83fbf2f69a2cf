"""The one statement that the two engines spell differently, and rows as dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")


ROWS_AT_ONCE = 500  # SQLite takes 32,766 values in one statement


def add_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that no unique key of the table knows yet; how many were new."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).on_conflict_do_nothing()
    if len(rows) == 1:
        return connection.execute(statement, dict(rows[0])).rowcount
    slices = (rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE))
    return sum(connection.execute(statement.values([dict(row) for row in some])).rowcount for some in slices)


def put(connection: Connection, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row with these keys, or give the one that is there these values."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**keys, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=dict(values)))


def insert(connection: Connection, table: Table, **values: Any) -> int:
    """Insert one row; its id."""
    return int(connection.execute(table.insert().values(**values).returning(table.c.id)).scalar_one())


def one(kind: type[T], row: Row[Any] | None) -> T | None:
    return kind(**row._mapping) if row else None


def many(kind: type[T], rows: Sequence[Row[Any]]) -> list[T]:
    return [kind(**row._mapping) for row in rows]


STIR = "stir"  # the channel on which processes that share a server wake each other


def stir(connection: Connection) -> None:
    """Let other processes know, once this is committed, that there is something to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(STIR, "")))


def only_one(connection: Connection, what: int) -> bool:
    """Whether no other process is at `what` now; it is kept from them until this transaction ends."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(what))).scalar())
