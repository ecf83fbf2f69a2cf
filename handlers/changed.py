"""After a meeting was moved or cancelled: when people hear of it, taking it back, and who may not know yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from content import Message
from db import changes, intentions, meetings
from db.changes import Change
from db.meetings import Meeting
from handlers.plan import plan
from handlers.router import Router, Turn, Who
from handlers.status import NAMES_A_PAGE
from handlers.status import page as page_of

on = Router()


@dataclass(frozen=True)
class Tell:
    """How many people are told of a change, and when: `at_once`, or in the `morning` where the night holds it back.

    `choose`: it is night, but the meeting is near, so that the secretary may wake people or wait.
    """

    count: int
    at_once: datetime
    morning: datetime
    choose: bool
    held: bool


def when_to_tell(turn: Turn, meeting: Meeting, starts_at: datetime) -> Tell:
    at_once = changes.told_at(turn.now, turn.rules, in_the_night=True)
    morning = changes.told_at(turn.now, turn.rules, in_the_night=False)
    # News that would come only after the meeting does not wait.
    waits = at_once < morning < min(meeting.starts_at, starts_at)
    near = changes.is_near(meeting, starts_at, turn.now)
    count = len(meetings.invited(turn.connection, meeting.unit_id))
    return Tell(count, at_once, morning, choose=waits and near, held=waits and not near)


def change_of(turn: Turn, meeting: Meeting, starts_at: datetime, when: str) -> Change:
    """The change that is being made in this chat; `when` is "wait" where the secretary chose the morning."""
    tell = when_to_tell(turn, meeting, starts_at)
    told = tell.morning if tell.held or (tell.choose and when == "wait") else tell.at_once
    return Change(turn.person.id, turn.draft["reason"], told, turn.now, turn.rules)


def told_message(turn: Turn, meeting: Meeting, change: Change) -> Message:
    count = len(meetings.invited(turn.connection, meeting.unit_id))
    held = change.told - turn.now > changes.TAKE_BACK
    return turn.say("change_made", meeting=meeting, count=count, told=change.told, held=held)


@on.action("change_undo", who=Who.SECRETARY)
def undo(turn: Turn, meeting_id: int, revision: int) -> Message:
    """Take a change back while nobody has heard of it."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    if meeting is None:
        return plan(turn)
    if meeting.revision < revision:  # another tap of the same button
        return turn.say("change_undone", meeting=meeting)
    back = None
    if meeting.revision == revision:
        back = changes.take_back(turn.connection, meeting, by=turn.person.id, now=turn.now, rules=turn.rules)
    return turn.say("change_undone", meeting=back) if back else turn.say("change_too_late", meeting=meeting)


@on.action("change_show", who=Who.SECRETARY)
def show(turn: Turn, meeting_id: int) -> Message:
    """What people are going to read."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    if meeting is None or not changes.was_changed(turn.connection, meeting):
        return plan(turn)
    said = [(p, intentions.of(turn.connection, meeting.id, p.id)) for p in turn.persons]
    template = "cancelled" if meeting.state == "cancelled" else "moved"
    shown = turn.say(template, meeting=meeting, said=[(p, i) for p, i in said if i])
    around = turn.say("change_shown", meeting=meeting)
    return replace(around, text=f"{around.text}\n{shown.text}")


# ---- who knows ----


@on.action("understood", who=Who.MEMBER, together=True)
def understood(turn: Turn, meeting_id: int, revision: int) -> Message:
    """A member has taken note that there is no meeting."""
    meeting = meetings.for_person(turn.connection, meeting_id, turn.person.id)
    if meeting is None or meeting.revision != revision:
        return turn.say("change_unknown")
    changes.note_aware(turn.connection, meeting, [person.id for person in turn.persons], "self", turn.now)
    return turn.say("change_understood", meeting=meeting)


@on.action("unsure_know", who=Who.SECRETARY)
def unsure(turn: Turn, meeting_id: int) -> Message:
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    return _unsure(turn, meeting) if meeting else plan(turn)


@on.action("unsure_page", who=Who.SECRETARY)
def unsure_page(turn: Turn, meeting_id: int, page: int) -> Message:
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    return _unsure(turn, meeting, page) if meeting else plan(turn)


def _unsure(turn: Turn, meeting: Meeting, page: int = 0) -> Message:
    people = changes.unsure(turn.connection, meeting)
    _, page, _ = page_of(people, page, NAMES_A_PAGE)
    return turn.say("unsure_know", meeting=meeting, people=people, page=page)


@on.action("unsure_pick", who=Who.SECRETARY)
def pick(turn: Turn, meeting_id: int, page: int) -> Message:
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    people = changes.unsure(turn.connection, meeting) if meeting else []
    if not people:
        return unsure(turn, meeting_id)
    shown, page, more = page_of(people, page, NAMES_A_PAGE)
    return turn.say("unsure_pick", meeting=meeting, people=shown, page=page, more=more)


@on.action("told", who=Who.SECRETARY)
def told(turn: Turn, meeting_id: int, person_id: int) -> Message:
    """The secretary has told one person by telephone or at the door."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    if meeting is None:
        return plan(turn)
    here = [p.id for p in changes.unsure(turn.connection, meeting) if p.id == person_id]
    changes.note_aware(turn.connection, meeting, here, "phone", turn.now)
    return pick(turn, meeting_id, 0)


@on.action("told_all", who=Who.SECRETARY)
def told_all(turn: Turn, meeting_id: int, revision: int) -> Message:
    """The secretary has told all who were left on the list."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    if meeting is None:
        return plan(turn)
    if meeting.revision == revision:
        left = [person.id for person in changes.unsure(turn.connection, meeting)]
        changes.note_aware(turn.connection, meeting, left, "phone", turn.now)
    return _unsure(turn, meeting)
