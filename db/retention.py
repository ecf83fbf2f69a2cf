"""What is finished is kept for a while and then goes, a slice at a time, the oldest first.

Of a notice the standing of each person stays (`notice_people.standing`). What may still be worth saying stays whole,
because its row is what keeps it from being said twice; and so does what nobody knows the outcome of. On SQLite the
pages that become free are taken by the next rows: the file does not shrink, and does not grow either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Subquery, Table, func, select, tuple_

from db.fanout import KIND
from db.inbox import POISON_KEPT
from db.receipts import Standing
from db.tables import deliveries, due_items, notice_people, received

SLICE = 1000  # rows at a time: they go from every index, and are overwritten on the disk
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
    oldest = _oldest(received, received.c.state != "waiting", most)
    done = (oldest.c.state == "done") & (oldest.c.arrived_at < now - EVENT_KEPT)
    ids = _ids(connection, oldest, done | (oldest.c.arrived_at < now - POISON_KEPT), most)
    if ids:
        connection.execute(received.delete().where(received.c.id.in_(ids)))
    return bool(ids)


def _messages(connection: Connection, before: datetime, most: int) -> bool:
    """Messages that have come to their end, with what they carried."""
    oldest = _oldest(deliveries, deliveries.c.state.in_(FINISHED), most)
    worth = func.coalesce(oldest.c.worthless_after, oldest.c.finished_at)
    ids = _ids(connection, oldest, (oldest.c.finished_at < before) & (worth < before), most)
    if ids:
        its = due_items.c.delivery_id.in_(ids)
        came = select(deliveries.c.id).where(deliveries.c.id.in_(ids), deliveries.c.state == "sent")
        _keep_standing(connection, Standing.SENT, due_items.c.delivery_id.in_(came))
        _keep_standing(connection, Standing.FAILED, its)
        connection.execute(due_items.delete().where(its))
        connection.execute(deliveries.delete().where(deliveries.c.id.in_(ids)))
    return bool(ids)


def _never_left(connection: Connection, before: datetime, most: int) -> bool:
    """What was due and has not gone into any message."""
    oldest = _oldest(due_items, due_items.c.delivery_id.is_(None), most)
    ids = _ids(connection, oldest, oldest.c.state.in_(NEVER_LEFT) & (oldest.c.worthless_after < before), most)
    if ids:
        _keep_standing(connection, Standing.FAILED, due_items.c.id.in_(ids))
        connection.execute(due_items.delete().where(due_items.c.id.in_(ids)))
    return bool(ids)


def _oldest(table: Table, which: ColumnElement[bool], most: int) -> Subquery:
    """No more rows than that are looked at, whatever the size of the table: some may have to stay, few do."""
    return select(table).where(which).order_by(table.c.id).limit(most * LOOK).subquery()


def _ids(connection: Connection, oldest: Subquery, which: ColumnElement[bool], most: int) -> list[int]:
    return list(connection.execute(select(oldest.c.id).where(which).order_by(oldest.c.id).limit(most)).scalars())


def _keep_standing(connection: Connection, standing: Standing, which: ColumnElement[bool]) -> None:
    """Write down how far a notice came to people, before the rows that tell it go; never less than is written."""
    # An expression instead of the column: by itself it would lead through all notices there have been.
    told = func.coalesce(due_items.c.kind, "") == KIND
    its = select(due_items.c.subject, due_items.c.person_id).where(told, which)
    mine = tuple_(notice_people.c.notice_id, notice_people.c.person_id).in_(its)
    less = func.coalesce(notice_people.c.standing, Standing.NO_WAY.value) < standing.value
    connection.execute(notice_people.update().where(mine, less).values(standing=standing.value))
