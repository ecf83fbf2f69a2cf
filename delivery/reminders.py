"""The members' reminders as messages: drawn from the facts at the moment of sending, or nothing when it is too late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from content import Message, topics
from content.topics import Topic
from db import intentions, meetings, units
from db.intentions import COMING
from db.meetings import Meeting
from delivery.view import Renderer, View

SILENT = "silent"
UNSETTLED = (SILENT, "unsure")


def invite(view: View) -> Message | None:
    """The invitation; whoever has answered of his own accord needs none."""
    meeting = _meeting(view)
    return _say(view, meeting, "invite", (SILENT,)) if meeting else None


def ask(view: View) -> Message | None:
    """Some days before: the silent are asked again, with two questions to think over."""
    meeting = _meeting(view)
    return _say(view, meeting, "still_silent", (SILENT,)) if meeting else None


def last_call(view: View) -> Message | None:
    """The evening before: the silent, and those who were not sure."""
    meeting = _meeting(view)
    return _say(view, meeting, "last_call", UNSETTLED) if meeting else None


def today(view: View) -> Message | None:
    """On the day: one text for those coming, another for those who have said nothing, nothing for the others."""
    meeting = _meeting(view)
    return _say(view, meeting, "today", (*COMING, *UNSETTLED)) if meeting else None


def nudge(view: View) -> Message | None:
    """The secretary's own reminder to the silent; its revision is the day, so the meeting is taken as it stands."""
    meeting = view.once(meetings.get, view.subject)
    return _say(view, meeting, "nudge", (SILENT,)) if meeting and _is_ahead(meeting, view) else None


def line(view: View) -> Message | None:
    """One meeting within a message of several things; where two are open each choice names its day."""
    meeting = _meeting(view)
    if meeting is None:
        return None
    near = meetings.open_for(view.connection, [person.id for person in view.people], view.now)
    return view.say("meeting_line", meeting=meeting, several=len(near) > 1)


def _meeting(view: View) -> Meeting | None:
    """The meeting that an item is about, unless it has changed since or is behind us."""
    meeting = view.once(meetings.get, view.subject)
    return meeting if meeting and meeting.revision == view.revision and _is_ahead(meeting, view) else None


def _is_ahead(meeting: Meeting, view: View) -> bool:
    return meeting.state == "planned" and meeting.starts_at > view.now


def _say(view: View, meeting: Meeting, template: str, wanted: tuple[str, ...]) -> Message | None:
    """To those whose answer still makes it useful; `mood` is what they have in common, or "mixed"."""
    said = view.once(intentions.of_some, meeting, view.audience)
    states = [(p, said[p.id].choice if p.id in said else SILENT) for p in view.people]
    states = [(p, state) for p, state in states if state in wanted]
    if not states:
        return None
    narrowed = replace(view, people=tuple(p for p, _ in states))
    moods = {state for _, state in states}
    return narrowed.say(
        template,
        meeting=meeting,
        cell=view.once(units.get, meeting.unit_id),
        topic=_topic(view, meeting),
        days=(view.rules.local(meeting.starts_at).date() - view.rules.local(view.now).date()).days,
        states=states,
        mood=states[0][1] if len(moods) == 1 else "mixed",
        several=len(view.once(_open, meeting.unit_id, view.now)) > 1,
        by=f"as {states[0][0].id} " if view.shared and len(states) == 1 else "",
    )


def _open(connection: Connection, unit_id: int, now: datetime) -> list[Meeting]:
    """The meetings of a cell that its members may be answering about just now."""
    coming = meetings.upcoming(connection, unit_id, now)
    return [
        meeting for meeting in coming if meeting.state == "planned" and meeting.starts_at <= now + meetings.ASK_AHEAD
    ]


def _topic(view: View, meeting: Meeting) -> Topic | None:
    """An extraordinary meeting has a matter of its own."""
    if meeting.kind != "ordinary":
        return None
    return topics.topic_for(view.rules.local(meeting.starts_at).month)


RENDER: Mapping[str, Renderer] = {
    "invite": invite,
    "ask": ask,
    "last_call": last_call,
    "today": today,
    "nudge": nudge,
}
LINES: Mapping[str, Renderer] = dict.fromkeys(("invite", "ask", "last_call", "today"), line)
SCREENS: Mapping[str, Renderer] = {}
