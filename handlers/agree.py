"""Consent: each person of an address is asked by name, and nothing is sent to anyone who has not agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from content import Message, You, render
from db import addresses, audit, consent, joining, meetings, outbox, people, units
from db.people import Person
from handlers import home, privacy
from handlers.router import Router, Turn, Who
from vietnamese.text import fold

on = Router()

_YES = {"dong y", "toi dong y", "co", "co a", "vang", "vang a", "da", "da co", "da vang"}
_NO = {"khong", "ko", "khong a", "khong dong y", "toi khong dong y"}


def ask(turn: Turn, persons: Sequence[Person]) -> Message | None:
    """Begin to ask these people, who are known to stand behind this address."""
    for person in persons:
        consent.ask(turn.connection, person.id, turn.address.id, turn.now)
    turn.conversation.forget()
    return next_question(turn)


def next_question(turn: Turn) -> Message | None:
    """The consent text for whoever of this address has not answered yet; None when all have."""
    waiting = asked(turn)
    return question(turn, waiting[0], turn.address.id) if waiting else None


def asked(turn: Turn) -> list[Person]:
    return consent.at_address(turn.connection, turn.address.id, ["asked"])


def question(turn: Turn, person: Person, address_id: int, template: str = "consent") -> Message:
    """The text that one person is asked to agree to, at any address (voice.md J3, J4)."""
    cell = units.get(turn.connection, person.unit_id)
    return render(
        template,
        now=turn.local,
        you=You((person,), _shared(turn, address_id)),
        person=person,
        commune=units.commune_of(turn.connection, cell),
        channel=consent.channel_of(turn.connection, address_id),
        viewers=consent.viewers(turn.connection, person),
    )


@on.action("consent_more", who=Who.ANYONE)
def more(turn: Turn, person_id: int) -> Message:
    person = _here(turn, person_id)
    return question(turn, person, turn.address.id, "consent_more") if person else home.home(turn)


@on.action("agree", who=Who.ANYONE)
def agree(turn: Turn, person_id: int) -> Message:
    """Only who was asked at this address can agree here; a second tap is thanked again."""
    person = _here(turn, person_id)
    if person is None:
        return home.home(turn)
    if consent.agree(turn.connection, person.id, turn.address.id, turn.now):
        _joined(turn, person)
    return next_question(turn) or _welcome(turn, person)


@on.action("decline", who=Who.ANYONE)
def decline(turn: Turn, person_id: int) -> Message:
    person = _here(turn, person_id)
    if person is None:
        return home.home(turn)
    if any(p.id == person.id for p in turn.people):
        turn.persons = (person,)
        return privacy.withdraw(turn)
    consent.decline(turn.connection, person.id, turn.address.id, turn.now)
    said = _say(turn, "consent_declined", [person])
    following = next_question(turn)
    if following is None:
        return said
    # Two people, two answers: the one who declined is told before the other is asked.
    outbox.answer(turn.connection, turn.address.id, said.to_json(), turn.now)
    return following


def in_words(turn: Turn) -> Message | None:
    """A plain yes or no while somebody is being asked; silence and anything else is no consent."""
    waiting = asked(turn)
    words = fold(turn.text).strip(" .!")
    if not waiting or words not in _YES | _NO:
        return None
    return agree(turn, waiting[0].id) if words in _YES else decline(turn, waiting[0].id)


def _here(turn: Turn, person_id: int) -> Person | None:
    """The person of a button, if he has ever been asked, or agreed, at this very address."""
    behind = consent.at_address(turn.connection, turn.address.id, [*consent.UNDECIDED, "agreed"])
    return next((person for person in behind if person.id == person_id), None)


def _joined(turn: Turn, person: Person) -> None:
    """All that follows from one yes: other papers end, the secretaries hear, a late invitation comes."""
    joining.close_others(turn.connection, person.id, turn.address.id, turn.now)
    line = audit.note(
        turn.connection, person.id, "join.agreed", turn.now, unit_id=person.unit_id, subject=turn.address.id
    )
    guardians = consent.guardians(turn.connection, person)
    consent.tell(turn.connection, guardians, "joined", person, line, turn.now)
    consent.catch_up(turn.connection, person, turn.now, turn.rules)
    turn.people = tuple(addresses.people_at(turn.connection, turn.address.id))
    turn.draft["agreed"] = [*turn.draft.get("agreed", []), person.id]


def _welcome(turn: Turn, person: Person) -> Message:
    """Done: the next meeting, or where there is none the menu that stays (voice.md J5)."""
    agreed = set(turn.draft.get("agreed", [])) | {person.id}
    turn.conversation.forget()
    new = [p for p in turn.people if p.id in agreed]
    counted = [p for p in new if p.standing in people.COUNTED]
    meeting = meetings.next_planned(turn.connection, counted[0].unit_id, turn.now) if counted else None
    return _say(turn, "consent_given", new, meeting=meeting, menu=home.menu_choices(turn, home.acting(turn)))


def _say(turn: Turn, template: str, persons: Sequence[Person], **context: Any) -> Message:
    you = You(tuple(persons), _shared(turn, turn.address.id))
    return render(template, now=turn.local, you=you, **context)


def _shared(turn: Turn, address_id: int) -> bool:
    """Whether others read this phone too, whatever they have answered."""
    return len(consent.at_address(turn.connection, address_id, ["asked", "agreed", "declined"])) > 1
