"""A question as officials see it, and the answer as it comes back; drawn from the facts at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from content import Message, faq
from db import people, published, questions, units
from db.questions import Question
from db.units import Unit
from delivery.view import Renderer, View

FEW = 4  # entries that the list of the month names


def question(view: View) -> Message | None:
    """To the officials; None once it has been answered, or handed to another of them."""
    asked = _waiting(view)
    if asked is None:
        return None
    others = questions.colleagues(view.connection, asked, view.person.id)
    before = questions.get(view.connection, asked.follows_id) if asked.follows_id else None
    return view.say("question", others=others, before=before, handed_by=view.revision > 1, **_asked(view, asked))


def again(view: View) -> Message | None:
    """The same, when the days have gone within which people are told to expect an answer."""
    asked = _waiting(view)
    return view.say("question_again", **_asked(view, asked)) if asked else None


def reply(view: View) -> Message | None:
    """To whoever asked; None where the words have been forgotten since."""
    asked = questions.of_asker(view.connection, view.subject, view.person.id)
    if asked is None or asked.answer is None:
        return None
    official = people.find(view.connection, asked.answered_by) if asked.answered_by else None
    by = f"as {view.person.id} " if view.shared else ""
    return view.say("reply", question=asked, official=official, by=by)


def month(view: View) -> Message | None:
    """To the officials, on the first of the next month: what could not be answered, in figures."""
    commune, first = units.get(view.connection, view.subject), date.fromordinal(view.revision)
    found = questions.month(view.connection, commune, first, view.rules)
    if not found.asked:
        return None
    labels = _labels(view, commune)
    near, missed = (
        [(labels.get(slug, slug), count) for slug, count in row[:FEW]] for row in (found.near, found.missed)
    )
    return view.say("questions_month", month=found, first=first, near=near, missed=missed)


def _labels(view: View, commune: Unit) -> dict[str, str]:
    own = {entry.slug: entry.label for entry in published.entries(view.connection, commune)}
    return {slug: entry.label for slug, entry in faq.load().entries.items()} | own


def _waiting(view: View) -> Question | None:
    asked = questions.for_official(view.connection, view.subject, view.person.id)
    if asked is None or asked.state != "waiting" or asked.holder_id not in (None, view.person.id):
        return None
    return asked


def _asked(view: View, asked: Question) -> dict[str, object]:
    asker = people.find(view.connection, asked.person_id) if asked.named and asked.person_id else None
    return {"question": asked, "asker": asker, "cell": units.get(view.connection, asked.unit_id)}


RENDER: Mapping[str, Renderer] = {
    "question": question,
    "question_again": again,
    "questions_month": month,
    "reply": reply,
}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {}
