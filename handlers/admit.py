"""What secretaries and officials do about other people's joining: new codes, other phones, and being forgotten."""

from __future__ import annotations

from datetime import timedelta

from content import Message
from db import audit, consent, erasure, joining, outbox, people, units
from db.people import SECRETARIES, Person
from handlers import agree, home
from handlers.router import Router, Turn, Who

on = Router()


@on.action("detach", who=Who.STAFF)
def detach(turn: Turn, person_id: int, address_id: int) -> Message:
    """A lost phone, or somebody else's: nothing about this person goes there any more."""
    person = _under(turn, person_id)
    if person is None:
        return home.not_yours(turn)
    gone = consent.detach(turn.connection, person.id, address_id, turn.now)
    if gone:
        _note(turn, person, "phone.detached", address_id)
    return turn.say("detached", person=person, gone=gone)


@on.action("move_phone", who=Who.STAFF)
def move_phone(turn: Turn, person_id: int, address_id: int) -> Message:
    """The person has another phone: the old ones are detached, and the new one is asked for consent."""
    return _let_in(turn, person_id, address_id, instead=True)


@on.action("add_phone", who=Who.STAFF)
def add_phone(turn: Turn, person_id: int, address_id: int) -> Message:
    """The person uses one phone more, as whoever has Telegram and Zalo does: it is asked for consent of its own."""
    return _let_in(turn, person_id, address_id, instead=False)


def _let_in(turn: Turn, person_id: int, address_id: int, *, instead: bool) -> Message:
    person = _under(turn, person_id)
    if person is None:
        return home.not_yours(turn)
    wish = consent.link(turn.connection, person.id, address_id)
    if wish is None or wish.consent != "wanted":
        return turn.say("phone_moved", person=person, moved=False, instead=instead)
    for old in consent.addresses_of(turn.connection, person.id) if instead else ():
        if old.address_id != address_id:
            consent.detach(turn.connection, person.id, old.address_id, turn.now)
    consent.ask(turn.connection, person.id, address_id, turn.now)
    # It answers what was asked for at the new phone, only later; the night is kept all the same.
    question = agree.question(turn, person, address_id).to_json()
    outbox.answer(turn.connection, address_id, question, turn.rules.next_allowed(turn.now))
    _note(turn, person, "phone.moved" if instead else "phone.added", address_id)
    return turn.say("phone_moved", person=person, moved=True, instead=instead)


@on.action("new_code", who=Who.STAFF)
def new_code(turn: Turn, person_id: int) -> Message:
    """The digits for a person and his household, to be read to them or copied; the same again while they are good."""
    person = _under(turn, person_id)
    if person is None:
        return home.not_yours(turn)
    household = joining.household_of(turn.connection, person)
    invitation = joining.invite(turn.connection, household, turn.now, turn.rules.secret)
    _note(turn, person, "join.code_shown", invitation.id)
    digits = joining.grouped(joining.digits_of(invitation, turn.rules.secret))
    # It ends within its last day, which is therefore not promised whole.
    until = invitation.expires_at - timedelta(days=1)
    return turn.say("new_code", persons=household, digits=digits, until=until)


@on.action("erase_look", who=Who.OFFICIAL)
def erase_look(turn: Turn, person_id: int) -> Message:
    """What will be lost for good, before it is."""
    person = _under(turn, person_id, "official")
    if person is None:
        return home.not_yours(turn)
    if person.erase_asked_at is None:
        return turn.say("erase_none")
    return turn.say("erase_look", person=person, unit=units.get(turn.connection, person.unit_id))


@on.action("erase", who=Who.OFFICIAL)
def erase(turn: Turn, person_id: int) -> Message:
    """Only what the person has asked for, and never oneself: the commune would be left without its official."""
    person = _under(turn, person_id, "official")
    if person is None or person.id == turn.person.id:
        return home.not_yours(turn)
    if not erasure.erase(turn.connection, person, turn.now):
        return turn.say("erase_none")
    _note(turn, person, "erase.done", person.id)
    return turn.say("erase_done")


def _under(turn: Turn, person_id: int, *wanted: str) -> Person | None:
    """A person whom the acting one is responsible for; None for anybody else, whether or not there is one."""
    found = people.find(turn.connection, person_id)
    rights = wanted or (*SECRETARIES, "official")
    if found is None or not people.may(turn.connection, turn.person.id, rights, found.unit_id):
        return None
    return found


def _note(turn: Turn, person: Person, act: str, subject: int) -> None:
    audit.note(turn.connection, turn.person.id, act, turn.now, unit_id=person.unit_id, subject=subject)
