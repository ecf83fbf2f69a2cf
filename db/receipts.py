"""How a notice went: how far it came to each person, who has said that he knows, and the screen that shows it.

Figures of few people are counted whenever they are looked at. Those of many are counted by the ticks, slice by slice,
and kept; the more people, the longer such a count rests (`rests_until`).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, literal, or_, select

from db import conversations, outbox, people
from db.columns import Key
from db.fanout import KIND, Stretch
from db.notices import SLICE, Notice
from db.sql import many, one, plan_afresh
from db.tables import BUSY, deliveries, due_items, notice_people, notices
from db.tables import people as people_table
from db.tables import units as units_table

WATCHED = timedelta(days=30)  # so long its screen follows who says that he knows
REST = outbox.EDIT_GAP  # between two counts, at least
REST_EACH = timedelta(milliseconds=1)  # a person is counted in some 8 µs: a hundredth of the time goes into counting
COUNTED = 500  # people at a time: an answer waits no longer for it than for a claim
SELDOM = 10  # while people wait, the figures are looked at again after this share of the time since it was sent


class Standing(IntEnum):
    """How far a notice has come to one person; of several attempts the furthest counts."""

    NO_WAY = 0  # nothing was tried: he cannot be reached
    FAILED = 1
    UNKNOWN = 2  # a crash or the network left it open whether it came
    WAITING = 3
    SENT = 4  # the channel took it, or he has said that he knows


@dataclass(frozen=True)
class Counts:
    """Numbers of people. `total`: those whom it was tried to reach; `no_way` are not among them.

    `ready`: whether they have been counted at all; a big notice is not at first.
    """

    sent: int
    waiting: int
    unknown: int
    failed: int
    no_way: int
    acknowledged: int
    ready: bool = field(default=True, kw_only=True)

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.unknown + self.failed

    @property
    def everybody(self) -> int:
        return self.total + self.no_way

    @property
    def silent(self) -> int:
        return self.everybody - self.acknowledged

    @property
    def stuck(self) -> int:
        return self.unknown + self.failed + self.no_way

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(self._numbers, other._numbers, strict=True)))

    @property
    def _numbers(self) -> tuple[int, ...]:
        return astuple(self)[:-1]

    @property
    def text(self) -> str:
        return " ".join(map(str, self._numbers))

    @classmethod
    def read(cls, text: str | None) -> Counts:
        """What `text` has made of them; figures that are not ready where there is none."""
        return cls(*map(int, text.split())) if text else cls(0, 0, 0, 0, 0, 0, ready=False)

    def mark(self, notice: Notice) -> str:
        """The figures as one word: two screens with the same mark show the same."""
        return f"{notice.state} {self.text if self.ready else '-'}"


def counts(connection: Connection, notice: Notice, now: datetime) -> Counts:
    """The figures of this moment; for many people those of their last count."""
    if not notice.is_listed:
        return Counts.read(None)
    end = _end_of_slice(connection, notice.id, 0, SLICE)
    return _counted(connection, notice, now) if end is None else Counts.read(notice.figures)


def _counted(connection: Connection, notice: Notice, now: datetime, stretch: Stretch | None = None) -> Counts:
    """The figures of those in a stretch, or of everybody."""
    whom = stretch or Stretch(0, notice.listed_end)
    bound = {"notice": notice.id, "after": whom.after, "to": whom.to}
    grouped = {row.standing: row for row in connection.execute(_counting(is_open=notice.is_open(now)), bound)}
    number = {standing: grouped[standing].people if standing in grouped else 0 for standing in Standing}
    return Counts(
        sent=number[Standing.SENT],
        waiting=number[Standing.WAITING],
        unknown=number[Standing.UNKNOWN],
        failed=number[Standing.FAILED],
        no_way=number[Standing.NO_WAY],
        acknowledged=sum(row.known for row in grouped.values()),
    )


@cache
def _counting(*, is_open: bool) -> Select[Any]:
    """Built once: that takes longer than to count a slice."""
    whose = bindparam("notice", type_=Key)
    rows = select(notice_people.c.acknowledged_at, _standing(whose, is_open=is_open).label("standing"))
    rows = rows.join(people_table, people_table.c.id == notice_people.c.person_id).where(
        notice_people.c.notice_id == whose,
        notice_people.c.person_id > bindparam("after"),
        notice_people.c.person_id <= bindparam("to"),
    )
    each = rows.subquery()
    found = select(each.c.standing, func.count().label("people"), func.count(each.c.acknowledged_at).label("known"))
    return found.group_by(each.c.standing)


def _end_of_slice(connection: Connection, notice_id: int, after: int, most: int) -> int | None:
    """The last person of the slice that begins behind `after`; None where the slice is the last one."""
    mine = (notice_people.c.notice_id == notice_id) & (notice_people.c.person_id > after)
    rest = select(notice_people.c.person_id).where(mine).order_by(notice_people.c.person_id)
    found = connection.execute(rest.offset(most - 1).limit(2)).scalars().all()
    return found[0] if len(found) > 1 else None


def standing(notice: Notice, now: datetime) -> ColumnElement[int]:
    """SQL, for a query over notice_people and people: how far it has come to the person."""
    return _standing(literal(notice.id, Key), is_open=notice.is_open(now))


def _standing(notice_id: ColumnElement[int], *, is_open: bool) -> ColumnElement[int]:
    on_its_way = and_(due_items.c.state == "travelling", deliveries.c.state.in_(["queued", "sending"]))
    attempt = case(
        (deliveries.c.state == "sent", Standing.SENT.value),
        (or_(due_items.c.state.in_(["waiting", "held"]), on_its_way), Standing.WAITING.value),
        (deliveries.c.state == "uncertain", Standing.UNKNOWN.value),
        else_=Standing.FAILED.value,
    )
    tried = select(func.max(attempt)).select_from(
        due_items.outerjoin(deliveries, deliveries.c.id == due_items.c.delivery_id)
    )
    mine = (due_items.c.person_id == notice_people.c.person_id) & (due_items.c.kind == KIND)
    furthest = tried.where(mine, due_items.c.subject == notice_id).correlate(notice_people).scalar_subquery()
    # Of what is long past only the standing was kept (db/retention.py); a later attempt may have come further.
    kept = notice_people.c.standing
    nothing = literal(Standing.NO_WAY.value)
    untried = case((people.reachable(), Standing.WAITING.value), else_=nothing) if is_open else nothing
    return case(
        (or_(notice_people.c.acknowledged_at.is_not(None), kept == Standing.SENT.value), Standing.SENT.value),
        else_=func.coalesce(furthest, kept, untried),
    )


@dataclass(frozen=True)
class Recipient:
    """One person on a list about a notice. `why`: unknown, failed, stopped, not_joined; empty where it came."""

    name: str
    phone: str | None
    cell: str
    why: str


def silent(connection: Connection, notice: Notice, now: datetime, skip: int, most: int) -> list[Recipient]:
    """Who has not said that he knows, cell by cell."""
    return _listed(connection, notice, now, notice_people.c.acknowledged_at.is_(None), skip, most)


def stuck(connection: Connection, notice: Notice, now: datetime, skip: int, most: int) -> list[Recipient]:
    """Whom it has not reached for certain, with the reason, cell by cell."""
    held_up = [Standing.NO_WAY.value, Standing.FAILED.value, Standing.UNKNOWN.value]
    return _listed(connection, notice, now, standing(notice, now).in_(held_up), skip, most)


def _listed(
    connection: Connection, notice: Notice, now: datetime, which: ColumnElement[bool], skip: int, most: int
) -> list[Recipient]:
    why = case(
        (standing(notice, now) == Standing.UNKNOWN.value, "unknown"),
        (standing(notice, now) == Standing.FAILED.value, "failed"),
        (standing(notice, now) >= Standing.WAITING.value, ""),
        (people.joined(), "stopped"),
        else_="not_joined",
    )
    columns = [people_table.c.name, people_table.c.phone, units_table.c.name.label("cell"), why.label("why")]
    rows = select(*columns).select_from(
        notice_people.join(people_table, people_table.c.id == notice_people.c.person_id).join(units_table)
    )
    found = rows.where(notice_people.c.notice_id == notice.id, people_table.c.left_at.is_(None), which)
    ordered = found.order_by(units_table.c.folded, people_table.c.sort_key, people_table.c.id)
    return many(Recipient, connection.execute(ordered.offset(skip).limit(most)).all())


# ---- the live screen ----


def screen(notice_id: int) -> str:
    return f"{KIND}:{notice_id}"


def drawn(connection: Connection, notice: Notice, figures: Counts) -> None:
    """Remember what the screen shows, so that it is drawn anew only when that has changed."""
    mine = notices.update().where(notices.c.id == notice.id)
    connection.execute(mine.values(drawn=figures.mark(notice)))


def count_on(connection: Connection, now: datetime) -> bool:
    """Count one slice of the oldest notice whose figures may have changed; whether there may be more to do.

    What has changed is drawn anew. Safe for several processes at once: each counts another notice.
    """
    wanted = select(notices).where(BUSY, or_(notices.c.counting.is_not(None), notices.c.count_at <= now))
    row = connection.execute(wanted.order_by(notices.c.id).limit(1).with_for_update(skip_locked=True)).first()
    notice = one(Notice, row)
    if notice is None:
        return False
    plan_afresh(connection)
    after = notice.counted_to if notice.counting else 0
    end = _end_of_slice(connection, notice.id, after, COUNTED)
    stretch = Stretch(after, notice.listed_end if end is None else end)
    so_far = Counts.read(notice.counting or "0 0 0 0 0 0") + _counted(connection, notice, now, stretch)
    if end is None:
        _count_done(connection, notice, so_far, now)
    else:
        _count_goes_on(connection, notice, so_far, end, now)
    return True


def _count_goes_on(connection: Connection, notice: Notice, so_far: Counts, end: int, now: datetime) -> None:
    values: dict[str, Any] = {"counting": so_far.text, "counted_to": end}
    if notice.counting is None:
        # What changes from here on behind the back of this count asks for another one.
        values |= {"count_at": None, "rests_until": now + _rest(Counts.read(notice.figures))}
    connection.execute(notices.update().where(notices.c.id == notice.id).values(**values))


def _count_done(connection: Connection, notice: Notice, figures: Counts, now: datetime) -> None:
    rested = now + _rest(figures)
    asked = notice.count_at if notice.counting else None
    wishes = [max(asked, rested)] if asked else []
    if figures.waiting:
        wishes.append(max(rested, _looked_at_again(notice, now)))
    values: dict[str, Any] = {"figures": figures.text, "counting": None, "counted_to": 0, "rests_until": rested}
    if notice.state == "paused" and not figures.waiting:
        values["state"] = "sending"  # nobody is left of whom its author would have to decide
    mine = notices.update().where(notices.c.id == notice.id)
    connection.execute(mine.values(**values, count_at=min(wishes, default=None)))
    if figures.mark(notice) != notice.drawn:
        _redraw(connection, notice, now)


def _rest(figures: Counts) -> timedelta:
    return max(REST, figures.everybody * REST_EACH)


def _looked_at_again(notice: Notice, now: datetime) -> datetime:
    sent = notice.send_after or now
    return sent + REST if sent > now else now + (now - sent) / SELDOM


def _redraw(connection: Connection, notice: Notice, now: datetime) -> None:
    if notice.send_after and notice.send_after > now - WATCHED:
        name = screen(notice.id)
        outbox.refresh(connection, conversations.watchers(connection, name), name, now)


def next_count(connection: Connection, after: datetime) -> datetime | None:
    """The next moment later than `after` at which figures are to be counted."""
    planned = select(func.min(notices.c.count_at)).where(BUSY, notices.c.count_at > after)
    return connection.execute(planned).scalar()
