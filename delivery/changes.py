"""What is said of itself when a meeting changes, or when the secretary has to choose its day."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from db import changes, intentions, meetings, series
from db import people as person_rows
from db.meetings import Meeting
from db.units import Unit
from delivery.view import Renderer, View


def moved(view: View) -> Message | None:
    """To everybody invited: the old day, the new one, the old answer, and the question again."""
    meeting = _at_revision(view)
    if meeting is None or meeting.state != "planned" or meeting.old_starts_at is None or meeting.starts_at <= view.now:
        return None
    answers = [(person, intentions.of(view.connection, meeting.id, person.id)) for person in view.people]
    said = [(person, answer) for person, answer in answers if answer]
    if len(said) == len(view.people) and all(answer.revision == meeting.revision for _, answer in said):
        return None  # an old button has told them already, and they have answered for the new day
    return view.say("moved", meeting=meeting, said=said)


def cancelled(view: View) -> Message | None:
    meeting = _at_revision(view)
    return view.say("cancelled", meeting=meeting) if meeting and meeting.state == "cancelled" else None


def unsure_know(view: View) -> Message | None:
    """To the secretary, some time after a change: whom nobody can be sure to have told."""
    meeting = _at_revision(view)
    people = changes.unsure(view.connection, meeting) if meeting else []
    if meeting is None or not people:
        return None
    return view.say("unsure_know", meeting=meeting, people=people, page=0, cell=_cell(view, meeting))


def rest_day(view: View) -> Message | None:
    meeting = view.once(meetings.get, view.subject)
    question = series.rest_day(view.connection, meeting, view.now, view.rules) if meeting else None
    return view.say("rest_day", question=question, cell=_cell(view, meeting)) if meeting and question else None


def rest_day_line(view: View) -> Message | None:
    meeting = view.once(meetings.get, view.subject)
    return view.say("rest_day_line", meeting=meeting) if meeting else None


def _cell(view: View, meeting: Meeting) -> Unit | None:
    return person_rows.cell_to_name(view.connection, view.person.id, meeting.unit_id)


def _at_revision(view: View) -> Meeting | None:
    """The meeting, unless it has changed again since."""
    meeting = view.once(meetings.get, view.subject)
    return meeting if meeting and meeting.revision == view.revision else None


RENDER: Mapping[str, Renderer] = {
    "moved": moved,
    "cancelled": cancelled,
    "unsure_know": unsure_know,
    **dict.fromkeys(sorted(meetings.REST_DAY_KINDS), rest_day),
}
LINES: Mapping[str, Renderer] = dict.fromkeys(sorted(meetings.REST_DAY_KINDS), rest_day_line)
SCREENS: Mapping[str, Renderer] = {}
