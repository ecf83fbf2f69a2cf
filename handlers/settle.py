"""Choosing the day of a meeting that fell on a rest day or near Tết: until then nobody is invited."""

from __future__ import annotations

from datetime import datetime

from content import Message
from db import changes, meetings, series
from db.meetings import Meeting
from handlers.plan import plan
from handlers.planning import begin, chosen, is_in, says_yes
from handlers.router import Router, Turn, Who
from handlers.when import Flow, clash, picked, read

on = Router()


def _flow(meeting: Meeting) -> Flow:
    return Flow("settle", meeting.id)


def _waiting(turn: Turn, meeting_id: int) -> Meeting | None:
    """A meeting of the secretary's cell whose day is still open."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    return meeting if meeting and meeting.state == "asking" and meeting.starts_at > turn.now else None


@on.action("settle", who=Who.SECRETARY)
def settle(turn: Turn, meeting_id: int) -> Message:
    if (meeting := _waiting(turn, meeting_id)) is None:
        return _settled_already(turn, meeting_id)
    question = series.rest_day(turn.connection, meeting, turn.now, turn.rules)
    return turn.say("rest_day", question=question) if question else plan(turn)


def _settled_already(turn: Turn, meeting_id: int) -> Message:
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    if meeting is None or meeting.state != "planned" or meeting.starts_at <= turn.now:
        return plan(turn)
    return turn.say("settled", meeting=meeting, again=True, begins=None)


@on.action("settle_when", who=Who.SECRETARY)
def ask(turn: Turn, meeting_id: int) -> Message:
    if (meeting := _waiting(turn, meeting_id)) is None:
        return _settled_already(turn, meeting_id)
    begin(turn, "settle", meeting=meeting.id)
    return turn.say("settle_when", meeting=meeting, expects="settle_when")


@on.text("settle_when", who=Who.SECRETARY)
def read_when(turn: Turn) -> Message | None:
    meeting = _waiting(turn, turn.draft.get("meeting", 0)) if is_in(turn, "settle") else None
    if meeting is None:
        return plan(turn)
    if "at" in turn.draft and says_yes(turn):
        return _save(turn, meeting)
    local = turn.rules.local(meeting.starts_at)
    found = read(turn, _flow(meeting), local.time(), local.date())
    if not isinstance(found, datetime):
        return found
    turn.draft["at"] = found.isoformat()
    return clash(turn, _flow(meeting), meeting.unit_id, found) or _check(turn, meeting)


def go_on(turn: Turn) -> Message:
    meeting = _waiting(turn, turn.draft["meeting"])
    return _check(turn, meeting) if meeting and "at" in turn.draft else ask(turn, turn.draft["meeting"])


def _check(turn: Turn, meeting: Meeting) -> Message:
    return turn.say("settle_check", meeting=meeting, at=chosen(turn), expects="settle_when")


@on.action("settle_day", who=Who.SECRETARY)
def pick_day(turn: Turn, meeting_id: int, day: str) -> Message:
    """A day chosen by button is the answer itself, at the hour of the rule."""
    if (meeting := _waiting(turn, meeting_id)) is None:
        return _settled_already(turn, meeting_id)
    if not is_in(turn, "settle", meeting=meeting.id):
        begin(turn, "settle", meeting=meeting.id)
    found = picked(turn, _flow(meeting), day, turn.rules.local(meeting.starts_at).time())
    if not isinstance(found, datetime):
        return found
    turn.draft["at"] = found.isoformat()
    return clash(turn, _flow(meeting), meeting.unit_id, found) or _save(turn, meeting)


@on.action("settle_anyway", who=Who.SECRETARY)
def anyway(turn: Turn, meeting_id: int) -> Message:
    """What was typed or picked is right, whatever else that day holds."""
    meeting = _waiting(turn, meeting_id)
    if meeting is None or not is_in(turn, "settle", meeting=meeting_id) or "at" not in turn.draft:
        return _settled_already(turn, meeting_id) if meeting is None else settle(turn, meeting_id)
    return _save(turn, meeting)


def _save(turn: Turn, meeting: Meeting) -> Message:
    at, by = chosen(turn), turn.person.id
    settled = changes.settle(turn.connection, meeting, at, by=by, now=turn.now, rules=turn.rules)
    turn.conversation.forget()
    begins = meetings.rung_at(turn.connection, settled, "invite")
    return turn.say("settled", meeting=settled, again=False, begins=begins)
