"""Reading a day and an hour from ordinary words; nothing is acted upon before it has been said back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from content import Message
from db import meetings
from handlers.router import Turn
from vietnamese.phrases import Reading, read_moment, read_time

NO_HOUR = ""  # the draft's hour where a part of day was said ("sáng") that the usual hour does not fit


@dataclass(frozen=True)
class Flow:
    """What a day is wanted for, and about which meeting; its handlers are named "<name>_when" and "<name>_day"."""

    name: str
    subject: int | None = None

    def action(self, verb: str) -> str:
        """ "move_day 42": what a button has to say to go on."""
        return f"{self.name}_{verb}" + ("" if self.subject is None else f" {self.subject}")


def read(turn: Turn, flow: Flow, usual: time, day: date | None = None) -> datetime | Message | None:
    """The moment that a typed text means, or the message that asks back, or None where it speaks of something else.

    `usual` stands in for an unsaid hour; `day` is what a lone hour belongs to.
    """
    reading = read_moment(turn.text, turn.local, default_time=_clock(turn, usual))
    if reading.ambiguous or reading.past:
        turn.draft["time"] = f"{reading.time:%H:%M}" if reading.time else NO_HOUR
    if reading.ambiguous:
        return _which(turn, flow, reading)
    if reading.past and reading.date:
        return _past(turn, flow, reading.date, reading.suggest)
    if reading.date is None:
        return _hour(turn, flow, reading, day)
    if reading.time is None:
        return _ask_hour(turn, flow, reading.date)
    return turn.rules.at(reading.date, reading.time)


def picked(turn: Turn, flow: Flow, word: str, usual: time) -> datetime | Message:
    """The moment of a day chosen by button, at the hour that was typed before it, else the usual one."""
    try:
        at = turn.rules.at(date.fromisoformat(word), _clock(turn, usual))
    except ValueError:
        return _ask(turn, flow, "when_unclear", text=word)
    if turn.draft.get("time") == NO_HOUR:
        return _ask_hour(turn, flow, at.date())
    return at if at > turn.now else _past(turn, flow, at.date(), None)


def clash(turn: Turn, flow: Flow, unit_id: int, at: datetime) -> Message | None:
    """The question to ask when the cell meets on that day already."""
    others = meetings.on_day(turn.connection, unit_id, at.date(), turn.rules)
    other = next((meeting for meeting in others if meeting.id != flow.subject), None)
    return _ask(turn, flow, "when_clash", meeting=other) if other else None


def _clock(turn: Turn, usual: time) -> time:
    typed = turn.draft.get("time")
    return time.fromisoformat(typed) if typed else usual


def _hour(turn: Turn, flow: Flow, reading: Reading, day: date | None) -> datetime | Message | None:
    """A text without a day: the hour of a day that is known, or nothing that was understood."""
    kept = turn.draft.get("day")
    day = date.fromisoformat(kept) if kept else day
    hour = reading.time or (read_time(turn.text) if kept else None)
    if day and hour:
        at = turn.rules.at(day, hour)
        return at if at > turn.now else _past(turn, flow, day, None)
    return None if turn.text.endswith("?") else _ask(turn, flow, "when_unclear", text=turn.text)


def _ask_hour(turn: Turn, flow: Flow, day: date) -> Message:
    turn.draft["day"] = day.isoformat()
    return _ask(turn, flow, "when_hour", wants_number=True)


def _which(turn: Turn, flow: Flow, reading: Reading) -> Message:
    """Solar or lunar, or else today or a week from now: the weekday is the same then."""
    first, second = reading.ambiguous[:2]
    by_calendar = second - first != timedelta(days=7)
    return _ask(turn, flow, "when_which", text=turn.text, first=first, second=second, by_calendar=by_calendar)


def _past(turn: Turn, flow: Flow, day: date, suggest: date | None) -> Message:
    return _ask(turn, flow, "when_past", day=day, suggest=suggest)


def _ask(turn: Turn, flow: Flow, template: str, **context: Any) -> Message:
    return turn.say(template, flow=flow, expects=f"{flow.name}_when", **context)
