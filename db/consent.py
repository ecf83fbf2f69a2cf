"""Who stands behind an address, and whether he agreed to be written to there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from db import intentions, meetings, notices, outbox
from db import people as people_rows
from db import units as unit_rows
from db.people import SECRETARIES, Person
from db.rules import Rules
from db.sql import many, one, put
from db.tables import addresses, audit, bots, invitation_people, invitations, links, people, roles, units
from db.tables import intentions as intention_rows

TEXT_VERSION = "2026-11"  # of the templates "consent" and "consent_more"; a new wording is a new version
NEWS_KEPT = timedelta(days=7)  # what a secretary hears about people is of use for a week

# States of a link. "wanted": asked for with a paper that is used on another phone; the secretary decides.
UNDECIDED = ("asked", "declined", "withdrawn")


@dataclass(frozen=True)
class Link:
    person_id: int
    address_id: int
    consent: str  # wanted, asked, agreed, declined, withdrawn
    text_version: str | None
    asked_at: datetime
    decided_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True)
class Act:
    """A line of the audit that is told to others: who did what, about which row."""

    id: int
    at: datetime
    person_id: int | None
    act: str
    unit_id: int | None
    subject: int | None


def link(connection: Connection, person_id: int, address_id: int) -> Link | None:
    here = (links.c.person_id == person_id) & (links.c.address_id == address_id)
    return one(Link, connection.execute(select(links).where(here)).first())


def at_address(connection: Connection, address_id: int, states: Iterable[str]) -> list[Person]:
    """Who stands behind an address with one of these states, in the order in which they were asked."""
    here = (links.c.address_id == address_id) & links.c.consent.in_(list(states)) & people.c.left_at.is_(None)
    found = select(people).join(links).where(here).order_by(links.c.asked_at, people.c.sort_key)
    return many(Person, connection.execute(found).all())


def act(connection: Connection, audit_id: int) -> Act | None:
    return one(Act, connection.execute(select(audit).where(audit.c.id == audit_id)).first())


# ---- asked and answered ----


def ask(connection: Connection, person_id: int, address_id: int, now: datetime, *, state: str = "asked") -> None:
    """The person is being asked at this address; one who has agreed there stays so."""
    found = link(connection, person_id, address_id)
    if found is None or found.consent != "agreed":
        values = {"consent": state, "text_version": TEXT_VERSION, "asked_at": now, "decided_at": None}
        put(connection, links, {"person_id": person_id, "address_id": address_id}, {**values, "stopped_at": None})


def agree(connection: Connection, person_id: int, address_id: int, now: datetime) -> bool:
    """True when this is new. Only who was asked at this address can agree there."""
    values = {"consent": "agreed", "text_version": TEXT_VERSION, "decided_at": now, "stopped_at": None}
    return _decide(connection, person_id, address_id, UNDECIDED, values)


def decline(connection: Connection, person_id: int, address_id: int, now: datetime) -> bool:
    return _decide(connection, person_id, address_id, ("asked",), {"consent": "declined", "decided_at": now})


def _decide(
    connection: Connection, person_id: int, address_id: int, states: Iterable[str], values: dict[str, object]
) -> bool:
    mine = (links.c.person_id == person_id) & (links.c.address_id == address_id) & links.c.consent.in_(list(states))
    return connection.execute(links.update().where(mine).values(**values)).rowcount == 1


# ---- leaving and coming back: at every address of the person ----


def stop(connection: Connection, person_id: int, now: datetime) -> bool:
    """No message goes out by itself any more; whether there was one to stop."""
    mine = (links.c.person_id == person_id) & (links.c.consent == "agreed") & links.c.stopped_at.is_(None)
    stopped = connection.execute(links.update().where(mine).values(stopped_at=now)).rowcount
    outbox.take_back(connection, person_id)
    return stopped > 0


def resume(connection: Connection, person_id: int) -> bool:
    mine = (links.c.person_id == person_id) & (links.c.consent == "agreed") & links.c.stopped_at.is_not(None)
    return connection.execute(links.update().where(mine).values(stopped_at=None)).rowcount > 0


def withdraw(connection: Connection, person_id: int, now: datetime) -> bool:
    """The consent is taken back; whether there was one."""
    mine = (links.c.person_id == person_id) & (links.c.consent == "agreed")
    withdrawn = links.update().where(mine).values(consent="withdrawn", decided_at=now, stopped_at=None)
    taken = connection.execute(withdrawn).rowcount
    outbox.take_back(connection, person_id)
    return taken > 0


def is_stopped(connection: Connection, person_id: int) -> bool:
    """He has agreed somewhere and is written to nowhere."""
    agreed = (links.c.person_id == person_id) & (links.c.consent == "agreed")
    stops = connection.execute(select(links.c.stopped_at).where(agreed)).scalars().all()
    return bool(stops) and all(stops)


def detach(connection: Connection, person_id: int, address_id: int, now: datetime) -> bool:
    """Person and phone have nothing to do with each other any more, nor does the paper by which they came together."""
    here = (links.c.person_id == person_id) & (links.c.address_id == address_id)
    gone = connection.execute(links.delete().where(here)).rowcount
    used = select(invitation_people.c.invitation_id).where(invitation_people.c.person_id == person_id)
    paper = (invitations.c.address_id == address_id) & invitations.c.id.in_(used) & invitations.c.void_at.is_(None)
    connection.execute(invitations.update().where(paper).values(void_at=now))
    outbox.take_back(connection, person_id)
    return gone > 0


def addresses_of(connection: Connection, person_id: int) -> list[Link]:
    """Every phone that has to do with a person, the newest decision first."""
    mine = select(links).where(links.c.person_id == person_id).order_by(links.c.decided_at.desc().nulls_last())
    return many(Link, connection.execute(mine).all())


# ---- facts for the texts ----


def viewers(connection: Connection, person: Person) -> tuple[str, ...]:
    """Which roles may see what is kept about a person: "secretary", "deputy", "official", as the rights say."""
    path = unit_rows.get(connection, person.unit_id).path
    held = (
        select(roles.c.role).join(units, units.c.id == roles.c.unit_id).join(people, people.c.id == roles.c.person_id)
    )
    mine = held.where(unit_rows.reaches(units.c.path, path), people.c.left_at.is_(None)).distinct()
    found = set(connection.execute(mine).scalars())
    return tuple(role for role in (*SECRETARIES, "official") if role in found)


def answers_kept(connection: Connection, person_id: int) -> int:
    """About how many meetings something is kept that a person said."""
    mine = select(func.count()).select_from(intention_rows).where(intention_rows.c.person_id == person_id)
    return int(connection.execute(mine).scalar_one())


def channel_of(connection: Connection, address_id: int) -> str:
    """ "telegram" or "zalo": through whose machines the messages go."""
    way = select(bots.c.channel).join(addresses, addresses.c.bot_id == bots.c.id).where(addresses.c.id == address_id)
    return str(connection.execute(way).scalar_one())


# ---- who hears of it ----


def guardians(connection: Connection, person: Person) -> list[int]:
    """Who is told about a person: the cell's secretaries; for one of them, or where there is none, the officials."""
    leaders = [p.id for p in people_rows.holders(connection, SECRETARIES, person.unit_id)]
    others = [leader for leader in leaders if leader != person.id]
    if others and person.id not in leaders:
        return others
    return [*others, *(official for official in officials(connection, person) if official not in others)]


