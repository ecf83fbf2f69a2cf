"""A meeting beside the monthly one (họp bất thường): its day typed in ordinary words, said back, and planned."""

from __future__ import annotations

from datetime import datetime

from content import Message
from db import audit, meetings
from db.meetings import Meeting
from handlers.plan import plan
from handlers.planning import begin, chosen, is_in, led_cell, mark, places, says_yes, typed_place, usual
from handlers.router import Router, Turn, Who
from handlers.when import Flow, clash, picked, read

on = Router()

FLOW = Flow("oneoff")


@on.action("oneoff", who=Who.SECRETARY, words=("hop bat thuong", "moi hop bat thuong"))
def start(turn: Turn) -> Message:
    begin(turn, "oneoff", place=usual(turn, led_cell(turn))[1])
    return ask(turn)


@on.action("oneoff_when", who=Who.SECRETARY)
def ask(turn: Turn) -> Message:
    if not is_in(turn, "oneoff"):
        return start(turn)
    for kept in ("day", "time"):
        turn.draft.pop(kept, None)
    return turn.say("oneoff_when", expects="oneoff_when")


@on.text("oneoff_when", who=Who.SECRETARY)
def read_when(turn: Turn) -> Message | None:
    found = read(turn, FLOW, usual(turn, led_cell(turn))[0])
    return _placed(turn, found) if isinstance(found, datetime) else found


@on.action("oneoff_day", who=Who.SECRETARY)
def pick_day(turn: Turn, day: str) -> Message:
    if not is_in(turn, "oneoff"):
        return plan(turn)
    found = picked(turn, FLOW, day, usual(turn, led_cell(turn))[0])
    return _placed(turn, found) if isinstance(found, datetime) else found


def go_on(turn: Turn) -> Message:
    return _check(turn) if "at" in turn.draft else ask(turn)


def _placed(turn: Turn, at: datetime) -> Message:
    turn.draft["at"] = at.isoformat()
    return clash(turn, FLOW, led_cell(turn).id, at) or _check(turn)


@on.action("oneoff_anyway", who=Who.SECRETARY)
def anyway(turn: Turn) -> Message:
    """There is another meeting on that day, and it shall be so."""
    return _check(turn) if is_in(turn, "oneoff") and "at" in turn.draft else plan(turn)


@on.action("oneoff_where", who=Who.SECRETARY)
def ask_place(turn: Turn) -> Message:
    return _ask_place(turn, long=False) if is_in(turn, "oneoff") else plan(turn)


@on.action("oneoff_place", who=Who.SECRETARY)
def pick_place(turn: Turn, name: str) -> Message:
    return _with_place(turn, places(turn, led_cell(turn)).get(name))


@on.text("oneoff_place", who=Who.SECRETARY)
def read_place(turn: Turn) -> Message | None:
    return _with_place(turn, typed_place(turn))


def _ask_place(turn: Turn, *, long: bool) -> Message:
    cell = led_cell(turn)
    known = places(turn, cell)
    return turn.say("plan_place", cell=cell, known=known, long=long, action="oneoff_place", expects="oneoff_place")


def _with_place(turn: Turn, place: str | None) -> Message:
    if not is_in(turn, "oneoff") or "at" not in turn.draft:
        return plan(turn)
    if place is None:
        return _ask_place(turn, long=True)
    turn.draft["place"] = place
    return _check(turn)


def _check(turn: Turn) -> Message:
    count = len(meetings.invited(turn.connection, led_cell(turn).id))
    facts = {"at": chosen(turn), "place": turn.draft["place"], "count": count}
    return turn.say("oneoff_check", **facts, mark=mark(turn), expects="oneoff_sure")


@on.text("oneoff_sure", who=Who.SECRETARY)
def sure(turn: Turn) -> Message | None:
    return save(turn, mark(turn)) if says_yes(turn) else None


@on.action("oneoff_save", who=Who.SECRETARY)
def save(turn: Turn, shown: str) -> Message:
    if not is_in(turn, "oneoff") or "at" not in turn.draft:
        return plan(turn)
    if shown != mark(turn) or chosen(turn) <= turn.now:
        return _check(turn) if chosen(turn) > turn.now else ask(turn)
    meeting = _add(turn)
    turn.conversation.forget()
    begins = meetings.rung_at(turn.connection, meeting, "invite")
    return turn.say("oneoff_saved", meeting=meeting, begins=begins)


def _add(turn: Turn) -> Meeting:
    cell = led_cell(turn)
    facts = {"starts_at": chosen(turn), "place": turn.draft["place"], "kind": "extraordinary"}
    meeting = meetings.add(turn.connection, cell, now=turn.now, **facts)
    meetings.climb(turn.connection, meeting, turn.now, turn.rules)
    audit.note(turn.connection, turn.person.id, "meeting.added", turn.now, unit_id=cell.id, subject=meeting.id)
    return meeting
