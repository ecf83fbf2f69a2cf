"""One meeting at another hour or place, for this once: chosen, given a reason, said back, and told to everybody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from content import Message
from db import changes, meetings, units
from db.meetings import Meeting
from handlers import settle
from handlers.changed import change_of, told_message, when_to_tell
from handlers.plan import plan
from handlers.planning import begin, chosen, is_in, led_cell, mark, places, says_yes, typed_place, words
from handlers.router import Router, Turn, Who
from handlers.when import Flow, clash, picked, read

on = Router()

REASONS = ("storm", "busy")
LONGEST_REASON = 200
OFFERED = 3  # days after the old one, by button


def open_meeting(turn: Turn, meeting_id: int) -> Meeting | None:
    """A coming meeting of the secretary's cell that can still be changed."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    return meeting if meeting and meeting.state != "cancelled" and meeting.starts_at > turn.now else None


def closed(turn: Turn, meeting_id: int) -> Message:
    """The kind answer to a button of a meeting that is over, cancelled, or of another cell."""
    meeting = meetings.for_secretary(turn.connection, meeting_id, turn.person.id)
    return turn.say("move_closed", meeting=meeting)


def _drafted(turn: Turn, meeting_id: int) -> Meeting | None:
    """The meeting that this chat is moving, as it was when it began."""
    meeting = open_meeting(turn, meeting_id)
    if meeting is None or not is_in(turn, "move", meeting=meeting.id, revision=meeting.revision):
        return None
    return meeting


# ---- which meeting, and what about it ----


@on.action("move_pick", who=Who.SECRETARY, words=("doi mot buoi", "doi ngay hop", "hoan hop", "doi lich"))
def pick(turn: Turn) -> Message:
    ahead = meetings.upcoming(turn.connection, led_cell(turn).id, turn.now)
    ahead = [meeting for meeting in ahead if meeting.starts_at > turn.now]
    if len(ahead) == 1:
        return move(turn, ahead[0].id)
    return turn.say("move_pick", ahead=ahead[:10]) if ahead else plan(turn)


@on.action("move", who=Who.SECRETARY)
def move(turn: Turn, meeting_id: int) -> Message:
    if (meeting := open_meeting(turn, meeting_id)) is None:
        return closed(turn, meeting_id)
    if meeting.state == "asking":
        return settle.settle(turn, meeting_id)
    at = turn.rules.local(meeting.starts_at).isoformat()
    begin(turn, "move", meeting=meeting.id, revision=meeting.revision, at=at, place=meeting.place)
    return _page(turn, meeting)


@on.action("move_again", who=Who.SECRETARY)
def again(turn: Turn, meeting_id: int) -> Message:
    """Back to the choices, with what has been chosen so far."""
    meeting = _drafted(turn, meeting_id)
    return _page(turn, meeting) if meeting else move(turn, meeting_id)


def go_on(turn: Turn) -> Message:
    meeting = _drafted(turn, turn.draft["meeting"])
    return _confirm(turn, meeting) if meeting and "reason" in turn.draft else again(turn, turn.draft["meeting"])


def _page(turn: Turn, meeting: Meeting) -> Message:
    changed = changes.was_changed(turn.connection, meeting)
    return turn.say("move", meeting=meeting, **_new(turn), changed=changed, expects="move_when")


def _new(turn: Turn) -> dict[str, datetime | str]:
    return {"at": chosen(turn), "place": turn.draft["place"]}


# ---- another day or hour ----


@on.action("move_when", who=Who.SECRETARY)
def ask(turn: Turn, meeting_id: int) -> Message:
    if (meeting := _drafted(turn, meeting_id)) is None:
        return move(turn, meeting_id)
    for kept in ("day", "time"):
        turn.draft.pop(kept, None)
    return turn.say("move_when", meeting=meeting, days=_offers(turn, meeting), expects="move_when")


def _offers(turn: Turn, meeting: Meeting) -> list[date]:
    """The next days after the old one on which the cell has no other meeting."""
    first = max(turn.rules.local(meeting.starts_at).date(), turn.local.date())
    days = (first + timedelta(days=n) for n in range(1, 15))
    free = (day for day in days if not meetings.on_day(turn.connection, meeting.unit_id, day, turn.rules))
    return list(islice(free, OFFERED))


@on.text("move_when", who=Who.SECRETARY)
def read_when(turn: Turn) -> Message | None:
    if (meeting := _drafted(turn, turn.draft.get("meeting", 0))) is None:
        return pick(turn)
    local = turn.rules.local(meeting.starts_at)
    found = read(turn, Flow("move", meeting.id), local.time(), local.date())
    return _at(turn, meeting, found) if isinstance(found, datetime) else found


