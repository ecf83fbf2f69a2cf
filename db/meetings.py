"""Meetings of a cell: what is planned, what has changed, and the ladder of reminders that leads up to one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from db import people as people_rows
from db.columns import among
from db.outbox import cancel_items
from db.people import Person
from db.rules import Rules, Step
from db.sql import insert, many, one
from db.tables import meetings, people, rungs
from db.units import Unit

LASTS = timedelta(hours=2)  # after this an answer comes too late (an ordinary meeting has at least 90 minutes)
ASK_AHEAD = timedelta(days=8)  # words are read as an answer only once the invitation may be out


@dataclass(frozen=True)
class Meeting:
    id: int
    unit_id: int
    series_id: int | None
    occurrence: str | None
    kind: str
    starts_at: datetime
    place: str
    state: str
    revision: int
    old_starts_at: datetime | None
    old_place: str | None
    reason: str | None
    materials_at: datetime | None
    made_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now > self.starts_at + LASTS


def get(connection: Connection, meeting_id: int) -> Meeting | None:
    return one(Meeting, connection.execute(_GET, {"meeting": meeting_id}).first())


_GET = select(meetings).where(meetings.c.id == bindparam("meeting"))


def for_person(connection: Connection, meeting_id: int, person_id: int) -> Meeting | None:
    """A meeting of the person's own cell; None for any other."""
    return one(Meeting, connection.execute(_OF_PERSON, {"meeting": meeting_id, "who": person_id}).first())


_OF_PERSON = (
    select(meetings)
    .join(people, people.c.unit_id == meetings.c.unit_id)
    .where(meetings.c.id == bindparam("meeting"), people.c.id == bindparam("who"))
)


def for_secretary(connection: Connection, meeting_id: int, person_id: int) -> Meeting | None:
    """A meeting of a cell that the person leads; None for any other."""
    meeting = get(connection, meeting_id)
    if meeting and people_rows.may(connection, person_id, people_rows.SECRETARIES, meeting.unit_id):
        return meeting
    return None


def upcoming(connection: Connection, unit_id: int, now: datetime) -> list[Meeting]:
    """The cell's meetings that are planned or waiting for a day, the next first."""
    return many(Meeting, connection.execute(_UPCOMING, {"cell": unit_id, "begun": now - LASTS}).all())


_NEXT = (
    select(meetings)
    .where(meetings.c.unit_id == bindparam("cell"), meetings.c.starts_at > bindparam("begun"))
    .order_by(meetings.c.starts_at)
)
_UPCOMING = _NEXT.where(meetings.c.state != "cancelled")
_DROPPED = _NEXT.where(meetings.c.state == "cancelled")


def dropped(connection: Connection, unit_id: int, now: datetime) -> list[Meeting]:
    """The cell's coming meetings that will not be held, the next first."""
    return many(Meeting, connection.execute(_DROPPED, {"cell": unit_id, "begun": now - LASTS}).all())


def last_held(connection: Connection, unit_id: int, now: datetime) -> Meeting | None:
    """The cell's latest meeting that is over; one that was called off is none."""
    return one(Meeting, connection.execute(_OVER, {"cell": unit_id, "begun": now - LASTS}).first())


_OVER = (
    select(meetings)
    .where(meetings.c.unit_id == bindparam("cell"), meetings.c.starts_at <= bindparam("begun"))
    .where(meetings.c.state == "planned")
    .order_by(meetings.c.starts_at.desc())
    .limit(1)
)


def next_planned(connection: Connection, unit_id: int, now: datetime) -> Meeting | None:
    return next((m for m in upcoming(connection, unit_id, now) if m.state == "planned"), None)


def on_day(connection: Connection, unit_id: int, day: date, rules: Rules) -> list[Meeting]:
    """What the cell has on a local date, the earliest first."""
    here = (meetings.c.unit_id == unit_id) & (meetings.c.state != "cancelled")
    within = meetings.c.starts_at.between(rules.at(day, time.min), rules.at(day, time.max))
    found = select(meetings).where(here, within).order_by(meetings.c.starts_at)
    return many(Meeting, connection.execute(found).all())


def open_for(connection: Connection, person_ids: Iterable[int], now: datetime) -> list[Meeting]:
    """The planned meetings that these people may be answering about just now."""
    asked = {"persons": list(person_ids), "from": now - LASTS, "to": now + ASK_AHEAD}
    return many(Meeting, connection.execute(_OPEN, asked).all())


_OPEN = (
    select(meetings)
    .where(
        meetings.c.unit_id.in_(
            select(people.c.unit_id).where(among(people.c.id, "persons")),
        ),
        meetings.c.state == "planned",
        meetings.c.starts_at.between(bindparam("from"), bindparam("to")),
    )
    .order_by(meetings.c.starts_at)
)


def invited(connection: Connection, cell_id: int) -> list[Person]:
    """The members who count: exempt ones are neither asked nor counted."""
    return [p for p in people_rows.of_cell(connection, cell_id) if p.standing in people_rows.COUNTED]


def add(connection: Connection, unit: Unit, starts_at: datetime, place: str, now: datetime, **values: Any) -> Meeting:
    """A new meeting; `values`: kind, series_id, occurrence, state. Its ladder is set up by `climb`."""
    row = {"kind": "ordinary", "state": "planned", **values}
    meeting_id = insert(connection, meetings, unit_id=unit.id, starts_at=starts_at, place=place, made_at=now, **row)
    return _known(connection, meeting_id)


