"""The reminder ladder as messages: drawn from the facts at the moment of sending, or nothing when it is too late."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from db import meetings
from db.meetings import Meeting
from delivery.view import Renderer, View


def _meeting(view: View) -> Meeting | None:
    """The meeting that an item is about, unless it has changed since or is behind us."""
    meeting = meetings.get(view.connection, view.subject)
    if meeting is None or meeting.revision != view.revision or meeting.state != "planned":
        return None
    return meeting if meeting.starts_at > view.now else None


def invite(view: View) -> Message | None:
    meeting = _meeting(view)
    return view.say("invite", meeting=meeting) if meeting else None


RENDER: Mapping[str, Renderer] = {"invite": invite}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {}
