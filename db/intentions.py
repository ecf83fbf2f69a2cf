"""Advance notice: who has said that he will come. It is never the roll call (domain.md, finding 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select

from db import people as people_rows
from db.columns import among
from db.meetings import Meeting
from db.people import Person
from db.sql import many, one
from db.tables import intentions, people

COMING = ("yes", "late", "early")
CHOICES = ("yes", "no", "unsure", "late", "early")
COMMITTEE_FROM = 9  # official members; a smaller cell has a secretary and at most a deputy (domain.md, 2.5)
REASONS = ("health", "family", "work", "away", "official", "other")


@dataclass(frozen=True)
class Intention:
    """What was said, for which revision of the meeting, by whom. `how` is "self", or "phone" by the secretary."""

    id: int
    meeting_id: int
    person_id: int
    choice: str
    reason: str | None
    revision: int
    how: str
    recorded_by: int | None
    said_at: datetime
    before: str | None
    changes: int


def get(connection: Connection, intention_id: int) -> Intention | None:
    return one(Intention, connection.execute(_GET, {"intention": intention_id}).first())


_GET = select(intentions).where(intentions.c.id == bindparam("intention"))


def of(connection: Connection, meeting_id: int, person_id: int) -> Intention | None:
    row = connection.execute(_OF, {"about": meeting_id, "who": person_id}).first()
    return Intention(*row) if row else None


_OF = select(intentions).where(
    intentions.c.meeting_id == bindparam("about"), intentions.c.person_id == bindparam("who")
)


def current(connection: Connection, meeting: Meeting, person_id: int) -> Intention | None:
    """What the person said about the meeting as it stands now; an answer to an earlier date does not count."""
    said = of(connection, meeting.id, person_id)
    return said if said and said.revision == meeting.revision else None


def of_some(connection: Connection, meeting: Meeting, person_ids: Iterable[int]) -> dict[int, Intention]:
    """`current` of many people at once; who has said nothing is left out."""
    asked = {"about": meeting.id, "as_of": meeting.revision, "persons": list(person_ids)}
    return {said.person_id: said for said in many(Intention, connection.execute(_OF_SOME, asked).all())}


_OF_SOME = select(intentions).where(
    intentions.c.meeting_id == bindparam("about"),
    intentions.c.revision == bindparam("as_of"),
    among(intentions.c.person_id, "persons"),
)


def record(
    connection: Connection,
    meeting: Meeting,
    person_id: int,
    choice: str,
    now: datetime,
    *,
    recorded_by: int | None = None,
) -> Intention:
    """Set what a person says about a meeting. Saying the same again changes nothing (`changes` stays)."""
    old = of(connection, meeting.id, person_id)
    return replace(connection, meeting, person_id, old, choice, now, recorded_by=recorded_by)


def replace(
    connection: Connection,
    meeting: Meeting,
    person_id: int,
    old: Intention | None,
    choice: str,
    now: datetime,
    *,
    recorded_by: int | None = None,
) -> Intention:
    """`record` for a caller who has just read what was said before."""
    how = "phone" if recorded_by else "self"
    values = {"choice": choice, "revision": meeting.revision, "how": how, "recorded_by": recorded_by, "said_at": now}
    if old is None:
        fresh = {"meeting_id": meeting.id, "person_id": person_id, **values}
        return Intention(*connection.execute(_FRESH, fresh).one())
    if (old.choice, old.revision, old.how) == (choice, meeting.revision, how):
        return old
    reason = old.reason if choice == "no" and old.choice == "no" else None
    changed = {**values, "reason": reason, "before": old.choice, "changes": old.changes + 1}
    mine = intentions.update().where(intentions.c.id == old.id).values(**changed)
    return Intention(*connection.execute(mine.returning(intentions)).one())


_FRESH = intentions.insert().returning(*intentions.c)


def set_reason(connection: Connection, meeting: Meeting, person_id: int, reason: str) -> Intention | None:
    """Add the kind of reason to a person's "no"; None where he has not declined."""
    mine = (intentions.c.meeting_id == meeting.id) & (intentions.c.person_id == person_id)
    declined = intentions.update().where(mine, intentions.c.choice == "no").values(reason=reason)
    return one(Intention, connection.execute(declined.returning(intentions)).first())


