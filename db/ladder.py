"""What the reminder ladder of a meeting promises: until when a rung is of use, and when somebody is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from db import meetings, outbox
from db.meetings import Meeting
from db.rules import Rules

# The papers must be on the official app a day before; a question about them is of no use after that (voice.md 2.5).
PAPERS_AHEAD = timedelta(days=1)
_FRESH_NEWS = ("invite", "moved")
_TAKEN_OVER_BY = {"ask": "last_call", "last_call": "today"}


def useless_after(meeting: Meeting, kind: str, rules: Rules) -> datetime:
    """The moment after which a rung is not sent any more: the next one takes its place, or the meeting begins."""
    if kind == "materials":
        return meeting.starts_at - PAPERS_AHEAD
    later = _TAKEN_OVER_BY.get(kind)
    if later is None:
        return meeting.starts_at
    return min(meetings.step_at(meeting, rules.ladder[later], rules), meeting.starts_at)


def told_shortly_before(connection: Connection, meeting: Meeting, moment: datetime, rules: Rules) -> set[int]:
    """Who was invited, or told of a change, so shortly before `moment` that a rung of that moment leaves them out."""
    return outbox.told_since(connection, _FRESH_NEWS, meeting.id, moment - rules.rung_gap)


def asks_again_at(
    connection: Connection, meeting: Meeting, person_id: int, now: datetime, rules: Rules
) -> datetime | None:
    """When somebody who is not sure yet is asked once more; None where no rung is left for that."""
    for name in ("last_call", "today"):
        due_at = meetings.rung_at(connection, meeting, name)
        if due_at and due_at > now and person_id not in told_shortly_before(connection, meeting, due_at, rules):
            return due_at
    return None
