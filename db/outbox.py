"""The outbox: due items belong to people, deliveries to addresses; each leaves once.

A due item says what a person is to hear (kind, subject, revision). When its time has come it is gathered into a
delivery to the best address of the person, together with what else that address is to hear at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Connection, Insert, and_, bindparam, exists, func, or_, select

from db.columns import among
from db.rules import Rules
from db.sql import add_once, many
from db.tables import addresses, deliveries, due_items, screens

log = structlog.get_logger()

EDIT_GAP = timedelta(seconds=3)  # between two edits of one screen
ANSWER, CHANGE, SCREEN, ALERT, REMINDER, NOTICE = 0, 10, 12, 15, 20, 30
PRIORITIES = (ANSWER, CHANGE, SCREEN, ALERT, REMINDER, NOTICE)


def allowed(now: datetime, rules: Rules) -> tuple[int, ...]:
    """What may leave at this hour, the most pressing first.

    Between the quiet hours nothing leaves by itself, but changes of a meeting: whoever made them chose the time.
    """
    return tuple(p for p in PRIORITIES if p <= SCREEN) if rules.is_quiet(now) else PRIORITIES


@dataclass(frozen=True)
class Kind:
    """How a due item travels. `merges`: shares a message with others of its moment. `capped`: one a day and address.
    `once_more`: sent again, marked, when a crash left it unknown whether it had gone; otherwise its author decides.
    """

    priority: int
    merges: bool = False
    capped: bool = False
    once_more: bool = True


KINDS: dict[str, Kind] = {
    # the member's ladder
    "invite": Kind(REMINDER, merges=True, capped=True),
    "ask": Kind(REMINDER, merges=True, capped=True),
    "brief": Kind(REMINDER, merges=True, capped=True),
    "last_call": Kind(REMINDER, merges=True, capped=True),
    "today": Kind(REMINDER, merges=True, capped=True),
    "nudge": Kind(REMINDER),  # the secretary asked for it by hand
    # the secretary's ladder
    "prepare": Kind(ALERT, merges=True),
    "materials": Kind(ALERT, merges=True),
    "materials_again": Kind(ALERT, merges=True),
    "call_list": Kind(ALERT, merges=True),
    "call_again": Kind(ALERT, merges=True),
    "rest_day": Kind(ALERT, merges=True),
    "rest_day_again": Kind(ALERT, merges=True),
    "rest_day_last": Kind(ALERT, merges=True),
    # a meeting that changed
    "moved": Kind(CHANGE),
    "cancelled": Kind(CHANGE),
    "unsure_know": Kind(ALERT),
    # news for the secretary, or for a person about himself
    "joined": Kind(ALERT),
    "stopped": Kind(ALERT),
    "turned": Kind(ALERT),
    "overruled": Kind(ALERT),
    "all_answered": Kind(ALERT),
    "proxy": Kind(ALERT),
    "lift": Kind(ALERT),
    "call_me": Kind(ALERT),
    "phone_typed": Kind(ALERT),
    "new_phone": Kind(ALERT),
    "code_wanted": Kind(ALERT),
    "recorded": Kind(ALERT),
    "erase": Kind(ALERT),
    # a question on its way to an official and back
    "question": Kind(ALERT),
    "question_again": Kind(ALERT),
    "questions_month": Kind(ALERT),
    "reply": Kind(ALERT),
    # an official's notice
    "notice": Kind(NOTICE, once_more=False),
    "notice_paused": Kind(ALERT),
}


# Of both tables as much as the work needs: a column more of every row is felt when a notice goes out.


@dataclass(frozen=True)
class Item:
    """What of a due item is read."""

    id: int
    person_id: int
    kind: str
    subject: int
    revision: int
    priority: int
    worthless_after: datetime
    delivery_id: int | None


@dataclass(frozen=True)
class Delivery:
    """What of a delivery is read."""

    id: int
    address_id: int
    bot_id: int
    kind: str
    priority: int
    worthless_after: datetime | None
    state: str
    message: dict[str, Any] | None
    screen: str | None
    resent: bool
    tries: int
    parts_sent: int
    worker_id: int | None
    dispatched_at: datetime | None


ITEM = tuple(due_items.c[name] for name in Item.__dataclass_fields__)
DELIVERY = tuple(deliveries.c[name] for name in Delivery.__dataclass_fields__)


def answer(connection: Connection, address_id: int, message: dict[str, Any], now: datetime) -> None:
    """Queue a rendered message as the answer to what the address has just said."""
    row = {"kind": "answer", "priority": ANSWER, "send_after": now, "state": "queued", "message": message}
    _queue(connection, address_id, screen=message.get("screen"), **row)


def _queue(connection: Connection, address_id: int, **row: Any) -> None:
    values = {f"its_{name}": value for name, value in row.items()}
    connection.execute(_queueing(tuple(row)), {"to": address_id, **values})


@cache
def _queueing(columns: tuple[str, ...]) -> Insert:
    bot = select(addresses.c.bot_id).where(addresses.c.id == bindparam("to")).scalar_subquery()
    values = {name: bindparam(f"its_{name}", type_=deliveries.c[name].type) for name in columns}
    return deliveries.insert().inline().values(address_id=bindparam("to"), bot_id=bot, **values)


def refresh(connection: Connection, address_ids: Iterable[int], screen: str, now: datetime) -> None:
    """Have a live screen drawn anew where it stands; a render that still waits there is enough."""
    for address_id in address_ids:
        same = (deliveries.c.address_id == address_id) & (deliveries.c.screen == screen)
        waits = exists().where(same, deliveries.c.kind == "screen", deliveries.c.state == "queued")
        if not connection.execute(select(waits)).scalar():
            here = (screens.c.address_id == address_id) & (screens.c.name == screen)
            drawn = connection.execute(select(screens.c.shown_at).where(here)).scalar()
            soonest = max(now, drawn + EDIT_GAP) if drawn else now
            row = {"kind": "screen", "priority": SCREEN, "send_after": soonest, "state": "queued", "screen": screen}
            _queue(connection, address_id, **row)


def due(
    connection: Connection,
    person_ids: Iterable[int],
    kind: str,
    subject: int,
    *,
    due_at: datetime,
    worthless_after: datetime,
    now: datetime,
    revision: int = 1,
) -> int:
    """Say that these people are to hear of `subject`, once a revision; how many of them were new to it."""
    row = {
        "kind": kind,
        "subject": subject,
        "revision": revision,
        "priority": KINDS[kind].priority,
        "due_at": due_at,
        "worthless_after": worthless_after,
        "state": "waiting",
        "made_at": now,
    }
    return add_once(connection, due_items, [{**row, "person_id": person} for person in person_ids])


def told_since(connection: Connection, kinds: Iterable[str], subject: int, since: datetime) -> set[int]:
    """The people for whom one of these became due about a subject later than `since`."""
    mine = (due_items.c.kind.in_(list(kinds))) & (due_items.c.subject == subject) & (due_items.c.due_at > since)
    return set(connection.execute(select(due_items.c.person_id).where(mine)).scalars())


def reached_on(connection: Connection, person_ids: Iterable[int], local_date: str) -> set[int]:
    """Whom of these people an automatic message of that local date was for."""
    mine = select(due_items.c.person_id).join(deliveries, deliveries.c.id == due_items.c.delivery_id)
    alive = deliveries.c.state.in_(["queued", "sending", "sent", "uncertain"])
    that_day = mine.where(due_items.c.person_id.in_(list(person_ids)), deliveries.c.local_date == local_date, alive)
    return set(connection.execute(that_day).scalars())


def cancel_items(connection: Connection, kinds: Iterable[str], subject: int) -> None:
    """Take back what has not left yet about a subject."""
    mine = (due_items.c.kind.in_(list(kinds))) & (due_items.c.subject == subject)
    waiting = mine & (due_items.c.state == "waiting")
    connection.execute(due_items.update().where(waiting).values(state="cancelled"))


def take_back(connection: Connection, person_id: int) -> None:
    """What has not left for a person is gathered anew: where he is still to be reached, if anywhere."""
    his = select(due_items.c.delivery_id).where(due_items.c.person_id == person_id, due_items.c.state == "travelling")
    queued = select(deliveries.c.id).where(deliveries.c.id.in_(his), deliveries.c.state == "queued")
    # Locked, because another process may be taking one of them to the wire at this moment.
    ids = connection.execute(queued.with_for_update()).scalars().all()
    mine = (due_items.c.person_id == person_id) & due_items.c.delivery_id.in_(ids)
    connection.execute(due_items.update().where(mine).values(state="waiting", delivery_id=None))


def revive(connection: Connection, person_id: int, kind: str, subject: int, revision: int, due_at: datetime) -> None:
    """Have said after all what found the person unreachable."""
    same = (due_items.c.kind == kind) & (due_items.c.subject == subject) & (due_items.c.revision == revision)
    mine = (due_items.c.person_id == person_id) & (due_items.c.state == "unreachable")
    connection.execute(due_items.update().where(same, mine).values(state="waiting", due_at=due_at))


def too_late(items: int) -> None:
    """Say that so many due items were dropped, because what they were to say was not worth saying any more."""
    if items:
        log.warning("Dropped, because it came too late", rows=items)


def items_of(connection: Connection, delivery_ids: Iterable[int]) -> dict[int, list[Item]]:
    """What each of these deliveries carries, in the order in which it became due."""
    found = connection.execute(_CARRIED, {"deliveries": list(delivery_ids)}).all()
    carried: dict[int, list[Item]] = {}
    for item in many(Item, found):
        carried.setdefault(item.delivery_id or 0, []).append(item)
    return carried


_CARRIED = select(*ITEM).where(among(due_items.c.delivery_id, "deliveries")).order_by(due_items.c.id)


def next_instant(connection: Connection, after: datetime, rules: Rules) -> datetime | None:
    """When the next thing in the outbox is due, later than `after`."""
    item = select(func.min(due_items.c.due_at)).where(due_items.c.state == "waiting", due_items.c.due_at > after)
    queued = deliveries.c.state == "queued"
    row = select(func.min(deliveries.c.send_after)).where(queued, deliveries.c.send_after > after)
    found = [connection.execute(query).scalar() for query in (item, row)]
    kept = exists().where(queued, deliveries.c.priority > SCREEN)
    if rules.is_quiet(after) and connection.execute(select(kept)).scalar():
        found.append(rules.next_allowed(after))
    return min((moment for moment in found if moment), default=None)


def is_idle(connection: Connection, now: datetime, rules: Rules) -> bool:
    """Nothing is due, on its way to the wire, or on it."""
    item = (due_items.c.state == "waiting") & (due_items.c.due_at <= now)
    ripe = (deliveries.c.state == "queued") & (deliveries.c.send_after <= now)
    row = or_(deliveries.c.state == "sending", and_(ripe, deliveries.c.priority.in_(allowed(now, rules))))
    return not connection.execute(select(or_(exists().where(item), exists().where(row)))).scalar()


def reached(connection: Connection, kinds: Iterable[str], subject: int) -> list[int]:
    """The people to whom something about a subject was carried: accepted by the channel, not read."""
    travelled = select(due_items.c.person_id).join(deliveries, deliveries.c.id == due_items.c.delivery_id)
    mine = (due_items.c.kind.in_(list(kinds))) & (due_items.c.subject == subject) & (deliveries.c.state == "sent")
    return list(connection.execute(travelled.where(mine).distinct()).scalars())
