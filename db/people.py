"""People: on the roster before they ever join; what they may do is a role on a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, select

from db import units as unit_rows
from db.sql import insert, many, one
from db.tables import addresses, links, people, roles, units
from db.units import Unit
from vietnamese.names import sort_key
from vietnamese.text import fold

SECRETARIES = ("secretary", "deputy")
COUNTED = ("official", "probationary", "temporary")  # exempt members are shown apart


@dataclass(frozen=True)
class Person:
    id: int
    unit_id: int
    code: str | None
    name: str
    folded: str
    sort_key: str
    phone: str | None
    form: str
    standing: str
    smartphone: bool | None
    left_at: datetime | None
    erase_asked_at: datetime | None


def add(connection: Connection, unit: Unit, name: str, **values: Any) -> Person:
    """Put a person on the roster of a unit. `values`: code, phone (E.164), form, standing, smartphone."""
    row = {"form": "đồng chí", "standing": "official", **values}
    person_id = insert(
        connection, people, unit_id=unit.id, name=name, folded=fold(name), sort_key=sort_key(name), **row
    )
    return get(connection, person_id)


def get(connection: Connection, person_id: int) -> Person:
    person = one(Person, connection.execute(_GET, {"who": person_id}).first())
    if person is None:
        raise LookupError(f"no person {person_id}")
    return person


_GET = select(people).where(people.c.id == bindparam("who"))


def find(connection: Connection, person_id: int) -> Person | None:
    """Somebody who is on a roster now."""
    return one(Person, connection.execute(_HERE, {"who": person_id}).first())


_HERE = _GET.where(people.c.left_at.is_(None))


def listed(unit: Unit) -> Select[Any]:
    """The people of a unit and all below it who have not left, in the order of their given names."""
    below = select(units.c.id).where(units.c.path.startswith(unit.path))
    return select(people).where(people.c.unit_id.in_(below), people.c.left_at.is_(None)).order_by(people.c.sort_key)


def of_cell(connection: Connection, cell_id: int) -> list[Person]:
    """Everybody of one cell, by given name; exempt members too."""
    return many(Person, connection.execute(_OF_CELL, {"cell": cell_id}).all())


_OF_CELL = (
    select(people).where(people.c.unit_id == bindparam("cell"), people.c.left_at.is_(None)).order_by(people.c.sort_key)
)


def give_role(connection: Connection, person: Person, unit: Unit, role: str) -> None:
    connection.execute(roles.insert().values(person_id=person.id, unit_id=unit.id, role=role))


def roles_of(connection: Connection, person_id: int) -> list[tuple[str, int]]:
    """(role, unit) of a person, highest unit first."""
    return [(row.role, row.unit_id) for row in connection.execute(_ROLES_OF, {"who": person_id}).all()]


_ROLES_OF = (
    select(roles.c.role, roles.c.unit_id)
    .join(units, units.c.id == roles.c.unit_id)
    .where(roles.c.person_id == bindparam("who"))
    .order_by(units.c.path)
)


def may(connection: Connection, person_id: int, wanted: tuple[str, ...], unit_id: int) -> bool:
    """Whether the person holds one of these roles on the unit or on one above it."""
    above = unit_rows.ancestors(unit_rows.get(connection, unit_id).path)
    asked = {"who": person_id, "wanted": wanted, "above": above}
    return connection.execute(_MAY, asked).first() is not None


_MAY = (
    select(roles.c.person_id)
    .join(units, units.c.id == roles.c.unit_id)
    .where(
        roles.c.person_id == bindparam("who"),
        roles.c.role.in_(bindparam("wanted", expanding=True)),
        units.c.path.in_(bindparam("above", expanding=True)),
    )
    .limit(1)
)


def holders(connection: Connection, wanted: tuple[str, ...], unit_id: int) -> list[Person]:
    """Who holds one of these roles on exactly this unit."""
    return many(Person, connection.execute(_HOLDERS, {"unit": unit_id, "wanted": wanted}).all())


_HOLDERS = (
    select(people)
    .join(roles, roles.c.person_id == people.c.id)
    .where(
        roles.c.unit_id == bindparam("unit"),
        roles.c.role.in_(bindparam("wanted", expanding=True)),
        people.c.left_at.is_(None),
    )
    # The secretary stands before his deputy wherever one of them is named.
    .order_by(roles.c.role.desc(), people.c.sort_key)
)


def cells_of(connection: Connection, person_id: int) -> list[Unit]:
    """The cells that the person is secretary or deputy of."""
    return many(Unit, connection.execute(_LED, {"who": person_id}).all())


_LED = (
    select(units)
    .join(roles, roles.c.unit_id == units.c.id)
    .where(roles.c.person_id == bindparam("who"), roles.c.role.in_(SECRETARIES), units.c.kind == "cell")
    .order_by(units.c.folded)
)


def cell_to_name(connection: Connection, person_id: int, unit_id: int) -> Unit | None:
    """The cell, where its name has to be said because the person leads others too."""
    led = cells_of(connection, person_id)
    return next((cell for cell in led if cell.id == unit_id), None) if len(led) > 1 else None


def reachable() -> ColumnElement[bool]:
    """SQL, for a query over `people`: he agreed at a living address and has not stopped the messages."""
    way = select(links.c.person_id).join(addresses, addresses.c.id == links.c.address_id)
    return exists(way.where(links.c.person_id == people.c.id, is_open()))


def is_open() -> ColumnElement[bool]:
    """SQL, for a query over `links` and their addresses: by this way somebody may be written to."""
    return and_(links.c.consent == "agreed", links.c.stopped_at.is_(None), addresses.c.dead_at.is_(None))


def joined() -> ColumnElement[bool]:
    """SQL, for a query over `people`: he has agreed somewhere, whether or not he can be reached now."""
    agreed = (links.c.person_id == people.c.id) & (links.c.consent == "agreed")
    return exists(select(links.c.person_id).where(agreed))


def by_phone(connection: Connection, number: str) -> list[Person]:
    found = select(people).where(people.c.phone == number, people.c.left_at.is_(None)).order_by(people.c.sort_key)
    return many(Person, connection.execute(found).all())


@dataclass(frozen=True)
class Counts:
    """How many people are listed below a unit, and how many of them have not joined."""

    listed: int
    not_joined: int


def counts(connection: Connection, unit: Unit) -> Counts:
    everybody = listed(unit).order_by(None).subquery()
    waiting = listed(unit).where(~joined()).order_by(None).subquery()
    total, absent = (select(func.count()).select_from(rows).scalar_subquery() for rows in (everybody, waiting))
    return Counts(*connection.execute(select(total, absent)).one())
