"""The one statement that the two engines spell differently, and rows as dataclasses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

T = TypeVar("T")

_DIALECTS: Mapping[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def add_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that no unique key of the table knows yet; how many were new."""
    if not rows:
        return 0
    return len(connection.execute(_adding(connection.dialect.name, table), list(rows)).all())


# To build a statement costs more than to run it, so that the most frequent ones are built once.


@cache
def _adding(dialect: str, table: Table) -> Any:
    return inserting(dialect, table).on_conflict_do_nothing().returning(*table.primary_key)


def inserting(dialect: str, table: Table) -> Any:
    """An insert that may say what happens where the row is there already, as this engine spells it."""
    return _DIALECTS[dialect].insert(table)


def put(connection: Connection, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row with these keys, or give the one that is there these values."""
    statement = _putting(connection.dialect.name, table, tuple(keys), tuple(values))
    connection.execute(statement, {**keys, **values})


@cache
def _putting(dialect: str, table: Table, keys: tuple[str, ...], values: tuple[str, ...]) -> Any:
    fresh = inserting(dialect, table)
    return fresh.on_conflict_do_update(index_elements=keys, set_={name: fresh.excluded[name] for name in values})


def insert(connection: Connection, table: Table, **values: Any) -> int:
    """Insert one row; its id."""
    return int(connection.execute(_inserting(table), values).scalar_one())


@cache
def _inserting(table: Table) -> ReturningInsert[Any]:
    return table.insert().returning(table.c.id)


def one(kind: type[T], row: Row[Any] | None) -> T | None:
    return kind(**row._mapping) if row else None


def many(kind: type[T], rows: Sequence[Row[Any]]) -> list[T]:
    if rows and rows[0]._fields == tuple(kind.__dataclass_fields__):  # type: ignore[attr-defined]
        make: Any = kind
        return [make(*row) for row in rows]
    return [kind(**row._mapping) for row in rows]


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[None]:
    """A part of a transaction that leaves no trace when it raises; not to be nested.

    A fifth of the cost of SQLAlchemy's own savepoint, of which every event that comes in has one.
    """
    connection.exec_driver_sql("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
        connection.exec_driver_sql("RELEASE SAVEPOINT part")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT part")


STIR = "stir"  # the channel on which processes that share a server wake each other


def stir(connection: Connection) -> None:
    """Let other processes know, once this is committed, that there is something to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(STIR, "")))


def plan_afresh(connection: Connection) -> None:
    """Have a server plan each statement of this transaction for the tables as they are now.

    A plan that it has kept may be from when they were empty, and goes through the whole of one for each row of another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_PLAN_AFRESH)


_PLAN_AFRESH = text("SET LOCAL plan_cache_mode = force_custom_plan")


def measure(connection: Connection, *tables: Table) -> None:
    """Let a server look at how large these tables have become, so that it plans for that and forgets older plans.

    It does so by itself, but up to a minute later. `plan_afresh` is not for what writes: the checks of references would
    be planned anew for every row.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(table.name for table in tables)}"))


def only_one(connection: Connection, what: int) -> bool:
    """Whether no other process is at `what` now; it is kept from them until this transaction ends."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(what))).scalar())
