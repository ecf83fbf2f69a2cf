"""Rows in every table, whatever tables there are: of all types, with awkward words, some speaking of later ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, String, Table, select

from db.columns import Moment, metadata
from db.tables import lineage

START = datetime(2026, 11, 26, 5, 0, 0, 123_457, tzinfo=UTC)
WORDS = "Bí thư “Tình” \\ 'x' <b>%s</b> đã 📅\n\t"
VALUES: dict[type, Callable[[int], Any]] = {
    Moment: lambda n: START + timedelta(seconds=n, microseconds=n),
    JSON: lambda n: {"b": [n, None, 0.1 * n, True, {"z": WORDS}], "a": "" if n % 2 else WORDS},
    Boolean: lambda n: n % 2 == 0,
    Float: lambda n: 1_764_000_000.1 + n / 7,
    Integer: lambda n: n * 1000,
}


def fill(connection: Connection, count: int) -> None:
    """So many rows in each table; row n refers to row n of other tables, and to row n + 1 of its own."""
    for table in metadata.sorted_tables:
        own = {key.parent.name for key in table.foreign_keys if key.column.table is table}
        rows = [_row(table, number) for number in range(1, 2 if table is lineage else count + 1)]
        connection.execute(table.insert(), [{**row, **dict.fromkeys(own)} for row in rows])
        for row in rows if own else ():
            mine = table.update().where(table.c.id == row["id"])
            connection.execute(mine.values({name: row["id"] + 1 if row["id"] < count else None for name in own}))


def _row(table: Table, number: int) -> dict[str, Any]:
    if table is lineage:
        return {"id": 1, "pulse": 0}
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys or (column.primary_key and isinstance(column.type, Integer)):
        return number
    if column.nullable and number % 3 == 0:
        return None
    if isinstance(column.type, String):
        return f"{number} {WORDS}"[: column.type.length or 500].strip()
    return next(make(number) for kind, make in VALUES.items() if isinstance(column.type, kind))


def contents(connection: Connection) -> dict[str, list[Any]]:
    """Every row of every table, but which copy it is."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key)).all()]
        for table in metadata.sorted_tables
        if table is not lineage
    }
