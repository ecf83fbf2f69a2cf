"""Notices of a commune: written, sent to a snapshot of its people, and who has said that he knows.

A draft is a row too, so that every button speaks of one text that cannot change any more. Recipients are chosen inside
the database; what each is to hear becomes a due item slice by slice (`carry_on`), and who cannot be reached gets none
until he can be, as long as the notice is worth reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, String, and_, case, exists, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from db import audit, outbox, people, units
from db.columns import moment
from db.outbox import KINDS
from db.rules import Rules
from db.secrecy import secret_mark
from db.sql import insert, many, one
from db.tables import due_items, notice_people, notices, roles
from db.tables import people as people_table
from db.tables import units as units_table
from db.units import Unit

KIND = "notice"
OFFICIALS = ("official",)
AUDIENCES = ("secretaries", "members", "cell")
LONGEST = 1500  # letters
WORTH = timedelta(hours=24)  # later than this it is not carried to anybody any more
KEPT_DRAFT = timedelta(days=1)
SLICE = 500


@dataclass(frozen=True)
class Notice:
    """`state`: draft, sending or stopped; `audience` and `send_after` are set when it is sent."""

    id: int
    unit_id: int
    author_id: int
    text: str
    audience: str | None
    cell_id: int | None
    state: str
    made_at: datetime
    send_after: datetime | None
    drawn: str | None
    listed_to: int = 0
    listed_end: int = 0
    told_to: int = 0
    refusals: int = 0
    figures: str | None = None
    counting: str | None = None
    counted_to: int = 0
    count_at: datetime | None = None
    rests_until: datetime | None = None

    @property
    def title(self) -> str:
        """What the notice is called in a sentence: its first line, without "Việc gì:" and the full stop."""
        first = next(line for line in self.text.splitlines() if line.strip())
        return re.sub(r"^\s*việc gì\s*:\s*", "", first, flags=re.IGNORECASE).strip().rstrip(".")

    def is_open(self, now: datetime) -> bool:
        """Whether people are still brought to hear it."""
        return self.state == "sending" and self.send_after is not None and now < self.send_after + WORTH


# ---- drafts ----


def unit_of(connection: Connection, person_id: int) -> Unit | None:
    """The unit in whose name an official speaks; None for anybody else."""
    held = [unit_id for role, unit_id in people.roles_of(connection, person_id) if role in OFFICIALS]
    return units.get(connection, held[0]) if held else None


def write(connection: Connection, person_id: int, text: str, now: datetime) -> Notice:
    """Keep a text as a draft of this official; ValueError where it may not be sent, LookupError for anybody else."""
    unit = unit_of(connection, person_id)
    if unit is None:
        raise LookupError("not an official")
    if not text.strip() or len(text) > LONGEST or secret_mark(text):
        raise ValueError("not a text for a notice")
    row = {"unit_id": unit.id, "author_id": person_id, "text": text, "state": "draft", "made_at": now}
    return _known(connection, insert(connection, notices, **row))


def draft_of(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    mine = (notices.c.id == notice_id) & (notices.c.author_id == person_id) & (notices.c.state == "draft")
    return one(Notice, connection.execute(select(notices).where(mine)).first())


def drop(connection: Connection, notice_id: int, person_id: int) -> None:
    """Give a draft up."""
    mine = (notices.c.id == notice_id) & (notices.c.author_id == person_id)
    connection.execute(notices.delete().where(mine, notices.c.state == "draft"))


def sweep(connection: Connection, now: datetime) -> None:
    """Forget drafts that nobody has gone on with."""
    old = (notices.c.state == "draft") & (notices.c.made_at < now - KEPT_DRAFT)
    connection.execute(notices.delete().where(old))


# ---- recipients ----


@dataclass(frozen=True)
class Reach:
    """How many of an audience will be reached, and why the others will not: never joined, or stopped or gone since."""

    reached: int
    not_joined: int
    stopped: int

    @property
    def unreached(self) -> int:
        return self.not_joined + self.stopped


def reach(connection: Connection, unit: Unit, audience: str, cell_id: int | None = None) -> Reach:
    ways = {"reached": people.reachable(), "joined": people.joined()}
    counted = [func.coalesce(func.sum(case((way, 1), else_=0)), 0).label(name) for name, way in ways.items()]
    here = _audience(unit, audience, cell_id)
    total, reached, joined = connection.execute(
        select(func.count(), *counted).select_from(people_table).where(here)
    ).one()
    return Reach(int(reached), int(total - joined), int(joined - reached))


def _audience(unit: Unit, audience: str, cell_id: int | None) -> ColumnElement[bool]:
    """SQL, for a query over `people`: whom a unit means by an audience; never anybody outside it."""
    cells = select(units_table.c.id).where(units_table.c.kind == "cell", units_table.c.path.startswith(unit.path))
    if audience == "secretaries":
        led = (roles.c.person_id == people_table.c.id) & (roles.c.role == "secretary") & roles.c.unit_id.in_(cells)
        who: ColumnElement[bool] = exists(select(roles.c.person_id).where(led))
    elif audience == "cell":
        who = and_(people_table.c.unit_id == cell_id, people_table.c.unit_id.in_(cells))
    else:
        who = people_table.c.unit_id.in_(cells)
    return and_(who, people_table.c.left_at.is_(None))


# ---- sending ----


def send(
    connection: Connection,
    draft: Notice,
    audience: str,
    cell_id: int | None,
    now: datetime,
    rules: Rules,
) -> Notice | None:
    """Send a draft to the people whom the audience holds at this moment, at the next allowed time.

    None where it is no draft any more: a second tap sends nothing. ValueError for an unknown audience.
    """
    if audience not in AUDIENCES:
        raise ValueError("no such audience")
    values = {"state": "sending", "audience": audience, "cell_id": cell_id, "send_after": rules.next_allowed(now)}
    mine = notices.update().where(notices.c.id == draft.id, notices.c.state == "draft")
    if connection.execute(mine.values(**values)).rowcount != 1:
        return None
    here = _audience(units.get(connection, draft.unit_id), audience, cell_id)
    whom = select(literal(draft.id), people_table.c.id).where(here)
    connection.execute(notice_people.insert().from_select(["notice_id", "person_id"], whom))
    audit.note(connection, draft.author_id, "notice.send", now, unit_id=draft.unit_id, subject=draft.id)
    return _known(connection, draft.id)


def carry_on(connection: Connection, now: datetime, most: int = SLICE) -> int:
    """Make due what people have yet to hear, at most one slice a notice; how many items. Safe to repeat."""
    running = (notices.c.state == "sending") & (notices.c.send_after > now - WORTH)
    rows = connection.execute(select(notices).where(running).order_by(notices.c.id)).all()
    return sum(_slice(connection, notice, now, most) for notice in many(Notice, rows))


def _slice(connection: Connection, notice: Notice, now: datetime, most: int) -> int:
    told = (due_items.c.kind == KIND) & (due_items.c.subject == notice.id)
    told = told & (due_items.c.person_id == notice_people.c.person_id)
    ends = notice.send_after + WORTH if notice.send_after else now
    row: dict[str, ColumnElement[Any]] = {
        "person_id": notice_people.c.person_id,
        "kind": literal(KIND, String),
        "subject": literal(notice.id, Integer),
        "revision": literal(1, Integer),
        "priority": literal(KINDS[KIND].priority, Integer),
        "due_at": moment(notice.send_after or now),
        "worthless_after": moment(ends),
        "state": literal("waiting", String),
        "made_at": moment(now),
    }
    waiting = select(*row.values()).join(people_table, people_table.c.id == notice_people.c.person_id)
    waiting = waiting.where(notice_people.c.notice_id == notice.id, people_table.c.left_at.is_(None))
    waiting = waiting.where(people.reachable(), ~exists(select(due_items.c.id).where(told)))
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(due_items).from_select(
        list(row), waiting.order_by(notice_people.c.person_id).limit(most), include_defaults=False
    )
    # Another process may have made the same slice since: whoever is told already stays told once.
    return connection.execute(fresh.on_conflict_do_nothing()).rowcount


def stop(connection: Connection, notice: Notice, person_id: int, now: datetime) -> None:
    """Let nobody else hear it. What is on the wire already arrives."""
    mine = notices.update().where(notices.c.id == notice.id, notices.c.state == "sending")
    if connection.execute(mine.values(state="stopped")).rowcount:
        outbox.cancel_items(connection, [KIND], notice.id)
        audit.note(connection, person_id, "notice.stop", now, unit_id=notice.unit_id, subject=notice.id)


# ---- who knows ----


def acknowledge(connection: Connection, notice_id: int, person_id: int, now: datetime) -> bool | None:
    """Note that a recipient knows; whether that was new, None where it was never meant for him."""
    mine = (notice_people.c.notice_id == notice_id) & (notice_people.c.person_id == person_id)
    fresh = notice_people.update().where(mine, notice_people.c.acknowledged_at.is_(None))
    if connection.execute(fresh.values(acknowledged_at=now)).rowcount:
        return True
    return False if connection.execute(select(notice_people.c.person_id).where(mine)).first() else None


def for_recipient(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    mine = select(notices).join(notice_people, notice_people.c.notice_id == notices.c.id)
    found = mine.where(notices.c.id == notice_id, notice_people.c.person_id == person_id)
    return one(Notice, connection.execute(found).first())


# ---- for officials ----


def get(connection: Connection, notice_id: int) -> Notice | None:
    return one(Notice, connection.execute(select(notices).where(notices.c.id == notice_id)).first())


def for_official(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    """A notice that has been sent in a unit on which the person is an official; None for any other."""
    return next(iter(_for_officials(connection, _reached_by(person_id) & (notices.c.id == notice_id))), None)


def sent_by(connection: Connection, person_id: int, skip: int, most: int) -> list[Notice]:
    """The notices of the person's units, the newest first."""
    return _for_officials(connection, _reached_by(person_id), skip, most)


def _reached_by(person_id: int) -> ColumnElement[bool]:
    """SQL, for a query over notices and their units: the person is an official of the unit or of one above it."""
    above = units_table.alias("above")
    held = select(roles.c.person_id).join(above, above.c.id == roles.c.unit_id)
    mine = held.where(roles.c.person_id == person_id, roles.c.role.in_(OFFICIALS))
    return exists(mine.where(units_table.c.path.startswith(above.c.path)))


def _for_officials(connection: Connection, which: ColumnElement[bool], skip: int = 0, most: int = 1) -> list[Notice]:
    sent = select(notices).join(units_table, units_table.c.id == notices.c.unit_id)
    found = sent.where(notices.c.state != "draft", which).order_by(notices.c.send_after.desc(), notices.c.id.desc())
    return many(Notice, connection.execute(found.offset(skip).limit(most)).all())


def _known(connection: Connection, notice_id: int) -> Notice:
    notice = get(connection, notice_id)
    if notice is None:
        raise LookupError(f"no notice {notice_id}")
    return notice
