"""The way back: the menu of each role, help, and what is said when nothing was understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from content import Choice, Message
from db import conversations, intentions, meetings, outbox, people, questions, units
from db.conversations import FORGET_AFTER
from db.meetings import Meeting
from db.people import SECRETARIES, Person
from db.units import Unit
from handlers.planning import led_by
from handlers.router import Router, Turn, Who

on = Router()

WHO_IS_THIS = ("ai day", "ai do", "ai the", "ai vay", "ai nhan day", "day la ai", "alo ai day", "ban la ai", "la ai")

GREETINGS = ("alo", "a lo", "alo alo", "chao", "xin chao", "chao tro ly", "chao dong chi", "hello", "hi", "co ai khong")

Role = Literal["official", "secretary", "member"]
ROLES: tuple[str, ...] = get_args(Role)


@on.action("home", who=Who.ANYONE, words=GREETINGS)
def home(turn: Turn) -> Message:
    if not turn.people:
        return stranger(turn)
    role = acting(turn)
    turn.persons = who_is(turn, role)
    return _HOMES[role](turn)


@on.action("role", who=Who.MEMBER)
def role(turn: Turn, name: str) -> Message:
    """Work on in another of the person's roles."""
    if name in roles(turn):
        turn.conversation.acting = name
    return home(turn)


@on.action("roles", who=Who.MEMBER, words=("doi vai", "doi phan viec", "chuyen vai"))
def choose_role(turn: Turn) -> Message:
    now, others = acting(turn), [name for name in roles(turn) if name != acting(turn)]
    cells = [cell for cell in people.cells_of(turn.connection, turn.person.id) if cell.id != cell_of(turn).id]
    return turn.say("roles", acting=now, others=others, cells=cells) if others or cells else home(turn)


@on.action("lead", who=Who.SECRETARY)
def lead(turn: Turn, unit_id: int) -> Message:
    """A secretary of several cells works on for another of them; what was half-done for the first is given up."""
    if unit_id in [cell.id for cell in people.cells_of(turn.connection, turn.person.id)]:
        turn.conversation.forget()
        turn.conversation.acting, turn.conversation.cell_id = "secretary", unit_id
    return home(turn)


@on.action("let_go", who=Who.ANYONE)
def let_go(turn: Turn) -> Message:
    """ "Thôi": whatever was being put together is given up, and that is said."""
    if not turn.people:
        return stranger(turn)
    turn.conversation.forget()
    return turn.say("let_go", menu=menu_choices(turn, acting(turn)))


@on.action("about", who=Who.ANYONE, words=WHO_IS_THIS)
def about(turn: Turn) -> Message:
    """Who writes here, to people who have every reason to ask."""
    if not turn.people:
        return stranger(turn)
    return turn.say("about", commune=commune(turn), phone=office_phone(turn))


@on.action("help", who=Who.MEMBER, words=("giup", "giup toi", "tro giup", "help", "huong dan", "nho giup"))
def help_(turn: Turn) -> Message:
    if acting(turn) == "official":
        return help_official(turn)
    return turn.say("help", secretary=secretary_of(turn), phone=office_phone(turn), several=len(roles(turn)) > 1)


@on.action("help_official", who=Who.OFFICIAL)
def help_official(turn: Turn) -> Message:
    return turn.say("help_official", several=len(roles(turn)) > 1, channel=turn.channel)


@on.action("call_me", who=Who.MEMBER, words=("goi cho toi", "goi lai cho toi"))
def call_me(turn: Turn) -> Message:
    """Ask the secretary to call this person; in the night he is asked in the morning."""
    leaders = people.holders(turn.connection, SECRETARIES, turn.person.unit_id)
    told = [p.id for p in leaders if p.id != turn.person.id]
    at = turn.rules.next_allowed(turn.now)
    wish = {"due_at": at, "worthless_after": turn.rules.end_of_day(at), "now": turn.now}
    outbox.due(turn.connection, told, "call_me", turn.person.id, revision=turn.local.toordinal(), **wish)
    secretary, later = secretary_of(turn), at if at > turn.now else None
    office = ("secretary" if secretary else "deputy") if told else None
    return turn.say("call_me", office=office, later=later, secretary=secretary, phone=office_phone(turn))


# ---- what dispatch says by itself ----


def stranger(turn: Turn) -> Message:
    return turn.say("stranger", commune=commune(turn), phone=office_phone(turn))


def not_yours(turn: Turn) -> Message:
    if turn.incoming.document:
        return turn.say("document_not_yours", menu=menu_choices(turn))
    return turn.say("not_yours", secretary=secretary_of(turn), phone=office_phone(turn))


def unreadable(turn: Turn) -> Message:
    """A picture, a voice, a sticker: say what can be read, with the open question's choices or the menu (X11).

    A sticker is no answer, whatever it shows: what was asked is asked back.
    """
    helping = {"secretary": secretary_of(turn), "phone": office_phone(turn)}
    if turn.incoming.kind == "unsupported":
        return turn.say("unsupported", official="official" in roles(turn), channel=turn.channel, **helping)
    offers = conversations.newest_offers(turn.connection, turn.address.id, turn.now)
    newest = [Choice(**choice) for choice in offers[0].choices] if offers else []
    meeting = _asked_about(turn, newest)
    return turn.say("unreadable", meeting=meeting, choices=newest, menu=menu_choices(turn), **helping)


