"""Saying beforehand whether one comes: by tap, by number or in words. It is never the roll call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from content import Message, asking
from db import answers, intentions, ladder, meetings, outbox, people
from db.answers import Change
from db.meetings import Meeting
from db.people import Person
from handlers import home, pieces
from handlers.answering import book
from handlers.router import SILENCE, Router, Turn, Who
from vietnamese import hints
from vietnamese.phrases import read_moment
from vietnamese.text import word_number, words

if TYPE_CHECKING:
    from vietnamese.replies import Understanding

on = Router()

FEW = 4  # words that may answer a question which is not the newest
COPIES = timedelta(minutes=1)  # a third copy of the same words within this time stays unanswered (voice.md A8)


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    LATE = "late"
    EARLY = "early"


class Reason(StrEnum):
    """The kinds of absence that are kept; what exactly is the matter never is."""

    HEALTH = "health"
    FAMILY = "family"
    WORK = "work"
    AWAY = "away"
    OFFICIAL = "official"
    OTHER = "other"


# ---- looking: nobody of a household is asked who reads ----


@on.action("next", who=Who.ANYONE, words=("xem buoi hop toi", "buoi hop toi", "buoi toi", "tra loi buoi hop"))
def show_next(turn: Turn) -> Message:
    """The next meeting of whoever stands behind this address."""
    if not turn.people:
        return home.stranger(turn)
    found = [meetings.upcoming(turn.connection, person.unit_id, turn.now) for person in turn.persons or turn.people]
    meeting = next((coming[0] for coming in found if coming), None)
    return _page(turn, meeting) if meeting else turn.say("meeting_none")


@on.action("meeting", who=Who.ANYONE)
def show(turn: Turn, meeting_id: int) -> Message:
    """One meeting with the question; whoever has answered sees what he said."""
    return _page(turn, _own(turn, meeting_id)) if turn.people else home.stranger(turn)


@on.action("change", who=Who.MEMBER)
def change(turn: Turn, meeting_id: int) -> Message:
    """Somebody says that the last tap was a mistake: what is recorded, and the question again."""
    meeting = _own(turn, meeting_id)
    return _closed(turn, meeting) or asks(turn, "answer_change", meeting)


# ---- answering ----


@on.action("answer", who=Who.MEMBER, together=True)
def answer(turn: Turn, meeting_id: int, choice: Answer, revision: int) -> Message:
    """`revision` is the meeting's as it was asked: an answer about an earlier date is asked for again."""
    meeting = _own(turn, meeting_id)
    return _closed(turn, meeting, revision) or _record(turn, meeting, choice)


@on.action("instead", who=Who.MEMBER, together=True)
def instead(turn: Turn, meeting_id: int, choice: Answer, revision: int) -> Message:
    """The contrary of what words were taken for; another name, so that a receipt does not count as a question."""
    return answer(turn, meeting_id, choice, revision)


@on.action("heard", who=Who.MEMBER, together=True)
def heard(turn: Turn, meeting_id: int, choice: Answer, revision: int) -> Message:
    """An answer as somebody's own words were understood: one tap says the contrary."""
    meeting = _own(turn, meeting_id)
    return _closed(turn, meeting, revision) or _record(turn, meeting, choice, heard=True)


@on.action("absent", who=Who.MEMBER, together=True)
def absent(turn: Turn, meeting_id: int, reason: Reason, revision: int) -> Message:
    """A "no" that came with its kind of reason, as words often do."""
    meeting = _own(turn, meeting_id)
    return _closed(turn, meeting, revision) or _record(turn, meeting, Answer.NO, reason, heard=True)


@on.action("reason", who=Who.MEMBER, together=True)
def reason(turn: Turn, meeting_id: int, kind: Reason) -> Message:
    meeting = _own(turn, meeting_id)
    if (closed := _closed(turn, meeting)) or meeting is None:
        return closed or turn.say("meeting_unknown")
    given = [answers.give_reason(turn.connection, meeting, p.id, kind, turn.now) for p in turn.persons]
    if not all(given):
        return asks(turn, "answer_change", meeting)
    return turn.say("answered", meeting=meeting, chosen="no", before=None, reason=str(kind), by=_by(turn), heard=False)


