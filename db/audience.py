"""Whom a unit means by an audience, and how many of them can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select

from db import people as people_rows
from db.tables import people, roles, units
from db.units import Unit

AUDIENCES = ("secretaries", "members", "cell")
MANY = 5000  # people: from here on it is quicker to go through all in their order than to look for them


@dataclass(frozen=True)
class Reach:
    """How many of an audience will be reached, and why the others will not: never joined, or stopped or gone since."""

    reached: int
    not_joined: int
    stopped: int

    @property
    def unreached(self) -> int:
        return self.not_joined + self.stopped


def reach(connection: Connection, unit: Unit, audience: str, cell_id: int | None = None) -> Reach:
    ways = {"reached": people_rows.reachable(), "joined": people_rows.joined()}
    counted = [func.coalesce(func.sum(case((way, 1), else_=0)), 0).label(name) for name, way in ways.items()]
    here = meant(unit, audience, cell_id)
    if not is_at_most(connection, here, MANY):
        here = meant(unit, audience, cell_id, one_by_one=True)
    total, reached, joined = connection.execute(select(func.count(), *counted).select_from(people).where(here)).one()
    return Reach(int(reached), int(total - joined), int(joined - reached))


def meant(unit: Unit, audience: str, cell_id: int | None, *, one_by_one: bool = False) -> ColumnElement[bool]:
    """SQL, for a query over `people`: whom a unit means by an audience; never anybody outside it.

    `one_by_one` asks it of each person at hand: for a query that has picked a few by their numbers. Otherwise it finds
    them itself, so that a cell costs no look at the whole country.
    """
    cells = select(units.c.id).where(units.c.kind == "cell", units.c.path.startswith(unit.path))
    if audience == "secretaries":
        led = select(roles.c.person_id).where(roles.c.role == "secretary", _is_in(roles.c.unit_id, cells, one_by_one))
        who = _is_in(people.c.id, led, one_by_one)
    elif audience == "cell":
        who = and_(people.c.unit_id == cell_id, _is_in(people.c.unit_id, cells, one_by_one))
    else:
        who = _is_in(people.c.unit_id, cells, one_by_one)
    return and_(who, people.c.left_at.is_(None))


def _is_in(column: ColumnElement[int], found: Select[tuple[int]], one_by_one: bool) -> ColumnElement[bool]:
    return exists(found.where(found.selected_columns[0] == column)) if one_by_one else column.in_(found)


def is_at_most(connection: Connection, whom: ColumnElement[bool], most: int) -> bool:
    """Whether so many people or fewer are meant; looks at no more of them than it must."""
    some = select(people.c.id).where(whom).limit(most + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() <= most
