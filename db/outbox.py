"""The outbox: due items belong to people, deliveries to addresses; each leaves once.

A due item says what a person is to hear (kind, subject, revision). When its time has come it is gathered into a
delivery to the best address of the person, together with what else that address is to hear at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from db import addresses as address_rows
from db.rules import Rules
from db.sql import add_once, many
from db.tables import addresses, conversations, deliveries, due_items, screens

EDIT_GAP = timedelta(seconds=3)  # between two edits of one screen
MOST_TRIES = 3  # how often a row may be on the wire, its outcome unknown each time
TALK = timedelta(minutes=3)  # that long an open question keeps what comes by itself waiting (design.md)
ANSWER, CHANGE, ALERT, REMINDER, NOTICE = 0, 10, 15, 20, 30


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
    "call_me": Kind(ALERT),
    "phone_typed": Kind(ALERT),
    "new_phone": Kind(ALERT),
    "code_wanted": Kind(ALERT),
    "recorded": Kind(ALERT),
    "erase": Kind(ALERT),
    # an official's notice
    "notice": Kind(NOTICE, once_more=False),
}


@dataclass(frozen=True)
class Item:
    id: int
    person_id: int
    kind: str
    subject: int
    revision: int
    priority: int
    due_at: datetime
    worthless_after: datetime
    state: str
    delivery_id: int | None
    made_at: datetime


@dataclass(frozen=True)
class Delivery:
    id: int
    address_id: int
    kind: str
    priority: int
    send_after: datetime
    worthless_after: datetime | None
    state: str
    message: dict[str, Any] | None
    screen: str | None
    local_date: str | None
    resent: bool
    tries: int
    parts_sent: int
    bot_id: int
    worker_id: int | None
    dispatched_at: datetime | None
    finished_at: datetime | None
    message_id: str | None
    error: str | None


def answer(connection: Connection, address_id: int, message: dict[str, Any], now: datetime) -> None:
    """Queue a rendered message as the answer to what the address has just said."""
    row = {"kind": "answer", "priority": ANSWER, "send_after": now, "state": "queued", "message": message}
    _queue(connection, address_id, screen=message.get("screen"), **row)


def _queue(connection: Connection, address_id: int, **row: Any) -> None:
    bot_id = select(addresses.c.bot_id).where(addresses.c.id == address_id).scalar_subquery()
    connection.execute(deliveries.insert().values(address_id=address_id, bot_id=bot_id, **row))


def refresh(connection: Connection, address_ids: Iterable[int], screen: str, now: datetime) -> None:
    """Have a live screen drawn anew where it stands; a render that still waits there is enough."""
    for address_id in address_ids:
        same = (deliveries.c.address_id == address_id) & (deliveries.c.screen == screen)
        waits = exists().where(same, deliveries.c.kind == "screen", deliveries.c.state == "queued")
        if not connection.execute(select(waits)).scalar():
            here = (screens.c.address_id == address_id) & (screens.c.name == screen)
            drawn = connection.execute(select(screens.c.shown_at).where(here)).scalar()
            soonest = max(now, drawn + EDIT_GAP) if drawn else now
            row = {"kind": "screen", "priority": ALERT, "send_after": soonest, "state": "queued", "screen": screen}
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
    queued = select(deliveries.c.id).where(deliveries.c.state == "queued")
    mine = (due_items.c.person_id == person_id) & due_items.c.delivery_id.in_(queued)
    connection.execute(due_items.update().where(mine).values(state="waiting", delivery_id=None))


def revive(connection: Connection, person_id: int, kind: str, subject: int, revision: int, due_at: datetime) -> None:
    """Have said after all what found the person unreachable."""
    same = (due_items.c.kind == kind) & (due_items.c.subject == subject) & (due_items.c.revision == revision)
    mine = (due_items.c.person_id == person_id) & (due_items.c.state == "unreachable")
    connection.execute(due_items.update().where(same, mine).values(state="waiting", due_at=due_at))


# ---- gathering: due items -> deliveries ----


def gather(connection: Connection, now: datetime, rules: Rules, most: int = 500) -> int:
    """Put what is due now into deliveries; how many were made. Safe to repeat: every item moves on once."""
    _drop_worthless(connection, now)
    _hold_for_the_night(connection, now, rules)
    ripe = (due_items.c.state == "waiting") & (due_items.c.due_at <= now)
    found = select(due_items).where(ripe).order_by(due_items.c.priority, due_items.c.due_at, due_items.c.id)
    items = many(Item, connection.execute(found.limit(most)).all())
    ways = address_rows.best_of(connection, {item.person_id for item in items})
    _set_items(connection, [item for item in items if item.person_id not in ways], state="unreachable")
    reachable = [(ways[item.person_id], item) for item in items if item.person_id in ways]
    return _deliver(connection, _spare(connection, reachable, now, rules), now, rules)


def _spare(
    connection: Connection, items: list[tuple[int, Item]], now: datetime, rules: Rules
) -> list[tuple[int, Item]]:
    """At most one automatic message an address and local date: what would be a second one waits until the morning.

    Only an invitation to a meeting that is over by then cannot wait: nobody would ever hear of that meeting.
    """
    today = rules.local(now).date()
    morning = rules.at(today + timedelta(days=1), rules.quiet_until)
    capped = [(way, item) for way, item in items if KINDS[item.kind].capped]
    waits = [(way, item) for way, item in capped if item.kind != "invite" or item.worthless_after > morning]
    full = _had_one(connection, {address_id for address_id, _ in waits}, today.isoformat())
    late = {item.id: item for address_id, item in waits if address_id in full}
    _set_items(connection, list(late.values()), due_at=morning)
    return [(address_id, item) for address_id, item in items if item.id not in late]


def _deliver(connection: Connection, items: list[tuple[int, Item]], now: datetime, rules: Rules) -> int:
    """One delivery for each bundle: all that merges, and the same thing to several people of a household."""
    bundles: dict[tuple[int, str], list[Item]] = {}
    for address_id, item in items:
        same = "merged" if KINDS[item.kind].merges else f"{item.kind} {item.subject} {item.revision}"
        bundles.setdefault((address_id, same), []).append(item)
    if not bundles:
        return 0
    today = rules.local(now).date().isoformat()
    bots = _bots(connection, {address_id for address_id, _ in bundles})
    rows = [
        {**_delivery(address_id, bundle, now, today), "bot_id": bots[address_id]}
        for (address_id, _), bundle in bundles.items()
    ]
    made = deliveries.insert().returning(deliveries.c.id, sort_by_parameter_order=True)
    ids = connection.execute(made, rows).scalars().all()
    places = [
        {"item": item.id, "into": into} for into, bundle in zip(ids, bundles.values(), strict=True) for item in bundle
    ]
    travels = due_items.update().where(due_items.c.id == bindparam("item"))
    connection.execute(travels.values(state="travelling", delivery_id=bindparam("into")), places)
    return len(ids)


def _bots(connection: Connection, address_ids: set[int]) -> dict[int, int]:
    found = select(addresses.c.id, addresses.c.bot_id).where(addresses.c.id.in_(address_ids))
    return {address_id: bot_id for address_id, bot_id in connection.execute(found).all()}


def _delivery(address_id: int, bundle: list[Item], now: datetime, today: str) -> dict[str, Any]:
    return {
        "address_id": address_id,
        "kind": "items",
        "priority": min(item.priority for item in bundle),
        "send_after": now,
        "worthless_after": max(item.worthless_after for item in bundle),
        "state": "queued",
        "local_date": today if any(KINDS[item.kind].capped for item in bundle) else None,
    }


def _had_one(connection: Connection, address_ids: Iterable[int], local_date: str) -> set[int]:
    mine = deliveries.c.address_id.in_(list(address_ids)) & (deliveries.c.local_date == local_date)
    alive = deliveries.c.state.in_(["queued", "sending", "sent", "uncertain"])
    return set(connection.execute(select(deliveries.c.address_id).where(mine, alive)).scalars())


def _set_items(connection: Connection, items: list[Item], **values: Any) -> None:
    if ids := [item.id for item in items]:
        connection.execute(due_items.update().where(due_items.c.id.in_(ids)).values(**values))


def _hold_for_the_night(connection: Connection, now: datetime, rules: Rules) -> None:
    """Between the quiet hours nothing leaves by itself, but changes of a meeting: whoever made them chose the time."""
    morning = rules.next_allowed(now)
    if morning == now:
        return
    item = (due_items.c.state == "waiting") & (due_items.c.due_at <= now) & (due_items.c.priority > CHANGE)
    connection.execute(due_items.update().where(item).values(due_at=morning))
    row = (deliveries.c.state == "queued") & (deliveries.c.kind == "items") & (deliveries.c.priority > CHANGE)
    waiting = deliveries.update().where(row, deliveries.c.send_after <= now)
    connection.execute(waiting.values(send_after=morning))


def _hold_for_a_talk(connection: Connection, now: datetime) -> None:
    """Whoever is in the middle of answering a question is not interrupted by what comes by itself."""
    talks = select(conversations.c.address_id, conversations.c.expects_since).where(
        conversations.c.expects.is_not(None), conversations.c.expects_since > now - TALK
    )
    row = (deliveries.c.state == "queued") & (deliveries.c.kind == "items") & (deliveries.c.priority > CHANGE)
    for address_id, since in connection.execute(talks).all():
        here = deliveries.update().where(row, deliveries.c.address_id == address_id, deliveries.c.send_after <= now)
        connection.execute(here.values(send_after=since + TALK))


def _drop_worthless(connection: Connection, now: datetime) -> None:
    late = (due_items.c.state == "waiting") & (due_items.c.worthless_after < now)
    connection.execute(due_items.update().where(late).values(state="expired"))
    stale = (deliveries.c.state == "queued") & (deliveries.c.worthless_after < now)
    values = {"state": "expired", "finished_at": now, "message": None}
    connection.execute(deliveries.update().where(stale).values(**values))


# ---- sending: queued -> sending -> sent ----


def claim(connection: Connection, now: datetime, rules: Rules, bot_id: int, most: int) -> list[Delivery]:
    """Commit the intent to send through a bot: at most one row a chat, the most pressing first."""
    _drop_worthless(connection, now)
    _hold_for_the_night(connection, now, rules)
    _hold_for_a_talk(connection, now)
    its = select(addresses.c.id).where(addresses.c.bot_id == bot_id)
    ripe = (deliveries.c.state == "queued") & (deliveries.c.send_after <= now) & deliveries.c.address_id.in_(its)
    other = deliveries.alias("other")
    busy = exists().where(and_(other.c.address_id == deliveries.c.address_id, other.c.state == "sending"))
    order = (deliveries.c.priority, deliveries.c.id)
    place = func.row_number().over(partition_by=deliveries.c.address_id, order_by=order).label("place")
    ranked = select(deliveries.c.id, deliveries.c.priority, place).where(ripe, ~busy).subquery()
    first = select(ranked.c.id).where(ranked.c.place == 1).order_by(ranked.c.priority, ranked.c.id).limit(most)
    ids = list(connection.execute(first).scalars())
    mine = deliveries.update().where(deliveries.c.id.in_(ids), deliveries.c.state == "queued")
    taken = mine.values(state="sending", dispatched_at=now, tries=deliveries.c.tries + 1).returning(deliveries)
    return sorted(many(Delivery, connection.execute(taken).all()), key=lambda d: (d.priority, d.id))


def items_of(connection: Connection, delivery_id: int) -> list[Item]:
    found = select(due_items).where(due_items.c.delivery_id == delivery_id).order_by(due_items.c.id)
    return many(Item, connection.execute(found).all())


def part_sent(connection: Connection, delivery_id: int) -> None:
    mine = deliveries.c.id == delivery_id
    connection.execute(deliveries.update().where(mine).values(parts_sent=deliveries.c.parts_sent + 1))


def finish(
    connection: Connection,
    delivery_id: int,
    state: str,
    now: datetime,
    *,
    message_id: str | None = None,
    error: str | None = None,
) -> None:
    """Settle a row for good; its words are emptied, only that it was sent remains."""
    values = {"state": state, "finished_at": now, "message_id": message_id, "error": error, "message": None}
    connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(**values))


def again(connection: Connection, delivery_id: int, send_after: datetime, error: str, *, resent: bool = False) -> None:
    """Give a row back to the queue; `resent` when it may have arrived already."""
    values: dict[str, Any] = {"state": "queued", "send_after": send_after, "error": error}
    if resent:
        values["resent"] = True
    connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(**values))


def put_back(connection: Connection, delivery_id: int, error: str) -> None:
    """What has certainly not left waits as before; that was no attempt, however often it happens."""
    values = {"state": "queued", "tries": deliveries.c.tries - 1, "error": error}
    connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(**values))


def reroute(connection: Connection, delivery_id: int, now: datetime) -> None:
    """The address was dead: what it carried is due again, for another address of the person if there is one."""
    mine = due_items.c.delivery_id == delivery_id
    back = {"state": "waiting", "due_at": now, "delivery_id": None}
    connection.execute(due_items.update().where(mine).values(**back))


def caught_on_the_wire(connection: Connection) -> list[Delivery]:
    """Rows whose outcome a crash left unknown."""
    found = select(deliveries).where(deliveries.c.state == "sending").order_by(deliveries.c.id)
    return many(Delivery, connection.execute(found).all())


def uncertain(connection: Connection) -> list[Delivery]:
    """Rows that may or may not have arrived and wait for their author's decision."""
    found = select(deliveries).where(deliveries.c.state == "uncertain").order_by(deliveries.c.id)
    return many(Delivery, connection.execute(found).all())


