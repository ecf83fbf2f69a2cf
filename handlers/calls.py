"""The list of those who have not answered, and writing down what they say on the telephone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from content import Message
from db import answers, calls, intentions, outbox
from db.intentions import Intention, Line
from db.meetings import Meeting
from handlers.router import Router, Turn, Who
from handlers.status import closed, is_open, led, page, say
from vietnamese.text import fold

on = Router()

_RESULT = re.compile(r"(\d{1,2})[.:]?\s+(\D+)")
_NOBODY = re.compile(r"nghe may|bat may|may ban|thue bao|(khong|ko|k|chua) (goi duoc|gap|lien lac|nghe)")
_SAID = {"present": "yes", "absent": "no", "late": "late"}
CALLS_A_PAGE = 6  # with numbers and choices that is one screen (voice.md, section 5)


class Outcome(StrEnum):
    """How a telephone call ended."""

    YES = "yes"
    NO = "no"
    LATE = "late"
    NOBODY = "none"


@on.action("missing", who=Who.SECRETARY)
def missing(turn: Turn, meeting_id: int) -> Message:
    return missing_page(turn, meeting_id, 0)


@on.action("missing_page", who=Who.SECRETARY)
def missing_page(turn: Turn, meeting_id: int, number: int) -> Message:
    """Who has not answered, with numbers to call; pages count from 0."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    found = intentions.status(turn.connection, meeting)
    shown, number, more = page(found.missing, number, CALLS_A_PAGE)
    called = calls.latest(turn.connection, meeting)
    turn.draft["calls"] = {"meeting": meeting.id, "people": [line.person.id for line in shown]}
    rows = {"lines": shown, "page": number, "more": more, "called": called, "channel": turn.channel}
    return say(turn, "missing", meeting, status=found, expects="calls.typed" if shown else None, **rows)


@on.text("calls.typed", who=Who.SECRETARY)
def typed(turn: Turn) -> Message | None:
    """Several results at once, by the places on the list just shown: "2 dự, 3 vắng"."""
    listed = turn.draft.get("calls", {"meeting": 0, "people": []})
    results = _results(turn.text, listed["people"])
    meeting = led(turn, listed["meeting"])
    if results is None or meeting is None or not is_open(meeting, turn):
        return None
    if not results:
        return _unclear(turn, meeting, listed["people"])
    before = intentions.status(turn.connection, meeting)
    waiting = {line.person.id: line for line in before.missing}
    done = [(waiting[p].person, choice) for p, choice in results.items() if p in waiting]
    for person, choice in done:
        _record(turn, meeting, person.id, choice)
    found = intentions.status(turn.connection, meeting)
    return turn.say("called_several", meeting=meeting, status=found, done=done)


def _unclear(turn: Turn, meeting: Meeting, people: Sequence[int]) -> Message:
    """Results that cannot be read: nothing is written down, and the list is shown once more."""
    known = intentions.status(turn.connection, meeting)
    lines = [line for person in people if (line := known.line(person))]
    return turn.say("calls_unclear", text=turn.text, lines=lines, meeting=meeting, expects="calls.typed")


def _results(text: str, people: Sequence[int]) -> dict[int, str] | None:
    """Person -> what he said; empty where a part is not understood, None where the text is something else.

    "3 vang" is "vắng": nobody writes down a "vâng" for another.
    """
    from vietnamese.replies import understand  # noqa: PLC0415  its tables are heavy, and a tap never needs them

    results: dict[int, str] = {}
    for part in re.split(r"[,;\n]+", text.strip(" .,;")):
        found = _RESULT.fullmatch(part.strip())
        place = int(found[1]) - 1 if found else -1
        if found is None:
            return None
        said = "absent" if fold(found[2]).strip() == "vang" else understand(found[2]).intent
        if said not in _SAID or not 0 <= place < len(people):
            return {}
        results[people[place]] = _SAID[said]
    return results


