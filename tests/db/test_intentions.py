"""Who comes: what is recorded, what it replaces, and how it is counted. On both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from db import answers, calls, intentions, ladder, meetings, outbox, people, units
from db.engine import Database
from db.meetings import Meeting
from db.people import Person
from db.rules import Rules
from db.tables import due_items

RULES = Rules()


def at(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=RULES.zone)


NOW = at(26, 11, 18, 30)
THURSDAY = at(3, 12, 19, 30)


@dataclass
class Cell:
    meeting: Meeting
    lam: Person
    tinh: Person
    sung: Person


def founded(connection: Connection) -> Cell:
    """A cell of three who count (Lâm leads it) and one exempt member, with Thursday's meeting."""
    commune = units.add(connection, "commune", "xã Suối Trong")
    cell = units.add(connection, "cell", "thôn Khe Đào", commune)
    lam = people.add(connection, cell, "Hoàng Văn Lâm")
    people.give_role(connection, lam, cell, "secretary")
    tinh, sung = (people.add(connection, cell, name) for name in ("Ma Văn Tình", "Vàng A Sùng"))
    people.add(connection, cell, "Giàng A Páo", standing="exempt")
    meeting = meetings.add(connection, cell, THURSDAY, "Nhà văn hóa", NOW)
    meetings.climb(connection, meeting, NOW, RULES)
    return Cell(meeting, lam, tinh, sung)


async def story(database: Database, tell: Callable[[Connection, Cell], Any]) -> Any:
    """Run a story in one transaction on a fresh cell."""
    return await database.write(lambda connection: tell(connection, founded(connection)))


def due(connection: Connection, kind: str) -> list[tuple[int, int]]:
    """(person, revision) of everything of a kind that somebody is to hear."""
    rows = connection.execute(select(due_items).where(due_items.c.kind == kind).order_by(due_items.c.id))
    return [(row.person_id, row.revision) for row in rows]


async def test_the_same_answer_twice_is_one_answer(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        first = answers.answer(connection, cell.meeting, cell.tinh.id, "no", NOW, RULES, reason="health")
        later = NOW + timedelta(minutes=1)
        again = answers.answer(connection, cell.meeting, cell.tinh.id, "no", later, RULES, reason="health")
        assert (first.same, again.same) == (False, True)
        assert (again.after.said_at, again.after.changes, again.after.reason) == (NOW, 0, "health")

    await story(database, tell)


async def test_an_answer_to_an_earlier_date_does_not_count_any_more(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        answers.answer(connection, cell.meeting, cell.tinh.id, "yes", NOW, RULES)
        moved = meetings.change(connection, cell.meeting, starts_at=THURSDAY + timedelta(days=1))
        assert intentions.current(connection, moved, cell.tinh.id) is None
        assert intentions.status(connection, moved).answered == 0
        assert not answers.give_reason(connection, moved, cell.tinh.id, "work", NOW)
        change = answers.answer(connection, moved, cell.tinh.id, "no", NOW, RULES)
        assert change.other is None, "another date is another question"
        assert due(connection, "turned") == []

    await story(database, tell)


async def test_the_screen_adds_up(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        answers.answer(connection, cell.meeting, cell.tinh.id, "late", NOW, RULES)
        answers.answer(connection, cell.meeting, cell.lam.id, "no", NOW, RULES, reason="official")
        status = intentions.status(connection, cell.meeting)
        assert (status.total, status.answered, len(status.coming), len(status.declined)) == (3, 2, 1, 1)
        assert [line.person.name for line in status.missing] == ["Vàng A Sùng"]
        assert (status.silent, len(status.unreached), len(status.exempt)) == ([], 1, 1)
        assert status.reasons() == [("official", 1)]
        assert not status.has_committee
        assert status.line(999) is None

    await story(database, tell)


async def test_a_telephone_record_is_told_and_the_own_word_wins(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        by = cell.lam.id
        answers.answer(connection, cell.meeting, cell.tinh.id, "yes", NOW, RULES, recorded_by=by)
        assert due(connection, "recorded") == [(cell.tinh.id, 0)]
        own = answers.answer(connection, cell.meeting, cell.tinh.id, "no", NOW, RULES)
        assert (own.after.how, own.after.recorded_by, own.after.before) == ("self", None, "yes")
        assert due(connection, "overruled") == [(cell.lam.id, 1)]
        assert due(connection, "turned") == [], "it is told once, not twice"

    await story(database, tell)


async def test_a_confirmed_record_overrules_nothing(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        answers.answer(connection, cell.meeting, cell.tinh.id, "yes", NOW, RULES, recorded_by=cell.lam.id)
        own = answers.answer(connection, cell.meeting, cell.tinh.id, "yes", NOW, RULES)
        assert not own.same
        assert own.other is None
        assert own.after.how == "self"
        assert due(connection, "overruled") == []

    await story(database, tell)


async def test_each_turn_is_news_of_its_own_and_nobody_hears_about_himself(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        for choice in ("yes", "no", "yes", "no"):
            answers.answer(connection, cell.meeting, cell.tinh.id, choice, NOW, RULES)
            answers.answer(connection, cell.meeting, cell.lam.id, choice, NOW, RULES)
        assert due(connection, "turned") == [(cell.lam.id, 1), (cell.lam.id, 3)]

    await story(database, tell)


async def test_everyone_has_answered_is_due_once_a_date(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        for person in (cell.lam, cell.tinh):
            answers.answer(connection, cell.meeting, person.id, "yes", NOW, RULES)
        assert due(connection, "all_answered") == []
        for choice in ("no", "yes"):
            answers.answer(connection, cell.meeting, cell.sung.id, choice, NOW, RULES)
        assert due(connection, "all_answered") == [(cell.lam.id, 1)]

    await story(database, tell)


async def test_calls_in_vain_are_kept_a_second_tap_is_the_same_call(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        first = calls.note(connection, cell.meeting, cell.sung.id, cell.lam.id, NOW)
        again = calls.note(connection, cell.meeting, cell.sung.id, cell.lam.id, NOW + timedelta(minutes=1))
        later = calls.note(connection, cell.meeting, cell.sung.id, cell.lam.id, NOW + timedelta(hours=1))
        assert (first, again, later) == (NOW, NOW, NOW + timedelta(hours=1))
        assert calls.latest(connection, cell.meeting) == {cell.sung.id: later}

    await story(database, tell)


async def test_the_ladder_promises_only_what_it_keeps(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        def promise(moment: Any) -> Any:
            return ladder.asks_again_at(connection, cell.meeting, cell.tinh.id, moment, RULES)

        eve, morning = at(2, 12, 18, 30), at(3, 12, 6, 30)
        assert promise(NOW) == eve
        assert promise(eve) == morning
        assert promise(morning) is None
        invited = at(2, 12, 8)
        times = {"due_at": invited, "worthless_after": THURSDAY, "now": invited}
        outbox.due(connection, [cell.tinh.id], "invite", cell.meeting.id, **times)
        assert promise(invited) == morning, "the evening is too soon after the invitation"

    await story(database, tell)


async def test_a_rung_is_of_no_use_once_the_next_one_speaks(database: Database) -> None:
    def tell(connection: Connection, cell: Cell) -> None:
        kinds = ("invite", "ask", "last_call", "today", "materials")
        found = [ladder.useless_after(cell.meeting, kind, RULES) for kind in kinds]
        eve, morning = at(2, 12, 18, 30), at(3, 12, 6, 30)
        assert found == [THURSDAY, eve, morning, THURSDAY, THURSDAY - timedelta(days=1)]

    await story(database, tell)
