"""What the tables are made of: moments, keys, references, names of constraints."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    bindparam,
    literal,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime; naive values are refused.

    SQLite has no type for it: it keeps microseconds since 1970, a third of the bytes that a text would take.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else DateTime(timezone=True))

    # One function for each engine instead of one that asks which it is: a claim reads and writes hundreds of moments.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _to_microseconds if dialect.name == "sqlite" else _aware

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _from_microseconds if dialect.name == "sqlite" else _in_utc


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("naive datetime")
    return value


def _to_microseconds(value: datetime | None) -> int | None:
    _aware(value)
    return None if value is None else (value - EPOCH) // MICROSECOND


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class _Keys(TypeDecorator[Collection[int]]):
    """Many numbers as one value: an array, or JSON where there are none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger()))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        found = list(value or ())
        return json.dumps(found) if dialect.name == "sqlite" else found


class among(FunctionElement[bool]):  # noqa: N801  reads as the function that it is, like `exists` and `func`
    """SQL: whether a column is one of the numbers bound under a name: `among(people.c.id, "ids")`.

    The statement is the same for any count of them. `IN` with as many places as numbers is built anew for each, which
    costs more than to run it, and a server prepares every length by itself.
    """

    type: Any = NullType()  # said to be a truth, SQLite would be asked whether it equals 1, and pass its index over
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], bound: str) -> None:
        super().__init__(column, bindparam(bound, type_=_Keys()))


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({keys})))"  # noqa: S608  both are what SQLAlchemy made of them


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY ({keys}))"


# SQLite counts rows by itself only in a column of type INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> Column[int]:
    return Column("id", Key, primary_key=True)


def to(table: str, name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    gone = "CASCADE" if primary_key else None
    return Column(name, Key, ForeignKey(f"{table}.id", ondelete=gone), nullable=nullable, primary_key=primary_key)


def moment(value: datetime) -> BindParameter[datetime]:
    """A moment as a value inside an SQL function, whose parameters have no type of their own."""
    return literal(value, Moment())
