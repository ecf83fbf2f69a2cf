"""How a notice went: how far it came to each person, who has said that he knows, and the screen that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, case, cast, exists, func, literal, or_, select

from db import audit, conversations, outbox, people
from db.notices import KIND, WORTH, Notice
from db.rules import Rules
from db.sql import many
from db.tables import deliveries, due_items, notice_people, notices, screens
from db.tables import people as people_table
from db.tables import units as units_table

WATCHED = timedelta(days=30)  # so long its screen follows who says that he knows


class Standing(IntEnum):
    """How far a notice has come to one person; of several attempts the furthest counts."""

    NO_WAY = 0  # nothing was tried: he cannot be reached
    FAILED = 1
    UNKNOWN = 2  # a crash or the network left it open whether it came
    WAITING = 3
    SENT = 4  # the channel took it, or he has said that he knows


@dataclass(frozen=True)
class Counts:
    """Numbers of people. `total`: those whom it was tried to reach; `no_way` are not among them."""

    sent: int
    waiting: int
    unknown: int
    failed: int
    no_way: int
    acknowledged: int

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

    def mark(self, notice: Notice) -> str:
        """The figures as one word: two screens with the same mark show the same."""
        numbers = (self.sent, self.waiting, self.unknown, self.failed, self.no_way, self.acknowledged)
        return " ".join([notice.state, *map(str, numbers)])


def counts(connection: Connection, notice: Notice, now: datetime) -> Counts:
    rows = _standings(notice, now).subquery()
    found = select(rows.c.standing, func.count(), func.count(rows.c.acknowledged_at)).group_by(rows.c.standing)
    grouped = {standing: (people_, known) for standing, people_, known in connection.execute(found).all()}
    number = {standing: grouped.get(standing.value, (0, 0))[0] for standing in Standing}
    return Counts(
        sent=number[Standing.SENT],
        waiting=number[Standing.WAITING],
        unknown=number[Standing.UNKNOWN],
        failed=number[Standing.FAILED],
        no_way=number[Standing.NO_WAY],
        acknowledged=sum(known for _, known in grouped.values()),
    )


def _standings(notice: Notice, now: datetime) -> Select[Any]:
    """person_id, acknowledged_at, standing of every recipient."""
    rows = select(notice_people.c.person_id, notice_people.c.acknowledged_at, _standing(notice, now).label("standing"))
    mine = rows.join(people_table, people_table.c.id == notice_people.c.person_id)
    return mine.where(notice_people.c.notice_id == notice.id)


def _standing(notice: Notice, now: datetime) -> ColumnElement[int]:
    on_its_way = and_(due_items.c.state == "travelling", deliveries.c.state.in_(["queued", "sending"]))
    attempt = case(
        (deliveries.c.state == "sent", Standing.SENT.value),
        (or_(due_items.c.state == "waiting", on_its_way), Standing.WAITING.value),
        (deliveries.c.state.in_(["uncertain", "held"]), Standing.UNKNOWN.value),
        else_=Standing.FAILED.value,
    )
    tried = select(func.max(attempt)).select_from(
        due_items.outerjoin(deliveries, deliveries.c.id == due_items.c.delivery_id)
    )
    mine = (due_items.c.person_id == notice_people.c.person_id) & (due_items.c.kind == KIND)
    furthest = tried.where(mine, due_items.c.subject == notice.id).correlate(notice_people).scalar_subquery()
    nothing = literal(Standing.NO_WAY.value)
    untried = case((people.reachable(), Standing.WAITING.value), else_=nothing) if notice.is_open(now) else nothing
    return case(
        (notice_people.c.acknowledged_at.is_not(None), Standing.SENT.value), else_=func.coalesce(furthest, untried)
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
    return _listed(connection, notice, now, _standing(notice, now).in_(held_up), skip, most)


def _listed(
    connection: Connection, notice: Notice, now: datetime, which: ColumnElement[bool], skip: int, most: int
) -> list[Recipient]:
    why = case(
        (_standing(notice, now) == Standing.UNKNOWN.value, "unknown"),
        (_standing(notice, now) == Standing.FAILED.value, "failed"),
        (_standing(notice, now) >= Standing.WAITING.value, ""),
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


# ---- once more ----
def again(connection: Connection, notice: Notice, person_id: int, now: datetime, rules: Rules) -> int:
    """Send it once more to those of whom nobody knows whether it came; how many they are."""
    if notice.state != "sending":
        return 0
    unknown = _standings(notice, now).where(_standing(notice, now) == Standing.UNKNOWN)
    ids = [row.person_id for row in connection.execute(unknown).all()]
    if ids:
        mine = (due_items.c.kind == KIND) & (due_items.c.subject == notice.id)
        newest = connection.execute(select(func.max(due_items.c.revision)).where(mine)).scalar_one()
        at = rules.next_allowed(now)
        times = {"due_at": at, "worthless_after": at + WORTH, "now": now}
        outbox.due(connection, ids, KIND, notice.id, revision=newest + 1, **times)
        audit.note(connection, person_id, "notice.again", now, unit_id=notice.unit_id, subject=notice.id)
    return len(ids)


# ---- the live screen ----


def screen(notice_id: int) -> str:
    return f"{KIND}:{notice_id}"


def drawn(connection: Connection, notice: Notice, figures: Counts) -> None:
    """Remember what the screen shows, so that it is drawn anew only when that has changed."""
    mine = notices.update().where(notices.c.id == notice.id)
    connection.execute(mine.values(drawn=figures.mark(notice)))


def redraw(connection: Connection, now: datetime) -> None:
    """Have the screens drawn anew whose figures have changed."""
    shown = exists().where(screens.c.name == literal(f"{KIND}:") + cast(notices.c.id, String))
    lately = (notices.c.state != "draft") & (notices.c.send_after > now - WATCHED)
    for notice in many(Notice, connection.execute(select(notices).where(lately, shown)).all()):
        if counts(connection, notice, now).mark(notice) != notice.drawn:
            name = screen(notice.id)
            outbox.refresh(connection, conversations.watchers(connection, name), name, now)
