"""Saying beforehand whether one comes: by tap, by number or in words. It is never the roll call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content import Message
from db import intentions, meetings
from db.intentions import CHOICES
from db.meetings import Meeting
from handlers.router import Router, Turn, Who

on = Router()


@on.action("meeting", who=Who.MEMBER)
def show(turn: Turn, meeting_id: int) -> Message:
    """One meeting with the question; whoever has answered sees what he said."""
    meeting = meetings.for_person(turn.connection, meeting_id, turn.person.id)
    return _closed(turn, meeting) or turn.say("meeting", meeting=meeting, said=_said(turn, meeting))


@on.action("answer", who=Who.MEMBER, together=True)
def answer(turn: Turn, meeting_id: int, choice: str) -> Message:
    meeting = meetings.for_person(turn.connection, meeting_id, turn.person.id)
    if closed := _closed(turn, meeting):
        return closed
    if meeting is None or choice not in CHOICES:
        raise ValueError("no such answer")
    before = {p.id: intentions.current(turn.connection, meeting, p.id) for p in turn.persons}
    after = [intentions.record(turn.connection, meeting, p.id, choice, turn.now) for p in turn.persons]
    first = before[turn.person.id]
    again = all((old := before[a.person_id]) and old.changes == a.changes for a in after)
    return turn.say(f"answered_{choice}", meeting=meeting, before=first, again=again, toast=again)


def _closed(turn: Turn, meeting: Meeting | None) -> Message | None:
    """The kind, correct answer where there is nothing to answer any more."""
    if meeting is None:
        return turn.say("meeting_unknown")
    if meeting.state == "cancelled":
        return turn.say("meeting_cancelled", meeting=meeting)
    if meeting.is_over(turn.now):
        return turn.say("meeting_over", meeting=meeting, said=_said(turn, meeting))
    return None


def _said(turn: Turn, meeting: Meeting | None) -> intentions.Intention | None:
    return intentions.current(turn.connection, meeting, turn.person.id) if meeting else None


def meant(turn: Turn, offered: Sequence[Mapping[str, str]]) -> str | None:
    """The action that words mean while a question about a meeting is open; `offered`: the newest choices."""
    from vietnamese.replies import understand  # noqa: PLC0415

    if not turn.people:
        return None
    open_meetings = meetings.open_for(turn.connection, [p.id for p in turn.people], turn.now)
    asked = any(choice["action"].startswith("answer ") for choice in offered)
    meaning = understand(turn.text, asked="attendance" if asked else "")
    choice = {"present": "yes", "absent": "no", "late": "late", "unsure": "unsure"}.get(meaning.intent)
    if not open_meetings or choice is None or meaning.ask_back:
        return None
    return f"answer {open_meetings[0].id} {choice}"
