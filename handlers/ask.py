"""Asking: about the cell's own meeting from the calendar, about procedure from the entries, else a person is asked."""

from __future__ import annotations

from enum import StrEnum

from content import Message, asking
from content.faq import Entry, Faq
from db import intentions, meetings, people, published, questions, units
from db.meetings import Meeting
from db.people import Person
from db.questions import Question
from db.secrecy import secret_mark
from handlers import answer, home
from handlers.answering import book, source_line
from handlers.brief import topic_of
from handlers.router import Router, Turn, Who

on = Router()

FREQUENT = ("meeting-day", "duration", "excuse-how")  # offered before anything is typed
OFFERED = 3
SELDOM = 10  # of so many answers one asks whether it helped
PLAIN = 0.2  # what is less like any entry than this, and no question in its form, is small talk
NOTHING = 0  # in place of a question's number: an entry was picked, nothing was typed
ANSWERS = frozenset({"present", "absent", "late", "leave_early", "unsure", "ack", "proxy", "correct", "opt_out"})


class Naming(StrEnum):
    """Whether the official sees who asks."""

    NAMED = "named"
    HIDDEN = "hidden"


# Nothing here is personal, so that a household is never asked who of them wants to know: ANYONE, less the strangers.
# Only what goes to an official comes from somebody.


@on.action("ask", who=Who.ANYONE, words=("hoi", "hoi ve thu tuc", "hoi thu tuc", "hoi cau khac"))
def ask(turn: Turn) -> Message:
    """Invite a question, with three that many have."""
    if not turn.people:
        return home.stranger(turn)
    return turn.say("ask_question", frequent=_entries(book(turn), FREQUENT), expects="ask.question")


@on.text("ask.question", who=Who.ANYONE)
def question(turn: Turn) -> Message | None:
    """The words after "Xin nhắn câu hỏi": answered, handed over, or left to the open meeting that they answer."""
    if not turn.people or answer.meant(turn, ()):
        return None
    return about(turn) or _no_answer(turn, _note(turn))


def about(turn: Turn) -> Message | None:
    """An answer to a question about procedure or the calendar; None where the words ask nothing."""
    if not turn.people:
        return None
    known = book(turn)
    asked = asking.decide(turn.text, known)
    match asked.decision:
        case "calendar":
            return _past(turn) if asked.is_past else _calendar(turn)
        case "answer":
            return _answer(turn, known.entries[asked.slug or ""], _note(turn))
        case "choices" if asked.score >= PLAIN or asking.is_question(turn.text):
            return turn.say("ask_which", entries=_entries(known, asked.slugs), question=_note(turn))
    return _no_answer(turn, _note(turn)) if asking.is_question(turn.text) and not _is_reply(turn.text) else None


@on.action("faq", who=Who.ANYONE)
def entry(turn: Turn, slug: str, question_id: int) -> Message:
    if not turn.people:
        return home.stranger(turn)
    found = book(turn).entries.get(slug)
    return _answer(turn, found, question_id) if found else _no_answer(turn, question_id)


@on.action("faq_wrong", who=Who.ANYONE)
def wrong(turn: Turn, slug: str, question_id: int) -> Message:
    """The answer missed the question: what else it may have been."""
    if not turn.people:
        return home.stranger(turn)
    known, asked = book(turn), _here(turn, question_id)
    _mark(turn, known, slug, helped=False)
    words = asked.text if asked else known.entries[slug].question if slug in known.entries else ""
    near = [other for other, _ in known.rank(words)[: OFFERED + 1] if other != slug]
    return turn.say("ask_which", entries=_entries(known, near[:OFFERED]), question=question_id)


@on.action("faq_none", who=Who.ANYONE)
def none(turn: Turn, question_id: int) -> Message:
    return _no_answer(turn, question_id) if turn.people else home.stranger(turn)


@on.action("faq_helped", who=Who.ANYONE)
def helped(turn: Turn, slug: str) -> Message:
    if not turn.people:
        return home.stranger(turn)
    _mark(turn, book(turn), slug, helped=True)
    return turn.say("helped")


