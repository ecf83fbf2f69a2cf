"""The tree of province, commune and cell. A right held on a unit reaches all below it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, select

from db.sql import insert, many, one
from db.tables import units
from vietnamese.text import fold


@dataclass(frozen=True)
class Unit:
    id: int
    kind: str
    name: str
    folded: str
    parent_id: int | None
    path: str
    phone: str | None


def get(connection: Connection, unit_id: int) -> Unit:
    unit = one(Unit, connection.execute(_GET, {"unit": unit_id}).first())
    if unit is None:
        raise LookupError(f"no unit {unit_id}")
    return unit


_GET = select(units).where(units.c.id == bindparam("unit"))


def named(connection: Connection, name: str) -> Unit | None:
    """The commune of a name, written as people write it: "Suối Trong", "xã Suối Trong"."""
    communes = many(Unit, connection.execute(select(units).where(units.c.kind == "commune")).all())
    wanted = fold(name)
    return next((unit for unit in communes if wanted in (unit.folded, unit.folded.partition(" ")[2])), None)


def add(connection: Connection, kind: str, name: str, parent: Unit | None = None, phone: str | None = None) -> Unit:
    parent_id = parent.id if parent else None
    unit_id = insert(connection, units, kind=kind, name=name, folded=fold(name), parent_id=parent_id, phone=phone)
    path = f"{parent.path if parent else ''}{unit_id}."
    connection.execute(units.update().where(units.c.id == unit_id).values(path=path))
    return get(connection, unit_id)


def root(connection: Connection) -> Unit | None:
    """The unit that this installation was set up for."""
    return one(Unit, connection.execute(select(units).where(units.c.parent_id.is_(None)).order_by(units.c.id)).first())


def commune_of(connection: Connection, unit: Unit) -> Unit:
    return unit if unit.kind != "cell" or unit.parent_id is None else get(connection, unit.parent_id)


def cells(connection: Connection, within: Unit) -> list[Unit]:
    found = select(units).where(units.c.kind == "cell", units.c.path.startswith(within.path)).order_by(units.c.folded)
    return many(Unit, connection.execute(found).all())


def find_cell(connection: Connection, within: Unit, name: str) -> Unit | None:
    wanted = (units.c.kind == "cell") & (units.c.folded == fold(name)) & units.c.path.startswith(within.path)
    return one(Unit, connection.execute(select(units).where(wanted)).first())


def ancestors(path: str) -> list[str]:
    """The paths of a unit and of all above it."""
    return [path[: i + 1] for i, letter in enumerate(path) if letter == "."]


def reaches(holder_path: ColumnElement[str], path: str) -> ColumnElement[bool]:
    """SQL: a right on a unit with `holder_path` reaches the unit with `path`."""
    return holder_path.in_(ancestors(path))
