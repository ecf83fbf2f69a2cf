"""Which line of a roster file is which person, and what would change: pure matching, for preview and import alike.

A person is recognised by our own code, else by cell, name and phone, else by cell and name where that names one
person here and one line there. Whatever else is refused: joined phones hang on a person, and must never pass to
another of the same name.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from db.people import Person
from db.units import Unit
from vietnamese.text import fold, is_marked

K = TypeVar("K")

Problem = Literal["code_unknown", "duplicate_row", "name_ambiguous", "cell_long"]
Held = tuple[int, int, str]  # person, unit, role

FIELDS = ("name", "phone", "standing", "form", "smartphone")
COLUMNS = frozenset({"code", "cell", "role", *FIELDS})
CELL_ROLES = ("secretary", "deputy", "recorder")
LONGEST_CELL = 100


class Row(Protocol):
    """One line of a file. `cell` is "chi bộ thôn Khe Đào", or None for people of the commune itself; `phone` E.164."""

    @property
    def row_number(self) -> int: ...
    @property
    def code(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def cell(self) -> str | None: ...
    @property
    def role(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def standing(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def smartphone(self) -> bool | None: ...


@dataclass(frozen=True)
class Known:
    """A commune as it stands: its cells, everybody listed in it or below, and the roles held there."""

    commune: Unit
    cells: Sequence[Unit]
    people: Sequence[Person]
    roles: frozenset[Held]


@dataclass(frozen=True)
class Refused:
    """A line that could not be told; `kind` says what to add. The same shape as a problem of the reader."""

    row_number: int
    column: str
    value: str
    kind: Problem


@dataclass(frozen=True)
class Difference:
    """One field of a person: its value before and after. `field` is one of FIELDS, "cell", or "role" (tuples)."""

    field: str
    old: object
    new: object


@dataclass(frozen=True)
class Change:
    person: Person
    row: Row
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Right:
    """A role that somebody gets or loses. `cell` is its name, None for the commune.

    `person` is None for somebody who is new: then `row` says who; `row` is None for who stands in no line.
    """

    role: str
    name: str
    cell: str | None
    person: Person | None
    row: Row | None


@dataclass(frozen=True)
class Plan:
    """What an import would do. Nothing is done while there are `problems`; nobody is ever deleted."""

    commune: Unit
    listed: int
    cells: int
    new_cells: tuple[str, ...] = ()
    new: tuple[Row, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    missing: tuple[Person, ...] = ()
    given: tuple[Right, ...] = ()
    taken: tuple[Right, ...] = ()
    problems: tuple[Refused, ...] = ()

    @property
    def touched(self) -> int:
        """How many people it would add or change, those who only lose a role among them."""
        known = {change.person.id for change in self.changed}
        known |= {right.person.id for right in (*self.given, *self.taken) if right.person}
        return len(self.new) + len(known)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """(field, in how many people) of the changes, the most frequent first."""
        return Counter(d.field for change in self.changed for d in change.differences).most_common()

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that any other plan would not have: what was seen is what is confirmed."""
        facts = [
            self.new_cells,
            [(row.row_number, row.cell, *_values(row)) for row in self.new],
            [(c.person.id, c.differences) for c in self.changed],
            [[(r.role, r.name, r.cell, r.person and r.person.id) for r in way] for way in (self.given, self.taken)],
            [person.id for person in self.missing],
        ]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def cell_name(row: Row) -> str | None:
    """ "chi bộ thôn Khe Đào" → "thôn Khe Đào", as units are called."""
    return row.cell.removeprefix("chi bộ ") if row.cell is not None else None


def plan(known: Known, rows: Sequence[Row], columns: Container[str] = COLUMNS) -> Plan:
    """Compare a file with a commune. `columns`: which the file has; what it has not stays as it is."""
    return _Matching(known, rows, columns).plan()


