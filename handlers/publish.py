"""An official's answer becomes one that the assistant gives by itself: a new entry, or one more way to ask for one."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from content.faq import Entry
from content.frontmatter import LONGEST_LABEL
from db import notices, published, questions
from db.published import LONGEST_BODY, LONGEST_QUESTION, LONGEST_SOURCE
from db.questions import Question
from db.secrecy import secret_mark
from handlers import home
from handlers.answering import book, closing
from handlers.planning import begin, is_in, mark, says_yes
from handlers.router import Router, Turn, Who

on = Router()

OFFERED = 3
# The steps of a new entry in their order, with how long their words may be.
STEPS: Mapping[str, int] = {
    "question": LONGEST_QUESTION,
    "label": LONGEST_LABEL,
    "body": LONGEST_BODY,
    "source": LONGEST_SOURCE,
}


@on.action("publish", who=Who.OFFICIAL)
def publish(turn: Turn, question_id: int) -> Message:
    """Which entry the question means: one of the nearest, or a new one."""
    asked = _answered(turn, question_id)
    if asked is None:
        return home.home(turn)
    known = book(turn)
    near = [known.entries[slug] for slug, _ in known.rank(asked.text)[:OFFERED]]
    return turn.say("publish", question=asked, entries=near)


def _answered(turn: Turn, question_id: int) -> Question | None:
    asked = questions.for_official(turn.connection, question_id, turn.person.id)
    return asked if asked and asked.state == "answered" else None


# ---- one more way to ask ----


@on.action("publish_same", who=Who.OFFICIAL)
def same(turn: Turn, question_id: int, slug: str) -> Message:
    """The words as they would be learned: the official may write them anew, without names."""
    asked, entry = _answered(turn, question_id), book(turn).entries.get(slug)
    if asked is None or entry is None:
        return home.home(turn)
    return _phrasing(turn, entry, " ".join(asked.text.split())[: STEPS["body"]])


def _phrasing(turn: Turn, entry: Entry, text: str) -> Message:
    begin(turn, "publish", slug=entry.slug, phrasing=text[:300])
    return turn.say("publish_same", entry=entry, text=text, mark=mark(turn), expects="publish.phrasing")


@on.text("publish.phrasing", who=Who.OFFICIAL)
def phrasing(turn: Turn) -> Message | None:
    """A plain yes keeps the words that were shown; other words take their place."""
    if not is_in(turn, "publish") or "phrasing" not in turn.draft:
        return None
    if says_yes(turn):
        return add_phrasing(turn, turn.draft["slug"], mark(turn))
    entry = book(turn).entries.get(turn.draft["slug"])
    return _phrasing(turn, entry, " ".join(turn.text.split())) if entry else home.home(turn)


@on.action("phrasing_add", who=Who.OFFICIAL)
def add_phrasing(turn: Turn, slug: str, shown: str) -> Message:
    entry = book(turn).entries.get(slug)
    if entry is None or not is_in(turn, "publish", slug=slug) or mark(turn) != shown:
        return home.home(turn)
    text = turn.draft["phrasing"]
    published.add_phrasing(turn.connection, turn.person.id, slug, text, turn.now)
    return turn.say("phrasing_added", entry=entry, text=text)


@on.action("phrasing_drop", who=Who.OFFICIAL)
def drop_phrasing(turn: Turn, slug: str) -> Message:
    """Take back the words that were added last in this chat."""
    if is_in(turn, "publish", slug=slug):
        published.withdraw_phrasing(turn.connection, turn.person.id, slug, turn.draft["phrasing"], turn.now)
        turn.conversation.forget()
    return turn.say("phrasing_dropped")


# ---- a new entry, step by step ----


@on.action("publish_new", who=Who.OFFICIAL)
def new(turn: Turn, question_id: int) -> Message:
    asked = _answered(turn, question_id)
    if asked is None:
        return home.home(turn)
    begin(turn, "publish", question_id=asked.id)
    return _step(turn, asked)


def go_on(turn: Turn) -> Message:
    """Back to the step at which it was left."""
    asked = _answered(turn, turn.draft.get("question_id", 0))
    entry = book(turn).entries.get(turn.draft.get("slug", ""))
    if entry and "phrasing" in turn.draft:
        return _phrasing(turn, entry, turn.draft["phrasing"])
    return _step(turn, asked) if asked else home.home(turn)


@on.action("publish_keep", who=Who.OFFICIAL)
def keep(turn: Turn, step: str, shown: str) -> Message:
    """Take what was proposed at a step; an old button finds that it is not the step any more."""
    asked = _answered(turn, turn.draft.get("question_id", 0)) if is_in(turn, "publish") else None
    if asked is None:
        return home.home(turn)
    if step == _now_at(turn) and mark(turn) == shown:
        turn.draft[step] = _proposed(turn, asked)
    return _step(turn, asked)


@on.text("publish.step", who=Who.OFFICIAL)
def typed(turn: Turn) -> Message | None:
    step = _now_at(turn)
    asked = _answered(turn, turn.draft.get("question_id", 0)) if is_in(turn, "publish") else None
    if asked is None or step is None:
        return None
    if found := secret_mark(turn.text):
        return turn.say("question_secret", mark=found)
    text = turn.text if step == "body" else " ".join(turn.text.split())
    if len(text) > STEPS[step]:
        return turn.say("publish_long", length=len(text), longest=STEPS[step], expects="publish.step")
    turn.draft[step] = text
    return _step(turn, asked)


def _now_at(turn: Turn) -> str | None:
    """The first step that has no words yet; None when all have."""
    return next((step for step in STEPS if step not in turn.draft), None)


def _proposed(turn: Turn, asked: Question) -> str:
    """What may be taken as it stands at the step that comes next."""
    match _now_at(turn):
        case "question":
            return " ".join(asked.text.split())[:LONGEST_QUESTION]
        case "label":
            return _short(turn.draft["question"])
        case "body":
            return (asked.answer or "")[:LONGEST_BODY]
        case _:
            return ""


def _short(question: str) -> str:
    """As many of the first words as fit on a button."""
    label = ""
    for word in question.rstrip(" ?.!").split():
        if len(f"{label} {word}".strip()) > LONGEST_LABEL:
            break
        label = f"{label} {word}".strip()
    return label[:1].upper() + label[1:]


def _step(turn: Turn, asked: Question) -> Message:
    step = _now_at(turn)
    if step is None:
        return _check(turn, asked)
    said = {"text": _proposed(turn, asked), "proposed": _proposed(turn, asked), "longest": STEPS[step]}
    return turn.say(f"publish_{step}", mark=mark(turn), expects="publish.step", **said)


def _check(turn: Turn, asked: Question) -> Message:
    """The entry as people will see it."""
    unit = notices.unit_of(turn.connection, turn.person.id)
    if unit is None:
        return home.home(turn)
    words = {step: turn.draft[step] for step in STEPS}
    entry = published.Entry(
        0,
        unit.id,
        **{**words, "source": words["source"] or None},
        author_id=turn.person.id,
        made_at=turn.now,
        withdrawn_at=None,
    )
    source = closing(turn, entry, unit)
    return turn.say(
        "publish_check", entry=entry, source=source, question=asked.id, mark=mark(turn), expects="publish.sure"
    )


@on.text("publish.sure", who=Who.OFFICIAL)
def sure(turn: Turn) -> Message | None:
    return save(turn, mark(turn)) if says_yes(turn) and is_in(turn, "publish") else None


@on.action("publish_save", who=Who.OFFICIAL)
def save(turn: Turn, shown: str) -> Message:
    """Publish what was shown above the button, once."""
    if not is_in(turn, "publish") or _now_at(turn) is not None or mark(turn) != shown:
        return home.home(turn)
    words = {step: turn.draft[step] for step in STEPS}
    entry = published.add(turn.connection, turn.person.id, now=turn.now, **{**words, "source": words["source"] or None})
    turn.conversation.forget()
    return turn.say("published", entry=entry)


@on.action("unpublish", who=Who.OFFICIAL)
def unpublish(turn: Turn, number: int) -> Message:
    return turn.say("unpublished", entry=published.withdraw(turn.connection, turn.person.id, number, turn.now))
