"""Meetings and the rule behind them, on both engines: what is planned, asked, moved, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, select

import scheduler
from db import changes, intentions, meetings, outbox, people, series, units
from db.changes import Change
from db.engine import Database
from db.meetings import Meeting
from db.people import Person
from db.rules import Rules
from db.tables import due_items, rungs
from db.units import Unit
from scheduler.remind import RUNGS_AT_ONCE
from vietnamese.recurrence import LunarDay, MonthlyDay, NthWeekday, Rule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HALL = "Nhà văn hóa thôn Khe Đào"
T = TypeVar("T")


def at(day: int, month: int = 11, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


NOON = at(25)
THIRD = MonthlyDay(3)


@dataclass
class Cell:
    """chi bộ thôn Khe Đào: its secretary, three members who count, one exempt."""

    database: Database
    unit: Unit
    lam: Person
    tinh: Person
    mui: Person
    rules: Rules

    async def do(self, work: Callable[[Connection], T]) -> T:
        return await self.database.write(work)

    async def keeps(self, rule: Rule = THIRD, clock: time = time(19, 30), now: datetime = NOON) -> series.Series:
        set_at = {"by": self.lam.id, "now": now, "rules": self.rules}
        return await self.do(lambda c: series.set_rule(c, self.unit, rule, clock, HALL, **set_at))

    async def ahead(self, now: datetime = NOON) -> list[Meeting]:
        return await self.do(lambda c: meetings.upcoming(c, self.unit.id, now))

    async def tick(self, now: datetime) -> None:
        while await self.do(lambda c: scheduler.tick(c, now, self.rules)):
            pass

    def change(self, now: datetime, told: datetime | None = None) -> Change:
        return Change(self.lam.id, "mưa bão", told or now + timedelta(minutes=1), now, self.rules)

    async def due(self, kind: str, meeting: Meeting) -> set[tuple[int, int]]:
        """(person, revision) of what waits of a kind."""
        mine = (due_items.c.kind == kind) & (due_items.c.subject == meeting.id) & (due_items.c.state == "waiting")
        rows = await self.do(lambda c: c.execute(select(due_items.c.person_id, due_items.c.revision).where(mine)).all())
        return {(row.person_id, row.revision) for row in rows}


@pytest.fixture
async def cell(database: Database) -> Cell:
    def found(connection: Connection) -> Cell:
        commune = units.add(connection, "commune", "xã Suối Trong")
        unit = units.add(connection, "cell", "thôn Khe Đào", commune)
        lam = people.add(connection, unit, "Hoàng Văn Lâm")
        people.give_role(connection, lam, unit, "secretary")
        tinh, mui = people.add(connection, unit, "Ma Văn Tình"), people.add(connection, unit, "Triệu Thị Mùi")
        people.add(connection, unit, "Bàn Văn Út", standing="exempt")
        return Cell(database, unit, lam, tinh, mui, Rules(rest_days={date(2027, 3, 3): True}))

    return await database.write(found)


def days(found: list[Meeting]) -> list[tuple[str, str]]:
    return [(f"{meeting.starts_at.astimezone(ZONE):%Y-%m-%d %H:%M}", meeting.state) for meeting in found]


async def test_a_rule_makes_three_months_of_meetings_and_marks_the_rest_days(cell: Cell) -> None:
    await cell.keeps()
    expected = [("2026-12-03 19:30", "planned"), ("2027-01-03 19:30", "asking"), ("2027-02-03 19:30", "asking")]
    assert days(await cell.ahead()) == expected


async def test_the_window_grows_with_the_month_and_never_twice(cell: Cell) -> None:
    await cell.keeps()
    await cell.tick(at(30, 11))
    assert len(await cell.ahead()) == 3
    wake = await cell.do(lambda c: scheduler.next_instant(c, at(30, 11, 20), cell.rules))
    assert wake is not None
    assert wake <= at(1, 12, 19)
    for now in (at(1, 12), at(1, 12), at(2, 12)):
        await cell.tick(now)
    assert [day for day, _ in days(await cell.ahead())][3:] == ["2027-03-03 19:30"]


async def test_a_decreed_day_off_is_asked_about_too(cell: Cell) -> None:
    await cell.keeps(now=at(1, 12))
    assert days(await cell.ahead())[-1] == ("2027-03-03 19:30", "asking")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (NthWeekday(1, 5), ["2026-12-05", "2027-01-02", "2027-02-06"]),
        (NthWeekday(-1, 4), ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"]),
        (LunarDay(15), ["2026-12-23", "2027-01-22", "2027-02-20"]),
    ],
)
async def test_weekday_and_lunar_rules_fall_on_their_days(cell: Cell, rule: Rule, expected: list[str]) -> None:
    await cell.keeps(rule)
    assert [day.split()[0] for day, _ in days(await cell.ahead())] == expected


async def test_a_chosen_saturday_is_not_asked_about_but_new_year_is(cell: Cell) -> None:
    await cell.keeps(NthWeekday(1, 5))
    states = dict(days(await cell.ahead()))
    assert states == {
        "2026-12-05 19:30": "planned",
        "2027-01-02 19:30": "planned",
        "2027-02-06 19:30": "asking",  # the first day of the lunar year
    }


async def test_setting_the_same_rule_again_changes_nothing(cell: Cell) -> None:
    first, second = await cell.keeps(), await cell.keeps(now=at(26))
    assert first == second
    assert len(await cell.ahead()) == 3


async def test_a_new_rule_replaces_what_nobody_has_heard_of(cell: Cell) -> None:
    await cell.keeps()
    await cell.keeps(MonthlyDay(10))
    assert [day for day, _ in days(await cell.ahead())] == [
        "2026-12-10 19:30",
        "2027-01-10 19:30",
        "2027-02-10 19:30",
    ]


async def test_an_announced_meeting_stays_and_is_its_months_only_one(cell: Cell) -> None:
    await cell.keeps()
    await cell.tick(at(26, 11, 18, 30))
    await cell.keeps(MonthlyDay(10), now=at(27))
    assert [day for day, _ in days(await cell.ahead(at(27)))] == [
        "2026-12-03 19:30",
        "2027-01-10 19:30",
        "2027-02-10 19:30",
    ]
    shown = await cell.do(lambda c: series.preview(c, cell.unit.id, MonthlyDay(12), time(19, 30), at(27), cell.rules))
    assert [o.day.isoformat() for o in shown] == ["2027-01-12", "2027-02-12", "2027-03-12"]


async def test_an_unsettled_rest_day_is_asked_three_times_and_invites_nobody(cell: Cell) -> None:
    await cell.keeps()
    meeting = (await cell.ahead())[1]
    waiting = select(rungs.c.name, rungs.c.due_at).where(rungs.c.meeting_id == meeting.id).order_by(rungs.c.due_at)
    rows = await cell.do(lambda c: c.execute(waiting).all())
    assert [(row.name, row.due_at.astimezone(ZONE)) for row in rows] == [
        ("rest_day", at(24, 12, 18, 30)),
        ("rest_day_again", at(27, 12, 18, 30)),
        ("rest_day_last", at(29, 12, 18, 30)),
    ]


async def test_the_offers_are_working_days_of_the_first_week_and_after_tet(cell: Cell) -> None:
    await cell.keeps()
    _, january, february = await cell.ahead()
    first = await cell.do(lambda c: series.rest_day(c, january, at(24, 12, 18, 30), cell.rules))
    assert first is not None
    assert (first.occurrence.rest, first.offers, first.first_week) == (
        "Chủ nhật",
        [date(2027, 1, 4), date(2027, 1, 5)],
        True,
    )
    second = await cell.do(lambda c: series.rest_day(c, february, at(24, 1, 18, 30, 2027), cell.rules))
    assert second is not None
    # From 23 tháng Chạp to mùng 6 tháng Giêng nobody is asked to meet.
    assert (second.occurrence.tet, second.offers[0], second.first_week) == (True, date(2027, 2, 12), False)


async def test_a_settled_meeting_begins_its_ladder(cell: Cell) -> None:
    await cell.keeps()
    january = (await cell.ahead())[1]
    now = at(24, 12, 19)
    by = {"by": cell.lam.id, "now": now, "rules": cell.rules}
    settled = await cell.do(lambda c: changes.settle(c, january, at(4, 1, 19, 30, 2027), **by))
    assert settled.state == "planned"
    assert await cell.do(lambda c: meetings.rung_at(c, settled, "invite")) == at(28, 12, 18, 30)
    assert await cell.do(lambda c: meetings.rung_at(c, settled, "rest_day")) is None


# ---- moved, cancelled, taken back ----


async def planned(cell: Cell) -> Meeting:
    def work(connection: Connection) -> Meeting:
        meeting = meetings.add(connection, cell.unit, at(3, 12, 19, 30), HALL, NOON)
        meetings.climb(connection, meeting, NOON, cell.rules)
        return meeting

    return await cell.do(work)


async def answer(cell: Cell, meeting: Meeting, person: Person, choice: str, now: datetime) -> None:
    await cell.do(lambda c: intentions.record(c, meeting, person.id, choice, now))


async def move(cell: Cell, meeting: Meeting, to: datetime, now: datetime, told: datetime | None = None) -> Meeting:
    return await cell.do(lambda c: changes.move(c, meeting, to, HALL, cell.change(now, told)))


async def test_all_the_invited_are_told_of_a_move_and_asked_again(cell: Cell) -> None:
    meeting = await planned(cell)
    await cell.tick(at(26, 11, 18, 30))
    await answer(cell, meeting, cell.tinh, "no", at(27))
    moved = await move(cell, meeting, at(4, 12, 19, 30), at(1, 12))
    assert await cell.due("moved", moved) == {(p.id, 2) for p in (cell.lam, cell.tinh, cell.mui)}
    assert await cell.do(lambda c: intentions.current(c, moved, cell.tinh.id)) is None
    # Whoever joins later is invited to the new day; nobody is invited twice.
    assert await cell.do(lambda c: meetings.has_fired(c, moved, "invite"))
    await cell.tick(at(1, 12, 12, 2))
    assert await cell.due("invite", moved) == set()


async def test_a_move_nobody_has_been_told_of_can_be_taken_back_with_its_answers(cell: Cell) -> None:
    meeting = await planned(cell)
    await answer(cell, meeting, cell.tinh, "yes", at(27))
    moved = await move(cell, meeting, at(4, 12, 19, 30), at(1, 12, 21), told=at(2, 12, 6))
    by = {"by": cell.lam.id, "rules": cell.rules}
    back = await cell.do(lambda c: changes.take_back(c, moved, now=at(1, 12, 22), **by))
    assert back is not None
    # As if it had never been: the buttons of the invitation hold again.
    assert back == meeting
    assert await cell.due("moved", back) == set()
    again = await move(cell, back, at(5, 12, 19, 30), at(1, 12, 22), told=at(2, 12, 6))
    assert len(await cell.due("moved", again)) == 3
    back = await cell.do(lambda c: changes.take_back(c, again, now=at(1, 12, 22), **by))
    assert back is not None
    kept = await cell.do(lambda c: intentions.current(c, back, cell.tinh.id))
    assert kept is not None
    assert kept.choice == "yes"
    assert await cell.do(lambda c: changes.take_back(c, back, now=at(1, 12, 22), **by)) is None


async def test_taking_back_brings_back_what_was_waiting(cell: Cell) -> None:
    meeting = await planned(cell)
    later = {"due_at": at(2, 12, 18), "worthless_after": at(3, 12), "now": NOON}
    await cell.do(lambda c: outbox.due(c, [cell.tinh.id], "last_call", meeting.id, **later))
    moved = await move(cell, meeting, at(4, 12, 19, 30), at(1, 12, 21), told=at(2, 12, 6))
    assert await cell.due("last_call", meeting) == set()
    by = {"by": cell.lam.id, "now": at(1, 12, 22), "rules": cell.rules}
    await cell.do(lambda c: changes.take_back(c, moved, **by))
    assert await cell.due("last_call", meeting) == {(cell.tinh.id, 1)}
    assert await cell.do(lambda c: meetings.rung_at(c, meeting, "today")) == at(3, 12, 6, 30)


async def test_what_people_have_been_told_cannot_be_taken_back(cell: Cell) -> None:
    moved = await move(cell, await planned(cell), at(4, 12, 19, 30), at(1, 12))
    by = {"by": cell.lam.id, "rules": cell.rules}
    assert await cell.do(lambda c: changes.take_back(c, moved, now=at(1, 12, 12, 1), **by)) is None


async def test_two_moves_in_one_night_are_told_as_one(cell: Cell) -> None:
    meeting = await planned(cell)
    first = await move(cell, meeting, at(4, 12, 19, 30), at(1, 12, 21), told=at(2, 12, 6))
    second = await move(cell, first, at(5, 12, 19, 30), at(1, 12, 22), told=at(2, 12, 6))
    assert (second.old_starts_at, second.starts_at) == (meeting.starts_at, at(5, 12, 19, 30))
    assert {revision for _, revision in await cell.due("moved", second)} == {second.revision}


async def test_an_early_answer_to_a_move_taken_back_is_put_right(cell: Cell) -> None:
    moved = await move(cell, await planned(cell), at(4, 12, 19, 30), at(1, 12, 21), told=at(2, 12, 6))
    await answer(cell, moved, cell.mui, "yes", at(1, 12, 21, 30))
    by = {"by": cell.lam.id, "rules": cell.rules}
    back = await cell.do(lambda c: changes.take_back(c, moved, now=at(1, 12, 22), **by))
    assert back is not None
    assert await cell.due("moved", back) == {(cell.mui.id, back.revision)}
    assert back.old_starts_at == moved.starts_at


async def test_a_cancelled_meeting_is_told_even_during_its_hour_and_comes_back(cell: Cell) -> None:
    meeting = await planned(cell)
    gone = await cell.do(lambda c: changes.cancel(c, meeting, cell.change(at(3, 12, 19))))
    assert gone.state == "cancelled"
    item = select(due_items.c.worthless_after).where(due_items.c.kind == "cancelled").limit(1)
    assert await cell.do(lambda c: c.execute(item).scalar()) == at(3, 12, 21, 30)
    by = {"by": cell.lam.id, "now": at(3, 12, 19), "rules": cell.rules}
    back = await cell.do(lambda c: changes.take_back(c, gone, **by))
    assert back is not None
    assert (back.state, back.starts_at) == ("planned", meeting.starts_at)


async def test_only_answers_and_receipts_prove_that_somebody_knows(cell: Cell) -> None:
    moved = await move(cell, await planned(cell), at(4, 12, 19, 30), at(1, 12))

    def names(connection: Connection) -> list[str]:
        return [person.name for person in changes.unsure(connection, moved)]

    assert await cell.do(names) == ["Triệu Thị Mùi", "Ma Văn Tình"]
    await answer(cell, moved, cell.tinh, "no", at(1, 12, 13))
    assert await cell.do(names) == ["Triệu Thị Mùi"]
    await cell.do(lambda c: changes.note_aware(c, moved, [cell.mui.id], "phone", at(1, 12, 14)))
    assert await cell.do(names) == []


@pytest.mark.parametrize(
    ("now", "in_the_night", "expected"),
    [
        (at(1, 12, 12), False, at(1, 12, 12, 1)),
        (at(1, 12, 21), False, at(2, 12, 6)),
        (at(2, 12, 2), False, at(2, 12, 6)),
        (at(1, 12, 20, 29), False, at(2, 12, 6)),
        (at(2, 12, 21), True, at(2, 12, 21, 1)),
    ],
)
def test_the_night_holds_changes_back_unless_they_are_near(
    now: datetime, in_the_night: bool, expected: datetime
) -> None:
    assert changes.told_at(now, Rules(), in_the_night=in_the_night) == expected


async def test_what_waits_about_an_old_revision_is_dropped(cell: Cell) -> None:
    meeting = await planned(cell)
    late = {"due_at": at(2, 12, 18), "worthless_after": at(3, 12), "now": NOON}
    await cell.do(lambda c: outbox.due(c, [cell.tinh.id], "last_call", meeting.id, **late))
    await move(cell, meeting, at(4, 12, 19, 30), at(1, 12))
    assert await cell.due("last_call", meeting) == set()


async def test_however_many_reminders_are_due_a_transaction_makes_a_few(cell: Cell) -> None:
    await cell.keeps()
    later = NOON + timedelta(days=70)

    def due(connection: Connection) -> int:
        ripe = rungs.c.fired_at.is_(None) & (rungs.c.due_at <= later)
        return connection.execute(select(func.count()).select_from(rungs).where(ripe)).scalar_one()

    async def one_tick() -> bool:
        return await cell.do(lambda c: scheduler.tick(c, later, cell.rules))

    assert await one_tick(), "it plans first"
    before = await cell.do(due)
    assert before > 2 * RUNGS_AT_ONCE
    left = []
    while await one_tick():
        left.append(before - await cell.do(due))
    assert left[0] <= RUNGS_AT_ONCE
    assert await cell.do(due) == 0
