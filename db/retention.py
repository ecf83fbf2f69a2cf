"""What is finished is kept for a while and then goes, a slice at a time, the oldest first.

Of a notice the standing of each person stays (`notice_people.standing`). What may still be worth saying stays whole,
because its row is what keeps it from being said twice; and so does what nobody knows the outcome of. On SQLite the
pages that become free are taken by the next rows: the file does not shrink, and does not grow either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from db.fanout import KIND
from db.inbox import POISON_KEPT
from db.receipts import Standing
from db.tables import deliveries, due_items, notice_people, received

SLICE = 500  # rows at a time: they go from every index, and are overwritten on the disk
LOOK = 10  # times as many are looked at: some among the oldest may have to stay
FINISHED = ("sent", "failed", "expired", "cancelled")
NEVER_LEFT = ("unreachable", "expired", "cancelled", "held")
EVENT_KEPT = timedelta(days=1)  # so long the platform might bring it once more


def prune(connection: Connection, now: datetime, keep: timedelta, most: int = SLICE) -> bool:
    """Drop one slice of what has been finished for longer than `keep`; whether there may be more."""
    before = now - keep
    return (
        _events(connection, now, most) or _messages(connection, before, most) or _never_left(connection, before, most)
    )


def _events(connection: Connection, now: datetime, most: int) -> bool:
    """What has been handled; what could not be is kept a week for the operator."""
    done = select(received.c.id, received.c.state, received.c.arrived_at).where(received.c.state != "waiting")
    oldest = connection.execute(done.order_by(received.c.id).limit(most * LOOK)).all()
    kept = {"done": now - EVENT_KEPT, "poisoned": now - POISON_KEPT}
    ids = [row.id for row in oldest if row.arrived_at < kept[row.state]][:most]
    if ids:
        connection.execute(received.delete().where(received.c.id.in_(ids)))
    return bool(ids)


def _messages(connection: Connection, before: datetime, most: int) -> bool:
    """Messages that have come to their end, with what they carried."""
    columns = (deliveries.c.id, deliveries.c.finished_at, deliveries.c.worthless_after)
    done = select(*columns).where(deliveries.c.state.in_(FINISHED)).order_by(deliveries.c.id)
    oldest = connection.execute(done.limit(most * LOOK)).all()
    ids = [row.id for row in oldest if _is_over(row.finished_at, row.worthless_after, before)][:most]
    if ids:
        its = due_items.c.delivery_id.in_(ids)
        came = select(deliveries.c.id).where(deliveries.c.id.in_(ids), deliveries.c.state == "sent")
        _keep_standing(connection, Standing.SENT, due_items.c.delivery_id.in_(came))
        _keep_standing(connection, Standing.FAILED, its)
        connection.execute(due_items.delete().where(its))
        connection.execute(deliveries.delete().where(deliveries.c.id.in_(ids)))
    return bool(ids)


def _is_over(finished_at: datetime | None, worthless_after: datetime | None, before: datetime) -> bool:
    return finished_at is not None and finished_at < before and (worthless_after or finished_at) < before


def _never_left(connection: Connection, before: datetime, most: int) -> bool:
    """What was due and has not gone into any message."""
    columns = (due_items.c.id, due_items.c.state, due_items.c.worthless_after)
    loose = select(*columns).where(due_items.c.delivery_id.is_(None)).order_by(due_items.c.id)
    oldest = connection.execute(loose.limit(most * LOOK)).all()
    ids = [row.id for row in oldest if row.state in NEVER_LEFT and row.worthless_after < before][:most]
    if ids:
        _keep_standing(connection, Standing.FAILED, due_items.c.id.in_(ids))
        connection.execute(due_items.delete().where(due_items.c.id.in_(ids)))
    return bool(ids)


def _keep_standing(connection: Connection, standing: Standing, which: ColumnElement[bool]) -> None:
    """Write down how far a notice came to people, before the rows that tell it go; never less than is written."""
    its = select(due_items.c.subject, due_items.c.person_id).where(due_items.c.kind == KIND, which)
    mine = tuple_(notice_people.c.notice_id, notice_people.c.person_id).in_(its)
    less = func.coalesce(notice_people.c.standing, Standing.NO_WAY.value) < standing.value
    connection.execute(notice_people.update().where(mine, less).values(standing=standing.value))
