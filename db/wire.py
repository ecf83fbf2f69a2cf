"""The last step out: queued -> sending -> sent. The intent is committed before the wire, the outcome after it.

Taking a row and committing the intent are one step, for just the rows that have a free place and a turn: a row is
either in the queue, where any worker may take it, or on the wire of the one worker whose number it bears. So there are
no leases on rows, only on workers (db/workers.py), and what a notice's author stops or a move makes stale is so until
the moment before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from db import conversations, outbox, workers
from db.columns import Moment, among
from db.conversations import Offer
from db.outbox import DELIVERY, KINDS, REMINDER, SCREEN, Delivery
from db.sql import many
from db.tables import DOUBTFUL, addresses, deliveries, due_items
from db.tables import conversations as talks
from db.tables import workers as living
from db.workers import FencedError

MOST_TRIES = 3  # how often a row may be on the wire, its outcome unknown each time
TALK = timedelta(minutes=3)  # that long an open question keeps what comes by itself waiting (design.md)
SPARE = 8  # candidates looked at beyond those wanted, at least, because some may have to wait

Only = ColumnElement[bool] | None  # SQL, for a query over deliveries: which rows alone may leave

# Written into the statements: a server that keeps a plan does not look at the values any more, and without these words
# it does not know that the indexes for them will do (tests/db/test_plans.py).
_QUEUED: ColumnElement[str] = literal_column("'queued'")
_SENDING: ColumnElement[str] = literal_column("'sending'")
_RIPE = deliveries.c.send_after <= bindparam("now", type_=Moment())

# How fast one chat may be written to: the rest after each message, and how many may come without it.
ChatPace = Callable[[str], tuple[timedelta, int]]


@dataclass(frozen=True)
class Taken:
    """A row whose intent to send is committed with this transaction, and where it goes."""

    row: Delivery
    chat: str


@dataclass(frozen=True)
class Arrived:
    """A row that the platform has accepted: as which message, when it left, and what the chat was shown with it."""

    row: Delivery
    message_id: str
    left_at: datetime
    choices: list[dict[str, str]]
    screen: str | None
    matters: str


# ---- taking ----


def claim(
    connection: Connection,
    now: datetime,
    priorities: tuple[int, ...],
    bot_id: int,
    most: int,
    worker_id: int,
    pace: ChatPace,
    only: Only = None,
) -> tuple[list[Taken], bool]:
    """Commit the intent to send through a bot: at most one row a chat, the most pressing first, the oldest first.

    `priorities`: what may leave now (outbox.allowed); `only` narrows it further. The rows, and whether it has looked at
    all there were. Raises FencedError where this worker was taken for dead and there is something to take.
    """
    taken: dict[int, Row[Any]] = {}
    late: list[Row[Any]] = []
    found = _candidates(connection, bot_id, priorities, now, most, only)
    for row in found:
        if row.worthless_after is not None and row.worthless_after < now:
            late.append(row)
        # Several rows of one chat: the first goes, the others wait until it has come to its end.
        elif row.address_id not in taken and len(taken) < most and _may_leave(connection, row, now, pace):
            taken[row.address_id] = row
    _drop(connection, late, now)
    _rest(connection, list(taken.values()), now, pace)
    return _mark(connection, list(taken.values()), now, worker_id), len(found) < _enough(most)


def _candidates(
    connection: Connection,
    bot_id: int,
    priorities: tuple[int, ...],
    now: datetime,
    most: int,
    only: Only,
) -> list[Row[Any]]:
    """The rows that may leave, the most pressing first. Locked rows and chats are another worker's at this moment."""
    built = _found if only is None else _found.__wrapped__
    ripe = connection.execute(built(priorities, _enough(most), only), {"bot": bot_id, "now": now}).all()
    rows = sorted(ripe, key=lambda row: (row.priority, row.send_after, row.id))
    # What has waited for its chat was moved behind what was queued there meanwhile: of one chat the older one is first.
    first: dict[tuple[int, int], int] = {}
    for place, row in enumerate(rows):
        first.setdefault((row.priority, row.address_id), place)
    return sorted(rows, key=lambda row: (first[row.priority, row.address_id], row.id))