def _mark(turn: Turn, known: Faq, slug: str, *, helped: bool) -> None:
    if slug in known.entries:
        commune = units.commune_of(turn.connection, units.get(turn.connection, turn.people[0].unit_id))
        questions.mark(turn.connection, commune, slug, helped=helped, now=turn.now, rules=turn.rules)


# ---- passing it on ----


@on.action("handover", who=Who.ANYONE)
def handover(turn: Turn, slug: str, question_id: int) -> Message:
    """The answer has no sure basis: whether an official is to be asked, in the words that were typed if any were."""
    if not turn.people:
        return home.stranger(turn)
    found = book(turn).entries.get(slug)
    number = question_id if found is None or _here(turn, question_id) else _note(turn, found.question)
    return _passing(turn, number, known=True)


@on.action("pass_on", who=Who.MEMBER)
def pass_on(turn: Turn, question_id: int, naming: Naming) -> Message:
    """Have the officials of the commune asked, with or without the name."""
    asked = _here(turn, question_id)
    if asked is None:
        done = questions.of_asker(turn.connection, question_id, turn.person.id)
        return _passed(turn, done) if done else turn.say("question_gone")
    if mark := secret_mark(asked.text):
        return turn.say("question_secret", mark=mark)
    named = naming is Naming.NAMED
    questions.pass_on(turn.connection, asked, turn.person, named=named, now=turn.now, rules=turn.rules)
    return _passed(turn, questions.get(turn.connection, asked.id))


@on.action("ask_more", who=Who.MEMBER)
def ask_more(turn: Turn, question_id: int) -> Message:
    if questions.of_asker(turn.connection, question_id, turn.person.id) is None:
        return turn.say("question_gone")
    turn.draft["more"] = question_id
    return turn.say("ask_more", expects="ask.more")


@on.text("ask.more", who=Who.MEMBER)
def more(turn: Turn) -> Message | None:
    """A further question, to whoever answered the first; named if that was."""
    before = questions.of_asker(turn.connection, turn.draft.get("more", NOTHING), turn.person.id)
    if before is None or answer.meant(turn, ()):
        return None
    number = questions.follow(turn.connection, before, turn.address.id, turn.text, turn.now)
    return pass_on(turn, number, Naming.NAMED if before.named else Naming.HIDDEN)


@on.action("reply_seen", who=Who.MEMBER)
def reply_seen(turn: Turn, question_id: int) -> Message:
    return turn.say("reply_seen")


def _no_answer(turn: Turn, question_id: int) -> Message:
    """No answer, said honestly: an official can be asked, or else whom to call."""
    questions.unanswered(turn.connection, question_id, turn.now, turn.rules)
    if _here(turn, question_id):
        return _passing(turn, question_id, known=False)
    return turn.say("ask_person", secretary=_other_secretary(turn), phone=home.office_phone(turn))


def _passing(turn: Turn, question_id: int, *, known: bool) -> Message:
    if not _answerers(turn):
        return turn.say("ask_person", secretary=_other_secretary(turn), phone=home.office_phone(turn))
    return turn.say("ask_pass_on", question=question_id, known=known)


def _passed(turn: Turn, asked: Question | None) -> Message:
    if asked is None:
        return turn.say("question_gone")
    hours = {"opens": turn.rules.office_from, "closes": turn.rules.office_until, "days": turn.rules.reply_days}
    return turn.say("question_passed", named=asked.named, phone=home.office_phone(turn), **hours)


def _note(turn: Turn, words: str = "") -> int:
    """Keep what was asked for as long as it may be passed on."""
    text = words or turn.text
    near = book(turn).rank(text)[0][0]
    return questions.note(turn.connection, turn.address.id, turn.people[0].unit_id, text, near, turn.now)


def _here(turn: Turn, question_id: int) -> Question | None:
    return questions.here(turn.connection, question_id, turn.address.id)


