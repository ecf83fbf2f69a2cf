"""The fixed meeting of a cell: its rule, and the occurrences that exist for the next three months."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, exists, or_, select

from db import audit
from db import meetings as meeting_rows
from db import units as unit_rows
from db.meetings import Meeting
from db.rules import Rules
from db.sql import insert, many, one
from db.tables import due_items, intentions, meetings, rungs, series
from db.units import Unit
from vietnamese import recurrence
from vietnamese.dates import is_rest_day, near_tet, weekday_words
from vietnamese.recurrence import NthWeekday, Rule

MONTHS_AHEAD = 3


@dataclass(frozen=True)
class Series:
    """A rule that is kept, or was until `ended_at`. `time` is local, `planned_until` a local date."""

    id: int
    unit_id: int
    rule: Mapping[str, str | int]
    time: str
    place: str
    planned_until: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def days(self) -> Rule:
        return recurrence.from_json(self.rule)

    @property
    def clock(self) -> dt.time:
        return dt.time.fromisoformat(self.time)


@dataclass(frozen=True)
class Occurrence:
    """A day that a rule gives; `rest` names why nobody works on it, `tet` that it falls near the lunar new year."""

    day: date
    rest: str | None
    tet: bool

    @property
    def asks(self) -> bool:
        """The secretary is asked before anybody is invited to it."""
        return self.tet or self.rest is not None


def get(connection: Connection, series_id: int) -> Series:
    found = one(Series, connection.execute(select(series).where(series.c.id == series_id)).first())
    if found is None:
        raise LookupError(f"no series {series_id}")
    return found


def current(connection: Connection, unit_id: int) -> Series | None:
    """The rule that a cell keeps now."""
    kept = select(series).where(series.c.unit_id == unit_id, series.c.ended_at.is_(None))
    return one(Series, connection.execute(kept.order_by(series.c.id.desc())).first())


def last_used(connection: Connection, unit_id: int, rules: Rules) -> tuple[dt.time, str] | None:
    """Time and place of the cell's newest rule, else of its newest meeting; None where it has never met."""
    newest = select(series).where(series.c.unit_id == unit_id).order_by(series.c.id.desc())
    if kept := one(Series, connection.execute(newest).first()):
        return kept.clock, kept.place
    latest = select(meetings).where(meetings.c.unit_id == unit_id).order_by(meetings.c.starts_at.desc())
    met = one(Meeting, connection.execute(latest).first())
    return (rules.local(met.starts_at).time(), met.place) if met else None


def set_rule(
    connection: Connection,
    unit: Unit,
    rule: Rule,
    at: dt.time,
    place: str,
    *,
    by: int | None,
    now: datetime,
    rules: Rules,
) -> Series:
    """Keep this rule from now on. Meetings of the old one that nobody has heard of give way; announced ones stay.

    Setting the rule that is kept already changes nothing.
    """
    old = current(connection, unit.id)
    if old and (old.days, old.clock, old.place) == (rule, at, place):
        return old
    for meeting in _unheard(connection, unit.id, now):
        meeting_rows.change(connection, meeting, state="cancelled")
    ends = series.update().where(series.c.unit_id == unit.id, series.c.ended_at.is_(None))
    connection.execute(ends.values(ended_at=now))
    row = {"rule": recurrence.to_json(rule), "time": f"{at:%H:%M}", "place": place, "planned_until": "", "made_at": now}
    made = get(connection, insert(connection, series, unit_id=unit.id, **row))
    _plan(connection, made, now, rules)
    audit.note(connection, by, "series.set", now, unit_id=unit.id, subject=made.id)
    return get(connection, made.id)


def extend(connection: Connection, now: datetime, rules: Rules, most: int) -> int:
    """See that the occurrences of rules exist for the next three months; how many rules were looked at."""
    until = _horizon(rules.local(now).date()).isoformat()
    short = select(series).where(series.c.ended_at.is_(None), series.c.planned_until < until)
    found = many(Series, connection.execute(short.order_by(series.c.id).limit(most)).all())
    for kept in found:
        _plan(connection, kept, now, rules)
    return len(found)


def any_kept(connection: Connection) -> bool:
    return bool(connection.execute(select(exists().where(series.c.ended_at.is_(None)))).scalar())


def preview(
    connection: Connection, unit_id: int, rule: Rule, at: dt.time, now: datetime, rules: Rules, count: int = 3
) -> list[Occurrence]:
    """The first days on which the cell would meet if it kept this rule from now on."""
    giving_way = {meeting.id for meeting in _unheard(connection, unit_id, now)}
    taken = _months_taken(connection, unit_id, rules, giving_way)
    first = rules.local(now).date()
    days = recurrence.dates(rule, first, first + timedelta(days=366))
    return [occurrence(rule, day, rules) for day in islice(_free(days, at, taken, now, rules), count)]


def occurrence(rule: Rule, day: date, rules: Rules) -> Occurrence:
    """What there is to ask about a day. Whoever meets by the weekday has chosen his Saturday or Sunday himself."""
    rest = is_rest_day(day, rules.rest_days)
    if isinstance(rule, NthWeekday) and rest == weekday_words(day):
        rest = None
    return Occurrence(day, rest, near_tet(day))