def _record(
    turn: Turn, meeting: Meeting | None, choice: Answer, reason: Reason | None = None, *, heard: bool = False
) -> Message:
    if meeting is None:
        return turn.say("meeting_unknown")
    changes = [
        answers.answer(turn.connection, meeting, person.id, choice, turn.now, turn.rules, reason=reason)
        for person in turn.persons
    ]
    if all(change.same for change in changes):
        return _again(turn, meeting, choice)
    turn.draft.pop("again", None)
    old = changes[0].other if len(changes) == 1 else None
    said = {"chosen": str(choice), "before": old.choice if old else None, "reason": changes[0].after.reason}
    again_at = _again_at(turn, meeting, changes)
    return turn.say("answered", meeting=meeting, by=_by(turn), again_at=again_at, heard=heard, **said)


def _again(turn: Turn, meeting: Meeting, choice: Answer) -> Message:
    """The same once more: over the chat where that can be shown, else one line, and then silence for a minute."""
    words, now = f"{meeting.id} {choice}", turn.now.isoformat()
    said, at = turn.draft.get("again", ("", now))
    if turn.incoming.tap_id is None and said == words and turn.now - datetime.fromisoformat(at) < COPIES:
        return SILENCE
    turn.draft["again"] = [words, now]
    return turn.say("answered_again", chosen=str(choice), toast=True)


def _again_at(turn: Turn, meeting: Meeting, changes: Sequence[Change]) -> datetime | None:
    """When the unsure are asked again: promised only where the ladder will keep it."""
    if changes[0].after.choice != "unsure":
        return None
    person_id = changes[0].after.person_id
    return ladder.asks_again_at(turn.connection, meeting, person_id, turn.now, turn.rules)


# ---- what words lead to besides an answer ----


@on.action("unclear", who=Who.ANYONE)
def unclear(turn: Turn, meeting_id: int) -> Message:
    """Words that could mean both: never guessed, asked back once, and then a call is offered (voice.md, 13)."""
    meeting = _own(turn, meeting_id)
    if (closed := _closed(turn, meeting)) or meeting is None:
        return closed or turn.say("meeting_unknown")
    pieces.forget(turn)
    turn.conversation.lost += 1
    asked = {"meeting": meeting, "by": _looking(turn, meeting)}
    secretary = home.secretary_of(turn) if turn.conversation.lost > 1 else None
    if secretary:
        return turn.say("answer_call", secretary=secretary, **asked)
    return turn.say("answer_unclear", text=turn.text, two_faced=hints.has_bare_vang(turn.text), **asked)


@on.action("leaning", who=Who.ANYONE)
def leaning(turn: Turn, meeting_id: int) -> Message:
    meeting = _own(turn, meeting_id)
    if (closed := _closed(turn, meeting)) or meeting is None:
        return closed or turn.say("meeting_unknown")
    by = _looking(turn, meeting)
    return turn.say("answer_leaning", meeting=meeting, side=hints.leaning(turn.text), by=by)


@on.action("thanks", who=Who.ANYONE)
def thanks(turn: Turn) -> Message:
    """ "Rõ", "đã nhận": a receipt, not an answer; whoever has not answered is asked once more."""
    near = meetings.open_for(turn.connection, [p.id for p in turn.people], turn.now)
    if not near:
        return turn.say("thanked")
    return asks(turn, "thanked_asking", near[0])


@on.action("which", who=Who.MEMBER)
def which(turn: Turn, choice: Answer) -> Message:
    """Words that could be about either of two meetings."""
    near = meetings.open_for(turn.connection, [turn.person.id], turn.now)
    return turn.say("answer_which", chosen=str(choice), meetings=near, by=_by(turn))


