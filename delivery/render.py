"""From a claimed row to the message it means now; None where it has become useless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from content import Message
from db import addresses, outbox, units
from db.outbox import Delivery, Item
from db.people import Person
from db.rules import Rules
from delivery import briefs, changes, news, notices, questions, reminders, status
from delivery.view import Renderer, View

_PARTS = (reminders, briefs, changes, status, news, notices, questions)

# Kind of due item -> the message it makes. `LINES`: the same as one line and one choice, for a message of several.
RENDER: Mapping[str, Renderer] = {kind: made for part in _PARTS for kind, made in part.RENDER.items()}
LINES: Mapping[str, Renderer] = {kind: made for part in _PARTS for kind, made in part.LINES.items()}
# The first word of a screen's name -> the screen; its subject is the number behind the colon.
SCREENS: Mapping[str, Renderer] = {name: made for part in _PARTS for name, made in part.SCREENS.items()}


NOBODY = addresses.Home()


class Desk:
    """What a group of claimed rows is rendered with: read once for all of them."""

    def __init__(self, connection: Connection, rows: Sequence[Delivery], now: datetime, rules: Rules) -> None:
        self.connection, self.now, self.rules = connection, now, rules
        self.facts: dict[tuple[Any, ...], Any] = {}
        drawn = [row for row in rows if row.kind != "answer"]
        carried = [row.id for row in drawn if row.kind == "items"]
        self._homes = addresses.homes(connection, {row.address_id for row in drawn}) if drawn else {}
        self._items = outbox.items_of(connection, carried) if carried else {}
        self._audience = tuple({item.person_id for items in self._items.values() for item in items})

    def items(self, row: Delivery) -> list[Item]:
        """What a row carries; whoever stopped the messages or took back his consent since hears nothing."""
        listening = self._homes.get(row.address_id, NOBODY).listening
        return [item for item in self._items.get(row.id, []) if item.person_id in listening]

    def render(self, row: Delivery) -> Message | None:
        """The message that a row means now; None where it has become useless."""
        if row.kind == "answer":
            return Message.from_json(row.message) if row.message else None
        behind = self._homes.get(row.address_id, NOBODY).people
        if row.kind == "screen":
            name, _, subject = (row.screen or "").partition(":")
            return SCREENS[name](self._view(row, behind, behind, int(subject), 0))
        groups = _groups(self.items(row))
        made = [(group[0].kind, view, m) for group in groups for view, m in self._said(row, group, behind)]
        if len(made) <= 1:
            return made[0][2] if made else None
        return _digest([LINES[kind](view) for kind, view, _ in made], made[0][1])

    def _said(self, row: Delivery, group: list[Item], behind: tuple[Person, ...]) -> list[tuple[View, Message]]:
        wanted = {item.person_id for item in group}
        present = tuple(person for person in behind if person.id in wanted)
        view = self._view(row, present, behind, group[0].subject, group[0].revision)
        message = RENDER[group[0].kind](view) if present else None
        return [(view, message)] if message else []

    def _view(
        self, row: Delivery, people: tuple[Person, ...], behind: tuple[Person, ...], subject: int, revision: int
    ) -> View:
        shared, now, rules = len(behind) > 1, self.now, self.rules
        audience, here = self._audience, row.address_id
        return View(self.connection, people, shared, subject, revision, now, rules, audience, here, self.facts)


def trouble(connection: Connection, row: Delivery, now: datetime, rules: Rules) -> Message:
    """What is said instead of an answer that cannot be sent, with the number by which it is found (voice.md X9)."""
    behind = tuple(addresses.people_at(connection, row.address_id))
    home = units.get(connection, behind[0].unit_id) if behind else None
    office = units.commune_of(connection, home) if home else units.root(connection)
    view = View(connection, behind, len(behind) > 1, row.id, 0, now, rules, (), row.address_id)
    return view.say("trouble", number=row.id, phone=office.phone if office else None)


def _groups(items: list[Item]) -> list[list[Item]]:
    """The same thing to several people of a household is one group."""
    groups: dict[tuple[str, int, int], list[Item]] = {}
    for item in items:
        groups.setdefault((item.kind, item.subject, item.revision), []).append(item)
    return list(groups.values())


def _digest(lines: list[Message | None], view: View) -> Message:
    """Several things in one message with one menu (voice.md R7)."""
    said = [line for line in lines if line]
    head = view.say("digest", count=len(said))
    text = "\n".join([head.text, *(line.text for line in said), view.say("digest_question").text])
    choices = tuple(choice for line in said for choice in line.choices)
    return Message(text, choices)
