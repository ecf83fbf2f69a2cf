"""Leaving and looking: stop, come back, take consent back, see what is kept, be forgotten (voice.md X5-X8, X16)."""

from __future__ import annotations

from content import Message
from db import addresses, audit, consent, erasure, people, units
from db.people import Person
from handlers import home
from handlers.router import Router, Turn, Who
from vietnamese.text import fold, nfc

on = Router()

_STOP = {"dừng", "dừng lại", "dừng ạ", "dừng đi", "dừng nhắn", "dừng nhắn tin"}
_STOP_OR_RIGHT = {"dung", "dung a"}  # without marks this is "dừng" as well as "đúng"
_LOOK = ["xem du lieu", "xem du lieu cua toi", "du lieu cua toi", "xem thong tin cua toi", "thong tin cua toi"]
_LOOK += ["tro ly giu gi ve toi", "tro ly dang giu gi ve toi", "giu gi ve toi"]
_FORGET = ("xoa toi", "xoa ten toi", "xoa han ten toi", "xoa het", "xoa du lieu cua toi", "xoa thong tin cua toi")


# ---- no more messages, and messages again ----


@on.action(
    "stop",
    who=Who.MEMBER,
    words=("dung nhan tin", "ngung nhan tin", "ngung", "ngung tin", "thoi nhan tin", "khong nhan tin nua", "stop"),
    together=True,
)
def stop(turn: Turn) -> Message:
    for person in turn.persons:
        if consent.stop(turn.connection, person.id, turn.now):
            note(turn, person, "messages.stopped")
    return turn.say("stopped", person=turn.person)


@on.action("resume", who=Who.MEMBER, words=("nhan tin", "nhan tin lai", "nhan lai tin", "nhan lai"), together=True)
def resume(turn: Turn) -> Message:
    for person in turn.persons:
        if person.erase_asked_at:
            return turn.say("erase_waits", person=person)
        if consent.resume(turn.connection, person.id):
            note(turn, person, "messages.resumed")
            consent.catch_up(turn.connection, person, turn.now, turn.rules)
    return turn.say("resumed")


@on.action("stop_or_right", who=Who.MEMBER)
def stop_or_right(turn: Turn) -> Message:
    return turn.say("stop_or_right")


@on.action("stop_check", who=Who.MEMBER, together=True)
def stop_check(turn: Turn) -> Message:
    """A whole sentence that sounds like stopping is asked back before anything is stopped."""
    return turn.say("stop_check")


@on.action("still_stopped", who=Who.MEMBER)
def still_stopped(turn: Turn) -> Message:
    return turn.say("still_stopped")


def meant(turn: Turn) -> str | None:
    """The action that a bare "dừng" means; "dung" is asked back, unless something else was being asked."""
    said = nfc(turn.text).lower().strip(" .,!")
    if said in _STOP:
        return "stop"
    return "stop_or_right" if said in _STOP_OR_RIGHT and turn.people and not turn.conversation.expects else None


def left_over(turn: Turn) -> Message | None:
    """Whoever stopped the messages, and says what nothing else understood, is asked once whether to go on."""
    silent = tuple(person for person in turn.people if consent.is_stopped(turn.connection, person.id))
    if not silent or turn.draft.get("resume_asked"):
        return None
    turn.draft["resume_asked"] = True
    turn.persons = silent
    leaving = next((person for person in silent if person.erase_asked_at), None)
    return turn.say("erase_waits", person=leaving) if leaving else turn.say("stopped_back")


# ---- consent taken back ----


@on.action("withdraw", who=Who.MEMBER, words=("rut dong y", "rut lai dong y", "toi rut dong y", "rut lai su dong y"))
def withdraw(turn: Turn) -> Message:
    """Nothing more is sent, at any of the person's phones; joining again is as easy as the first time."""
    if consent.withdraw(turn.connection, turn.person.id, turn.now):
        note(turn, turn.person, "consent.withdrawn")
    turn.conversation.forget()
    return turn.say("withdrawn", person=turn.person)


# ---- what is kept ----


