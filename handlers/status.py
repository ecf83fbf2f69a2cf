"""The secretary's one live screen, and the names behind its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from content import Message
from db import answers, conversations, intentions, meetings, people
from db.intentions import Line
from db.meetings import Meeting
from handlers import home
from handlers.router import Router, Turn, Who

on = Router()

T = TypeVar("T")

NAMES_A_PAGE = 8  # with its choices that is one screen (voice.md, section 5)
GROUPS = ("yes", "late", "early", "no", "unsure")


@on.action("status_next", who=Who.SECRETARY, words=("xem ai du ai vang", "ai du ai vang", "tinh hinh chung"))
def status_next(turn: Turn) -> Message:
    """The next meeting of the cell that is spoken of."""
    meeting = meetings.next_planned(turn.connection, home.cell_of(turn).id, turn.now)
    return status(turn, meeting.id) if meeting else turn.say("status_none")


@on.action("status", who=Who.SECRETARY)
def status(turn: Turn, meeting_id: int) -> Message:
    """The screen as a new message at the bottom of the chat; from here on it is kept up to date there."""
    meeting = led(turn, meeting_id)
    if meeting is None or meeting.state != "planned":
        return closed(turn, meeting)
    name = answers.screen(meeting)
    conversations.unshow(turn.connection, turn.address.id, name)
    found = intentions.status(turn.connection, meeting)
    return say(turn, "status", meeting, status=found, channel=turn.channel, screen=name)


@on.action("names", who=Who.SECRETARY)
def names(turn: Turn, meeting_id: int) -> Message:
    return names_page(turn, meeting_id, 0)


@on.action("names_page", who=Who.SECRETARY)
def names_page(turn: Turn, meeting_id: int, number: int) -> Message:
    """Everybody with what he has said, in groups, each by given names; pages count from 0."""
    meeting = led(turn, meeting_id)
    if meeting is None or meeting.state != "planned":
        return closed(turn, meeting)
    found = intentions.status(turn.connection, meeting)
    shown, number, more = page(sorted(found.lines, key=_group), number, NAMES_A_PAGE)
    return say(turn, "names", meeting, status=found, lines=shown, page=number, more=more)


def _group(line: Line) -> int:
    """The order of the groups; within one the given names stay as they stand."""
    if line.said:
        return GROUPS.index(line.said.choice)
    return len(GROUPS) + (not line.reachable)


def page(rows: Sequence[T], number: int, size: int) -> tuple[Sequence[T], int, bool]:
    """The rows of a page, its number (the nearest there is), and whether another follows."""
    number = max(0, min(number, (len(rows) - 1) // size))
    return rows[number * size : (number + 1) * size], number, len(rows) > (number + 1) * size


def say(turn: Turn, template: str, meeting: Meeting, **context: Any) -> Message:
    """One of the secretary's messages about a meeting, with the name of its cell where he leads several."""
    cell = people.cell_to_name(turn.connection, turn.person.id, meeting.unit_id)
    return turn.say(template, meeting=meeting, cell=cell, **context)


def led(turn: Turn, meeting_id: int) -> Meeting | None:
    """A meeting of a cell that the person who acts leads; None for any other."""
    return meetings.for_secretary(turn.connection, meeting_id, turn.person.id)


def is_open(meeting: Meeting, turn: Turn) -> bool:
    """Whether an answer may still be written down."""
    return meeting.state == "planned" and not meeting.is_over(turn.now)


def closed(turn: Turn, meeting: Meeting | None) -> Message:
    """What is said instead about a meeting that is not open, or not this person's."""
    if meeting is None:
        return turn.say("meeting_unknown")
    if meeting.state == "planned":
        return turn.say("status_over", meeting=meeting)
    return turn.say("status_cancelled" if meeting.state == "cancelled" else "meeting_unsettled", meeting=meeting)
