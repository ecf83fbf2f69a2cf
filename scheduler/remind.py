"""The reminder ladder: each rung whose time has come speaks to those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from db import intentions, ladder, meetings, outbox, people
from db.intentions import Line, Status
from db.meetings import Meeting, Rung
from db.rules import Rules

RUNGS_AT_ONCE = 2  # each looks at all members of a cell; others write in between


def fire(connection: Connection, now: datetime, rules: Rules) -> bool:
    """Turn some of the rungs that are due into due items, the oldest first; whether there are more."""
    rungs = meetings.due_rungs(connection, now, RUNGS_AT_ONCE)
    for rung in rungs:
        meeting = meetings.get(connection, rung.meeting_id)
        if meeting and meeting.revision == rung.revision and meeting.state != "cancelled" and meeting.starts_at > now:
            _speak(connection, rung, meeting, now, rules)
    return len(rungs) >= RUNGS_AT_ONCE


def _speak(connection: Connection, rung: Rung, meeting: Meeting, now: datetime, rules: Rules) -> None:
    if rung.name in meetings.SECRETARY_KINDS:
        secretaries = [p.id for p in people.holders(connection, people.SECRETARIES, meeting.unit_id)]
        _due(connection, secretaries, rung.name, meeting, now, rules)
        return
    told = ladder.told_shortly_before(connection, meeting, rung.due_at, rules) if rung.name != "invite" else set()
    for kind, lines in _wanted(rung.name, intentions.status(connection, meeting)).items():
        # Nothing waits for those who cannot be reached: when they join, they are invited then.
        fresh = [line.person.id for line in lines if line.reachable and line.person.id not in told]
        _due(connection, fresh, kind, meeting, now, rules)


def _wanted(rung: str, status: Status) -> dict[str, list[Line]]:
    """Kind of message -> whom it is for, by what they have answered so far. The declined are left in peace."""
    match rung:
        case "invite":
            return {"invite": status.silent}
        case "ask":
            return {"ask": status.silent, "brief": status.coming + status.unsure}
        case "last_call":
            return {"last_call": status.silent + status.unsure}
        case "today":
            return {"today": status.coming + status.silent + status.unsure}
        case _:
            return {}


def _due(
    connection: Connection, person_ids: Iterable[int], kind: str, meeting: Meeting, now: datetime, rules: Rules
) -> None:
    # Due now, not when it should have been: after a standstill the rungs that follow must see how late this one came.
    times = {"due_at": now, "worthless_after": ladder.useless_after(meeting, kind, rules), "now": now}
    outbox.due(connection, person_ids, kind, meeting.id, revision=meeting.revision, **times)