def _asked_about(turn: Turn, choices: Sequence[Choice]) -> Meeting | None:
    """The open meeting about which these choices ask whether one comes."""
    asked = {words[-3] for choice in choices if (words := choice.action.split())[-4:-3] == ["answer"]}
    near = meetings.open_for(turn.connection, [p.id for p in turn.people], turn.now) if asked else []
    return next((meeting for meeting in near if str(meeting.id) in asked), None)


def lost(turn: Turn) -> Message:
    """Not understood; the second time in a row somebody to call is named."""
    turn.conversation.lost += 1
    if not turn.people:
        return stranger(turn)
    menu = menu_choices(turn, acting(turn))
    if turn.conversation.lost > 1:
        return turn.say("lost_again", secretary=secretary_of(turn), phone=office_phone(turn), menu=menu)
    return turn.say("lost", menu=menu)


# ---- who and where ----


def roles(turn: Turn) -> list[str]:
    """The roles held at this address, the highest first."""
    held = {role for person in turn.people for role, _ in people.roles_of(turn.connection, person.id)}
    found = {"official": "official" in held, "secretary": bool(held & set(SECRETARIES))}
    found["member"] = any(units.get(turn.connection, p.unit_id).kind == "cell" for p in turn.people)
    return [name for name in ROLES if found[name]]


def acting(turn: Turn) -> str:
    held = roles(turn) or ["member"]
    chosen = turn.conversation.acting
    return chosen if chosen in held else held[0]


def who_is(turn: Turn, role: str) -> tuple[Person, ...]:
    """The people at this address who hold a role; a member's home is everybody's."""
    wanted = {"secretary": set(SECRETARIES), "official": {"official"}}.get(role)
    if wanted is None:
        return turn.people
    held = tuple(p for p in turn.people if {r for r, _ in people.roles_of(turn.connection, p.id)} & wanted)
    return held[:1]


def menu_choices(turn: Turn, *only: str) -> tuple[Choice, ...]:
    """The entries of the menus of these roles, else of all that are held here."""
    held = only or tuple(roles(turn))
    return tuple(choice for name in held for choice in turn.say(f"menu_{name}").choices)


def cell_of(turn: Turn) -> Unit:
    """The cell that is spoken of: the one the person leads, else his own."""
    person = (turn.persons or turn.people)[0]
    led = led_by(turn, person) if acting(turn) == "secretary" else None
    return led or units.get(turn.connection, person.unit_id)


def secretary_of(turn: Turn) -> Person | None:
    """Whom to name as the secretary to ask or to call; None where there is none, or where it is he who writes."""
    if not turn.people:
        return None
    unit_id = (turn.persons or turn.people)[0].unit_id
    found = people.holders(turn.connection, ("secretary",), unit_id)
    here = {person.id for person in turn.people}
    return found[0] if found and found[0].id not in here else None


def unfinished(turn: Turn) -> str | None:
    """What this chat has begun to put together and may still go on with: the name of the flow."""
    begun = turn.draft.get("begun")
    if begun is None or turn.now - datetime.fromisoformat(begun) > FORGET_AFTER:
        return None
    flow: str = turn.draft["flow"]
    return flow


def office_phone(turn: Turn) -> str | None:
    office = commune(turn)
    return office.phone if office else None


def commune(turn: Turn) -> Unit | None:
    if turn.people:
        return units.commune_of(turn.connection, units.get(turn.connection, turn.people[0].unit_id))
    return units.root(turn.connection)


# ---- the three homes ----


def _member_home(turn: Turn) -> Message:
    cell = units.get(turn.connection, turn.persons[0].unit_id)
    meeting = meetings.next_planned(turn.connection, cell.id, turn.now)
    said = [intentions.current(turn.connection, meeting, p.id) for p in turn.persons] if meeting else []
    return turn.say("home_member", meeting=meeting, said=said[0] if len(said) == 1 else None, begun=unfinished(turn))


def _secretary_home(turn: Turn) -> Message:
    cell = cell_of(turn)
    meeting = meetings.next_planned(turn.connection, cell.id, turn.now)
    status = intentions.status(turn.connection, meeting) if meeting else None
    led = len(people.cells_of(turn.connection, turn.persons[0].id))
    return turn.say("home_secretary", cell=cell, led=led, status=status, meeting=meeting, begun=unfinished(turn))


def _official_home(turn: Turn) -> Message:
    office = units.commune_of(turn.connection, units.get(turn.connection, turn.persons[0].unit_id))
    counted = people.counts(turn.connection, office)
    waiting = len(questions.waiting(turn.connection, turn.persons[0].id))
    said = {"cells": units.cells(turn.connection, office), "counted": counted, "begun": unfinished(turn)}
    return turn.say("home_official", commune=office, channel=turn.channel, waiting=waiting, **said)


_HOMES = {"member": _member_home, "secretary": _secretary_home, "official": _official_home}