@dataclass(frozen=True)
class Line:
    """One member on the secretary's screen. `said` is None while he has not answered about the present date."""

    person: Person
    said: Intention | None
    reachable: bool


@dataclass(frozen=True)
class Status:
    """Who comes, out of how many; each list by given names. Exempt members are not counted."""

    meeting: Meeting
    lines: Sequence[Line]
    exempt: Sequence[Person]

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def answered(self) -> int:
        return sum(line.said is not None for line in self.lines)

    def having(self, *choices: str) -> list[Line]:
        return [line for line in self.lines if line.said and line.said.choice in choices]

    @property
    def coming(self) -> list[Line]:
        return self.having(*COMING)

    @property
    def declined(self) -> list[Line]:
        return self.having("no")

    @property
    def unsure(self) -> list[Line]:
        return self.having("unsure")

    @property
    def silent(self) -> list[Line]:
        """Reached, and not answered yet."""
        return [line for line in self.lines if line.said is None and line.reachable]

    @property
    def unreached(self) -> list[Line]:
        return [line for line in self.lines if line.said is None and not line.reachable]

    @property
    def missing(self) -> list[Line]:
        """Whom the secretary has to call."""
        return [line for line in self.lines if line.said is None]

    @property
    def has_committee(self) -> bool:
        """Whether a cell of this size has a committee (chi ủy) that agrees the matter of a meeting beforehand."""
        official = [line for line in self.lines if line.person.standing == "official"]
        return len(official) + len(self.exempt) >= COMMITTEE_FROM

    def line(self, person_id: int) -> Line | None:
        """The line of one member; None for anybody who is not asked about this meeting."""
        return next((line for line in self.lines if line.person.id == person_id), None)

    def reasons(self) -> list[tuple[str, int]]:
        """(kind, how many) of the declined who gave one, in the order of the choices."""
        given = [line.said.reason for line in self.declined if line.said and line.said.reason]
        return [(reason, given.count(reason)) for reason in REASONS if reason in given]


def recorder(connection: Connection, person_id: int, unit_id: int) -> str:
    """In which office somebody took an answer on the telephone: "secretary" or "deputy"."""
    held = {role for role, unit in people_rows.roles_of(connection, person_id) if unit == unit_id}
    return "deputy" if "deputy" in held and "secretary" not in held else "secretary"


def is_waited_for(connection: Connection, meeting: Meeting) -> bool:
    """Whether anybody who is asked has not answered about the meeting as it stands now."""
    asked = {"cell": meeting.unit_id, "about": meeting.id, "as_of": meeting.revision}
    return connection.execute(_SILENT, asked).first() is not None


_SILENT = (
    select(people.c.id)
    .where(
        people.c.unit_id == bindparam("cell"),
        people.c.left_at.is_(None),
        or_(*(people.c.standing == standing for standing in people_rows.COUNTED)),
        ~exists().where(
            intentions.c.person_id == people.c.id,
            intentions.c.meeting_id == bindparam("about"),
            intentions.c.revision == bindparam("as_of"),
        ),
    )
    .limit(1)
)


def status(connection: Connection, meeting: Meeting) -> Status:
    reachable = set(connection.execute(_REACHABLE, {"cell": meeting.unit_id}).scalars())
    answers = connection.execute(_SAID_NOW, {"about": meeting.id, "as_of": meeting.revision})
    said = {i.person_id: i for i in many(Intention, answers.all())}
    cell = people_rows.of_cell(connection, meeting.unit_id)
    counted = [p for p in cell if p.standing in people_rows.COUNTED]
    lines = [Line(person, said.get(person.id), person.id in reachable) for person in counted]
    return Status(meeting, lines, [p for p in cell if p.standing == "exempt"])


_REACHABLE = select(people.c.id).where(
    people.c.unit_id == bindparam("cell"), people.c.left_at.is_(None), people_rows.reachable()
)
_SAID_NOW = select(intentions).where(
    intentions.c.meeting_id == bindparam("about"), intentions.c.revision == bindparam("as_of")
)
