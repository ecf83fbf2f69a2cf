"""An official answers what people have had passed on; the words go back to whoever asked, and to nobody else."""

from __future__ import annotations

from content import Message
from db import people, questions, units
from db.people import Person
from db.questions import LONGEST, Question
from db.secrecy import secret_mark
from handlers.planning import begin, is_in, mark, says_yes
from handlers.router import Router, Turn, Who

on = Router()

QUESTIONS_A_PAGE = 4
NAMES_A_PAGE = 8


@on.action("questions", who=Who.OFFICIAL, words=("tra loi cau hoi", "cau hoi dang cho", "xem cau hoi"))
def waiting(turn: Turn) -> Message:
    return waiting_page(turn, 0)


@on.action("questions_page", who=Who.OFFICIAL)
def waiting_page(turn: Turn, page: int) -> Message:
    """What waits for this official, the oldest first; pages count from 0."""
    found = questions.waiting(turn.connection, turn.person.id)
    first = page * QUESTIONS_A_PAGE if page * QUESTIONS_A_PAGE < len(found) else 0
    shown = found[first : first + QUESTIONS_A_PAGE]
    cells = {question.unit_id: units.get(turn.connection, question.unit_id) for question in shown}
    rest = {"more": first + QUESTIONS_A_PAGE < len(found), "total": len(found), "first": first}
    return turn.say("questions", waiting=shown, cells=cells, page=first // QUESTIONS_A_PAGE, **rest)


@on.action("question", who=Who.OFFICIAL)
def question(turn: Turn, question_id: int) -> Message:
    asked = _waiting(turn, question_id)
    if asked is None:
        return done(turn, question_id)
    others = questions.colleagues(turn.connection, asked, turn.person.id)
    before = questions.get(turn.connection, asked.follows_id) if asked.follows_id else None
    return turn.say("question", others=others, before=before, handed_by=False, **_asked(turn, asked))


@on.action("question_to", who=Who.OFFICIAL)
def hand_to(turn: Turn, question_id: int) -> Message:
    """Pick the colleague who is to answer."""
    asked = _waiting(turn, question_id)
    if asked is None:
        return done(turn, question_id)
    others = questions.colleagues(turn.connection, asked, turn.person.id)
    return turn.say("question_to", question=asked, people=others[:NAMES_A_PAGE])


@on.action("question_hand", who=Who.OFFICIAL)
def hand(turn: Turn, question_id: int, person_id: int) -> Message:
    asked = _waiting(turn, question_id)
    others = questions.colleagues(turn.connection, asked, turn.person.id) if asked else []
    to = next((person for person in others if person.id == person_id), None)
    if asked is None or to is None or not questions.hand(turn.connection, asked, turn.person.id, to, turn.now):
        return done(turn, question_id)
    return turn.say("question_handed", to=to)


# ---- writing the answer ----


@on.action("reply", who=Who.OFFICIAL)
def write(turn: Turn, question_id: int) -> Message:
    asked = _waiting(turn, question_id)
    if asked is None:
        return done(turn, question_id)
    begin(turn, "reply", question=asked.id)
    return turn.say("reply_write", expects="reply.text", **_asked(turn, asked))


def go_on(turn: Turn) -> Message:
    """Back to the question whose answer was being written."""
    return write(turn, turn.draft["question"])


@on.text("reply.text", who=Who.OFFICIAL)
def text(turn: Turn) -> Message | None:
    """The words of the answer, shown as they will be read before they go."""
    if not is_in(turn, "reply"):
        return None
    if found := secret_mark(turn.text):
        return turn.say("question_secret", mark=found)
    if len(turn.text) > LONGEST:
        return turn.say("reply_long", length=len(turn.text), longest=LONGEST, expects="reply.text")
    asked = _waiting(turn, turn.draft["question"])
    if asked is None:
        return done(turn, turn.draft["question"])
    begin(turn, "reply", question=asked.id, answer=turn.text)
    return turn.say("reply_check", answer=turn.text, mark=mark(turn), expects="reply.sure", **_asked(turn, asked))


@on.text("reply.sure", who=Who.OFFICIAL)
def sure(turn: Turn) -> Message | None:
    """A plain yes to what has just been shown; other words are a better answer."""
    if says_yes(turn) and is_in(turn, "reply") and "answer" in turn.draft:
        return send(turn, turn.draft["question"], mark(turn))
    return text(turn)


@on.action("reply_send", who=Who.OFFICIAL)
def send(turn: Turn, question_id: int, shown: str) -> Message:
    """Send what was shown above the button: a second tap, or a draft that has changed since, sends nothing."""
    asked = _waiting(turn, question_id)
    if asked is None:
        return done(turn, question_id)
    if not is_in(turn, "reply", question=question_id) or "answer" not in turn.draft or mark(turn) != shown:
        return write(turn, question_id)
    if not questions.answer(turn.connection, asked, turn.person.id, turn.draft["answer"], turn.now):
        return done(turn, question_id)
    turn.conversation.forget()
    left = questions.waiting(turn.connection, turn.person.id)
    return turn.say("reply_sent", question=asked, left=left)


# ---- what an official may see ----


def _waiting(turn: Turn, question_id: int) -> Question | None:
    asked = questions.for_official(turn.connection, question_id, turn.person.id)
    return asked if asked and asked.state == "waiting" else None


def done(turn: Turn, question_id: int) -> Message:
    """What became of a question that does not wait any more."""
    asked = questions.for_official(turn.connection, question_id, turn.person.id)
    by = people.find(turn.connection, asked.answered_by) if asked and asked.answered_by else None
    return turn.say("question_done", question=asked, official=by)


def _asked(turn: Turn, asked: Question) -> dict[str, object]:
    return {"question": asked, "asker": asker(turn, asked), "cell": units.get(turn.connection, asked.unit_id)}


def asker(turn: Turn, asked: Question) -> Person | None:
    """Who asks, where the official may know it."""
    return people.find(turn.connection, asked.person_id) if asked.named and asked.person_id else None
