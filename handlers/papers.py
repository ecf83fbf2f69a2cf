"""The week's work before a meeting, and whether its papers are on the official app."""

from __future__ import annotations

from datetime import timedelta

from content import Message
from db import audit, intentions, ladder, meetings, outbox, people
from handlers.router import Router, Turn, Who
from handlers.status import closed, is_open, led, say

on = Router()


@on.action("todo", who=Who.SECRETARY)
def todo(turn: Turn, meeting_id: int) -> Message:
    """What there is to do before a meeting, as the message of a week before says it."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    deputies = people.holders(turn.connection, ("deputy",), meeting.unit_id)
    days = (turn.rules.local(meeting.starts_at).date() - turn.local.date()).days
    found = intentions.status(turn.connection, meeting)
    return say(turn, "prepare", meeting, status=found, deputies=deputies, days=days)


@on.action("materials", who=Who.SECRETARY)
def materials(turn: Turn, meeting_id: int) -> Message:
    """The papers are on the official app."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    if meeting.materials_at is None:
        meetings.set_materials_posted(turn.connection, meeting, turn.now)
        subject = {"unit_id": meeting.unit_id, "subject": meeting.id}
        audit.note(turn.connection, turn.person.id, "meeting.materials", turn.now, **subject)
    return turn.say("materials_posted", meeting=meeting)


@on.action("materials_later", who=Who.SECRETARY)
def materials_later(turn: Turn, meeting_id: int) -> Message:
    """Ask once more on the next morning, if there is one before it is too late."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    limit = ladder.useless_after(meeting, "materials", turn.rules)
    morning = turn.rules.at(turn.local.date() + timedelta(days=1), turn.rules.ladder["today"].at)
    if meeting.materials_at:
        return turn.say("materials_posted", meeting=meeting)
    if morning >= limit:
        return turn.say("materials_waiting", meeting=meeting, at=None)
    times = {"due_at": morning, "worthless_after": limit, "now": turn.now}
    asked = [turn.person.id]
    outbox.due(turn.connection, asked, "materials_again", meeting.id, revision=meeting.revision, **times)
    return turn.say("materials_waiting", meeting=meeting, at=morning)


@on.action("materials_ask", who=Who.SECRETARY)
def materials_ask(turn: Turn, meeting_id: int) -> Message:
    """The question about the papers, out of a message of several things."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    if meeting.materials_at:
        return turn.say("materials_posted", meeting=meeting)
    today = turn.local.date()
    limit = turn.rules.local(meeting.starts_at - ladder.PAPERS_AHEAD).date()
    days = (turn.rules.local(meeting.starts_at).date() - today).days
    return say(turn, "materials", meeting, days=days, left=(limit - today).days, again=False)