@on.action("proxy", who=Who.MEMBER)
def proxy(turn: Turn, meeting_id: int, about: int) -> Message:
    """Somebody answers for another: the secretary asks that one himself; nothing is recorded (voice.md A17)."""
    meeting = _own(turn, meeting_id)
    if (closed := _closed(turn, meeting)) or meeting is None:
        return closed or turn.say("meeting_unknown")
    other = next((p for p in meetings.invited(turn.connection, meeting.unit_id) if p.id == about), None)
    if other:
        _tell(turn, meeting, "proxy", other)
    return asks(turn, "answer_proxy", meeting, other=other, secretary=home.secretary_of(turn))


@on.action("lift", who=Who.MEMBER)
def lift(turn: Turn, meeting_id: int) -> Message:
    """Somebody has no way to come: the secretary is told, and whether he would come is asked, not guessed."""
    meeting = _own(turn, meeting_id)
    if (closed := _closed(turn, meeting)) or meeting is None:
        return closed or turn.say("meeting_unknown")
    told = _tell(turn, meeting, "lift", turn.person)
    return asks(turn, "answer_lift", meeting, told=told, secretary=home.secretary_of(turn))


def _tell(turn: Turn, meeting: Meeting, kind: str, about: Person) -> bool:
    """Have the secretaries of the meeting told about somebody, if there is one beside himself."""
    leaders = [p.id for p in people.holders(turn.connection, people.SECRETARIES, meeting.unit_id) if p.id != about.id]
    times = {"due_at": turn.now, "worthless_after": meeting.starts_at, "now": turn.now}
    outbox.due(turn.connection, leaders, kind, meeting.id, revision=about.id, **times)
    return bool(leaders)


# ---- the present state, told kindly ----


def _own(turn: Turn, meeting_id: int) -> Meeting | None:
    """A meeting of a cell that somebody here belongs to; from here on only the people of that cell act."""
    asking = turn.persons or turn.people
    found = [meetings.for_person(turn.connection, meeting_id, person.id) for person in asking]
    meeting = next((one for one in found if one), None)
    # Where nobody has been named yet, it stays so: looking at a meeting says nothing about who answers.
    if meeting and turn.persons:
        turn.persons = tuple(person for person in asking if person.unit_id == meeting.unit_id)
    return meeting


def _closed(turn: Turn, meeting: Meeting | None, revision: int | None = None) -> Message | None:
    """The kind, correct answer where there is nothing to answer any more, or something else than was asked."""
    if meeting is None:
        return turn.say("meeting_unknown")
    if meeting.state == "cancelled":
        return turn.say("meeting_cancelled", meeting=meeting)
    if meeting.state == "asking":
        return turn.say("meeting_unsettled", meeting=meeting)
    if meeting.is_over(turn.now):
        secretary = home.secretary_of(turn)
        return turn.say("meeting_over", meeting=meeting, said=_said(turn, meeting), secretary=secretary)
    if revision is not None and revision != meeting.revision:
        return asks(turn, "meeting_moved", meeting)
    return None


def _page(turn: Turn, meeting: Meeting | None) -> Message:
    return _closed(turn, meeting) or asks(turn, "meeting", meeting)


def asks(turn: Turn, template: str, meeting: Meeting | None, **context: object) -> Message:
    """The attendance question in one of its forms, with what each of these people has said."""
    if meeting is None:
        return turn.say("meeting_unknown")
    by = _looking(turn, meeting)
    said = [(person, intentions.current(turn.connection, meeting, person.id)) for person in turn.persons]
    answered = [(person, found) for person, found in said if found]
    one = answered[0][1] if len(said) == 1 and answered else None
    several = len(meetings.open_for(turn.connection, [p.id for p in turn.persons], turn.now)) > 1
    return turn.say(template, meeting=meeting, said=one, answered=answered, several=several, by=by, **context)


