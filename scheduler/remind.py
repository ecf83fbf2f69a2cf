"""The reminder ladder: each rung whose time has come speaks to those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from db import intentions, meetings, outbox, people
from db.intentions import Line, Status
from db.meetings import Meeting, Rung
from db.rules import Rules


def fire(connection: Connection, now: datetime, rules: Rules) -> int:
    """Turn the rungs that are due into due items; how many rungs there were."""
    rungs = meetings.due_rungs(connection, now)
    for rung in rungs:
        meeting = meetings.get(connection, rung.meeting_id)
        if meeting and meeting.revision == rung.revision and meeting.state != "cancelled" and meeting.starts_at > now:
            _speak(connection, rung, meeting, now, rules)
    return len(rungs)


def _speak(connection: Connection, rung: Rung, meeting: Meeting, now: datetime, rules: Rules) -> None:
    status = intentions.status(connection, meeting)
    for kind, lines in _wanted(rung.name, status).items():
        fresh = [line.person.id for line in lines]
        if kind not in ("invite", *meetings.SECRETARY_KINDS):
            told = outbox.told_since(connection, ("invite", "moved"), meeting.id, rung.due_at - rules.rung_gap)
            fresh = [person_id for person_id in fresh if person_id not in told]
        _due(connection, fresh, kind, meeting, rung.due_at, now)
    if rung.name in meetings.SECRETARY_KINDS:
        secretaries = [p.id for p in people.holders(connection, people.SECRETARIES, meeting.unit_id)]
        _due(connection, secretaries, rung.name, meeting, rung.due_at, now)


def _wanted(rung: str, status: Status) -> dict[str, list[Line]]:
    """Kind of message -> whom it is for, by what they have answered so far."""
    silent = [line for line in status.lines if line.said is None]
    match rung:
        case "invite":
            return {"invite": silent}
        case "ask":
            return {"ask": silent, "brief": status.coming + status.unsure}
        case "last_call":
            return {"last_call": silent + status.unsure}
        case "today":
            return {"today": status.coming + silent + status.unsure}
        case _:
            return {}


def _due(
    connection: Connection, person_ids: Iterable[int], kind: str, meeting: Meeting, due_at: datetime, now: datetime
) -> None:
    # The papers must be on the official app a day before; a question about them is of no use after that.
    useless = meeting.starts_at - timedelta(days=1) if kind == "materials" else meeting.starts_at
    times = {"due_at": due_at, "worthless_after": useless, "now": now}
    outbox.due(connection, person_ids, kind, meeting.id, revision=meeting.revision, **times)