def meant(turn: Turn, offered: Sequence[Mapping[str, str]]) -> str | None:
    """Words after a person's number was shown are what that person said, not what the secretary says of himself."""
    from vietnamese.replies import understand  # noqa: PLC0415  as above

    results = [choice["action"].split() for choice in offered if " called " in f" {choice['action']}"]
    if not results:
        return None
    intent = understand(turn.text).intent
    outcome = "none" if _NOBODY.search(fold(turn.text)) else _SAID.get(intent)
    chosen = next((words for words in results if outcome == words[-3]), None)
    if chosen:
        return " ".join(chosen)
    first = results[0]
    return " ".join([*first[:-6], "call", *first[-5:-3]]) if intent in ("ambiguous", "unsure") else None


@on.action("call", who=Who.SECRETARY)
def call(turn: Turn, meeting_id: int, person_id: int) -> Message:
    """One person's number, and what to write down after the call."""
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    line = intentions.status(turn.connection, meeting).line(person_id)
    return _call(turn, meeting, line) if line else missing(turn, meeting_id)


@on.action("called", who=Who.SECRETARY)
def called(turn: Turn, meeting_id: int, person_id: int, outcome: Outcome, revision: int, seen: int) -> Message:
    """What was said on the telephone. `revision` and `seen` are the meeting's and the answer's state on the screen
    that was tapped: what came in between is shown before anything is written over it.
    """
    meeting = led(turn, meeting_id)
    if meeting is None or not is_open(meeting, turn):
        return closed(turn, meeting)
    line = intentions.status(turn.connection, meeting).line(person_id)
    if line is None:
        return missing(turn, meeting_id)
    if outcome is Outcome.NOBODY:
        return _not_reached(turn, meeting, line)
    again = line.said and line.said.how == "phone" and line.said.choice == outcome
    if not again and (revision, seen) != (meeting.revision, _seen(line.said)):
        return _call(turn, meeting, line, changed=True)
    return _write_down(turn, meeting, line, outcome)


def _write_down(turn: Turn, meeting: Meeting, line: Line, outcome: Outcome) -> Message:
    # What somebody says about himself is his own answer, also where he is the secretary.
    by = turn.person.id if turn.person.id != line.person.id else None
    said = answers.answer(turn.connection, meeting, line.person.id, outcome, turn.now, turn.rules, recorded_by=by).after
    found = intentions.status(turn.connection, meeting)
    written = _written(turn, meeting, said)
    return turn.say("called", meeting=meeting, status=found, person=line.person, **written)


def _record(turn: Turn, meeting: Meeting, person_id: int, choice: str) -> Intention:
    # What somebody says about himself is his own answer, also where he is the secretary.
    by = turn.person.id if turn.person.id != person_id else None
    return answers.answer(turn.connection, meeting, person_id, choice, turn.now, turn.rules, recorded_by=by).after


def _not_reached(turn: Turn, meeting: Meeting, line: Line) -> Message:
    """Nobody picked up: kept on the list, and the caller is reminded in the morning if that is early enough."""
    at = calls.note(turn.connection, meeting, line.person.id, turn.person.id, turn.now)
    today = turn.local.date()
    morning = turn.rules.at(today + timedelta(days=1), turn.rules.ladder["today"].at)
    later = morning < meeting.starts_at
    if later:
        times = {"due_at": morning, "worthless_after": meeting.starts_at, "now": turn.now}
        caller = [turn.person.id]
        outbox.due(turn.connection, caller, "call_again", meeting.id, revision=today.toordinal(), **times)
    found = intentions.status(turn.connection, meeting)
    return turn.say("not_reached", meeting=meeting, status=found, person=line.person, at=at, later=later)


def _call(turn: Turn, meeting: Meeting, line: Line, *, changed: bool = False) -> Message:
    written = _written(turn, meeting, line.said)
    return turn.say("call", meeting=meeting, person=line.person, seen=_seen(line.said), changed=changed, **written)


def _written(turn: Turn, meeting: Meeting, said: Intention | None) -> dict[str, Intention | str | None]:
    """An answer, and the office of whoever wrote it down if it was not the person himself."""
    by = said.recorded_by if said else None
    return {"said": said, "office": intentions.recorder(turn.connection, by, meeting.unit_id) if by else None}


def _seen(said: Intention | None) -> int:
    """The state of an answer as one number: 0 for none."""
    return said.changes + 1 if said else 0
