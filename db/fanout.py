"""The slices in which a notice comes to its people: a million of them in one transaction would lock everybody out.

Each function brings the people of one stretch in line with what their notice is now: on its way, paused or stopped.
All of them may be repeated, and two processes may do the same stretch at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, Table, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from db import people as people_rows
from db.columns import moment
from db.outbox import KINDS
from db.tables import addresses, deliveries, due_items, links, notice_people, people

KIND = "notice"
WORTH = timedelta(hours=24)  # later than this it is not carried to anybody any more
ROWS_AT_ONCE = 5000  # both engines take some 32,000 values in one statement


@dataclass(frozen=True)
class Stretch:
    """The people whose numbers are greater than `after` and not greater than `to`."""

    after: int
    to: int

    def holds(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        return (column > self.after) & (column <= self.to)


def enlist(connection: Connection, notice_id: int, whom: ColumnElement[bool], stretch: Stretch) -> None:
    """Write down for whom it is meant."""
    found = select(literal(notice_id), people.c.id).where(whom, stretch.holds(people.c.id)).order_by(people.c.id)
    _insert_once(connection, notice_people, ["notice_id", "person_id"], found)


def tell(connection: Connection, notice_id: int, send_after: datetime, stretch: Stretch, now: datetime) -> int:
    """Make it due for those who can be reached and have not heard of it; how many."""
    row: dict[str, ColumnElement[Any]] = {
        "kind": literal(KIND, String),
        "subject": literal(notice_id, Integer),
        "revision": literal(1, Integer),
        "priority": literal(KINDS[KIND].priority, Integer),
        "due_at": moment(send_after),
        "worthless_after": moment(send_after + WORTH),
        "state": literal("waiting", String),
        "made_at": moment(now),
    }
    # Joined, because asking each person whether there is a way takes longer; who has two is told once all the same.
    meant = notice_people.join(people, people.c.id == notice_people.c.person_id)
    ways = meant.join(links, links.c.person_id == people.c.id).join(addresses, addresses.c.id == links.c.address_id)
    here = (notice_people.c.notice_id == notice_id) & stretch.holds(notice_people.c.person_id)
    found = select(notice_people.c.person_id, *row.values()).select_from(ways)
    found = found.where(here, people.c.left_at.is_(None), people_rows.is_open()).order_by(notice_people.c.person_id)
    return _insert_once(connection, due_items, ["person_id", *row], found)


def hold(connection: Connection, notice_id: int, stretch: Stretch, now: datetime) -> None:
    """Keep back what has not left, until the author has decided; who has just been lost is not waited for."""
    _take_from_queue(connection, notice_id, stretch, now)
    lost = select(people.c.id).where(stretch.holds(people.c.id), ~people_rows.reachable())
    gone = due_items.update().where(_of(notice_id, stretch, "waiting"), due_items.c.person_id.in_(lost))
    connection.execute(gone.values(state="unreachable"))
    _items(connection, notice_id, stretch, "waiting", state="held")


def release(connection: Connection, notice_id: int, send_after: datetime, stretch: Stretch) -> None:
    """Let what was kept back go on."""
    times = {"due_at": send_after, "worthless_after": send_after + WORTH}
    _items(connection, notice_id, stretch, "held", state="waiting", **times)


def cancel(connection: Connection, notice_id: int, stretch: Stretch, now: datetime) -> None:
    """Drop what has not left."""
    _take_from_queue(connection, notice_id, stretch, now)
    for state in ("waiting", "held"):
        _items(connection, notice_id, stretch, state, state="cancelled")


def _take_from_queue(connection: Connection, notice_id: int, stretch: Stretch, now: datetime) -> None:
    """What is queued for the wire waits again; its messages are cancelled."""
    carried = select(due_items.c.delivery_id).where(_of(notice_id, stretch, "travelling"))
    queued = deliveries.update().where(deliveries.c.id.in_(carried), deliveries.c.state == "queued")
    taken = connection.execute(queued.values(state="cancelled", finished_at=now).returning(deliveries.c.id))
    ids = list(taken.scalars())
    for at in range(0, len(ids), ROWS_AT_ONCE):
        its = due_items.c.delivery_id.in_(ids[at : at + ROWS_AT_ONCE])
        connection.execute(due_items.update().where(its).values(state="waiting", delivery_id=None))


def _items(connection: Connection, notice_id: int, stretch: Stretch, before: str, **values: Any) -> None:
    connection.execute(due_items.update().where(_of(notice_id, stretch, before)).values(**values))


def _of(notice_id: int, stretch: Stretch, state: str) -> ColumnElement[bool]:
    its = (due_items.c.kind == KIND) & (due_items.c.subject == notice_id) & (due_items.c.state == state)
    return its & stretch.holds(due_items.c.person_id)


def _insert_once(connection: Connection, table: Table, columns: list[str], found: Select[Any]) -> int:
    """Insert the rows that no unique key of the table knows yet; how many were new."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(table).from_select(columns, found, include_defaults=False)
    return connection.execute(fresh.on_conflict_do_nothing()).rowcount