def officials(connection: Connection, person: Person) -> list[int]:
    """The officials of the person's commune, himself left out."""
    commune = unit_rows.commune_of(connection, unit_rows.get(connection, person.unit_id))
    return [p.id for p in people_rows.holders(connection, ("official",), commune.id) if p.id != person.id]


def tell(connection: Connection, to: Iterable[int], kind: str, person: Person, audit_id: int, now: datetime) -> None:
    """News about a person. The audit line is the revision, so that each act is told once."""
    times = {"due_at": now, "worthless_after": now + NEWS_KEPT, "now": now}
    outbox.due(connection, to, kind, person.id, revision=audit_id, **times)


def catch_up(connection: Connection, person: Person, now: datetime, rules: Rules) -> None:
    """Who can be reached only now hears what is still of use: notices on their way, the invitation to a meeting."""
    notices.catch_up(connection, person.id, now)
    meeting = meetings.next_planned(connection, person.unit_id, now)
    if meeting is None or person.standing not in people_rows.COUNTED or meeting.starts_at <= now:
        return
    if meetings.has_fired(connection, meeting, "invite") and not intentions.current(connection, meeting, person.id):
        due_at = rules.next_allowed(now)
        times = {"due_at": due_at, "worthless_after": meeting.starts_at, "now": now}
        if not outbox.due(connection, [person.id], "invite", meeting.id, revision=meeting.revision, **times):
            outbox.revive(connection, person.id, "invite", meeting.id, meeting.revision, due_at)
