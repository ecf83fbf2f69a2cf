"""Telephone calls of a secretary that reached nobody. What somebody said on the phone is an intention."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from db.meetings import Meeting
from db.sql import insert
from db.tables import calls

SAME_CALL = timedelta(minutes=5)  # a second tap within this time reports the same call


def note(connection: Connection, meeting: Meeting, person_id: int, caller_id: int, now: datetime) -> datetime:
    """Keep that nobody picked up; the moment that is kept, which is the first one's where a tap came twice."""
    before = latest(connection, meeting).get(person_id)
    if before and now - before < SAME_CALL:
        return before
    insert(connection, calls, meeting_id=meeting.id, person_id=person_id, caller_id=caller_id, at=now)
    return now


def latest(connection: Connection, meeting: Meeting) -> dict[int, datetime]:
    """Person -> when he was last called in vain about this meeting."""
    mine = select(calls.c.person_id, func.max(calls.c.at).label("at")).where(calls.c.meeting_id == meeting.id)
    found = connection.execute(mine.group_by(calls.c.person_id)).all()
    return {row.person_id: row.at for row in found}
