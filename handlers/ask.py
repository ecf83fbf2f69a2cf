"""Asking: about the cell's own meeting from the calendar, about procedure from the entries, else whom to ask."""

from __future__ import annotations

from content import Message, asking, faq, sources
from db import intentions, meetings, people
from db.meetings import Meeting
from handlers import answer, home
from handlers.brief import topic_of
from handlers.router import Router, Turn, Who

on = Router()

FREQUENT = ("meeting-day", "duration", "excuse-how")  # offered before anything is typed
OFFERED = 3
NEAR = "near"  # in the draft: the entries nearest to the last question, never its words
ANSWERS = frozenset({"present", "absent", "late", "leave_early", "unsure", "ack", "proxy", "correct", "opt_out"})


# Nothing here is personal, so that a household is never asked who of them wants to know: ANYONE, less the strangers.


@on.action("ask", who=Who.ANYONE, words=("hoi", "hoi ve thu tuc", "hoi thu tuc", "hoi cau khac"))
def ask(turn: Turn) -> Message:
    """Invite a question, with three that many have."""
    if not turn.people:
        return home.stranger(turn)
    return turn.say("ask_question", frequent=_entries(FREQUENT), expects="ask.question")


@on.text("ask.question", who=Who.ANYONE)
def question(turn: Turn) -> Message | None:
    """The words after "Xin nhắn câu hỏi": answered, handed over, or left to the open meeting that they answer."""
    if not turn.people or answer.meant(turn, ()):
        return None
    return about(turn) or handover(turn)


def about(turn: Turn) -> Message | None:
    """An answer to a question about procedure or the calendar; None where the words ask nothing."""
    if not turn.people:
        return None
    asked = asking.decide(turn.text)
    turn.draft.pop(NEAR, None)
    match asked.decision:
        case "calendar":
            return _calendar(turn)
        case "answer":
            turn.draft[NEAR] = _nearest(turn.text)
            return _answer(turn, asked.slug or "")
        case "choices":
            return turn.say("ask_which", entries=_entries(asked.slugs))
    return handover(turn) if asking.is_question(turn.text) and not _is_reply(turn.text) else None


@on.action("faq", who=Who.ANYONE)
def entry(turn: Turn, slug: str) -> Message:
    if not turn.people:
        return home.stranger(turn)
    return _answer(turn, slug)


@on.action("faq_wrong", who=Who.ANYONE)
def wrong(turn: Turn, slug: str) -> Message:
    """The answer missed the question: what else it may have been."""
    if not turn.people:
        return home.stranger(turn)
    known = faq.load()
    near = turn.draft.get(NEAR, [])
    if slug not in near:
        near = _nearest(known.entries[slug].question) if slug in known.entries else list(FREQUENT)
    others = _entries([other for other in near if other != slug][:OFFERED])
    return turn.say("ask_which", entries=others) if others else handover(turn)


@on.action("faq_none", who=Who.ANYONE)
def none(turn: Turn) -> Message:
    return handover(turn) if turn.people else home.stranger(turn)


def handover(turn: Turn) -> Message:
    """No answer, said honestly, with whom to ask."""
    return turn.say("ask_person", secretary=_other_secretary(turn), phone=home.office_phone(turn))


def _answer(turn: Turn, slug: str) -> Message:
    found = faq.load().entries.get(slug)
    if found is None:
        return handover(turn)
    source = faq.source_line(found, sources.load())
    if found.confidence == "unconfirmed":
        return turn.say("faq_unsure", entry=found, source=source, phone=home.office_phone(turn))
    return turn.say("faq", entry=found, source=source)


def _entries(slugs: tuple[str, ...] | list[str]) -> list[faq.Entry]:
    known = faq.load().entries
    return [known[slug] for slug in slugs if slug in known]


def _nearest(text: str) -> list[str]:
    """The answered entry and those to offer in its place."""
    return [slug for slug, _ in faq.load().rank(text)[: OFFERED + 1]]


def _is_reply(text: str) -> bool:
    from vietnamese.replies import understand  # noqa: PLC0415  a set of patterns that only typed words need

    return understand(text, asked=None).intent in ANSWERS


def _other_secretary(turn: Turn) -> people.Person | None:
    """The secretary, unless it is he who asks."""
    secretary = home.secretary_of(turn)
    return secretary if secretary and secretary.id not in [p.id for p in turn.people] else None


# ---- from the calendar ----


def _calendar(turn: Turn) -> Message:
    cell = home.cell_of(turn)
    if cell.kind != "cell":
        return turn.say("calendar_none")
    ahead = [m for m in meetings.upcoming(turn.connection, cell.id, turn.now) if m.state == "planned"]
    gone = _gone(turn, cell.id, ahead)
    if not ahead:
        return turn.say("calendar_empty", gone=gone, secretary=_other_secretary(turn), phone=home.office_phone(turn))
    day = asking.near_day(turn.text, turn.local.date())
    then = [meeting for meeting in ahead if turn.rules.local(meeting.starts_at).date() == day]
    meeting = [*then, *ahead][0]
    free = None if then or (gone and turn.rules.local(gone.starts_at).date() == day) else day
    said = {"said": _said(turn, meeting), "topic": topic_of(turn, meeting)}
    return turn.say("calendar", meeting=meeting, free=free, gone=gone, **said)


def _gone(turn: Turn, cell_id: int, ahead: list[Meeting]) -> Meeting | None:
    """A meeting that would have come before the next one, and is not held."""
    gone = meetings.dropped(turn.connection, cell_id, turn.now)
    return gone[0] if gone and (not ahead or gone[0].starts_at < ahead[0].starts_at) else None


def _said(turn: Turn, meeting: Meeting) -> intentions.Intention | None:
    """What the one person here has answered; in a household each asks for himself."""
    return intentions.current(turn.connection, meeting, turn.people[0].id) if len(turn.people) == 1 else None