def change(connection: Connection, meeting: Meeting, **values: Any) -> Meeting:
    """Give a meeting a new revision; what waits about the old one will find itself useless."""
    changed = meetings.update().where(meetings.c.id == meeting.id, meetings.c.revision == meeting.revision)
    connection.execute(changed.values(revision=meeting.revision + 1, **values))
    cancel_items(connection, ALL_KINDS, meeting.id)
    return _known(connection, meeting.id)


def rewind(connection: Connection, meeting: Meeting, **values: Any) -> Meeting:
    """Give a meeting back the revision before its newest, which nobody has heard of."""
    changed = meetings.update().where(meetings.c.id == meeting.id, meetings.c.revision == meeting.revision)
    connection.execute(changed.values(revision=meeting.revision - 1, **values))
    return _known(connection, meeting.id)


def set_materials_posted(connection: Connection, meeting: Meeting, now: datetime) -> None:
    connection.execute(meetings.update().where(meetings.c.id == meeting.id).values(materials_at=now))


def _known(connection: Connection, meeting_id: int) -> Meeting:
    meeting = get(connection, meeting_id)
    if meeting is None:
        raise LookupError(f"no meeting {meeting_id}")
    return meeting


# ---- the ladder ----

MEMBER_KINDS = frozenset({"invite", "ask", "brief", "last_call", "today"})
# The secretary is asked about a rest day three times, until he has chosen a day.
REST_DAY_KINDS = frozenset({"rest_day", "rest_day_again", "rest_day_last"})
SECRETARY_KINDS = frozenset({"prepare", "materials", "call_list"}) | REST_DAY_KINDS
CHANGE_KINDS = frozenset({"moved", "cancelled", "unsure_know"})
ALL_KINDS = MEMBER_KINDS | SECRETARY_KINDS | CHANGE_KINDS
TELLING = MEMBER_KINDS | {"moved", "cancelled"}  # whoever was due one of these may have heard of the meeting
EVEN_IF_LATE = frozenset({"invite", "prepare", "rest_day"})  # the others are left out when their moment has passed
ASKED_AGAIN = {"rest_day_again": 7, "rest_day_last": 5}  # days before the meeting, at the hour of the first question


@dataclass(frozen=True)
class Rung:
    meeting_id: int
    revision: int
    name: str
    due_at: datetime
    fired_at: datetime | None


def climb(connection: Connection, meeting: Meeting, now: datetime, rules: Rules, without: Iterable[str] = ()) -> None:
    """Set up the reminders of a meeting's present revision; those in `without` count as said already."""
    for name, step in _steps(meeting, rules).items():
        due_at = step_at(meeting, step, rules)
        if due_at < now and name in EVEN_IF_LATE:
            due_at = rules.next_allowed(now)
        if now <= due_at < meeting.starts_at:
            row = {"meeting_id": meeting.id, "revision": meeting.revision, "name": name, "due_at": due_at}
            connection.execute(rungs.insert().values(**row, fired_at=now if name in without else None))


def _steps(meeting: Meeting, rules: Rules) -> dict[str, Step]:
    """While the day of a meeting is not settled, only the secretary hears of it."""
    if meeting.state == "asking":
        first = rules.ladder["rest_day"]
        return {"rest_day": first, **{name: Step(days, first.at) for name, days in ASKED_AGAIN.items()}}
    return {name: step for name, step in rules.ladder.items() if name != "rest_day"}


def step_at(meeting: Meeting, step: Step, rules: Rules) -> datetime:
    """The moment of a rung, so many days before the meeting."""
    day: date = rules.local(meeting.starts_at).date() - timedelta(days=step.days)
    return rules.at(day, step.at)


def rung_at(connection: Connection, meeting: Meeting, name: str) -> datetime | None:
    """When a reminder of the present revision is due, or was."""
    mine = (rungs.c.meeting_id == meeting.id) & (rungs.c.revision == meeting.revision) & (rungs.c.name == name)
    return connection.execute(select(rungs.c.due_at).where(mine)).scalar()


def due_rungs(connection: Connection, now: datetime, most: int) -> list[Rung]:
    """What the ladder has to say now, the oldest first, each marked as said: a second look finds nothing."""
    ripe = rungs.c.fired_at.is_(None) & (rungs.c.due_at <= now)
    first = select(rungs.c.meeting_id, rungs.c.revision, rungs.c.name).where(ripe)
    keys = connection.execute(first.order_by(rungs.c.due_at, rungs.c.meeting_id, rungs.c.name).limit(most)).all()
    return [rung for key in keys if (rung := _fired(connection, key, now))]


def _fired(connection: Connection, key: Any, now: datetime) -> Rung | None:
    """Mark a rung as said; None where another process has done so since."""
    mine = (rungs.c.meeting_id == key.meeting_id) & (rungs.c.revision == key.revision) & (rungs.c.name == key.name)
    ripe = rungs.update().where(mine, rungs.c.fired_at.is_(None)).values(fired_at=now)
    return one(Rung, connection.execute(ripe.returning(rungs)).first())


def has_fired(connection: Connection, meeting: Meeting, name: str) -> bool:
    mine = (rungs.c.meeting_id == meeting.id) & (rungs.c.revision == meeting.revision) & (rungs.c.name == name)
    return connection.execute(select(rungs.c.fired_at).where(mine, rungs.c.fired_at.is_not(None))).first() is not None


def next_rung(connection: Connection, after: datetime) -> datetime | None:
    waiting = rungs.c.fired_at.is_(None) & (rungs.c.due_at > after)
    return connection.execute(select(func.min(rungs.c.due_at)).where(waiting)).scalar()
