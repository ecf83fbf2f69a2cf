"""The one act of answering beforehand, by whomever: what is recorded, and who has to hear of it.

Chat, list and telephone all come through here, so that the same answer always has the same consequences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from db import audit, conversations, intentions, outbox, people
from db.intentions import COMING, Intention
from db.meetings import Meeting
from db.rules import Rules


@dataclass(frozen=True)
class Change:
    """What stood about the present date before, and what stands now."""

    before: Intention | None
    after: Intention

    @property
    def same(self) -> bool:
        """Nothing was new: a second tap, or the network sent the first one twice."""
        return self.before is not None and self.before == self.after

    @property
    def other(self) -> Intention | None:
        """The different answer that this one took the place of."""
        return self.before if self.before and self.before.choice != self.after.choice else None


def answer(
    connection: Connection,
    meeting: Meeting,
    person_id: int,
    choice: str,
    now: datetime,
    rules: Rules,
    *,
    reason: str | None = None,
    recorded_by: int | None = None,
) -> Change:
    """Set a person's answer. `recorded_by`: the secretary who took it on the telephone; the person is told."""
    old = intentions.of(connection, meeting.id, person_id)
    before = old if old and old.revision == meeting.revision else None
    after = intentions.replace(connection, meeting, person_id, old, choice, now, recorded_by=recorded_by)
    if reason:
        after = intentions.set_reason(connection, meeting, person_id, reason) or after
    change = Change(before, after)
    if not change.same:
        _tell(connection, meeting, change, now, rules)
    return change


def give_reason(connection: Connection, meeting: Meeting, person_id: int, reason: str, now: datetime) -> bool:
    """Add the kind of reason to a "no"; False where the person has not declined the present date."""
    said = intentions.current(connection, meeting, person_id)
    if said is None or said.choice != "no":
        return False
    intentions.set_reason(connection, meeting, person_id, reason)
    redraw(connection, meeting, now)
    return True


def redraw(connection: Connection, meeting: Meeting, now: datetime) -> None:
    """Have the live screen of a meeting drawn anew wherever it stands."""
    name = screen(meeting)
    outbox.refresh(connection, conversations.watchers(connection, name), name, now)


def screen(meeting: Meeting) -> str:
    return f"status:{meeting.id}"


def _tell(connection: Connection, meeting: Meeting, change: Change, now: datetime, rules: Rules) -> None:
    redraw(connection, meeting, now)
    after, old = change.after, change.before
    if after.recorded_by:
        audit.note(connection, after.recorded_by, "answer.recorded", now, unit_id=meeting.unit_id, subject=after.id)
        _due(connection, [after.person_id], "recorded", after, meeting, now)
    elif change.other and old and old.how == "phone":
        _due(connection, _leaders(connection, meeting, after.person_id), "overruled", after, meeting, now)
    elif old and old.choice in COMING and after.choice == "no":
        leaders = _leaders(connection, meeting, after.person_id)
        _due(connection, leaders, "turned", after, meeting, now, due_at=now + rules.turn_grace)
    if not intentions.is_waited_for(connection, meeting):
        times = {"due_at": now, "worthless_after": meeting.starts_at, "now": now}
        told = _leaders(connection, meeting)
        outbox.due(connection, told, "all_answered", meeting.id, revision=meeting.revision, **times)


def _leaders(connection: Connection, meeting: Meeting, but: int | None = None) -> list[int]:
    """Secretary and deputy; nobody is told about himself."""
    found = people.holders(connection, people.SECRETARIES, meeting.unit_id)
    return [person.id for person in found if person.id != but]


def _due(
    connection: Connection,
    person_ids: list[int],
    kind: str,
    after: Intention,
    meeting: Meeting,
    now: datetime,
    *,
    due_at: datetime | None = None,
) -> None:
    """News about an answer; its revision is the count of changes, by which the renderer knows an overtaken one."""
    times = {"due_at": due_at or now, "worthless_after": meeting.starts_at, "now": now}
    outbox.due(connection, person_ids, kind, after.id, revision=after.changes, **times)
