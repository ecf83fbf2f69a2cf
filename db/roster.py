"""The roster of a commune: importing it all or nothing, and who of it has joined yet."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, select

from db import people as people_rows
from db import units as unit_rows
from db.matching import COLUMNS, FIELDS, Known, Plan, Right, Row, cell_name
from db.matching import plan as matched
from db.people import SECRETARIES, Person
from db.sql import many, one
from db.tables import audit, links, people, roles, units
from db.units import Unit
from vietnamese.names import sort_key
from vietnamese.text import fold

STAFF = (*SECRETARIES, "official")
# Without letters and digits that look alike on paper: 0 O, 1 I L.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 5


# ---- rights ----


def commune_of_official(connection: Connection, person_id: int) -> Unit | None:
    """The commune whose roster this person keeps."""
    held = select(units).join(roles, roles.c.unit_id == units.c.id)
    mine = held.where(roles.c.person_id == person_id, roles.c.role == "official").order_by(units.c.path)
    return one(Unit, connection.execute(mine).first())


def unit_for(connection: Connection, person_id: int, unit_id: int) -> Unit | None:
    """A cell or commune whose list this person may see: its secretary or deputy, or an official of it or above."""
    held = units.alias("held")
    reached = select(units).join(held, units.c.path.startswith(held.c.path)).join(roles, roles.c.unit_id == held.c.id)
    mine = reached.where(units.c.id == unit_id, roles.c.person_id == person_id, roles.c.role.in_(STAFF))
    return one(Unit, connection.execute(mine).first())


# ---- importing ----


def plan(connection: Connection, commune: Unit, rows: Sequence[Row], columns: Container[str] = COLUMNS) -> Plan:
    """What importing these lines would do to a commune; `columns` that the file lacks leave things as they are."""
    return matched(known(connection, commune), rows, columns)


def known(connection: Connection, commune: Unit) -> Known:
    """A commune with everybody and all roles in it, in three queries whatever its size."""
    below = select(units.c.id).where(units.c.path.startswith(commune.path))
    listed = many(Person, connection.execute(people_rows.listed(commune)).all())
    held = select(roles.c.person_id, roles.c.unit_id, roles.c.role).where(roles.c.unit_id.in_(below))
    here = {person.id for person in listed}
    rights = frozenset((row.person_id, row.unit_id, row.role) for row in connection.execute(held))
    return Known(commune, unit_rows.cells(connection, commune), listed, frozenset(r for r in rights if r[0] in here))


def apply(connection: Connection, made: Plan, actor_id: int | None, now: datetime) -> None:
    """Do what a plan says, in the caller's transaction. Raises ValueError for a plan with problems.

    `actor_id` is the official who confirmed it, None for the command line. Doing it again changes nothing, because
    a new plan of the same file is empty.
    """
    if made.problems:
        raise ValueError("a plan with problems is never applied")
    cells = _cells(connection, made)
    ids = _add(connection, made.new, cells)
    _change(connection, made, cells)
    _set_rights(connection, made, cells, ids)
    _note(connection, made, ids.values(), actor_id, now)


def _cells(connection: Connection, made: Plan) -> dict[str | None, int]:
    """The unit of each name, the new cells made; None is the commune itself."""
    for name in made.new_cells:
        unit_rows.add(connection, "cell", name, made.commune)
    found: dict[str | None, int] = {None: made.commune.id}
    found.update((cell.folded, cell.id) for cell in unit_rows.cells(connection, made.commune))
    return found


def _unit_id(row: Row, cells: Mapping[str | None, int]) -> int:
    name = cell_name(row)
    return cells[fold(name) if name else None]


def _columns(row: Row, unit_id: int) -> dict[str, object]:
    values = {name: getattr(row, name) for name in FIELDS}
    return {**values, "unit_id": unit_id, "folded": fold(row.name), "sort_key": sort_key(row.name)}


def _add(connection: Connection, new: Sequence[Row], cells: Mapping[str | None, int]) -> dict[int, int]:
    """Row number -> the person that was made of it."""
    codes = dict(zip(_new_codes(connection, len(new)), new, strict=True))
    rows = [{**_columns(row, _unit_id(row, cells)), "code": code} for code, row in codes.items()]
    if rows:
        connection.execute(people.insert(), rows)
    made = select(people.c.id, people.c.code).where(people.c.unit_id.in_({_unit_id(row, cells) for row in new}))
    return {codes[row.code].row_number: row.id for row in connection.execute(made) if row.code in codes}


def _new_codes(connection: Connection, count: int) -> list[str]:
    """Codes that nobody has: "D" and five letters or digits, so that Excel never takes one for a number."""
    used = set(connection.execute(select(people.c.code).where(people.c.code.is_not(None))).scalars())
    codes: set[str] = set()
    while len(codes) < count:
        code = "D" + "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        codes |= {code} - used
    return sorted(codes)


def _change(connection: Connection, made: Plan, cells: Mapping[str | None, int]) -> None:
    rows = []
    for change in made.changed:
        new = {d.field: d.new for d in change.differences if d.field in FIELDS}
        moved = any(d.field == "cell" for d in change.differences)
        values = {name: new.get(name, getattr(change.person, name)) for name in FIELDS}
        name = str(values["name"])
        unit_id = _unit_id(change.row, cells) if moved else change.person.unit_id
        spelled = {"folded": fold(name), "sort_key": sort_key(name)}
        rows.append({"person": change.person.id, **values, **spelled, "unit_id": unit_id})
    if rows:
        connection.execute(people.update().where(people.c.id == bindparam("person")), rows)


def _set_rights(connection: Connection, made: Plan, cells: Mapping[str | None, int], ids: Mapping[int, int]) -> None:
    taken, given = list(_rights(made.taken, cells, ids)), list(_rights(made.given, cells, ids))
    if taken:
        mine = (roles.c.person_id == bindparam("person")) & (roles.c.unit_id == bindparam("unit"))
        gone = roles.delete().where(mine, roles.c.role == bindparam("what"))
        connection.execute(gone, [{"person": person, "unit": unit, "what": role} for person, unit, role in taken])
    if given:
        new = [{"person_id": person, "unit_id": unit, "role": role} for person, unit, role in given]
        connection.execute(roles.insert(), new)


def _rights(
    rights: Iterable[Right], cells: Mapping[str | None, int], ids: Mapping[int, int]
) -> Iterator[tuple[int, int, str]]:
    for right in rights:
        unit_id = cells[fold(right.cell) if right.cell else None]
        yield _person_id(right, ids), unit_id, right.role


def _person_id(right: Right, ids: Mapping[int, int]) -> int:
    if right.person:
        return right.person.id
    return ids[right.row.row_number] if right.row else 0


def _note(connection: Connection, made: Plan, new: Iterable[int], actor_id: int | None, now: datetime) -> None:
    acts = [("roster.added", person_id) for person_id in new]
    acts += [("roster.changed", change.person.id) for change in made.changed]
    acts += [("roster.taken", right.person.id) for right in made.taken if right.person and right.row is None]
    acts += [("roster.imported", made.commune.id)] if acts else []
    line = {"at": now, "person_id": actor_id, "unit_id": made.commune.id}
    if acts:
        connection.execute(audit.insert(), [{**line, "act": act, "subject": subject} for act, subject in acts])


# ---- looking ----


@dataclass(frozen=True)
class Cell:
    """One cell, or the commune's own people, in a list: how many, how many not joined, who leads it."""

    unit: Unit
    listed: int
    not_joined: int
    secretary: Person | None


