"""Moves an installation from its SQLite file to an empty PostgreSQL database: everything, or nothing at all.

Every table is copied inside one transaction of the server, compared row by row inside it, and only then committed; the
file is marked as moved last. Killed anywhere before that, the target is empty and the file goes on; killed in between,
the next call finds the same rows on both sides and has only the mark left to make.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Table, bindparam, create_engine, exists, func, select, text
from sqlalchemy.exc import DBAPIError

from db import lineage
from db.columns import metadata
from db.engine import Database
from db.tables import bots, deliveries, workers
from db.tables import lineage as lineage_table

BATCH = 2000

_written = json.JSONEncoder(default=str).encode  # a row as text; only moments are not known to it

Tell = Callable[[str, int, int], None]  # table, rows so far, rows in all


class NotEmptyError(Exception):
    """The target holds something else already."""


class DifferenceError(Exception):
    """The rows of a table are not the same on both sides after they were copied; `table`."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class RefusedError(Exception):
    """The server does not take a row of a table, which SQLite is less strict about; `table`, `why`."""

    def __init__(self, table: str, why: str) -> None:
        super().__init__(table, why)
        self.table, self.why = table, why


async def transfer(source: Database, target: Database, now: datetime, tell: Tell) -> dict[str, int]:
    """Copy everything and mark the file as moved; rows by table. The caller holds the file, and both are migrated.

    Raises NotEmptyError, DifferenceError, RefusedError, lineage.MovedError; whatever is raised, nothing has changed.
    """
    beside = lineage.read_pulse(source)
    with _alone(source) as old:
        # A copy that nobody has started yet is moved as what it is: on hold.
        lineage.begin(old, beside, now)
        async with target.engine.begin() as connection:
            counted = await connection.run_sync(lambda new: _whole(old, new, tell))
        lineage.mark(old, lineage.MOVED)
    return counted


@contextmanager
def _alone(source: Database) -> Iterator[Connection]:
    """The one who may write to the file; commits in the end."""
    engine = create_engine(source.url.set(drivername="sqlite"), hide_parameters=True, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _whole(old: Connection, new: Connection, tell: Tell) -> dict[str, int]:
    """Everything that is in the file, in the target; in one transaction of it."""
    names = ", ".join(new.dialect.identifier_preparer.format_table(table) for table in metadata.sorted_tables)
    # A bot that is started on the target meanwhile waits until it is whole.
    new.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    if _is_empty(new):
        for table in metadata.sorted_tables:
            _copy(old, new, table, tell)
        counted = _compared(old, new, metadata.sorted_tables)
        lineage.settle(new)
        # Until a server knows how full its tables are, it may choose the slowest way through them.
        new.execute(text("ANALYZE"))
        _count_on(new)
        return counted
    try:
        return _compared(old, new, [table for table in metadata.sorted_tables if table is not lineage_table])
    except DifferenceError as difference:
        raise NotEmptyError from difference


def _is_empty(connection: Connection) -> bool:
    return not any(connection.execute(select(exists(select(table)))).scalar() for table in metadata.sorted_tables)


# ---- copying ----


def _copy(old: Connection, new: Connection, table: Table, tell: Tell) -> None:
    total, done = old.execute(select(func.count()).select_from(table)).scalar_one(), 0
    tell(table.name, done, total)
    within = _within(table)
    upwards: list[dict[str, Any]] = []
    for batch in _batches(old, table):
        rows = [dict(row._mapping) for row in batch]
        fresh = [{**row, **dict.fromkeys(within)} for row in rows]
        upwards += [_link(table, row, within) for row in rows if any(row[name] is not None for name in within)]
        _put(new, table, fresh)
        done += len(rows)
        tell(table.name, done, total)
    if upwards:
        same = [column == bindparam(f"its_{column.name}") for column in table.primary_key]
        new.execute(table.update().where(*same).values({name: bindparam(f"to_{name}") for name in within}), upwards)


def _within(table: Table) -> list[str]:
    """Columns that refer to the table itself: a row may come before the one it speaks of, so they are set last."""
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _link(table: Table, row: dict[str, Any], within: list[str]) -> dict[str, Any]:
    keys = {f"its_{column.name}": row[column.name] for column in table.primary_key}
    return keys | {f"to_{name}": row[name] for name in within}


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """All rows, so many at a time; memory does not grow with the table."""
    return connection.execute(select(table), execution_options={"yield_per": BATCH}).partitions()


def _put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    try:
        connection.execute(table.insert(), rows)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise RefusedError(table.name, str(getattr(error.orig, "sqlstate", "")) or type(error).__name__) from error


# ---- comparing ----


def _compared(old: Connection, new: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """Rows by table, the same on both sides by number and content; raises DifferenceError."""
    counted = {}
    for table in tables:
        rows, _ = before = _fingerprint(old, table)
        if _fingerprint(new, table) != before:
            raise DifferenceError(table.name)
        counted[table.name] = rows
    return counted


def _fingerprint(connection: Connection, table: Table) -> tuple[int, int]:
    """How many rows there are, and a sum over their contents that does not depend on their order."""
    count = total = 0
    for rows in _batches(connection, table):
        count += len(rows)
        for row in rows:
            digest = hashlib.blake2b(_written(tuple(row)).encode(), digest_size=8).digest()
            total += int.from_bytes(digest, "big")
    return count, total % 2**64


# ---- counting on ----


def _count_on(connection: Connection) -> None:
    """Have the server give new rows the numbers after the highest one."""
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            if isinstance(column.type, Integer) and (highest := _highest(connection, column)):
                _set_counter(connection, table, column, highest)


def _highest(connection: Connection, column: Column[Any]) -> int:
    """The highest number that was given; that of a worker stands in other tables when its row is gone."""
    given: list[Column[Any]] = [column]
    if column is workers.c.id:
        given += [deliveries.c.worker_id, bots.c.poller_id]
    found = [connection.execute(select(func.max(number))).scalar() for number in given]
    return max((int(number) for number in found if number is not None), default=0)


def _set_counter(connection: Connection, table: Table, column: Column[Any], highest: int) -> None:
    found = select(func.pg_get_serial_sequence(table.name, column.name))
    if name := connection.execute(found).scalar():  # a column that refers to another table has none
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :highest)"), {"name": name, "highest": highest})