def repeats(connection: Connection, delivery: Delivery) -> bool:
    """The policy for a row that may have arrived: once more, or held for its author. What kills us is not repeated."""
    if delivery.tries >= MOST_TRIES:
        return False
    return all(KINDS[item.kind].once_more for item in items_of(connection, delivery.id))


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    """When the next thing in the outbox is due, later than `after`."""
    item = select(func.min(due_items.c.due_at)).where(due_items.c.state == "waiting", due_items.c.due_at > after)
    row = select(func.min(deliveries.c.send_after)).where(
        deliveries.c.state == "queued", deliveries.c.send_after > after
    )
    found = [connection.execute(query).scalar() for query in (item, row)]
    return min((moment for moment in found if moment), default=None)


def is_idle(connection: Connection, now: datetime) -> bool:
    """Nothing is due, on its way to the wire, or on it."""
    item = (due_items.c.state == "waiting") & (due_items.c.due_at <= now)
    row = or_(deliveries.c.state == "sending", and_(deliveries.c.state == "queued", deliveries.c.send_after <= now))
    busy = or_(exists().where(item), exists().where(row))
    return not connection.execute(select(busy)).scalar()


def reached(connection: Connection, kinds: Iterable[str], subject: int) -> list[int]:
    """The people to whom something about a subject was carried: accepted by the channel, not read."""
    travelled = select(due_items.c.person_id).join(deliveries, deliveries.c.id == due_items.c.delivery_id)
    mine = (due_items.c.kind.in_(list(kinds))) & (due_items.c.subject == subject) & (deliveries.c.state == "sent")
    return list(connection.execute(travelled.where(mine).distinct()).scalars())
