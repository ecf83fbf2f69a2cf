"""News about people, for their secretaries and officials: drawn from the facts at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from db import consent, erasure, joining, people, units
from db.consent import Act
from db.people import Person
from delivery.view import Renderer, View


def joined(view: View) -> Message | None:
    """Who has joined, with the way to undo it; nothing when it is undone already."""
    found = _news(view)
    if found is None or not _stands(view, found[0], found[1], "agreed"):
        return None
    person, act = found
    cell = view.once(units.get, person.unit_id)
    listed = len(people.of_cell(view.connection, cell.id))
    waiting = len(joining.not_joined(view.connection, cell))
    return view.say("news_joined", person=person, address_id=act.subject, joined=listed - waiting, listed=listed)


def stopped(view: View) -> Message | None:
    """Somebody is not to be reached any more, or is again."""
    found = _news(view)
    return view.say("news_stopped", person=found[0], act=found[1].act) if found else None


def erase(view: View) -> Message | None:
    """The wish to be forgotten: an official carries it out; nothing when it was taken back."""
    found = _news(view)
    if found is None or found[0].erase_asked_at is None:
        return None
    person, act = found
    return view.say(
        "news_erase",
        person=person,
        number=act.id,
        unit=view.once(units.get, person.unit_id),
        official=people.may(view.connection, view.person.id, ("official",), person.unit_id),
        deadline=erasure.deadline(view.rules.local(act.at).date(), view.rules.rest_days),
    )


def phone_typed(view: View) -> Message | None:
    person = people.find(view.connection, view.subject)
    return view.say("news_phone_typed", person=person) if person and person.phone else None


def code_wanted(view: View) -> Message | None:
    person = people.find(view.connection, view.subject)
    return view.say("news_code_wanted", person=person) if person else None


def new_phone(view: View) -> Message | None:
    """Somebody asks to be moved to another phone, unless that is settled already."""
    found = _news(view)
    if found is None or not _stands(view, found[0], found[1], "wanted"):
        return None
    return view.say("news_new_phone", person=found[0], address_id=found[1].subject)


def call_me(view: View) -> Message | None:
    person = people.find(view.connection, view.subject)
    return view.say("news_call_me", person=person) if person else None


def _news(view: View) -> tuple[Person, Act] | None:
    """The person that an item is about, and the line of the audit that it tells."""
    person, act = people.find(view.connection, view.subject), consent.act(view.connection, view.revision)
    return (person, act) if person and act else None


def _stands(view: View, person: Person, act: Act, state: str) -> bool:
    """Whether person and phone are still to each other what they were when the line was written."""
    link = consent.link(view.connection, person.id, act.subject) if act.subject else None
    return link is not None and link.consent == state


RENDER: Mapping[str, Renderer] = {
    "joined": joined,
    "stopped": stopped,
    "erase": erase,
    "phone_typed": phone_typed,
    "code_wanted": code_wanted,
    "new_phone": new_phone,
    "call_me": call_me,
}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {}
