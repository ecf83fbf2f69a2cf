"""A meeting that is moved or cancelled: who is told, when, what can be taken back, and who may not know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, true

from db import audit, conversations, outbox
from db import meetings as meeting_rows
from db import people as people_rows
from db.meetings import LASTS, Meeting
from db.people import Person
from db.rules import Rules
from db.sql import add_once
from db.tables import aware, due_items, intentions, rungs

TAKE_BACK = timedelta(seconds=60)
NEAR = timedelta(hours=24)  # changes of a meeting this close leave in the night too
LOOK_AGAIN = timedelta(hours=2)  # after a change of a near meeting the secretary is given the names still open
AFTER_A_DAY = timedelta(days=2)  # a meeting further off leaves people a day to answer first


@dataclass(frozen=True)
class Change:
    """Who changes a meeting, why, and when people are told of it (see `told_at`)."""

    by: int
    reason: str
    told: datetime
    now: datetime
    rules: Rules


def is_near(meeting: Meeting, starts_at: datetime, now: datetime) -> bool:
    """Whether the old or the new hour is so close that people are told even at night."""
    return min(meeting.starts_at, starts_at) - now <= NEAR


def told_at(now: datetime, rules: Rules, *, in_the_night: bool) -> datetime:
    """When people hear of a change that is made now: never before it could be taken back."""
    soonest = now + TAKE_BACK
    return soonest if in_the_night else rules.next_allowed(soonest)


def move(connection: Connection, meeting: Meeting, starts_at: datetime, place: str, change: Change) -> Meeting:
    """Give one meeting another hour or place. Everybody invited is told and asked again, the silent and those who
    declined too."""
    known = _as_known(connection, meeting)
    old = {"old_starts_at": known.starts_at, "old_place": known.place}
    new = {"starts_at": starts_at, "place": place, "reason": change.reason}
    moved = meeting_rows.change(connection, known, **new, **old)
    # Nothing is said about the new day before people are told of it: until then it can be taken back.
    meeting_rows.climb(connection, moved, change.told, change.rules, _said_already(connection, moved, change))
    _tell(connection, moved, "moved", starts_at, change)
    return moved


def cancel(connection: Connection, meeting: Meeting, change: Change) -> Meeting:
    """There is no such meeting any more; everybody invited is told, even during the hour it was meant for."""
    known = _as_known(connection, meeting)
    gone = meeting_rows.change(connection, known, state="cancelled", reason=change.reason)
    _tell(connection, gone, "cancelled", gone.starts_at + LASTS, change)
    return gone


def take_back(connection: Connection, meeting: Meeting, *, by: int, now: datetime, rules: Rules) -> Meeting | None:
    """Undo the newest change while nobody has been told of it; None when it is too late for that."""
    if not _is_untold(connection, meeting, now):
        return None
    knowing = _knowing(connection, meeting)
    restored = _as_known(connection, meeting)
    if knowing:
        said = {name for name in ("invite", "prepare") if _was_said(connection, restored, name)}
        meeting_rows.climb(connection, restored, now, rules, said)
        times = {"due_at": rules.next_allowed(now), "worthless_after": restored.starts_at, "now": now}
        outbox.due(connection, knowing, "moved", restored.id, revision=restored.revision, **times)
    _note(connection, "meeting.restored", restored, by, now)
    return restored


def settle(
    connection: Connection, meeting: Meeting, starts_at: datetime, *, by: int, now: datetime, rules: Rules
) -> Meeting:
    """Give a meeting that waited for its day the day that the secretary has chosen; only now the ladder begins."""
    settled = meeting_rows.change(connection, meeting, starts_at=starts_at, state="planned")
    meeting_rows.climb(connection, settled, now, rules)
    _note(connection, "meeting.settled", settled, by, now)
    return settled


def _as_known(connection: Connection, meeting: Meeting) -> Meeting:
    """The meeting as people know it: a change that nobody has been told of is taken back first."""
    if not _is_untold(connection, meeting, None):
        return meeting
    values: dict[str, Any] = {"state": "planned", "reason": None, "old_starts_at": None, "old_place": None}
    if meeting.state == "planned":
        values |= {"starts_at": meeting.old_starts_at, "place": meeting.old_place}
    if _knowing(connection, meeting):
        return _restore(connection, meeting, values)
    return _rewind(connection, meeting, values)


def _knowing(connection: Connection, meeting: Meeting) -> list[int]:
    """Who has answered for the changed meeting already: an old button told him of the change before its message."""
    said = (intentions.c.meeting_id == meeting.id) & (intentions.c.revision == meeting.revision)
    return list(connection.execute(select(intentions.c.person_id).where(said)).scalars())


def _rewind(connection: Connection, meeting: Meeting, values: Mapping[str, Any]) -> Meeting:
    """As if the change had never been: the revision before it holds again, with its buttons, answers and reminders."""
    for table, key in ((due_items, due_items.c.subject), (rungs, rungs.c.meeting_id), (aware, aware.c.meeting_id)):
        mine = (key == meeting.id) & (table.c.revision == meeting.revision)
        unsent = table.c.state == "waiting" if table is due_items else true()
        connection.execute(table.delete().where(mine, unsent))
    stopped = (due_items.c.subject == meeting.id) & (due_items.c.revision == meeting.revision - 1)
    waiting = stopped & due_items.c.kind.in_(meeting_rows.ALL_KINDS) & (due_items.c.state == "cancelled")
    connection.execute(due_items.update().where(waiting).values(state="waiting"))
    return meeting_rows.rewind(connection, meeting, **values)


def _restore(connection: Connection, meeting: Meeting, values: Mapping[str, Any]) -> Meeting:
    """As before the change, but as something new, for those who have heard of it; other answers are carried over."""
    known = {**values, "old_starts_at": meeting.starts_at, "old_place": meeting.place}
    restored = meeting_rows.change(connection, meeting, **known)
    before = (intentions.c.meeting_id == meeting.id) & (intentions.c.revision == meeting.revision - 1)
    connection.execute(intentions.update().where(before).values(revision=restored.revision))
    return restored


def _is_untold(connection: Connection, meeting: Meeting, now: datetime | None) -> bool:
    """Whether the newest change waits, all of it, for the moment when people are told (later than `now`)."""
    mine = (due_items.c.subject == meeting.id) & (due_items.c.revision == meeting.revision)
    told = select(func.min(due_items.c.due_at), func.min(due_items.c.state), func.max(due_items.c.state))
    soonest, *states = connection.execute(told.where(mine, due_items.c.kind.in_(("moved", "cancelled")))).one()
    return states == ["waiting", "waiting"] and (now is None or soonest > now)


def _said_already(connection: Connection, moved: Meeting, change: Change) -> set[str]:
    """What a moved meeting need not say again: the message about the move asks the invitation's question."""
    rules, soon = change.rules, change.told + change.rules.rung_gap
    past = {n for n in ("invite", "prepare") if meeting_rows.step_at(moved, rules.ladder[n], rules) <= soon}
    return {name for name in past if name == "invite" or _was_said(connection, moved, name)}