@on.action(
    "my_data",
    who=Who.MEMBER,
    words=_LOOK,
)
def my_data(turn: Turn) -> Message:
    person = turn.person
    here = consent.link(turn.connection, person.id, turn.address.id)
    return turn.say(
        "my_data",
        person=person,
        unit=units.get(turn.connection, person.unit_id),
        roles=[role for role, _ in people.roles_of(turn.connection, person.id)],
        answers=consent.answers_kept(turn.connection, person.id),
        since=here.decided_at if here else None,
        viewers=consent.viewers(turn.connection, person),
    )


@on.action("fix_data", who=Who.MEMBER)
def fix_data(turn: Turn) -> Message:
    return turn.say("fix_data", secretary=home.secretary_of(turn), phone=home.office_phone(turn))


# ---- to be forgotten ----


@on.action("forget_me", who=Who.MEMBER, words=_FORGET)
def forget_me(turn: Turn) -> Message:
    return turn.say("erase_check", person=turn.person, agreed=True)


@on.action("erase_check", who=Who.ANYONE)
def erase_check(turn: Turn, person_id: int) -> Message:
    person = _mine(turn, person_id)
    if person is None:
        return home.home(turn)
    return turn.say("erase_check", person=person, agreed=person.id in {p.id for p in turn.people})


@on.action("erase_me", who=Who.ANYONE)
def erase_me(turn: Turn, person_id: int) -> Message:
    """Keep the wish with its deadline; officials carry it out, the secretary knows of it."""
    person = _mine(turn, person_id)
    if person is None:
        return home.home(turn)
    number = erasure.request(turn.connection, person, turn.now)
    if number is None:
        return turn.say("erase_waits", person=person)
    told = {*consent.guardians(turn.connection, person), *consent.officials(turn.connection, person)}
    consent.tell(turn.connection, sorted(told), "erase", person, number, turn.now)
    deadline = erasure.deadline(turn.local.date(), turn.rules.rest_days)
    phone = home.office_phone(turn)
    return turn.say("erase_taken", person=person, number=number, deadline=deadline, phone=phone)


@on.action("erase_keep", who=Who.ANYONE)
def erase_keep(turn: Turn, person_id: int) -> Message:
    person = _mine(turn, person_id)
    if person is None:
        return home.home(turn)
    if erasure.take_back(turn.connection, person):
        audit.note(turn.connection, person.id, "erase.kept", turn.now, unit_id=person.unit_id, subject=person.id)
        consent.catch_up(turn.connection, person, turn.now, turn.rules)
    return turn.say("erase_kept", person=person)


def stranger(turn: Turn) -> Message | None:
    """Whoever has taken his consent back may still ask to be forgotten."""
    if fold(turn.text).strip(" .!") not in _FORGET:
        return None
    gone = consent.at_address(turn.connection, turn.address.id, ["withdrawn"])
    if len(gone) == 1:
        return turn.say("erase_check", person=gone[0], agreed=False)
    return turn.say("erase_who", people=gone) if gone else None


def _mine(turn: Turn, person_id: int) -> Person | None:
    """Somebody who agreed at this address, even if he has taken that back since."""
    behind = consent.at_address(turn.connection, turn.address.id, ["agreed", "withdrawn"])
    return next((person for person in behind if person.id == person_id), None)


def note(turn: Turn, person: Person, act: str) -> None:
    """Write down that a person can be reached no more, or again, and tell his secretaries."""
    line = audit.note(turn.connection, person.id, act, turn.now, unit_id=person.unit_id, subject=turn.address.id)
    consent.tell(turn.connection, consent.guardians(turn.connection, person), "stopped", person, line, turn.now)


# ---- what a phone does by itself ----


@on.event("blocked", who=Who.ANYONE)
def blocked(turn: Turn) -> None:
    addresses.mark_dead(turn.connection, turn.address.id, "blocked", turn.now)


@on.event("unblocked", who=Who.ANYONE)
def unblocked(turn: Turn) -> None:
    """That something came from the address has made it alive already."""