def _plan(connection: Connection, kept: Series, now: datetime, rules: Rules) -> int:
    """Add what is missing of a series; a day that was once left out or dropped does not come back."""
    today = rules.local(now).date()
    first = max(today, date.fromisoformat(kept.planned_until) + timedelta(days=1)) if kept.planned_until else today
    until = _horizon(today)
    taken = _months_taken(connection, kept.unit_id, rules, _own(connection, kept))
    days = list(_free(recurrence.dates(kept.days, first, until), kept.clock, taken, now, rules))
    for day in days:
        _add(connection, kept, day, now, rules)
    connection.execute(series.update().where(series.c.id == kept.id).values(planned_until=until.isoformat()))
    return len(days)


def _add(connection: Connection, kept: Series, day: date, now: datetime, rules: Rules) -> None:
    state = "asking" if occurrence(kept.days, day, rules).asks else "planned"
    row = {"series_id": kept.id, "occurrence": day.isoformat(), "state": state}
    meeting = meeting_rows.add(
        connection, unit_rows.get(connection, kept.unit_id), rules.at(day, kept.clock), kept.place, now, **row
    )
    meeting_rows.climb(connection, meeting, now, rules)


def _horizon(today: date) -> date:
    """The last day of the month three months ahead, so that the window grows once a month."""
    years, month = divmod(today.month - 1 + MONTHS_AHEAD, 12)
    return date(today.year + years, month + 1, monthrange(today.year + years, month + 1)[1])


def _free(
    days: Iterable[date], at: dt.time, taken: set[tuple[int, int]], now: datetime, rules: Rules
) -> Iterator[date]:
    """The days whose hour is still ahead, in months that have no other ordinary meeting: a cell holds one a month."""
    return (day for day in days if rules.at(day, at) > now and (day.year, day.month) not in taken)


def _months_taken(connection: Connection, unit_id: int, rules: Rules, without: set[int]) -> set[tuple[int, int]]:
    """The months (year, month) that have their ordinary meeting, by the day it was first meant for."""
    here = (meetings.c.unit_id == unit_id) & (meetings.c.kind == "ordinary") & (meetings.c.state != "cancelled")
    found = many(Meeting, connection.execute(select(meetings).where(here)).all())
    days = [_meant_for(meeting, rules) for meeting in found if meeting.id not in without]
    return {(day.year, day.month) for day in days}


def _meant_for(meeting: Meeting, rules: Rules) -> date:
    return date.fromisoformat(meeting.occurrence) if meeting.occurrence else rules.local(meeting.starts_at).date()


def _own(connection: Connection, kept: Series) -> set[int]:
    return set(connection.execute(select(meetings.c.id).where(meetings.c.series_id == kept.id)).scalars())


def _unheard(connection: Connection, unit_id: int, now: datetime) -> list[Meeting]:
    """The coming meetings by rule that have not been announced, nor answered by anybody."""
    told = (due_items.c.subject == meetings.c.id) & due_items.c.kind.in_(meeting_rows.TELLING)
    called = (rungs.c.meeting_id == meetings.c.id) & (rungs.c.name == "invite") & rungs.c.fired_at.is_not(None)
    answered = intentions.c.meeting_id == meetings.c.id
    heard = or_(exists().where(told), exists().where(called), exists().where(answered))
    coming = (meetings.c.unit_id == unit_id) & meetings.c.series_id.is_not(None) & (meetings.c.starts_at > now)
    found = select(meetings).where(coming, meetings.c.state != "cancelled", ~heard)
    return many(Meeting, connection.execute(found).all())


# ---- a day that has to be asked about ----


@dataclass(frozen=True)
class RestDay:
    """What the secretary is asked ahead of a meeting that falls on a rest day or near Tết.

    `offers` are working days to meet on instead; `first_week` says that they are those of the rule (CT 50-CT/TW).
    """

    meeting: Meeting
    occurrence: Occurrence
    offers: Sequence[date]
    first_week: bool


def rest_day(connection: Connection, meeting: Meeting, now: datetime, rules: Rules) -> RestDay | None:
    """The question about a meeting that waits for its day; None when it is settled or over."""
    if meeting.state != "asking" or meeting.series_id is None or meeting.starts_at <= now:
        return None
    day = rules.local(meeting.starts_at).date()
    offers = list(islice(_instead(day, rules.local(now).date(), rules), 2))
    in_week = bool(offers) and all(offer.day <= 7 and offer.month == day.month for offer in offers)
    return RestDay(meeting, occurrence(get(connection, meeting.series_id).days, day, rules), offers, in_week)


def _instead(day: date, today: date, rules: Rules) -> Iterator[date]:
    """Working days from tomorrow on: the first week of the month where it is still ahead, then those after the day."""
    tomorrow = today + timedelta(days=1)
    week = recurrence.first_week_days(day, tomorrow, rules.rest_days) if day.day <= 7 else []
    later = (day + timedelta(days=n) for n in range(1, 32))
    for each in [*week, *(each for each in later if each not in week)]:
        if each > today and each != day and not near_tet(each) and is_rest_day(each, rules.rest_days) is None:
            yield each
