"""The wish to be forgotten: asked for by the person, kept to a deadline, carried out so that nothing comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, exists, select

from db import audit, outbox, questions
from db.addresses import Address
from db.people import Person
from db.sql import many
from db.tables import (
    addresses,
    aware,
    calls,
    conversations,
    deliveries,
    due_items,
    intentions,
    invitation_people,
    invitations,
    join_attempts,
    links,
    notice_people,
    offers,
    people,
    received,
    roles,
    screens,
)
from vietnamese.dates import working_day

ANSWER_WITHIN = 2  # working days, by Nghị định 356/2025/NĐ-CP
NOBODY = "(đã xóa)"


def deadline(day: date, rest_days: Mapping[date, bool]) -> date:
    """The last day on which the commune has to answer what was asked for on `day`."""
    return working_day(day, ANSWER_WITHIN, rest_days)


def request(connection: Connection, person: Person, now: datetime) -> int | None:
    """Keep the wish and stop all messages; its number, or None where it is known already."""
    fresh = people.update().where(people.c.id == person.id, people.c.erase_asked_at.is_(None))
    if connection.execute(fresh.values(erase_asked_at=now)).rowcount == 0:
        return None
    running = (links.c.person_id == person.id) & links.c.stopped_at.is_(None)
    connection.execute(links.update().where(running).values(stopped_at=now))
    outbox.take_back(connection, person.id)
    return audit.note(connection, person.id, "erase.asked", now, unit_id=person.unit_id, subject=person.id)


def take_back(connection: Connection, person: Person) -> bool:
    """The person stays after all, and hears again what he heard before; whether there was a wish."""
    mine = people.c.id == person.id
    asked = people.update().where(mine, people.c.erase_asked_at.is_not(None)).values(erase_asked_at=None)
    if connection.execute(asked).rowcount == 0:
        return False
    # Messages that had been stopped earlier, for their own sake, stay stopped.
    by_this = (links.c.person_id == person.id) & (links.c.stopped_at == person.erase_asked_at)
    connection.execute(links.update().where(by_this).values(stopped_at=None))
    outbox.cancel_items(connection, ["erase"], person.id)
    return True


def erase(connection: Connection, person: Person, now: datetime) -> bool:
    """Remove all that says who it was; only where the person asked for it. The empty row keeps old lists whole."""
    values = {"name": NOBODY, "folded": "", "sort_key": "", "phone": None, "code": None, "form": "đồng chí"}
    gone = {**values, "smartphone": None, "left_at": now, "erase_asked_at": None}
    asked = people.update().where(people.c.id == person.id, people.c.erase_asked_at.is_not(None))
    if connection.execute(asked.values(**gone)).rowcount == 0:
        return False
    alone = _addresses_of_his_own(connection, person.id)
    for table in (roles, links, intentions, calls, aware, due_items, notice_people):
        connection.execute(table.delete().where(table.c.person_id == person.id))
    questions.forget(connection, person.id)
    _forget_invitations(connection, person.id)
    for address in alone:
        _forget_address(connection, address, now)
    return True


def _addresses_of_his_own(connection: Connection, person_id: int) -> list[Address]:
    other = links.alias("other")
    shared = exists().where(other.c.address_id == links.c.address_id, other.c.person_id != person_id)
    mine = select(addresses).join(links).where(links.c.person_id == person_id, ~shared)
    return many(Address, connection.execute(mine).all())


def _forget_invitations(connection: Connection, person_id: int) -> None:
    mine = select(invitation_people.c.invitation_id).where(invitation_people.c.person_id == person_id)
    ids = list(connection.execute(mine).scalars())
    connection.execute(invitation_people.delete().where(invitation_people.c.person_id == person_id))
    named = select(invitation_people.c.invitation_id)
    connection.execute(invitations.delete().where(invitations.c.id.in_(ids), invitations.c.id.not_in(named)))


def _forget_address(connection: Connection, address: Address, now: datetime) -> None:
    """A chat that was this person's alone: what was said there, and where it was."""
    for table in (conversations, offers, screens, join_attempts):
        connection.execute(table.delete().where(table.c.address_id == address.id))
    _drop(connection, address.id, ("queued", "uncertain", "held"), now)
    done = (received.c.bot_id == address.bot_id) & (received.c.chat == address.chat) & (received.c.state != "waiting")
    connection.execute(received.delete().where(done))
    empty = {"chat": f"erased {address.id}", "dead_at": now, "dead_why": "erased", "last_in_at": None}
    connection.execute(addresses.update().where(addresses.c.id == address.id).values(**empty))


def _drop(connection: Connection, address_id: int, states: Iterable[str], now: datetime) -> None:
    mine = (deliveries.c.address_id == address_id) & deliveries.c.state.in_(list(states))
    connection.execute(deliveries.update().where(mine).values(state="cancelled", message=None, finished_at=now))