def _said(turn: Turn, meeting: Meeting) -> intentions.Intention | None:
    here = turn.persons or turn.people
    return intentions.current(turn.connection, meeting, here[0].id) if len(here) == 1 else None


def _looking(turn: Turn, meeting: Meeting) -> str:
    """Turn to the people of the meeting's cell; who goes on acting, "" where a household has not said it yet."""
    named = bool(turn.persons)
    turn.persons = tuple(p for p in turn.persons or turn.people if p.unit_id == meeting.unit_id)
    return _by(turn) if named or len(turn.persons) == 1 else ""


def _by(turn: Turn) -> str:
    """Who goes on acting, in front of an action, so that a household is asked once: "as 17 ", "as all "."""
    if len(turn.people) == 1 or len(turn.persons) not in (1, len(turn.people)):
        return ""
    return f"as {turn.persons[0].id} " if len(turn.persons) == 1 else "as all "


# ---- words ----

_ANSWERS = {
    "present": Answer.YES,
    "absent": Answer.NO,
    "late": Answer.LATE,
    "leave_early": Answer.EARLY,
    "unsure": Answer.UNSURE,
}
_ELSEWHERE = {"help": "help", "call": "call_me", "opt_out": "stop_check", "ack": "thanks"}
_WITHOUT_A_WAY = frozenset({"call", "unsure", "absent"})  # who says so and asks for a ride may still come
_REASONS = frozenset(Reason)
_RECEIPTS = ("noticed", "understood")  # choices by which somebody says that he has read what was sent


def meant(turn: Turn, offered: Sequence[Mapping[str, str]]) -> str | None:
    """The action that free words mean, None where they are about something else; `offered`: the newest choices."""
    if not turn.people:
        return None
    near = meetings.open_for(turn.connection, [p.id for p in turn.people], turn.now)
    asked = _asked(offered, near)
    meaning = _understood(turn, asked)
    if meaning.intent == "opt_out" and asking.is_question(turn.text):
        return None  # "bao lâu thì bị xóa tên" asks about a rule
    if meaning.needs == "lift" and near and meaning.intent in _WITHOUT_A_WAY:
        return f"lift {(asked or near[0]).id}"
    if meaning.intent in _ELSEWHERE:
        return _receipt(offered, meaning.intent) or _ELSEWHERE[meaning.intent]
    if not near or meaning.intent in ("question", "other"):
        return _out_of_the_blue(turn, near) if near else None
    return None if _is_for_the_book(turn, meaning) else _about(turn, meaning, asked, near)


def _is_for_the_book(turn: Turn, meaning: Understanding) -> bool:
    """What may be an answer to the invitation, and surely is a question that the book answers."""
    doubtful = meaning.ask_back and meaning.intent in _ANSWERS
    return doubtful and asking.decide(turn.text, book(turn)).decision == "answer"


def _about(turn: Turn, meaning: Understanding, asked: Meeting | None, near: Sequence[Meeting]) -> str:
    """What an answer does, or what is said of the doubt that it leaves."""
    asked = _told_apart(turn, asked, near)
    return _for_another(turn, asked or near[0], meaning.intent) or _reading(turn, meaning, asked, near)


def _told_apart(turn: Turn, asked: Meeting | None, near: Sequence[Meeting]) -> Meeting | None:
    """Of several open meetings the one whose day the words name: "thứ Năm tôi vắng"; None where it is to be asked."""
    read = read_moment(turn.text, turn.local)
    days = {day for day in (read.date, read.suggest, *read.ambiguous) if day}
    if len(near) < 2 or not days:
        return asked
    named = [meeting for meeting in near if turn.rules.local(meeting.starts_at).date() in days]
    return named[0] if len(named) == 1 else None