def waiting() -> ColumnElement[bool]:
    """SQL, for a query over `people`: has not agreed anywhere and has not asked to be forgotten."""
    return ~people_rows.joined() & people.c.erase_asked_at.is_(None)


def cells(connection: Connection, commune: Unit) -> list[Cell]:
    """Every cell of a commune by name; the commune's own people last, where there are any."""
    found = [commune, *unit_rows.cells(connection, commune)]
    ids = [unit.id for unit in found]
    here = people.c.unit_id.in_(ids) & people.c.left_at.is_(None)
    counts = select(people.c.unit_id, func.count(), func.sum(case((waiting(), 1), else_=0)))
    counted = {row[0]: (row[1], row[2]) for row in connection.execute(counts.where(here).group_by(people.c.unit_id))}
    secretaries = _secretaries(connection, ids)
    lines = [Cell(unit, *counted.get(unit.id, (0, 0)), secretaries.get(unit.id)) for unit in found]
    return [*lines[1:], *(line for line in lines[:1] if line.listed)]


def cell(connection: Connection, unit: Unit) -> Cell:
    """The line of one unit."""
    here = (people.c.unit_id == unit.id) & people.c.left_at.is_(None)
    counts = select(func.count(), func.coalesce(func.sum(case((waiting(), 1), else_=0)), 0)).where(here)
    listed, not_joined = connection.execute(counts).one()
    return Cell(unit, listed, not_joined, _secretaries(connection, [unit.id]).get(unit.id))


