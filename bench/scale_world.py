"""A make-believe country on PostgreSQL, made by INSERT ... SELECT: provinces, communes, cells of twenty, their people.

Everybody has a chat and has agreed. A share of the cells keeps the third of the month; the first of them is set up by
the product's own functions, the others are copies of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, bindparam, text

from db import addresses, series, units
from db.columns import Moment
from db.rules import Rules
from db.units import Unit
from vietnamese.recurrence import MonthlyDay

IN_A_CELL = 20  # 5.6 million members in 280,000 cells
CELLS = 23  # of a commune: 60,000 members in 130 communes are 461 each
IN_A_COMMUNE = IN_A_CELL * CELLS
COMMUNES = 130  # of a province

NUMBERS = " FROM generate_series(0, :count - 1) AS n(i) ORDER BY i"
UNITS = (
    "INSERT INTO units (kind, name, folded, parent_id, path) SELECT :kind, :name || ' ' || i, :name || ' ' || i, "
    ":above + i / :together, ''" + NUMBERS
)
PATHS = "UPDATE units AS u SET path = p.path || u.id || '.' FROM units AS p WHERE p.id = u.parent_id AND u.kind = :kind"
PEOPLE = (
    "INSERT INTO people (unit_id, name, folded, sort_key, form, standing) SELECT :unit + i / :together, "
    "'Ma Văn Thử ' || i, 'ma van thu ' || i, 'thử ' || i, 'bác', 'official'" + NUMBERS
)
ROLES = (
    "INSERT INTO roles (person_id, unit_id, role) SELECT :person + i * :together, :unit + i, CAST(:role AS VARCHAR)"
    + NUMBERS
)
CHATS = (
    "INSERT INTO addresses (bot_id, chat, last_in_at) SELECT :bot, CAST(:chat + i AS VARCHAR), :now"
    " FROM generate_series(0, :count - 1) AS n(i) ORDER BY i"
)
LINKS = (
    "INSERT INTO links (person_id, address_id, consent, asked_at, decided_at) "
    "SELECT :person + i, :address + i, 'agreed', :now, :now" + NUMBERS
)
# What the first cell has been given, for the others of the share.
COPIES = (
    "INSERT INTO series (unit_id, rule, time, place, planned_until, made_at) "
    "SELECT u.id, s.rule, s.time, s.place, s.planned_until, s.made_at FROM units AS u, series AS s "
    "WHERE u.id > :first AND u.id < :first + :count ORDER BY u.id",
    "INSERT INTO meetings (unit_id, series_id, occurrence, kind, starts_at, place, state, revision, made_at) "
    "SELECT s.unit_id, s.id, m.occurrence, m.kind, m.starts_at, m.place, m.state, m.revision, m.made_at "
    "FROM meetings AS m, series AS s WHERE s.unit_id <> m.unit_id ORDER BY s.id, m.id",
    "INSERT INTO rungs (meeting_id, revision, name, due_at, fired_at) "
    "SELECT o.id, r.revision, r.name, r.due_at, r.fired_at FROM rungs AS r JOIN meetings AS m ON m.id = r.meeting_id "
    "JOIN meetings AS o ON o.occurrence = m.occurrence AND o.id <> m.id",
)


@dataclass(frozen=True)
class Country:
    """The numbers of the first rows; all others of their kind follow without a gap."""

    people: int
    person: int
    official: int
    cell: int
    commune: int

    def communes(self, people: int) -> int:
        """How many communes so many members fill."""
        return -(-people // IN_A_COMMUNE)


class Founding:
    """Rows for the numbers from 0 to `count` - 1, each kind by one statement."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now

    def country(self, count: int, token: str, chat: int) -> Country:
        """So many members with chats from number `chat` on."""
        bot_id = addresses.bot(self.connection, "telegram", token.partition(":")[0], "bench_bot")
        cells = -(-count // IN_A_CELL)
        communes = -(-cells // CELLS)
        province = self._provinces(-(-communes // COMMUNES))
        commune = self._units("commune", "xã", communes, province.id, COMMUNES)
        cell = self._units("cell", "thôn", cells, commune, CELLS)
        self._put(PEOPLE, count=communes, unit=commune, together=1)
        official = self._first("people", communes)
        self._put(ROLES, count=communes, person=official, unit=commune, role="official", together=1)
        self._put(PEOPLE, count=count, unit=cell, together=IN_A_CELL)
        person = self._first("people", count)
        self._put(ROLES, count=cells, person=person, unit=cell, role="secretary", together=IN_A_CELL)
        self._put(CHATS, count=count, bot=bot_id, chat=chat)
        self._put(LINKS, count=count, person=person, address=self._first("addresses", count))
        return Country(count, person, official, cell, commune)

    def third_of_the_month(self, country: Country, cells: int, rules: Rules) -> None:
        """The first so many cells meet on every third, at half past seven in the evening."""
        first = units.get(self.connection, country.cell)
        third, place = MonthlyDay(3), "Nhà văn hóa thôn"
        series.set_rule(self.connection, first, third, time(19, 30), place, by=None, now=self.now, rules=rules)
        for statement in COPIES:
            values = {"first": country.cell, "count": cells} if ":first" in statement else {}
            self.connection.execute(text(statement), values)

    def _provinces(self, count: int) -> Unit:
        made = [
            units.add(self.connection, "province", f"tỉnh {number}", phone="+84900000001") for number in range(count)
        ]
        return made[0]

    def _units(self, kind: str, name: str, count: int, above: int, together: int) -> int:
        self._put(UNITS, count=count, kind=kind, name=name, above=above, together=together)
        self.connection.execute(text(PATHS), {"kind": kind})
        return self._first("units", count)

    def _put(self, statement: str, **values: Any) -> None:
        made = text(statement)
        if ":now" in statement:
            made = made.bindparams(bindparam("now", self.now, Moment()))
        self.connection.execute(made, values)

    def _first(self, table: str, count: int) -> int:
        """The number of the first of the rows that were put in last."""
        found = self.connection.execute(text(f"SELECT max(id) FROM {table}"))  # noqa: S608  our own names
        return int(found.scalar_one()) - count + 1
