"""What officials have published of their answers: entries of their own, and further ways to ask for any entry.

They lie over the files of content/faq for the people of the official's unit, and can be written out as such files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from db import audit, notices
from db.sql import add_once, insert, many, one
from db.tables import faq_entries, faq_phrasings
from db.units import Unit

OWN = "own-"  # the slug of an entry is this and its number
LONGEST_QUESTION, LONGEST_LABEL, LONGEST_BODY, LONGEST_SOURCE = 120, 20, 500, 120  # letters


@dataclass(frozen=True)
class Entry:
    id: int
    unit_id: int
    question: str
    label: str
    body: str
    source: str | None
    author_id: int
    made_at: datetime
    withdrawn_at: datetime | None

    @property
    def slug(self) -> str:
        return f"{OWN}{self.id}"


@dataclass(frozen=True)
class Phrasing:
    id: int
    unit_id: int
    slug: str
    text: str
    author_id: int
    made_at: datetime
    withdrawn_at: datetime | None


def entries(connection: Connection, unit: Unit) -> list[Entry]:
    """The entries that are good for a unit's people, the oldest first."""
    return many(Entry, connection.execute(_good_for(select(faq_entries), faq_entries, unit)).all())


def phrasings(connection: Connection, unit: Unit) -> list[Phrasing]:
    return many(Phrasing, connection.execute(_good_for(select(faq_phrasings), faq_phrasings, unit)).all())


def all_standing(connection: Connection) -> tuple[list[Entry], list[Phrasing]]:
    """Whatever has been published and not withdrawn, of all units."""
    kept = [
        select(table).where(table.c.withdrawn_at.is_(None)).order_by(table.c.id)
        for table in (faq_entries, faq_phrasings)
    ]
    entries, phrasings = (connection.execute(query).all() for query in kept)
    return many(Entry, entries), many(Phrasing, phrasings)


def _good_for(query: Select[Any], table: Any, unit: Unit) -> Select[Any]:
    above = [int(number) for number in unit.path.strip(".").split(".")]
    return query.where(table.c.unit_id.in_(above), table.c.withdrawn_at.is_(None)).order_by(table.c.id)


def add(
    connection: Connection, person_id: int, question: str, label: str, body: str, source: str | None, now: datetime
) -> Entry:
    """Publish an entry for the people of this official's unit; LookupError for anybody else."""
    unit = _unit(connection, person_id)
    words = {"question": question, "label": label, "body": body, "source": source}
    number = insert(connection, faq_entries, unit_id=unit.id, author_id=person_id, made_at=now, **words)
    audit.note(connection, person_id, "faq.published", now, unit_id=unit.id, subject=number)
    found = get(connection, number)
    if found is None:
        raise LookupError(f"no entry {number}")
    return found


def add_phrasing(connection: Connection, person_id: int, slug: str, text: str, now: datetime) -> bool:
    """Have one more way to ask lead to an entry; False where it is known already."""
    unit = _unit(connection, person_id)
    row = {"unit_id": unit.id, "slug": slug, "text": text, "author_id": person_id, "made_at": now}
    if not add_once(connection, faq_phrasings, [row]):
        return _again(connection, unit, slug, text)
    audit.note(connection, person_id, "faq.phrasing", now, unit_id=unit.id)
    return True


def _again(connection: Connection, unit: Unit, slug: str, text: str) -> bool:
    """A way to ask that had been withdrawn is good once more."""
    same = (faq_phrasings.c.unit_id == unit.id) & (faq_phrasings.c.slug == slug) & (faq_phrasings.c.text == text)
    gone = faq_phrasings.update().where(same, faq_phrasings.c.withdrawn_at.is_not(None))
    return connection.execute(gone.values(withdrawn_at=None)).rowcount == 1


def get(connection: Connection, number: int) -> Entry | None:
    return one(Entry, connection.execute(select(faq_entries).where(faq_entries.c.id == number)).first())


def withdraw(connection: Connection, person_id: int, number: int, now: datetime) -> Entry | None:
    """Take an entry of the official's own unit back, with the ways to ask for it; None where there is none."""
    unit = _unit(connection, person_id)
    mine = (faq_entries.c.id == number) & (faq_entries.c.unit_id == unit.id)
    good = faq_entries.update().where(mine, faq_entries.c.withdrawn_at.is_(None))
    if connection.execute(good.values(withdrawn_at=now)).rowcount:
        its = (faq_phrasings.c.unit_id == unit.id) & (faq_phrasings.c.slug == f"{OWN}{number}")
        connection.execute(faq_phrasings.update().where(its).values(withdrawn_at=now))
        audit.note(connection, person_id, "faq.withdrawn", now, unit_id=unit.id, subject=number)
    return one(Entry, connection.execute(select(faq_entries).where(mine)).first())


def withdraw_phrasing(connection: Connection, person_id: int, slug: str, text: str, now: datetime) -> bool:
    unit = _unit(connection, person_id)
    same = (faq_phrasings.c.unit_id == unit.id) & (faq_phrasings.c.slug == slug) & (faq_phrasings.c.text == text)
    good = faq_phrasings.update().where(same, faq_phrasings.c.withdrawn_at.is_(None))
    return connection.execute(good.values(withdrawn_at=now)).rowcount == 1


def is_of(connection: Connection, person_id: int, entry: Entry) -> bool:
    """Whether this person is an official of the unit for whose people the entry is."""
    unit = notices.unit_of(connection, person_id)
    return unit is not None and unit.id == entry.unit_id


def _unit(connection: Connection, person_id: int) -> Unit:
    unit = notices.unit_of(connection, person_id)
    if unit is None:
        raise LookupError("not an official")
    return unit