@on.action("move_day", who=Who.SECRETARY)
def pick_day(turn: Turn, meeting_id: int, day: str) -> Message:
    if (meeting := _drafted(turn, meeting_id)) is None:
        return move(turn, meeting_id)
    found = picked(turn, Flow("move", meeting.id), day, turn.rules.local(meeting.starts_at).time())
    return _at(turn, meeting, found) if isinstance(found, datetime) else found


def _at(turn: Turn, meeting: Meeting, at: datetime) -> Message:
    turn.draft["at"] = at.isoformat()
    return clash(turn, Flow("move", meeting.id), meeting.unit_id, at) or _ask_reason(turn, meeting)


@on.action("move_anyway", who=Who.SECRETARY)
def anyway(turn: Turn, meeting_id: int) -> Message:
    meeting = _drafted(turn, meeting_id)
    return _ask_reason(turn, meeting) if meeting else move(turn, meeting_id)


# ---- another place ----


@on.action("move_where", who=Who.SECRETARY)
def ask_place(turn: Turn, meeting_id: int) -> Message:
    meeting = _drafted(turn, meeting_id)
    return _ask_place(turn, meeting, long=False) if meeting else move(turn, meeting_id)


@on.action("move_place", who=Who.SECRETARY)
def pick_place(turn: Turn, name: str) -> Message:
    meeting = _drafted(turn, turn.draft.get("meeting", 0))
    return _with_place(turn, places(turn, units.get(turn.connection, meeting.unit_id)).get(name) if meeting else None)


@on.text("move_place", who=Who.SECRETARY)
def read_place(turn: Turn) -> Message | None:
    return _with_place(turn, typed_place(turn))


def _ask_place(turn: Turn, meeting: Meeting, *, long: bool) -> Message:
    cell = units.get(turn.connection, meeting.unit_id)
    known = places(turn, cell)
    return turn.say("plan_place", cell=cell, known=known, long=long, action="move_place", expects="move_place")


def _with_place(turn: Turn, place: str | None) -> Message:
    if (meeting := _drafted(turn, turn.draft.get("meeting", 0))) is None:
        return pick(turn)
    if place is None:
        return _ask_place(turn, meeting, long=True)
    turn.draft["place"] = place
    return _ask_reason(turn, meeting)


# ---- why, and are you sure ----


def _ask_reason(turn: Turn, meeting: Meeting) -> Message:
    if (chosen(turn), turn.draft["place"]) == (meeting.starts_at, meeting.place):
        return _page(turn, meeting)
    if "reason" in turn.draft:
        return _confirm(turn, meeting)
    return turn.say("move_reason", meeting=meeting, **_new(turn), expects="move_reason")


@on.action("move_why", who=Who.SECRETARY)
def pick_reason(turn: Turn, meeting_id: int, code: str) -> Message:
    if (meeting := _drafted(turn, meeting_id)) is None or code not in REASONS:
        return move(turn, meeting_id)
    turn.draft["reason"] = words(turn, "change_reason", code=code)
    return _confirm(turn, meeting)


@on.text("move_reason", who=Who.SECRETARY)
def read_reason(turn: Turn) -> Message | None:
    if (meeting := _drafted(turn, turn.draft.get("meeting", 0))) is None:
        return pick(turn)
    turn.draft["reason"] = " ".join(turn.text.split())[:LONGEST_REASON]
    return _confirm(turn, meeting)


def _confirm(turn: Turn, meeting: Meeting) -> Message:
    tell = when_to_tell(turn, meeting, chosen(turn))
    facts = {"meeting": meeting, **_new(turn), "reason": turn.draft["reason"]}
    return turn.say("move_confirm", **facts, tell=tell, mark=mark(turn), expects="move_sure")


@on.text("move_sure", who=Who.SECRETARY)
def sure(turn: Turn) -> Message | None:
    return save(turn, turn.draft.get("meeting", 0), mark(turn), "now") if says_yes(turn) else None


@on.action("move_save", who=Who.SECRETARY)
def save(turn: Turn, meeting_id: int, shown: str, when: str) -> Message:
    """Move the meeting; `when` is "wait" where the news shall not leave before the morning."""
    meeting = _drafted(turn, meeting_id)
    if meeting is None or "reason" not in turn.draft:
        return move(turn, meeting_id)
    if chosen(turn) <= turn.now:
        return ask(turn, meeting_id)
    if shown != mark(turn):
        return _confirm(turn, meeting)
    change = change_of(turn, meeting, chosen(turn), when)
    moved = changes.move(turn.connection, meeting, chosen(turn), turn.draft["place"], change)
    turn.conversation.forget()
    return told_message(turn, moved, change)
