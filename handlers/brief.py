"""The month's topic for the cell, and the order of its meeting: short for members, whole for the secretary."""

from __future__ import annotations

from datetime import timedelta

from content import Message, topics
from db import meetings, units
from db.meetings import Meeting
from db.units import Unit
from handlers import home
from handlers.router import Router, Turn, Who

on = Router()


# A brief holds nothing personal, so that a household is never asked who of them reads: ANYONE, less the strangers.


@on.action("brief_next", who=Who.ANYONE, words=("de cuong", "xem de cuong", "xem de cuong thang nay"))
def brief_next(turn: Turn) -> Message:
    if not turn.people:
        return home.stranger(turn)
    meeting = meetings.next_planned(turn.connection, turn.people[0].unit_id, turn.now)
    return _brief(turn, meeting)


@on.action("brief", who=Who.ANYONE)
def brief(turn: Turn, meeting_id: int) -> Message:
    """The members' short form: the topic, when and where, two questions to think over."""
    return _brief(turn, _own(turn, meeting_id)) if turn.people else home.stranger(turn)


@on.action("facts", who=Who.ANYONE)
def facts(turn: Turn, meeting_id: int) -> Message:
    """The three facts that the short form has no room for."""
    if not turn.people:
        return home.stranger(turn)
    meeting = _own(turn, meeting_id)
    topic = topic_of(turn, meeting) if meeting else None
    return turn.say("brief_facts", topic=topic) if topic else turn.say("brief_none", meeting=meeting)


def topic_of(turn: Turn, meeting: Meeting) -> topics.Topic | None:
    """What an ordinary meeting of that month is about; an extraordinary one has a matter of its own."""
    if meeting.kind != "ordinary" or meeting.state == "cancelled":
        return None
    return topics.topic_for(turn.rules.local(meeting.starts_at).month)


def _own(turn: Turn, meeting_id: int) -> Meeting | None:
    """A meeting of the cell of somebody at this address, or of one that he leads."""
    asked = [meetings.for_person(turn.connection, meeting_id, person.id) for person in turn.people]
    led = [meetings.for_secretary(turn.connection, meeting_id, person.id) for person in turn.people]
    return next((meeting for meeting in [*asked, *led] if meeting), None)


def _brief(turn: Turn, meeting: Meeting | None) -> Message:
    topic = topic_of(turn, meeting) if meeting else None
    if meeting is None or topic is None:
        return turn.say("brief_none", meeting=meeting)
    return turn.say("brief", meeting=meeting, topic=topic, cell=_cell(turn, meeting))


def _cell(turn: Turn, meeting: Meeting) -> Unit:
    return units.get(turn.connection, meeting.unit_id)


# ---- for the secretary ----


@on.action("prepare_next", who=Who.SECRETARY)
def prepare_next(turn: Turn) -> Message:
    led = home.cell_of(turn)
    meeting = meetings.next_planned(turn.connection, led.id, turn.now)
    return _prepare(turn, meetings.for_secretary(turn.connection, meeting.id, turn.person.id) if meeting else None)


@on.action("prepare", who=Who.SECRETARY)
def prepare(turn: Turn, meeting_id: int) -> Message:
    """The whole brief: both questions, what to assign, and the way to the agenda."""
    return _prepare(turn, meetings.for_secretary(turn.connection, meeting_id, turn.person.id))


@on.action("assignment", who=Who.SECRETARY)
def assignment(turn: Turn, meeting_id: int) -> Message:
    """The work that the topic suggests to give somebody, with a day to be done by."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    topic = topic_of(turn, meeting) if meeting else None
    return turn.say("brief_assignment", meeting=meeting, topic=topic) if topic else turn.say("prepare_none")


@on.action("agenda", who=Who.SECRETARY)
def agenda(turn: Turn, meeting_id: int, part: int) -> Message:
    """One of the three parts of the official order, from 1."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    order = topics.agenda()
    if meeting is None or not 1 <= part <= len(order.parts):
        return turn.say("prepare_none")
    return turn.say("agenda", meeting=meeting, cell=_cell(turn, meeting), order=order, part=part)


def _prepare(turn: Turn, meeting: Meeting | None) -> Message:
    if meeting is None:
        return turn.say("prepare_none")
    shared_on = turn.rules.local(meeting.starts_at).date() - timedelta(days=turn.rules.ladder["ask"].days)
    ahead = shared_on if shared_on > turn.local.date() else None
    said = {"topic": topic_of(turn, meeting), "cell": _cell(turn, meeting), "shared_on": ahead}
    return turn.say("brief_secretary", meeting=meeting, **said)
