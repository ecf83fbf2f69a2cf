"""What the secretary hears of by himself: his own ladder, news about answers, and the one live screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from content import Message
from db import answers, calls, intentions, ladder, meetings, people
from db.intentions import COMING, Intention
from db.meetings import Meeting
from delivery.view import Renderer, View

# ---- the ladder of the secretary ----


def prepare(view: View) -> Message | None:
    """A week before: what to do, how many are invited, whom to call (voice.md S1)."""
    return _prepare(view, "prepare")


def prepare_line(view: View) -> Message | None:
    return _prepare(view, "prepare_line")


def _prepare(view: View, template: str) -> Message | None:
    meeting = _meeting(view)
    if meeting is None:
        return None
    deputies = people.holders(view.connection, ("deputy",), meeting.unit_id)
    status = intentions.status(view.connection, meeting)
    return _say(view, template, meeting, status=status, deputies=deputies, days=_days(view, meeting))


def materials(view: View) -> Message | None:
    """Whether the papers are on the official app, while there is time for it (voice.md S11)."""
    return _materials(view, "materials", again=False)


def materials_again(view: View) -> Message | None:
    return _materials(view, "materials", again=True)


def materials_line(view: View) -> Message | None:
    return _materials(view, "materials_line", again=False)


def _materials(view: View, template: str, *, again: bool) -> Message | None:
    meeting = _meeting(view)
    limit = meeting.starts_at - ladder.PAPERS_AHEAD if meeting else view.now
    if meeting is None or meeting.materials_at or limit <= view.now:
        return None
    left = (view.rules.local(limit).date() - view.rules.local(view.now).date()).days
    return _say(view, template, meeting, days=_days(view, meeting), left=left, again=again)


def call_list(view: View) -> Message | None:
    """The evening before: who is still to be called; nothing once everybody has answered."""
    return _call_list(view, "call_list")


def call_list_line(view: View) -> Message | None:
    return _call_list(view, "call_list_line")


def _call_list(view: View, template: str) -> Message | None:
    meeting = _meeting(view)
    status = intentions.status(view.connection, meeting) if meeting else None
    return _say(view, template, meeting, status=status) if meeting and status and status.missing else None


def call_again(view: View) -> Message | None:
    """The morning after calls that nobody picked up; its revision is the day of those calls."""
    return _call_again(view, "call_again")


def call_again_line(view: View) -> Message | None:
    return _call_again(view, "call_list_line")


def _call_again(view: View, template: str) -> Message | None:
    meeting = _led(view, view.subject)
    if meeting is None or not _is_ahead(meeting, view):
        return None
    status = intentions.status(view.connection, meeting)
    called = calls.latest(view.connection, meeting)
    lines = [line for line in status.missing if line.person.id in called]
    return _say(view, template, meeting, status=status, lines=lines) if lines else None


# ---- news about answers ----


def turned(view: View) -> Message | None:
    """A yes that became a no and still is one after the grace (voice.md S10)."""
    found = _intention(view)
    if found is None:
        return None
    said, meeting = found
    if said.choice != "no" or said.changes != view.revision or said.before not in COMING:
        return None
    return _news(view, "turned", said, meeting)


def overruled(view: View) -> Message | None:
    """A person's own answer took the place of what the secretary had written down (voice.md S8)."""
    found = _intention(view)
    if found is None or found[0].how != "self":
        return None
    said, meeting = found
    # Changed once more since: what the secretary had written is then no longer known, only what is said now.
    before = said.before if said.changes == view.revision else None
    return _news(view, "overruled", said, meeting, before=before)


def _news(view: View, template: str, said: Intention, meeting: Meeting, **more: str | None) -> Message:
    person = people.get(view.connection, said.person_id)
    status = intentions.status(view.connection, meeting)
    return _say(view, template, meeting, person=person, said=said, status=status, **more)


def all_answered(view: View) -> Message | None:
    meeting = _meeting(view)
    status = intentions.status(view.connection, meeting) if meeting else None
    if meeting is None or status is None or status.missing or not status.lines:
        return None
    return _say(view, "all_answered", meeting, status=status)


