"""The month's topic, brought to those who come or are not sure yet (those who are silent get it with the question)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from content import Message, topics
from db import intentions, meetings, units
from delivery.view import Renderer, View


def brief(view: View) -> Message | None:
    """None once the meeting has changed or begun, and for whoever has declined since."""
    return _said(view, "brief")


def line(view: View) -> Message | None:
    return _said(view, "brief_line")


def _said(view: View, template: str) -> Message | None:
    meeting = view.once(meetings.get, view.subject)
    if meeting is None or meeting.revision != view.revision or meeting.starts_at <= view.now:
        return None
    if meeting.state != "planned" or meeting.kind != "ordinary":
        return None
    said = view.once(intentions.of_some, meeting, view.audience)
    coming = tuple(person for person in view.people if person.id not in said or said[person.id].choice != "no")
    if not coming:
        return None
    topic = topics.topic_for(view.rules.local(meeting.starts_at).month)
    cell = view.once(units.get, meeting.unit_id)
    return replace(view, people=coming).say(template, meeting=meeting, topic=topic, cell=cell)


RENDER: Mapping[str, Renderer] = {"brief": brief}
LINES: Mapping[str, Renderer] = {"brief": line}
SCREENS: Mapping[str, Renderer] = {}
