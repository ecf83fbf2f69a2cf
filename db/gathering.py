"""Gathering: what is due now becomes deliveries, one message for all that an address is to hear at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Connection, Integer, Select, Text, bindparam, cast, func, literal_column, select

from db import addresses as address_rows
from db.columns import Key, Moment, among
from db.outbox import ITEM, KINDS, NOTICE, PRIORITIES, Item, allowed, too_late
from db.rules import Rules
from db.sql import many, stir
from db.tables import addresses, deliveries, due_items, links

SLICE = 500


def go_on(connection: Connection, now: datetime, rules: Rules, up_to: int = NOTICE) -> bool:
    """Gather one slice of what is at least as pressing as `up_to`; whether more may be left."""
    is_full, _ = _gather(connection, now, rules, SLICE, up_to)
    return is_full


def gather(connection: Connection, now: datetime, rules: Rules) -> int:
    """Put what is due now into deliveries, the most pressing first; how many deliveries were made.

    Safe to repeat: every item moves on once.
    """
    return _gather(connection, now, rules, SLICE)[1]


def _gather(connection: Connection, now: datetime, rules: Rules, most: int, up_to: int = NOTICE) -> tuple[bool, int]:
    """Whether the slice was full, and how many deliveries it made."""
    _hold_for_the_night(connection, now, rules, most)
    priorities = tuple(p for p in allowed(now, rules) if p <= up_to)
    items = _ripe(connection, now, priorities, most)
    if not items:
        return False, 0
    is_full = len(items) >= most
    if is_full:
        items += _torn_off(connection, items, now, priorities)
    fresh = [item for item in items if item.worthless_after >= now]
    late = [item for item in items if item.worthless_after < now]
    _set_items(connection, late, state="expired")
    too_late(len(late))
    ways = address_rows.best_of(connection, {item.person_id for item in fresh})
    _set_items(connection, [item for item in fresh if item.person_id not in ways], state="unreachable")
    reachable = [(ways[item.person_id], item) for item in fresh if item.person_id in ways]
    return is_full, _deliver(connection, _spare(connection, reachable, now, rules), now, rules)


def _ripe(connection: Connection, now: datetime, priorities: tuple[int, ...], most: int) -> list[Item]:
    """Priority by priority, so that each is one range of the index whatever waits for later."""
    items: list[Item] = []
    for priority in priorities:
        asked = {"of": priority, "now": now, "most": most - len(items)}
        items += many(Item, connection.execute(_RIPE, asked).all())
        if len(items) >= most:
            break
    return items


_WAITING = (due_items.c.state == literal_column("'waiting'")) & (due_items.c.due_at <= bindparam("now", type_=Moment()))


def _due_now(query: Select[Any]) -> Select[Any]:
    mine = query.where(_WAITING, due_items.c.priority == bindparam("of"))
    return mine.order_by(due_items.c.due_at, due_items.c.id).limit(bindparam("most", type_=Integer()))


_RIPE = _due_now(select(*ITEM)).with_for_update(skip_locked=True)


def _torn_off(connection: Connection, items: list[Item], now: datetime, priorities: tuple[int, ...]) -> list[Item]:
    """What belongs into one message with these items, and would be a second one only because the slice ended here."""
    persons = {item.person_id for item in items}
    about = {item.person_id for item in items if KINDS[item.kind].merges}
    about.update(connection.execute(_HOUSEMATES, {"persons": list(persons)}).scalars())
    if not about:
        return []
    asked = {"now": now, "priorities": list(priorities), "persons": list(about)}
    taken = {item.id for item in items}
    said = {_same(item) for item in items}
    found = many(Item, connection.execute(_THEIRS, asked).all())
    return [item for item in found if item.id not in taken and _same(item) in said]


_mates = links.alias("mates")
_HOUSEMATES = (  # those who read the same phone as another of these
    select(_mates.c.person_id)
    .join(links, (links.c.address_id == _mates.c.address_id) & (links.c.person_id != _mates.c.person_id))
    .where(among(links.c.person_id, "persons"))
)
_THEIRS = (
    select(*ITEM)
    .where(
        _WAITING,
        among(due_items.c.priority, "priorities"),
        among(due_items.c.person_id, "persons"),
    )
    .order_by(due_items.c.due_at, due_items.c.id)
    .with_for_update(skip_locked=True)
)


def _same(item: Item) -> str:
    """What of one address has this in common is one message."""
    return "merged" if KINDS[item.kind].merges else f"{item.kind} {item.subject} {item.revision}"


def _hold_for_the_night(connection: Connection, now: datetime, rules: Rules, most: int) -> None:
    """What may not leave now is due in the morning: whoever asks when somebody was told goes by that."""
    for priority in set(PRIORITIES) - set(allowed(now, rules)):
        ids = connection.execute(_RIPE_IDS, {"of": priority, "now": now, "most": most}).scalars().all()
        mine = due_items.update().where(due_items.c.id.in_(ids), due_items.c.state == "waiting")
        connection.execute(mine.values(due_at=rules.next_allowed(now)))


_RIPE_IDS = _due_now(select(due_items.c.id))


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
        bundles.setdefault((address_id, _same(item)), []).append(item)
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
    places = {item.id: into for into, bundle in zip(ids, bundles.values(), strict=True) for item in bundle}
    connection.execute(_TRAVELS, {"places": places})
    stir(connection)  # what is gathered here may be sent by another process
    return len(ids)


# Both engines read pairs out of one value: a statement for each item would take longer than all the rest.
_places = func.json_each(bindparam("places", type_=JSON())).table_valued("key", "value", name="places")
_TRAVELS = (
    due_items.update()
    .where(due_items.c.id == cast(_places.c.key, Key))
    .values(state="travelling", delivery_id=cast(cast(_places.c.value, Text), Key))
)


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