def _secretaries(connection: Connection, unit_ids: Collection[int]) -> dict[int, Person]:
    """The secretary of each of these units that has one."""
    held = select(roles.c.unit_id.label("led"), people).join(people, people.c.id == roles.c.person_id)
    mine = held.where(roles.c.unit_id.in_(unit_ids), roles.c.role == "secretary", people.c.left_at.is_(None))
    found: dict[int, Person] = {}
    for row in connection.execute(mine.order_by(people.c.sort_key)):
        values = dict(row._mapping)
        found.setdefault(values.pop("led"), Person(**values))
    return found


@dataclass(frozen=True)
class Way:
    """Somebody who has joined, and a phone; `nth` tells the phones of one person apart, from 1."""

    person: Person
    address_id: int
    nth: int


def joined(connection: Connection, unit: Unit) -> list[Way]:
    """Who of a unit has agreed, once for each phone, by given name."""
    here = (people.c.unit_id == unit.id) & people.c.left_at.is_(None) & (links.c.consent == "agreed")
    nth = func.row_number().over(partition_by=people.c.id, order_by=links.c.address_id)
    found = select(people, links.c.address_id, nth).join(links, links.c.person_id == people.c.id).where(here)
    rows = connection.execute(found.order_by(people.c.sort_key, people.c.id, links.c.address_id)).all()
    return [Way(Person(*row[:-2]), row[-2], row[-1]) for row in rows]


@dataclass(frozen=True)
class Line:
    """One person of a list that goes out: `cell` is None for the commune's own people."""

    person: Person
    cell: Unit | None
    role: str | None


def lines(connection: Connection, unit: Unit) -> list[Line]:
    """Everybody of a unit and below, cell by cell and by given name, each with the strongest role held there."""
    below = many(Unit, connection.execute(select(units).where(units.c.path.startswith(unit.path))).all())
    named = {found.id: found for found in below}
    strongest = {role: place for place, role in enumerate(("official", "recorder", "deputy", "secretary"))}
    held: dict[int, str] = {}
    rights = select(roles.c.person_id, roles.c.role).join(units, units.c.id == roles.c.unit_id)
    reaching = connection.execute(rights.where(roles.c.unit_id.in_(named) | (roles.c.role == "official"))).all()
    for person_id, role in sorted(reaching, key=lambda row: strongest[row.role]):
        held[person_id] = role
    everybody = many(Person, connection.execute(people_rows.listed(unit)).all())
    by_cell = sorted(everybody, key=lambda person: (named[person.unit_id].kind != "cell", named[person.unit_id].folded))
    cells_only = {id_: found for id_, found in named.items() if found.kind == "cell"}
    return [Line(person, cells_only.get(person.unit_id), held.get(person.id)) for person in by_cell]
