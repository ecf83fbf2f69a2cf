"""Addresses: a chat with one of our bots. It may stand for several people, and a person may have several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from db import notices
from db.columns import among
from db.people import Person
from db.sql import add_once, insert, many, one
from db.tables import addresses, bots, links, people


@dataclass(frozen=True)
class Address:
    id: int
    bot_id: int
    chat: str
    dead_at: datetime | None
    dead_why: str | None
    last_in_at: datetime | None
    paced_until: datetime | None = None


def bot(
    connection: Connection,
    channel: str,
    external: str,
    username: str,
    *,
    unit_id: int | None = None,
    most_people: int | None = None,
    per_month: int | None = None,
) -> int:
    """The id of a bot, known from now on if it was not: whose people it is for, how many, how many messages.

    Without a `username`, because its platform could not be asked, it keeps the one that it had.
    """
    may = {"unit_id": unit_id, "most_people": most_people, "per_month": per_month}
    named = {"username": username} if username else {}
    mine = (bots.c.channel == channel) & (bots.c.external == external)
    found = connection.execute(select(bots.c.id).where(mine)).scalar()
    if found is None:
        return insert(connection, bots, channel=channel, external=external, **{"username": external, **named}, **may)
    connection.execute(bots.update().where(mine).values(**may, **named))
    return int(found)


def get(connection: Connection, address_id: int) -> Address:
    address = one(Address, connection.execute(select(addresses).where(addresses.c.id == address_id)).first())
    if address is None:
        raise LookupError(f"no address {address_id}")
    return address


def heard_from(connection: Connection, bot_id: int, chat: str, now: datetime) -> Address:
    """The address somebody has just written from: alive, whatever it was before."""
    said = {"bot": bot_id, "from_chat": chat, "at": now}
    row = connection.execute(_HEARD, said).first()
    if row is None:
        add_once(connection, addresses, [{"bot_id": bot_id, "chat": chat}])
        row = connection.execute(_HEARD, said).one()
    if row.dead_why:
        _back_to_life(connection, row.id, now)
    return Address(**{**row._mapping, "dead_why": None})


_HEARD = (
    addresses.update()
    .where(addresses.c.bot_id == bindparam("bot"), addresses.c.chat == bindparam("from_chat"))
    .values(last_in_at=bindparam("at"), dead_at=None)
    .returning(*addresses.c)
)


def _back_to_life(connection: Connection, address_id: int, now: datetime) -> None:
    """Whoever had blocked the bot and writes again hears what is still on its way."""
    connection.execute(addresses.update().where(addresses.c.id == address_id).values(dead_why=None))
    for person in people_at(connection, address_id):
        notices.catch_up(connection, person.id, now)


def mark_dead(connection: Connection, address_id: int, why: str, now: datetime) -> None:
    dead = {"dead_at": now, "dead_why": why}
    connection.execute(addresses.update().where(addresses.c.id == address_id).values(**dead))


def people_at(connection: Connection, address_id: int, consent: str = "agreed") -> list[Person]:
    """Who stands behind an address with this state of consent, by given name."""
    return many(Person, connection.execute(_BEHIND, {"here": address_id, "said": consent}).all())


_BEHIND = (
    select(people)
    .join(links)
    .where(links.c.address_id == bindparam("here"), links.c.consent == bindparam("said"), people.c.left_at.is_(None))
    .order_by(people.c.sort_key)
)


@dataclass(frozen=True)
class Home:
    """Who stands behind an address, by given name, and whose of them want to hear what they have not asked for."""

    people: tuple[Person, ...] = ()
    listening: frozenset[int] = frozenset()


def homes(connection: Connection, address_ids: Iterable[int]) -> dict[int, Home]:
    """The homes of many addresses at once; one behind which nobody stands is left out."""
    rows = connection.execute(_HOMES, {"here": list(address_ids)})
    found: dict[int, list[tuple[Person, bool]]] = {}
    for address_id, stopped_at, *person in sorted(rows.all(), key=lambda row: row.sort_key):
        found.setdefault(address_id, []).append((Person(*person), stopped_at is None))
    return {
        address_id: Home(tuple(p for p, _ in at), frozenset(p.id for p, listens in at if listens))
        for address_id, at in found.items()
    }


_HOMES = (
    select(links.c.address_id, links.c.stopped_at, people)
    .join_from(links, people)
    .where(
        among(links.c.address_id, "here"),
        links.c.consent == "agreed",
        people.c.left_at.is_(None),
    )
)

_LISTENING = (links.c.consent == "agreed") & links.c.stopped_at.is_(None)


def best_for(connection: Connection, person_id: int) -> Address | None:
    """Where to write to a person: agreed, not stopped, alive, the one last used."""
    address_id = best_of(connection, [person_id]).get(person_id)
    return None if address_id is None else get(connection, address_id)


def best_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, int]:
    """`best_for` of many people at once: person -> address; who cannot be reached is left out."""
    newest = (addresses.c.last_in_at.desc().nulls_last(), addresses.c.id.desc())
    place = func.row_number().over(partition_by=links.c.person_id, order_by=newest).label("place")
    alive = _LISTENING & addresses.c.dead_at.is_(None) & links.c.person_id.in_(list(person_ids))
    ranked = select(links.c.person_id, addresses.c.id.label("address_id"), place).join_from(addresses, links)
    ways = ranked.where(alive).subquery()
    found = connection.execute(select(ways.c.person_id, ways.c.address_id).where(ways.c.place == 1))
    return {person_id: address_id for person_id, address_id in found.all()}


def find(connection: Connection, bot_id: int, chat: str) -> int | None:
    """The id of a chat that has been heard from before."""
    here = (addresses.c.bot_id == bot_id) & (addresses.c.chat == chat)
    return connection.execute(select(addresses.c.id).where(here)).scalar()


def is_at(connection: Connection, person_id: int, chat: str) -> bool:
    """Whether somebody still stands behind a chat of this name, whichever bot it is with."""
    alive = (addresses.c.chat == chat) & addresses.c.dead_at.is_(None)
    theirs = (links.c.person_id == person_id) & (links.c.consent == "agreed")
    found = select(addresses.c.id).join(links).where(alive, theirs).limit(1)
    return connection.execute(found).first() is not None
