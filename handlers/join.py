"""Joining without typing: a link, nine digits, or one's own phone number; who it is, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from content import Message
from db import audit, consent, joining, people, units
from db.joining import Invitation
from db.people import Person
from handlers import agree, claim, home, privacy
from handlers.router import Router, Turn, Who
from sheets.values import phone_of
from vietnamese.text import fold

log = structlog.get_logger()
on = Router()

SHORTEST = 4  # fewer digits are the number of a choice
_YES = {"dung", "dung roi", "dung a", "phai", "phai a", "vang", "vang a", "da", "da dung", "da phai", "co", "co a"}
_YES |= {"toi", "la toi", "toi day", "chinh toi", "toi ne", "dung toi"}
_NO = {"khong", "khong phai", "ko", "ko phai", "sai", "sai roi", "nham", "nham roi", "khong phai toi"}


# ---- what dispatch asks first of every text ----


def digits(turn: Turn) -> Message | None:
    """Nine typed digits are an invitation's, whoever types them and whatever else is open."""
    code = joining.read_digits(turn.text)
    if code is None or len(code) != joining.LENGTH:
        return None
    if code == joining.EXAMPLE:
        return turn.say("code_example", phone=home.office_phone(turn))
    if too_often := _too_often(turn):
        return too_often
    if invitation := joining.by_digits(turn.connection, code, turn.rules.secret):
        _tried(turn, right=True)
        return _invited(turn, invitation)
    if state := joining.claim_state(turn.connection, code, turn.rules.secret, turn.now):
        _tried(turn, right=True)
        return claim.typed(turn, state)
    _tried(turn, right=False)
    return _too_often(turn) or _unknown(turn, code)


def stranger(turn: Turn) -> Message | None:
    """What somebody without consent has written, where it is an answer to what he was asked, or almost a code."""
    typed = joining.read_digits(turn.text)
    if typed and len(typed) >= SHORTEST:
        number = phone_of(typed).number if len(typed) > joining.LENGTH else None
        return _phone_typed(turn, number) if number else _unknown(turn, typed)
    return agree.in_words(turn) or _is_you_in_words(turn) or privacy.stranger(turn)


def waiting(turn: Turn) -> Message | None:
    """Say again what a stranger has not answered yet, before he is called not understood."""
    if turn.people:
        return None
    return agree.next_question(turn) or (_is_you(turn, _meant(turn)) if _meant(turn) else None)


# ---- links and numbers ----


@on.event("start", who=Who.ANYONE)
def start(turn: Turn) -> Message:
    """The link on the paper carries its token; without one this is a first hello."""
    invitation = joining.by_token(turn.connection, turn.text, turn.rules.secret) if turn.text else None
    if invitation:
        return _invited(turn, invitation)
    if turn.text and not turn.people:
        return turn.say("link_unknown", phone=home.office_phone(turn))
    return waiting(turn) or home.home(turn)


@on.event("contact", who=Who.ANYONE)
def contact(turn: Turn) -> Message:
    """One's own number, as Telegram vouches for it, says who one is; anybody else's says nothing."""
    if not turn.incoming.own_contact:
        return turn.say("contact_foreign")
    # Telegram gives the number with its country, and the plus sign only sometimes.
    number = phone_of(f"+{turn.text.lstrip('+')}").number
    found = people.by_phone(turn.connection, number) if number else []
    if not found:
        return turn.say("phone_unknown", number=number or turn.text)
    fresh = _fresh(turn, found)
    if not fresh:
        return _known_here(turn, found)
    turn.conversation.forget()
    turn.draft["phone"] = number
    return _is_you(turn, fresh)


def _phone_typed(turn: Turn, number: str) -> Message:
    """A typed number identifies nobody and tells nothing: the same answer whether or not it is on the roster."""
    if too_often := _too_often(turn):
        return too_often
    _tried(turn, right=False)
    for person in people.by_phone(turn.connection, number):
        guardians = consent.guardians(turn.connection, person)
        # Once a day for a person, however many chats type his number.
        consent.tell(turn.connection, guardians, "phone_typed", person, turn.local.toordinal(), turn.now)
    return turn.say("phone_typed", number=number)


@on.action("no_code", who=Who.ANYONE)
def no_code(turn: Turn) -> Message:
    return turn.say("no_code", phone=home.office_phone(turn), channel=turn.channel)


# ---- an invitation, and what it is worth here and now ----


def _invited(turn: Turn, invitation: Invitation) -> Message:
    named = joining.people_of(turn.connection, invitation.id)
    fresh = _fresh(turn, named)
    if named and not fresh:
        return _known_here(turn, named)
    turn.conversation.forget()
    turn.draft["invitation"] = invitation.id
    used_here = invitation.address_id == turn.address.id
    if invitation.void_at or not named:
        return turn.say("code_void", phone=home.office_phone(turn))
    if invitation.used_at and not used_here:
        return turn.say("code_elsewhere")
    if invitation.expires_at <= turn.now and not used_here:
        return turn.say("code_expired", expired=invitation.expires_at, phone=home.office_phone(turn))
    if turn.people and len(fresh) == len(named):
        return turn.say("code_other")
    return _is_you(turn, fresh)