def _answerers(turn: Turn) -> list[Person]:
    """The officials who would get it; whoever asks does not ask himself."""
    here = {person.id for person in turn.people}
    found = questions.answerers(turn.connection, turn.people[0].unit_id)
    return [official for official in found if official.id not in here]


# ---- the answer ----


def _answer(turn: Turn, found: Entry, question_id: int) -> Message:
    passes = found.confidence in ("old", "unconfirmed") and bool(_answerers(turn))
    said = {"entry": found, "source": source_line(found), "question": question_id, "passes": passes}
    if found.confidence == "unconfirmed":
        return turn.say("faq_unsure", phone=home.office_phone(turn), **said)
    helps = question_id > NOTHING and question_id % SELDOM == 0
    return turn.say("faq", helps=helps, own=_own(turn, found), **said)


def _own(turn: Turn, found: Entry) -> int | None:
    """The number of a published entry that somebody here may take back."""
    number = int(found.slug.removeprefix(published.OWN)) if found.slug.startswith(published.OWN) else None
    kept = published.get(turn.connection, number) if number else None
    return kept.id if kept and any(published.is_of(turn.connection, p.id, kept) for p in turn.people) else None


def _entries(known: Faq, slugs: tuple[str, ...] | list[str]) -> list[Entry]:
    return [known.entries[slug] for slug in slugs if slug in known.entries]


def _is_reply(text: str) -> bool:
    from vietnamese.replies import understand  # noqa: PLC0415  a set of patterns that only typed words need

    return understand(text, asked=None).intent in ANSWERS


def _other_secretary(turn: Turn) -> people.Person | None:
    """The secretary, unless it is he who asks."""
    secretary = home.secretary_of(turn)
    return secretary if secretary and secretary.id not in [p.id for p in turn.people] else None


# ---- from the calendar ----


@on.action("next_meeting", who=Who.ANYONE)
def next_meeting(turn: Turn, question_id: int) -> Message:
    """The question was about the meeting to come after all."""
    return _calendar(turn, question_id) if turn.people else home.stranger(turn)


def _calendar(turn: Turn, question_id: int = NOTHING) -> Message:
    cell = home.cell_of(turn)
    if cell.kind != "cell":
        return turn.say("calendar_none")
    question_id = question_id or _note(turn)
    ahead = [m for m in meetings.upcoming(turn.connection, cell.id, turn.now) if m.state == "planned"]
    gone = _gone(turn, cell.id, ahead)
    if not ahead:
        whom = {"secretary": _other_secretary(turn), "phone": home.office_phone(turn)}
        return turn.say("calendar_empty", gone=gone, question=question_id, **whom)
    day = asking.near_day(turn.text, turn.local.date())
    then = [meeting for meeting in ahead if turn.rules.local(meeting.starts_at).date() == day]
    meeting = [*then, *ahead][0]
    free = None if then or (gone and turn.rules.local(gone.starts_at).date() == day) else day
    said = {"said": _said(turn, meeting), "topic": topic_of(turn, meeting)}
    return turn.say("calendar", meeting=meeting, free=free, gone=gone, question=question_id, **said)


def _past(turn: Turn) -> Message:
    """What the calendar knows of the last meeting, and who knows the rest."""
    cell = home.cell_of(turn)
    if cell.kind != "cell":
        return turn.say("calendar_none")
    last = meetings.last_held(turn.connection, cell.id, turn.now)
    return turn.say("calendar_past", last=last, secretary=_other_secretary(turn), question=_note(turn))


def _gone(turn: Turn, cell_id: int, ahead: list[Meeting]) -> Meeting | None:
    """A meeting that would have come before the next one, and is not held."""
    gone = meetings.dropped(turn.connection, cell_id, turn.now)
    return gone[0] if gone and (not ahead or gone[0].starts_at < ahead[0].starts_at) else None


def _said(turn: Turn, meeting: Meeting) -> intentions.Intention | None:
    """What the one person here has answered; in a household each asks for himself."""
    return intentions.current(turn.connection, meeting, turn.people[0].id) if len(turn.people) == 1 else None