def _enough(most: int) -> int:
    """How many candidates are looked at.

    The number stands in the statement, because of a limit that it does not know a server assumes the worst and plans
    anew each time. So it is one of few numbers: each makes a statement of its own.
    """
    return -(-(most + SPARE) // SPARE) * SPARE


@cache
def _found(priorities: tuple[int, ...], most: int, only: Only) -> Select[Any]:
    """The rows that are ripe, with their chats. Built once: that costs more than asking."""
    ripe = _ripe(priorities, most, only)
    here = deliveries.join(ripe, ripe.c.id == deliveries.c.id).join(addresses)
    here = here.outerjoin(talks, talks.c.address_id == addresses.c.id)
    read = (*DELIVERY, deliveries.c.send_after, addresses.c.chat, addresses.c.paced_until)
    found = select(*read, talks.c.expects, talks.c.expects_since).select_from(here)
    # Asked again of the row itself: another worker may have taken it since, or put it back for later.
    found = found.where(deliveries.c.state == _QUEUED, _RIPE)
    return found.with_for_update(of=(deliveries, addresses), key_share=True, skip_locked=True)


def _ripe(priorities: tuple[int, ...], most: int, only: Only) -> CTE:
    """For each priority one range of the index, whatever waits for later; of all of them the most pressing."""
    other = deliveries.alias("other")
    busy = exists().where(other.c.address_id == deliveries.c.address_id, other.c.state == _SENDING)
    here = (deliveries.c.bot_id == bindparam("bot")) & (deliveries.c.state == _QUEUED)
    ripe = select(*(deliveries.c[name] for name in ("id", "priority", "send_after"))).where(here, ~busy)
    ripe = ripe.where(_RIPE)
    ripe = ripe if only is None else ripe.where(only)
    limit: ColumnElement[int] = literal_column(str(most))
    ripe = ripe.order_by(deliveries.c.send_after, deliveries.c.id).limit(limit)
    parts = [ripe.where(deliveries.c.priority == literal_column(str(priority))).subquery() for priority in priorities]
    ranges = union_all(*(select(part) for part in parts)).subquery()
    pressing = select(ranges.c.id).order_by(ranges.c.priority, ranges.c.send_after, ranges.c.id).limit(limit)
    return pressing.cte("ripe").prefix_with("MATERIALIZED", dialect="postgresql")


def _may_leave(connection: Connection, row: Row[Any], now: datetime, pace: ChatPace) -> bool:
    """Whether a row's chat is ready for it; if not, it waits."""
    rest, burst = pace(row.chat)
    waits = []
    if row.paced_until and row.paced_until - now > rest * (burst - 1):
        waits.append(row.paced_until - rest * (burst - 1))
    # Whoever is in the middle of answering a question is not interrupted by what comes by itself.
    if row.priority > SCREEN and row.expects and row.expects_since > now - TALK:
        waits.append(row.expects_since + TALK)
    if waits:
        later = deliveries.update().where(deliveries.c.id == row.id).values(send_after=max(waits))
        connection.execute(later)
    return not waits


def _drop(connection: Connection, late: list[Row[Any]], now: datetime) -> None:
    if late:
        for row in late:
            finish(connection, row, "expired", now)
        carried = outbox.items_of(connection, [row.id for row in late])
        outbox.too_late(sum(map(len, carried.values())))


def _rest(connection: Connection, taken: list[Row[Any]], now: datetime, pace: ChatPace) -> None:
    """Count what a chat is sent against its pace; of what comes by itself there is too little to count."""
    rests = [
        {"whose": row.address_id, "until": max(row.paced_until or now, now) + pace(row.chat)[0]}
        for row in taken
        if row.priority < REMINDER
    ]
    if rests:
        connection.execute(_RESTED, rests)


_RESTED = addresses.update().where(addresses.c.id == bindparam("whose")).values(paced_until=bindparam("until"))


def _mark(connection: Connection, found: list[Row[Any]], now: datetime, worker_id: int) -> list[Taken]:
    if not found:
        return []
    marked = connection.execute(_MARKED, {"ids": [row.id for row in found], "worker": worker_id, "now": now})
    if not marked.rowcount:
        raise FencedError
    return [Taken(_marked(row, now, worker_id), row.chat) for row in found]


_MARKED = (
    deliveries.update()
    .where(among(deliveries.c.id, "ids"), workers.HELD.scalar_subquery() == bindparam("worker"))
    .values(
        state="sending",
        worker_id=bindparam("worker"),
        dispatched_at=bindparam("now", type_=Moment()),
        tries=deliveries.c.tries + 1,
    )
)


def _marked(row: Row[Any], now: datetime, worker_id: int) -> Delivery:
    """What the row is by now."""
    known = row._asdict()
    known.update(state="sending", tries=row.tries + 1, worker_id=worker_id, dispatched_at=now)
    return Delivery(*(known[name] for name in Delivery.__dataclass_fields__))


def on_wire(connection: Connection, bot_id: int, worker_id: int) -> int:
    """How many rows of a bot a worker has on the wire, by what is kept: as many would be uncertain after a crash."""
    return int(connection.execute(_ON_WIRE, {"bot": bot_id, "worker": worker_id}).scalar_one())


_ON_WIRE = select(func.count()).where(
    deliveries.c.state == _SENDING,
    deliveries.c.bot_id == bindparam("bot"),
    deliveries.c.worker_id == bindparam("worker"),
)


# ---- settling ----


def arrived(connection: Connection, letters: Sequence[Arrived], worker_id: int, now: datetime) -> None:
    """Settle what the platform has accepted; the words are emptied, only that it was sent remains.

    A worker that was taken for dead may still tell: whatever has not left a second time since has arrived.
    """
    told = [{"row": x.row.id, "left": x.left_at, "as_id": x.message_id, "by": worker_id, "at": now} for x in letters]
    connection.execute(_ARRIVED, told)
    offered = [
        (x.row.address_id, Offer(now, x.message_id, x.row.kind == "answer", x.choices)) for x in letters if x.choices
    ]
    conversations.offered(connection, offered)
    for x in letters:
        if x.screen:
            conversations.shown(connection, x.row.address_id, x.screen, x.message_id, x.matters, now)


_ARRIVED = (
    deliveries.update()
    .where(
        deliveries.c.id == bindparam("row"),
        or_(
            (deliveries.c.state == "sending") & (deliveries.c.worker_id == bindparam("by")),
            deliveries.c.state == "queued",
            deliveries.c.state == "uncertain",
        ),
    )
    .values(
        state="sent",
        finished_at=bindparam("at"),
        dispatched_at=bindparam("left"),
        message_id=bindparam("as_id"),
        message=None,
        error=None,
        worker_id=None,
    )
)


def part_sent(connection: Connection, row: Delivery, parts: int) -> None:
    """So many parts of a long text have been accepted."""
    connection.execute(deliveries.update().where(_as_seen(row)).values(parts_sent=parts))


def _as_seen(row: Delivery | Row[Any]) -> ColumnElement[bool]:
    """SQL: the row, if it is still as the caller saw it. Once another worker has it, it is no business of his."""
    same = deliveries.c.worker_id.is_not_distinct_from(row.worker_id) & (deliveries.c.state == row.state)
    return (deliveries.c.id == row.id) & same


def finish(
    connection: Connection, row: Delivery | Row[Any], state: str, now: datetime, error: str | None = None
) -> None:
    """Settle a row for good as one that is not sent; its words are emptied."""
    values = {"state": state, "finished_at": now, "error": error, "message": None, "worker_id": None}
    connection.execute(deliveries.update().where(_as_seen(row)).values(**values))


def put_back(connection: Connection, row: Delivery, error: str) -> None:
    """What has certainly not left waits as before; that was no attempt, however often it happens."""
    values = {"state": "queued", "tries": deliveries.c.tries - 1, "error": error, "worker_id": None}
    connection.execute(deliveries.update().where(_as_seen(row)).values(**values))


def unheard(connection: Connection, bot_id: int, worker_id: int, mine: Collection[int]) -> None:
    """Put back what a worker has taken without knowing it, because the answer to its commit was lost.

    `mine`: the rows that it knows of. Nobody carries the others: they have certainly not left.
    """
    taken = (deliveries.c.state == "sending") & (deliveries.c.worker_id == worker_id) & (deliveries.c.bot_id == bot_id)
    values = {"state": "queued", "tries": deliveries.c.tries - 1, "worker_id": None}
    connection.execute(deliveries.update().where(taken, deliveries.c.id.not_in(list(mine))).values(**values))


def reroute(connection: Connection, delivery_id: int, now: datetime) -> None:
    """The address was dead: what it carried is due again, for another address of the person if there is one."""
    mine = due_items.c.delivery_id == delivery_id
    back = {"state": "waiting", "due_at": now, "delivery_id": None}
    connection.execute(due_items.update().where(mine).values(**back))


# ---- what nobody knows ----


def unknown(connection: Connection, row: Delivery, now: datetime, why: str, again_at: datetime) -> bool:
    """The outcome that nobody knows: once more where a double does no harm, else held and named.

    Whether it is held; what kills us three times is not repeated either.
    """
    held = row.tries >= MOST_TRIES or not _repeats(connection, row.id)
    if held:
        values: dict[str, Any] = {"state": "uncertain", "finished_at": now, "message": None}
    else:
        values = {"state": "queued", "send_after": again_at, "resent": True}
    connection.execute(deliveries.update().where(_as_seen(row)).values(error=why, worker_id=None, **values))
    return held


def _repeats(connection: Connection, delivery_id: int) -> bool:
    kinds = select(due_items.c.kind).where(due_items.c.delivery_id == delivery_id)
    return all(KINDS[kind].once_more for kind in connection.execute(kinds).scalars())


def orphans(connection: Connection) -> list[Delivery]:
    """Rows on the wire of a worker that is no more."""
    ids = connection.execute(_ORPHANS.with_only_columns(deliveries.c.id)).scalars().all()
    # Asked again now that they are locked: a worker that is newer than the first look may have taken one meanwhile.
    mine = _ORPHANS.where(among(deliveries.c.id, "ids"))
    return many(Delivery, connection.execute(mine, {"ids": ids}).all()) if ids else []


_ORPHANS = (
    select(*DELIVERY)
    .where(
        deliveries.c.state == _SENDING,
        deliveries.c.worker_id.is_(None) | deliveries.c.worker_id.not_in(select(living.c.id)),
    )
    .order_by(deliveries.c.id)
    .with_for_update(skip_locked=True)
)


def uncertain(connection: Connection) -> list[Delivery]:
    """Rows that may or may not have arrived and wait for their author's decision."""
    found = select(*DELIVERY).where(deliveries.c.state == "uncertain").order_by(deliveries.c.id)
    return many(Delivery, connection.execute(found).all())


_DOUBTFUL = select(*DELIVERY).where(DOUBTFUL, deliveries.c.address_id == bindparam("address"))


def proven(connection: Connection, address_id: int, message_id: str, action: str, now: datetime) -> int:
    """A tap on a message that nobody had heard of again: the row that it came from has arrived; how many rows.

    The row is known by what its buttons do: the very action of an answer, or the subject of what it carried.
    """
    rows = many(Delivery, connection.execute(_DOUBTFUL, {"address": address_id}).all())
    if not rows:
        return 0
    known = select(func.count()).where(deliveries.c.address_id == address_id, deliveries.c.message_id == message_id)
    if connection.execute(known).scalar_one():
        return 0
    numbers = {int(word) for word in action.split() if word.isdigit()}
    carried = outbox.items_of(connection, [row.id for row in rows])
    mine = [r.id for r in rows if _offers(r, action) or numbers & {i.subject for i in carried.get(r.id, [])}]
    values = {"state": "sent", "finished_at": now, "message_id": message_id, "message": None, "error": None}
    return connection.execute(deliveries.update().where(DOUBTFUL, deliveries.c.id.in_(mine)).values(**values)).rowcount


def _offers(row: Delivery, action: str) -> bool:
    return any(choice["action"] == action for choice in (row.message or {}).get("choices", []))
