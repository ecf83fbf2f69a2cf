"""Of whom nobody knows whether a notice came: the network or a crash has left it open, and its author decides.

One message may be for several people of a household; what is decided of it holds for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, select

from db import audit, notices, outbox
from db.fanout import KIND, WORTH
from db.notices import Notice
from db.receipts import Counts, Standing, standing
from db.rules import Rules
from db.sql import many
from db.tables import DOUBTFUL, deliveries, due_items, notice_people, people, units

NAMED = 2  # on the screen; the others on their list


@dataclass(frozen=True)
class Doubt:
    """One person and the message of which nobody knows whether it came; `at`: when it was given to the wire."""

    person_id: int
    name: str
    phone: str | None
    cell: str
    at: datetime
    delivery_id: int


def about(connection: Connection, notice: Notice, now: datetime, skip: int = 0, most: int | None = None) -> list[Doubt]:
    """Everybody in doubt, cell by cell; each is named once, by his newest message."""
    order = (units.c.folded, people.c.sort_key, people.c.id)
    found = _doubts(notice, now).order_by(*order).offset(skip).limit(most)
    return many(Doubt, connection.execute(found).all())


def of(connection: Connection, notice: Notice, person_id: int, now: datetime) -> Doubt | None:
    found = many(Doubt, connection.execute(_doubts(notice, now, people.c.id == person_id)).all())
    return found[0] if found else None


def named(connection: Connection, notice: Notice, figures: Counts, now: datetime) -> list[Doubt]:
    """Those who are named on the screen itself."""
    return about(connection, notice, now, most=NAMED) if figures.unknown else []


def count(connection: Connection, notice: Notice, now: datetime) -> int:
    return connection.execute(select(func.count()).select_from(_doubts(notice, now).subquery())).scalar_one()


def _doubts(
    notice: Notice, now: datetime, *only: ColumnElement[bool]
) -> Select[tuple[int, str, str, str, datetime, int]]:
    """They are found from the few rows in doubt, never from the many of a notice."""
    left_open = select(deliveries.c.id).where(DOUBTFUL, deliveries.c.state == "uncertain")
    ids = left_open.cte("left_open").prefix_with("MATERIALIZED")
    newest = select(due_items.c.person_id, func.max(ids.c.id).label("delivery_id"))
    # Expressions instead of the columns: by themselves they would lead through the whole notice.
    its = (func.coalesce(due_items.c.kind, "") == KIND) & (due_items.c.subject + 0 == notice.id)
    carried = newest.join_from(ids, due_items, due_items.c.delivery_id == ids.c.id).where(its)
    open_ = carried.group_by(due_items.c.person_id).subquery()
    columns = (people.c.id.label("person_id"), people.c.name, people.c.phone, units.c.name.label("cell"))
    said = (
        func.coalesce(deliveries.c.dispatched_at, deliveries.c.finished_at).label("at"),
        deliveries.c.id.label("delivery_id"),
    )
    mine = (notice_people.c.person_id == open_.c.person_id) & (notice_people.c.notice_id == notice.id)
    around = (
        open_.join(notice_people, mine)
        .join(people, people.c.id == open_.c.person_id)
        .join(units, units.c.id == people.c.unit_id)
        .join(deliveries, deliveries.c.id == open_.c.delivery_id)
    )
    here = select(*columns, *said).select_from(around).where(people.c.left_at.is_(None), *only)
    return here.where(standing(notice, now) == Standing.UNKNOWN.value)


# ---- deciding ----


def send_again(
    connection: Connection, notice: Notice, doubts: Sequence[Doubt], person_id: int, now: datetime, rules: Rules
) -> int:
    """Send it once more to these people and whoever shares their messages; how many they are."""
    if notice.state != "sending" or not doubts:
        return 0
    ids = _decide(connection, [doubt.delivery_id for doubt in doubts], "failed", "sent again", now)
    carried = select(due_items.c.person_id).where(due_items.c.delivery_id.in_(ids), due_items.c.kind == KIND)
    people_ids = list(connection.execute(carried.distinct()).scalars())
    if not people_ids:
        return 0  # another official has decided at the same moment
    at = rules.next_allowed(now)
    times = {"due_at": at, "worthless_after": at + WORTH, "now": now}
    outbox.due(connection, people_ids, KIND, notice.id, revision=_newest(connection, notice, people_ids) + 1, **times)
    audit.note(connection, person_id, "notice.again", now, unit_id=notice.unit_id, subject=notice.id)
    notices.touched(connection, notice.id, now)
    return len(people_ids)


def _newest(connection: Connection, notice: Notice, person_ids: Sequence[int]) -> int:
    mine = (due_items.c.kind == KIND) & (due_items.c.subject == notice.id) & due_items.c.person_id.in_(person_ids)
    return int(connection.execute(select(func.max(due_items.c.revision)).where(mine)).scalar_one())


def has_come(connection: Connection, notice: Notice, doubt: Doubt, person_id: int, now: datetime) -> None:
    """Somebody has asked on the telephone: the message is there."""
    if _decide(connection, [doubt.delivery_id], "sent", "confirmed", now):
        audit.note(connection, person_id, "notice.confirmed", now, unit_id=notice.unit_id, subject=notice.id)
        notices.touched(connection, notice.id, now)


def _decide(connection: Connection, delivery_ids: Sequence[int], state: str, why: str, now: datetime) -> list[int]:
    """Those of the deliveries about which nobody had decided yet."""
    mine = deliveries.c.id.in_(delivery_ids) & (deliveries.c.state == "uncertain")
    decided = deliveries.update().where(mine).values(state=state, error=why, finished_at=now)
    return list(connection.execute(decided.returning(deliveries.c.id)).scalars())
