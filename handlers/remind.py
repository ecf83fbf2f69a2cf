"""The secretary's own reminder to those who have not answered, sent by hand."""

from __future__ import annotations

from content import Message
from db import audit, intentions, outbox
from handlers.router import Router, Turn, Who
from handlers.status import closed, is_open, led

on = Router()


@on.action("remind", who=Who.SECRETARY)
def remind(turn: Turn, meeting_id: int) -> Message:
    """Who would be reminded, and who has had a message today already."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    silent = [line.person for line in intentions.status(turn.connection, meeting).silent]
    at = turn.rules.next_allowed(turn.now)
    if not silent or at >= meeting.starts_at:
        return turn.say("remind_nobody", meeting=meeting)
    had = outbox.reached_on(turn.connection, [person.id for person in silent], turn.local.date().isoformat())
    today = [person for person in silent if person.id in had]
    return turn.say("remind", meeting=meeting, silent=silent, today=today, at=at if at > turn.now else None)


@on.action("remind_now", who=Who.SECRETARY)
def remind_now(turn: Turn, meeting_id: int) -> Message:
    """Remind the silent, each at most once a day by hand; in the night it waits for the morning."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    at = turn.rules.next_allowed(turn.now)
    if at >= meeting.starts_at:
        return turn.say("remind_nobody", meeting=meeting)
    silent = [line.person.id for line in intentions.status(turn.connection, meeting).silent]
    times = {"due_at": at, "worthless_after": meeting.starts_at, "now": turn.now}
    day = turn.rules.local(at).toordinal()
    count = outbox.due(turn.connection, silent, "nudge", meeting.id, revision=day, **times)
    if count:
        subject = {"unit_id": meeting.unit_id, "subject": meeting.id}
        audit.note(turn.connection, turn.person.id, "meeting.reminded", turn.now, **subject)
    return turn.say("reminded", meeting=meeting, count=count, at=at if at > turn.now else None)