def _was_said(connection: Connection, meeting: Meeting, name: str) -> bool:
    """Whether a reminder has been given at any revision of the meeting."""
    fired = (rungs.c.meeting_id == meeting.id) & (rungs.c.name == name) & rungs.c.fired_at.is_not(None)
    return connection.execute(select(rungs.c.name).where(fired)).first() is not None


def _tell(connection: Connection, meeting: Meeting, kind: str, worthless_after: datetime, change: Change) -> None:
    everybody = [person.id for person in meeting_rows.invited(connection, meeting.unit_id)]
    times = {"worthless_after": worthless_after, "now": change.now}
    outbox.due(connection, everybody, kind, meeting.id, due_at=change.told, revision=meeting.revision, **times)
    note_aware(connection, meeting, [change.by], "self", change.now)
    secretaries = [p.id for p in people_rows.holders(connection, people_rows.SECRETARIES, meeting.unit_id)]
    far = min(meeting.starts_at, meeting.old_starts_at or meeting.starts_at) - change.told > AFTER_A_DAY
    check = change.rules.next_allowed(change.told + (timedelta(days=1) if far else LOOK_AGAIN))
    outbox.due(connection, secretaries, "unsure_know", meeting.id, due_at=check, revision=meeting.revision, **times)
    _note(connection, f"meeting.{kind}", meeting, change.by, change.now)


def _note(connection: Connection, act: str, meeting: Meeting, by: int, now: datetime) -> None:
    """The line for the books, and the secretary's live screen drawn anew."""
    screen = f"status:{meeting.id}"
    outbox.refresh(connection, conversations.watchers(connection, screen), screen, now)
    audit.note(connection, by, act, now, unit_id=meeting.unit_id, subject=meeting.id)


# ---- who may not know ----


def note_aware(connection: Connection, meeting: Meeting, person_ids: Iterable[int], how: str, now: datetime) -> int:
    """These people know of the newest change: they said so (self), or the secretary has told them (phone)."""
    row = {"meeting_id": meeting.id, "revision": meeting.revision, "how": how, "at": now}
    return add_once(connection, aware, [{**row, "person_id": person_id} for person_id in person_ids])


def unsure(connection: Connection, meeting: Meeting) -> list[Person]:
    """The invited who have neither answered nor said that they know since the newest change, by given name."""
    here = (aware.c.meeting_id == meeting.id) & (aware.c.revision == meeting.revision)
    said = (intentions.c.meeting_id == meeting.id) & (intentions.c.revision == meeting.revision)
    known = set(connection.execute(select(aware.c.person_id).where(here)).scalars())
    known |= set(connection.execute(select(intentions.c.person_id).where(said)).scalars())
    return [person for person in meeting_rows.invited(connection, meeting.unit_id) if person.id not in known]


def was_changed(connection: Connection, meeting: Meeting) -> bool:
    """Whether people have been told, or are to be, that this meeting is not as they knew it."""
    mine = (due_items.c.subject == meeting.id) & (due_items.c.revision == meeting.revision)
    told = select(due_items.c.id).where(mine, due_items.c.kind.in_(("moved", "cancelled")))
    return connection.execute(told.limit(1)).first() is not None