@dataclass
class _Matching:
    known: Known
    rows: Sequence[Row]
    columns: Container[str]
    found: dict[int, Person] = field(default_factory=dict)  # row number -> person
    problems: list[Refused] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.units = {unit.folded: unit for unit in self.known.cells}
        self.unit_names = {unit.id: unit.name for unit in self.known.cells}
        self.folded_units = {unit.id: unit.folded for unit in self.known.cells}
        self.held: dict[int, set[tuple[int, str]]] = {}
        for person_id, unit_id, role in self.known.roles:
            self.held.setdefault(person_id, set()).add((unit_id, role))
        self.keys = {row.row_number: _row_key(row) for row in self.rows}
        # The cells that the file has lines of.
        self.named = {self.units[cell].id for cell, _ in self.keys.values() if cell in self.units}

    def plan(self) -> Plan:
        new_cells = self._new_cells()
        left = self._by_phone(self._by_code())
        new = self._by_name(left)
        matched = [(row, self.found[row.row_number]) for row in self.rows if row.row_number in self.found]
        changed = [Change(person, row, d) for row, person in matched if (d := self._differences(row, person))]
        missing = self._missing()
        return Plan(
            commune=self.known.commune,
            listed=len(self.rows),
            cells=len({fold(row.cell) for row in self.rows if row.cell}),
            new_cells=new_cells,
            new=tuple(new),
            changed=tuple(changed),
            unchanged=len(matched) - len(changed),
            missing=tuple(missing),
            given=tuple(self._given(matched, new)),
            taken=tuple(self._taken(matched, missing)),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.row_number)),
        )

    # ---- who is who ----

    def _by_code(self) -> list[Row]:
        """Match the lines with a code; the others are left."""
        by_code = {person.code: person for person in self.known.people if person.code}
        used: set[int] = set()
        for row in self.rows:
            person = by_code.get(row.code.upper()) if row.code else None
            if row.code and person is None:
                self._refuse(row, "code", row.code, "code_unknown")
            elif person and person.id in used:
                self._refuse(row, "code", row.code or "", "duplicate_row")
            elif person:
                used.add(person.id)
                self.found[row.row_number] = person
        return [row for row in self.rows if not row.code]

    def _by_phone(self, rows: Iterable[Row]) -> list[Row]:
        """Match by cell, name and phone; no number is the same as no number. The others are left."""
        same = _grouped(self._free(), lambda person: (*self._key(person), person.phone))
        left: list[Row] = []
        for row in rows:
            people = same.get((*self.keys[row.row_number], row.phone), []) if "phone" in self.columns else []
            if len(people) == 1:
                self.found[row.row_number] = people[0]
            else:
                left.append(row)
        return left

    def _by_name(self, rows: Iterable[Row]) -> list[Row]:
        """Match by cell and name where both sides have it once; who is new comes back."""
        free = _grouped(self._free(), self._key)
        everybody = Counter(self._key(person) for person in self.known.people)
        lines = Counter(self.keys[row.row_number] for row in self.rows)
        new: list[Row] = []
        for row in rows:
            key = self.keys[row.row_number]
            if not free.get(key):
                new.append(row)
            elif everybody[key] == 1 and lines[key] == 1:
                self.found[row.row_number] = free[key][0]
            else:
                self._refuse(row, "name", row.name, "name_ambiguous")
        return new

    def _free(self) -> list[Person]:
        taken = {person.id for person in self.found.values()}
        return [person for person in self.known.people if person.id not in taken]

    def _key(self, person: Person) -> tuple[str, str]:
        return self.folded_units.get(person.unit_id, ""), person.folded

    def _refuse(self, row: Row, column: str, value: str, kind: Problem) -> None:
        self.problems.append(Refused(row.row_number, column, value, kind))

    # ---- what changes ----

    def _new_cells(self) -> tuple[str, ...]:
        """The cells that the commune does not have yet, as the file writes them first."""
        names: dict[str, str] = {}
        for row in self.rows:
            name = cell_name(row)
            if name and len(name) > LONGEST_CELL:
                self._refuse(row, "cell", name, "cell_long")
            elif name and fold(name) not in self.units:
                names.setdefault(fold(name), name)
        return tuple(names.values())

    def _differences(self, row: Row, person: Person) -> tuple[Difference, ...]:
        pairs = [(name, getattr(person, name), getattr(row, name)) for name in FIELDS if name in self.columns]
        found = [Difference(name, old, new) for name, old, new in pairs if _differs(name, old, new)]
        own = self.folded_units.get(person.unit_id, "")
        if own != self.keys[row.row_number][0]:
            found.append(Difference("cell", self.unit_names.get(person.unit_id), cell_name(row)))
        old_roles, new_roles = self._roles(row, person)
        if old_roles != new_roles:
            found.append(Difference("role", tuple(sorted(old_roles)), tuple(sorted(new_roles))))
        return tuple(found)

    def _roles(self, row: Row, person: Person) -> tuple[set[str], set[str]]:
        """The roles of a listed person before and after."""
        before = self.held.get(person.id, set())
        after = (before - self._loses(person, row)) | ({gets} if (gets := self._wanted(row)) else set())
        return {role for _, role in before}, {role for _, role in after}

    def _wanted(self, row: Row) -> tuple[int, str] | None:
        """The role that a line gives, and where; unit 0 is a cell that has to be made first."""
        if row.role is None or "role" not in self.columns:
            return None
        if row.role == "official":
            return self.known.commune.id, row.role
        unit = self.units.get(self.keys[row.row_number][0])
        return (unit.id if unit else 0), row.role

    def _loses(self, person: Person, row: Row | None) -> set[tuple[int, str]]:
        """What the file says nothing of: roles in the cells that it names or that the person has left.

        An official stays one: whoever sends a file must not be able to lose the right to send the next.
        """
        if "role" not in self.columns:
            return set()
        wanted = self._wanted(row) if row else None
        ruled = self.named | ({person.unit_id} if row else set())
        held = {(unit, role) for unit, role in self.held.get(person.id, set()) if role in CELL_ROLES and unit in ruled}
        return held - {wanted} if wanted else held

    def _missing(self) -> list[Person]:
        return [person for person in self._free() if person.unit_id in self.named]

    def _given(self, matched: Iterable[tuple[Row, Person]], new: Iterable[Row]) -> Iterable[Right]:
        for row, person in [*matched, *((row, None) for row in new)]:
            wanted = self._wanted(row)
            if wanted and wanted not in (self.held.get(person.id, set()) if person else set()):
                yield Right(wanted[1], row.name, None if row.role == "official" else cell_name(row), person, row)

    def _taken(self, matched: Iterable[tuple[Row, Person]], missing: Iterable[Person]) -> Iterable[Right]:
        for row, person in [*matched, *((None, person) for person in missing)]:
            for unit_id, role in sorted(self._loses(person, row)):
                yield Right(role, person.name, self.unit_names[unit_id], person, row)


def _row_key(row: Row) -> tuple[str, str]:
    return fold(cell_name(row) or ""), fold(row.name)


def _values(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FIELDS)


def _differs(name: str, old: object, new: object) -> bool:
    """A file that does not say is no difference, nor is one that leaves the marks of a name out."""
    if name == "smartphone" and new is None:
        return False
    if name == "name" and isinstance(old, str) and isinstance(new, str):
        return old != new and (fold(old) != fold(new) or is_marked(new))
    return old != new


def _grouped(people: Iterable[Person], key: Callable[[Person], K]) -> dict[K, list[Person]]:
    groups: dict[K, list[Person]] = {}
    for person in people:
        groups.setdefault(key(person), []).append(person)
    return groups
