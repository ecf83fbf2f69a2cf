"""The first official claims an installation with the code that its set-up printed."""

from __future__ import annotations

from typing import Literal

from content import Message
from db import audit, joining, people, units
from db.people import Person
from handlers import agree, home
from handlers.router import Router, Turn, Who
from sheets.values import name_trouble
from vietnamese.names import clean_name
from vietnamese.text import fold

on = Router()


def typed(turn: Turn, state: Literal["open", "used", "expired"]) -> Message:
    """The digits were the claim code: whoever holds them is asked for his name."""
    turn.conversation.forget()
    if state != "open":
        return turn.say("claim_over", expired=state == "expired")
    turn.draft["claims"] = True
    return turn.say("claim_name", again=False, expects="claim.name")


@on.text("claim.name", who=Who.ANYONE)
def name(turn: Turn) -> Message | None:
    if not turn.draft.get("claims"):
        return None
    full = clean_name(turn.text)
    if name_trouble(full) or len(full.split()) < 2:
        return turn.say("claim_name", again=True, expects="claim.name")
    turn.conversation.forget()
    if not joining.claim(turn.connection, turn.now):
        return turn.say("claim_over", expired=False)
    return _welcome(turn, _official(turn, full))


def _official(turn: Turn, full: str) -> Person:
    """Whoever of the commune, or of this phone, has this name already; else somebody new."""
    commune = units.root(turn.connection)
    if commune is None:
        raise LookupError("the installation has no commune")
    known = [*turn.people, *people.of_cell(turn.connection, commune.id)]
    same = (person for person in known if person.folded == fold(full))
    person = next(same, None) or people.add(turn.connection, commune, full)
    if ("official", commune.id) not in people.roles_of(turn.connection, person.id):
        people.give_role(turn.connection, person, commune, "official")
    audit.note(turn.connection, person.id, "install.claimed", turn.now, unit_id=commune.id, subject=person.id)
    return person


def _welcome(turn: Turn, person: Person) -> Message:
    turn.conversation.acting = "official"
    if person.id in {p.id for p in turn.people}:
        return home.home(turn)
    return agree.ask(turn, [person]) or home.home(turn)
