"""The fixed monthly meeting: which day, what hour, where; in one tap, or in six steps tapped or typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from content import Message
from db import meetings, series
from db.series import Series
from db.units import Unit
from handlers.planning import begin, is_in, led_cell, mark, places, says_yes, typed_place, usual
from handlers.router import Router, Turn, Who
from vietnamese import recurrence
from vietnamese.phrases import read_time
from vietnamese.recurrence import LunarDay, MonthlyDay, NthWeekday, Rule
from vietnamese.text import words as words_of

on = Router()

DEFAULT = MonthlyDay(3)  # CT 50-CT/TW as quoted (domain.md, finding 2)
RULES: dict[str, Rule] = {
    "day3": DEFAULT,
    "friday1": NthWeekday(1, 4),
    "saturday1": NthWeekday(1, 5),
    "lunar10": LunarDay(10),
    "lunar15": LunarDay(15),
}
SHOWN = 4  # coming meetings on the page


@on.action("plan", who=Who.SECRETARY, words=("dat lich hop", "doi lich hop", "sua lich hop"))
def plan(turn: Turn) -> Message:
    """The present schedule and what may be done about it; a cell without one is offered the default at once."""
    cell = led_cell(turn)
    kept, ahead = series.current(turn.connection, cell.id), meetings.upcoming(turn.connection, cell.id, turn.now)
    if kept is None and not ahead:
        return default(turn)
    turn.conversation.forget()
    return turn.say("plan", cell=cell, kept=kept, rule=kept and recurrence.rule_words(kept.days), ahead=ahead[:SHOWN])


@on.action("plan_default", who=Who.SECRETARY)
def default(turn: Turn) -> Message:
    at, place = usual(turn, led_cell(turn))
    begin(turn, "plan", rule=recurrence.to_json(DEFAULT), time=f"{at:%H:%M}", place=place)
    return _check(turn)


@on.action("plan_stop", who=Who.SECRETARY)
def stop(turn: Turn) -> Message:
    turn.conversation.forget()
    return turn.say("plan_stopped")


def go_on(turn: Turn) -> Message:
    """Back to where this flow stood when something else came in between."""
    if "place" in turn.draft:
        return _check(turn)
    if "time" in turn.draft:
        return _ask_place(turn, long=False)
    return turn.say("plan_time", wrong=None, expects="plan_time") if "rule" in turn.draft else ask_day(turn)


# ---- which day ----


@on.action("plan_day", who=Who.SECRETARY)
def ask_day(turn: Turn) -> Message:
    if not is_in(turn, "plan"):
        begin(turn, "plan")
    return turn.say("plan_day", wrong=None, expects="plan_day")


@on.action("plan_month", who=Who.SECRETARY)
def ask_month(turn: Turn) -> Message:
    return turn.say("plan_month", wrong=None, expects="plan_month", wants_number=True)


@on.action("plan_week", who=Who.SECRETARY)
def ask_week(turn: Turn) -> Message:
    return turn.say("plan_week", wrong=None, expects="plan_week")


@on.action("plan_lunar", who=Who.SECRETARY)
def ask_lunar(turn: Turn) -> Message:
    return turn.say("plan_lunar", wrong=None, expects="plan_lunar", wants_number=True)


@on.action("plan_rule", who=Who.SECRETARY)
def pick_rule(turn: Turn, name: str) -> Message:
    return _with_rule(turn, RULES[name]) if name in RULES else ask_day(turn)


@on.text("plan_day", who=Who.SECRETARY)
def read_day(turn: Turn) -> Message | None:
    return _read(turn, "plan_day", _marked_lunar, recurrence.read_weekday_rule, recurrence.read_rule_day)


@on.text("plan_month", who=Who.SECRETARY)
def read_month(turn: Turn) -> Message | None:
    return _read(turn, "plan_month", recurrence.read_rule_day, recurrence.read_weekday_rule, _marked_lunar)


@on.text("plan_week", who=Who.SECRETARY)
def read_week(turn: Turn) -> Message | None:
    return _read(turn, "plan_week", recurrence.read_weekday_rule, _marked_lunar)


@on.text("plan_lunar", who=Who.SECRETARY)
def read_lunar(turn: Turn) -> Message | None:
    return _read(turn, "plan_lunar", recurrence.read_lunar_rule, recurrence.read_weekday_rule)


def _marked_lunar(text: str) -> LunarDay | None:
    """A lunar day that says so itself: of a bare number nobody could know."""
    return (
        recurrence.read_lunar_rule(text) if {"âm", "rằm", "mùng", "mồng", "am", "ram"} & set(words_of(text)) else None
    )


def _read(turn: Turn, step: str, *readers: Callable[[str], Rule | None]) -> Message | None:
    rule = next((found for read in readers if (found := read(turn.text))), None)
    if rule is not None:
        return _with_rule(turn, rule)
    if turn.text.endswith("?"):
        return None
    return turn.say(step, wrong=turn.text, expects=step, wants_number=step in ("plan_month", "plan_lunar"))


def _with_rule(turn: Turn, rule: Rule) -> Message:
    begin(turn, "plan", rule=recurrence.to_json(rule))
    return turn.say("plan_time", wrong=None, expects="plan_time")


# ---- what hour, where ----


@on.action("plan_time", who=Who.SECRETARY)
def pick_time(turn: Turn, clock: str) -> Message:
    return _with_time(turn, read_time(clock))


@on.text("plan_time", who=Who.SECRETARY)
def read_hour(turn: Turn) -> Message | None:
    return _with_time(turn, read_time(turn.text))


def _with_time(turn: Turn, at: time | None) -> Message:
    if not is_in(turn, "plan") or "rule" not in turn.draft:
        return plan(turn)
    if at is None:
        return turn.say("plan_time", wrong=turn.text, expects="plan_time")
    turn.draft["time"] = f"{at:%H:%M}"
    return _ask_place(turn, long=False)


@on.action("plan_place", who=Who.SECRETARY)
def pick_place(turn: Turn, name: str) -> Message:
    return _with_place(turn, places(turn, led_cell(turn)).get(name))


@on.text("plan_place", who=Who.SECRETARY)
def read_place(turn: Turn) -> Message | None:
    return _with_place(turn, typed_place(turn))


def _with_place(turn: Turn, place: str | None) -> Message:
    if not is_in(turn, "plan") or "time" not in turn.draft:
        return plan(turn)
    if place is None:
        return _ask_place(turn, long=True)
    turn.draft["place"] = place
    return _check(turn)


def _ask_place(turn: Turn, *, long: bool) -> Message:
    cell = led_cell(turn)
    known = places(turn, cell)
    return turn.say("plan_place", cell=cell, known=known, long=long, action="plan_place", expects="plan_place")


# ---- check and save ----


def _check(turn: Turn) -> Message:
    cell, rule, at = led_cell(turn), recurrence.from_json(turn.draft["rule"]), time.fromisoformat(turn.draft["time"])
    coming = series.preview(turn.connection, cell.id, rule, at, turn.now, turn.rules)
    first_time = series.current(turn.connection, cell.id) is None
    facts = {"cell": cell, "rule": recurrence.rule_words(rule), "at": at, "place": turn.draft["place"]}
    return turn.say("plan_check", **facts, coming=coming, mark=mark(turn), first_time=first_time, expects="plan_sure")


@on.text("plan_sure", who=Who.SECRETARY)
def sure(turn: Turn) -> Message | None:
    return save(turn, mark(turn)) if says_yes(turn) else None


@on.action("plan_save", who=Who.SECRETARY)
def save(turn: Turn, shown: str) -> Message:
    """Keep what has been put together; a button above something else, or tapped twice, shows how things stand."""
    if not is_in(turn, "plan") or "place" not in turn.draft:
        return plan(turn)
    if shown != mark(turn):
        return _check(turn)
    cell, draft = led_cell(turn), turn.draft
    rule, at = recurrence.from_json(draft["rule"]), time.fromisoformat(draft["time"])
    kept = series.set_rule(
        turn.connection, cell, rule, at, draft["place"], by=turn.person.id, now=turn.now, rules=turn.rules
    )
    turn.conversation.forget()
    return _saved(turn, cell, kept)


def _saved(turn: Turn, cell: Unit, kept: Series) -> Message:
    ahead = meetings.upcoming(turn.connection, cell.id, turn.now)
    first = next((meeting for meeting in ahead if meeting.series_id == kept.id), None)
    rung = "rest_day" if first and first.state == "asking" else "invite"
    begins = meetings.rung_at(turn.connection, first, rung) if first else None
    older = [meeting for meeting in ahead if meeting.kind == "ordinary" and meeting.series_id != kept.id]
    facts = {"rule": recurrence.rule_words(kept.days), "at": kept.clock}
    return turn.say("plan_saved", **facts, first=first, begins=begins, stays=older[0] if older else None)