def _fresh(turn: Turn, named: Sequence[Person]) -> list[Person]:
    """Who of these has not agreed at this address."""
    return [person for person in named if person.id not in {p.id for p in turn.people}]


def _known_here(turn: Turn, named: Sequence[Person]) -> Message:
    turn.persons = tuple(p for p in turn.people if p.id in {n.id for n in named})
    return turn.say("code_here")


def _is_you(turn: Turn, persons: Sequence[Person]) -> Message:
    """Name the paper's own people, by their given names alone, and ask (voice.md J2)."""
    unit = units.get(turn.connection, persons[0].unit_id)
    return turn.say("is_you", persons=persons, unit=unit, by_phone="phone" in turn.draft)


def _meant(turn: Turn) -> list[Person]:
    """Whom the paper or the number that was shown here names; empty when nothing was shown."""
    if invitation_id := turn.draft.get("invitation"):
        return _fresh(turn, joining.people_of(turn.connection, invitation_id))
    if number := turn.draft.get("phone"):
        return _fresh(turn, people.by_phone(turn.connection, number))
    return []


@on.action("it_is_me", who=Who.ANYONE)
def it_is_me(turn: Turn) -> Message:
    """The proof lies in the draft, not in the button: whoever tapped has shown the paper in this chat."""
    persons, invitation_id = _meant(turn), turn.draft.get("invitation")
    if not persons:
        return waiting(turn) or home.home(turn)
    if invitation_id and not joining.use(turn.connection, invitation_id, turn.address.id, turn.now):
        return _again(turn) or home.home(turn)
    return agree.ask(turn, persons) or home.home(turn)


@on.action("not_me", who=Who.ANYONE)
def not_me(turn: Turn) -> Message:
    turn.conversation.forget()
    return turn.say("not_me", phone=home.office_phone(turn))


@on.action("code_slip", who=Who.ANYONE)
def code_slip(turn: Turn) -> Message:
    turn.conversation.forget()
    return turn.say("code_slip")


def _again(turn: Turn) -> Message | None:
    """Look at the same paper once more: it has changed since it was shown."""
    invitation = joining.get(turn.connection, turn.draft["invitation"])
    return _invited(turn, invitation) if invitation else None


def _is_you_in_words(turn: Turn) -> Message | None:
    words = fold(turn.text).strip(" .!")
    if not _meant(turn) or words not in _YES | _NO:
        return None
    return it_is_me(turn) if words in _YES else not_me(turn)


# ---- one phone, several people; one person, another phone ----


@on.action("we_share", who=Who.ANYONE)
def we_share(turn: Turn) -> Message:
    persons = _meant(turn)
    return _is_you(turn, persons) if persons else home.home(turn)


@on.action("new_owner", who=Who.ANYONE)
def new_owner(turn: Turn) -> Message:
    """The phone has changed hands: who used it before is written to here no more, and his secretary hears of it."""
    persons = _meant(turn)
    if not persons:
        return home.home(turn)
    for person in turn.people:
        consent.detach(turn.connection, person.id, turn.address.id, turn.now)
        privacy.note(turn, person, "phone.passed_on")
    turn.people = ()
    return _is_you(turn, persons)


@on.action("new_phone", who=Who.ANYONE)
def new_phone(turn: Turn) -> Message:
    """A paper that is used elsewhere: its people are asked here once their secretary says so."""
    persons = _meant(turn)
    if not persons:
        return home.home(turn)
    for person in persons:
        consent.ask(turn.connection, person.id, turn.address.id, turn.now, state="wanted")
        _ask_secretary(turn, person, "new_phone")
    turn.conversation.forget()
    return turn.say("new_phone_asked", phone=home.office_phone(turn))


@on.action("want_code", who=Who.ANYONE)
def want_code(turn: Turn) -> Message:
    """The paper has expired: whoever holds it may have the secretary asked for another."""
    persons = _meant(turn)
    if not persons:
        return home.home(turn)
    _ask_secretary(turn, persons[0], "code_wanted")
    turn.conversation.forget()
    return turn.say("code_wanted", phone=home.office_phone(turn))


def _ask_secretary(turn: Turn, person: Person, kind: str) -> None:
    line = audit.note(turn.connection, None, f"join.{kind}", turn.now, unit_id=person.unit_id, subject=turn.address.id)
    consent.tell(turn.connection, consent.guardians(turn.connection, person), kind, person, line, turn.now)


# ---- limits ----


def _too_often(turn: Turn) -> Message | None:
    limit = joining.limit(turn.connection, turn.address.id, turn.now, turn.rules)
    return turn.say("code_wait", today=limit == "day", phone=home.office_phone(turn)) if limit else None


def _tried(turn: Turn, *, right: bool) -> None:
    if joining.tried(turn.connection, turn.address.id, turn.now, right=right):
        log.warning("Many wrong codes within an hour: somebody may be guessing", alarm=True)


def _unknown(turn: Turn, typed: str) -> Message:
    return turn.say("code_unknown", typed=joining.grouped(typed[:12]), phone=home.office_phone(turn))
