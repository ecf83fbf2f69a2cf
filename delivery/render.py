"""From a claimed row to the message it means now; None where it has become useless."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from content import Message
from db import addresses, outbox, people, units
from db.outbox import Delivery, Item
from db.rules import Rules
from delivery import briefs, changes, news, notices, reminders, status
from delivery.view import Renderer, View

_PARTS = (reminders, briefs, changes, status, news, notices)

# Kind of due item -> the message it makes. `LINES`: the same as one line and one choice, for a message of several.
RENDER: Mapping[str, Renderer] = {kind: made for part in _PARTS for kind, made in part.RENDER.items()}
LINES: Mapping[str, Renderer] = {kind: made for part in _PARTS for kind, made in part.LINES.items()}
# The first word of a screen's name -> the screen; its subject is the number behind the colon.
SCREENS: Mapping[str, Renderer] = {name: made for part in _PARTS for name, made in part.SCREENS.items()}


def render_delivery(connection: Connection, row: Delivery, now: datetime, rules: Rules) -> Message | None:
    if row.kind == "answer":
        return Message.from_json(row.message) if row.message else None
    behind = tuple(addresses.people_at(connection, row.address_id))
    if row.kind == "screen":
        return _screen(connection, row, behind, now, rules)
    # Whoever stopped the messages or took back his consent since the item was gathered hears nothing.
    listeners = addresses.listeners(connection, row.address_id)
    groups = _groups([item for item in outbox.items_of(connection, row.id) if item.person_id in listeners])
    views = [_view(connection, group, behind, now, rules) for group in groups]
    made = [(group[0].kind, view, m) for group, view in zip(groups, views, strict=True) if (m := _render(group, view))]
    if len(made) <= 1:
        return made[0][2] if made else None
    return _digest([LINES[kind](view) for kind, view, _ in made], made[0][1])


def trouble(connection: Connection, row: Delivery, now: datetime, rules: Rules) -> Message:
    """What is said instead of an answer that cannot be sent, with the number by which it is found (voice.md X9)."""
    behind = tuple(addresses.people_at(connection, row.address_id))
    home = units.get(connection, behind[0].unit_id) if behind else None
    office = units.commune_of(connection, home) if home else units.root(connection)
    view = View(connection, behind, len(behind) > 1, row.id, 0, now, rules)
    return view.say("trouble", number=row.id, phone=office.phone if office else None)


def _screen(
    connection: Connection, row: Delivery, behind: tuple[people.Person, ...], now: datetime, rules: Rules
) -> Message | None:
    name, _, subject = (row.screen or "").partition(":")
    return SCREENS[name](View(connection, behind, len(behind) > 1, int(subject), 0, now, rules))


def _groups(items: list[Item]) -> list[list[Item]]:
    """The same thing to several people of a household is one group."""
    groups: dict[tuple[str, int, int], list[Item]] = {}
    for item in items:
        groups.setdefault((item.kind, item.subject, item.revision), []).append(item)
    return list(groups.values())


def _view(
    connection: Connection, group: list[Item], behind: tuple[people.Person, ...], now: datetime, rules: Rules
) -> View:
    wanted = {item.person_id for item in group}
    present = tuple(person for person in behind if person.id in wanted)
    return View(connection, present, len(behind) > 1, group[0].subject, group[0].revision, now, rules)


def _render(group: list[Item], view: View) -> Message | None:
    return RENDER[group[0].kind](view) if view.people else None


def _digest(lines: list[Message | None], view: View) -> Message:
    """Several things in one message with one menu (voice.md R7)."""
    said = [line for line in lines if line]
    head = view.say("digest", count=len(said))
    text = "\n".join([head.text, *(line.text for line in said), view.say("digest_question").text])
    choices = tuple(choice for line in said for choice in line.choices)
    return Message(text, choices)