def proxy(view: View) -> Message | None:
    """Somebody spoke for another member; the revision is that member. He may have answered himself since."""
    meeting = _led(view, view.subject)
    if meeting is None or not _is_ahead(meeting, view):
        return None
    line = intentions.status(view.connection, meeting).line(view.revision)
    return _say(view, "proxy", meeting, person=line.person) if line and line.said is None else None


def lift(view: View) -> Message | None:
    """Somebody has no way to come; the revision is who it is."""
    meeting = _led(view, view.subject)
    if meeting is None or not _is_ahead(meeting, view):
        return None
    line = intentions.status(view.connection, meeting).line(view.revision)
    return _say(view, "lift", meeting, person=line.person) if line else None


def recorded(view: View) -> Message | None:
    """To the person: what the secretary has written down for him, until he answers himself (voice.md S7)."""
    said = intentions.get(view.connection, view.subject)
    meeting = meetings.for_person(view.connection, said.meeting_id, said.person_id) if said else None
    if said is None or meeting is None or said.changes != view.revision or not said.recorded_by:
        return None
    if said.revision != meeting.revision or not _is_ahead(meeting, view):
        return None
    writer = people.get(view.connection, said.recorded_by)
    office = intentions.recorder(view.connection, writer.id, meeting.unit_id)
    by = f"as {view.person.id} " if view.shared else ""
    return view.say("recorded", meeting=meeting, said=said, writer=writer, office=office, by=by)


# ---- the live screen ----


def screen(view: View) -> Message | None:
    """The secretary's one screen, for whoever at this address may still see it."""
    for person in view.people:
        meeting = meetings.for_secretary(view.connection, view.subject, person.id)
        if meeting:
            reader, name = replace(view, people=(person,)), answers.screen(meeting)
            if meeting.state == "cancelled":
                return _say(reader, "status_cancelled", meeting, screen=name)
            status = intentions.status(view.connection, meeting)
            return _say(reader, "status", meeting, status=status, channel=view.channel, screen=name)
    return None


# ---- what all of these ask first ----


def _say(view: View, template: str, meeting: Meeting, **context: Any) -> Message:
    cell = people.cell_to_name(view.connection, view.person.id, meeting.unit_id)
    return view.say(template, meeting=meeting, cell=cell, **context)


def _led(view: View, meeting_id: int) -> Meeting | None:
    """A meeting that the reader leads now; rights may have changed since the item was made."""
    return meetings.for_secretary(view.connection, meeting_id, view.person.id)


def _meeting(view: View) -> Meeting | None:
    meeting = _led(view, view.subject)
    return meeting if meeting and meeting.revision == view.revision and _is_ahead(meeting, view) else None


def _is_ahead(meeting: Meeting, view: View) -> bool:
    return meeting.state == "planned" and meeting.starts_at > view.now


def _intention(view: View) -> tuple[Intention, Meeting] | None:
    """An answer about the present date of a meeting that the reader leads."""
    said = intentions.get(view.connection, view.subject)
    meeting = _led(view, said.meeting_id) if said else None
    if said is None or meeting is None or said.revision != meeting.revision or not _is_ahead(meeting, view):
        return None
    return said, meeting


def _days(view: View, meeting: Meeting) -> int:
    gap: timedelta = view.rules.local(meeting.starts_at).date() - view.rules.local(view.now).date()
    return gap.days


RENDER: Mapping[str, Renderer] = {
    "prepare": prepare,
    "materials": materials,
    "materials_again": materials_again,
    "call_list": call_list,
    "call_again": call_again,
    "turned": turned,
    "overruled": overruled,
    "all_answered": all_answered,
    "proxy": proxy,
    "lift": lift,
    "recorded": recorded,
}
LINES: Mapping[str, Renderer] = {
    "prepare": prepare_line,
    "materials": materials_line,
    "materials_again": materials_line,
    "call_list": call_list_line,
    "call_again": call_again_line,
}
SCREENS: Mapping[str, Renderer] = {"status": screen}