def _understood(turn: Turn, asked: Meeting | None) -> Understanding:
    """What the words mean together with the pieces just before them, else by themselves."""
    from vietnamese.replies import understand  # noqa: PLC0415  its tables are heavy, and a tap never needs them

    question, before = "attendance" if asked else None, pieces.earlier(turn)
    text = hints.in_first_person(turn.text, turn.people[0].form) if len(turn.people) == 1 else turn.text
    meaning = understand(text, asked=question, earlier=before)
    pieces.keep(turn)
    joined = not before or meaning.intent not in ("question", "other")
    return meaning if joined else understand(text, asked=question)


def _out_of_the_blue(turn: Turn, near: Sequence[Meeting]) -> str | None:
    """ "Có", "không", "vang" when nothing was asked: the open meeting as it stands, with its question."""
    from vietnamese.replies import understand  # noqa: PLC0415  as above

    said = words(turn.text)
    if len(said) > FEW or word_number(turn.text) is not None or asking.is_question(turn.text):
        return None
    if hints.has_bare_vang(turn.text) and (named := _for_another(turn, near[0], "ambiguous")):
        return named
    return f"meeting {near[0].id}" if understand(turn.text).intent in (*_ANSWERS, "ambiguous") else None


def _reading(turn: Turn, meaning: Understanding, asked: Meeting | None, near: Sequence[Meeting]) -> str:
    """Nothing is recorded where the words leave a doubt about what is meant, or about which meeting."""
    meeting, choice = asked or near[0], _ANSWERS.get(meaning.intent)
    if meaning.intent == "correct":
        return f"change {meeting.id}"
    if choice is Answer.UNSURE and (meaning.ask_back or hints.leaning(turn.text)):
        return f"leaning {meeting.id}"
    if choice is None or meaning.ask_back:
        return f"unclear {meeting.id}"
    if asked is None and len(near) > 1:
        return f"which {choice}"
    if choice is Answer.NO and meaning.reason in _REASONS:
        return f"absent {meeting.id} {meaning.reason} {meeting.revision}"
    return f"heard {meeting.id} {choice} {meeting.revision}"


def _receipt(offered: Iterable[Mapping[str, str]], intent: str) -> str | None:
    """ "Đã rõ" to a message that asks for just that is the same as choosing it."""
    actions = [choice["action"] for choice in offered if choice["action"].split()[0] in _RECEIPTS]
    return actions[0] if intent == "ack" and actions else None


def asked_by(turn: Turn, offered: Iterable[Mapping[str, str]]) -> Meeting | None:
    """The meeting, still open, about which a menu asks whether one comes."""
    return _asked(offered, meetings.open_for(turn.connection, [p.id for p in turn.people], turn.now))


def _asked(offered: Iterable[Mapping[str, str]], near: Sequence[Meeting]) -> Meeting | None:
    """The meeting that the newest message with choices has asked about."""
    for choice in offered:
        words = choice["action"].split()
        words = words[2:] if words[:1] == ["as"] else words
        if words[:1] == ["answer"]:
            return next((meeting for meeting in near if str(meeting.id) == words[1]), None)
    return None


def _for_another(turn: Turn, meeting: Meeting, intent: str) -> str | None:
    """Where the words speak for somebody else: on a shared phone for one of its own people, else through the secretary.

    Words that name another member and not the writer are never taken as the writer's own promise.
    """
    if intent not in ("proxy", "ambiguous", *_ANSWERS) or (intent != "proxy" and hints.speaks_of_self(turn.text)):
        return None
    members = people.of_cell(turn.connection, meeting.unit_id)
    named = [person for person in members if hints.names_person(turn.text, person.name)]
    others = [person for person in named if person not in turn.people]
    if len(turn.people) > 1 and not named and hints.speaks_of_all(turn.text):
        return f"as all meeting {meeting.id}"
    if len(turn.people) > 1 and len(named) == 1 and not others:
        return f"as {named[0].id} meeting {meeting.id}"
    if intent != "proxy" and not others:
        return None
    return f"proxy {meeting.id} {others[0].id if len(others) == 1 else 0}"
