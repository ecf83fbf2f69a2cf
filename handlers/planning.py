"""What the flows that set dates share: the cell, what is being put together, places, and words from templates."""

from __future__ import annotations

import html
import json
from datetime import datetime, time
from typing import Any
from zlib import crc32

from db import people, series, units
from db.people import Person
from db.units import Unit
from handlers.router import Turn
from vietnamese.text import fold

EVENING = time(19, 30)  # the usual hour of a village cell that has none of its own yet (domain.md 2.1)
LONGEST_PLACE = 80
_YES = frozenset({"luu", "luu di", "dung", "dung roi", "dong y", "duoc", "bao di", "ok", "gui", "gui di"})
_YES |= {"co", "co a", "vang", "vang a", "u", "uh", "da", "da vang", "chinh xac", "nhat tri"}


def led_cell(turn: Turn) -> Unit:
    """The cell whose meetings the person sets."""
    return led_by(turn, turn.person) or units.get(turn.connection, turn.person.unit_id)


def led_by(turn: Turn, person: Person) -> Unit | None:
    """Of the cells that somebody leads the one that was chosen in this chat, else his own, else the first."""
    led = people.cells_of(turn.connection, person.id)
    wanted = (turn.conversation.cell_id, person.unit_id)
    return next((cell for place in wanted for cell in led if cell.id == place), led[0] if led else None)


def begin(turn: Turn, flow: str, **values: Any) -> None:
    """Start putting something together; whatever was begun before is given up."""
    began = {"flow": flow, "begun": turn.now.isoformat(), "began_by": turn.person.id}
    turn.conversation.draft = {"by": turn.person.id, **began, **values}


def is_in(turn: Turn, flow: str, **values: Any) -> bool:
    """Whether this chat is still putting that together: an old button finds that it is not."""
    return all(turn.draft.get(name) == value for name, value in {"flow": flow, **values}.items())


def mark(turn: Turn) -> str:
    """A short mark of what has been put together, so that a button acts only on what was shown above it."""
    return f"{crc32(json.dumps(turn.draft, sort_keys=True).encode()):08x}"


def says_yes(turn: Turn) -> bool:
    """Whether a typed text means the first choice of a check."""
    return fold(turn.text).strip(" .!") in _YES


def words(turn: Turn, template: str, **context: Any) -> str:
    """Plain words from a template, for a place or a reason that is kept."""
    return html.unescape(turn.say(template, **context).text)


def usual(turn: Turn, cell: Unit) -> tuple[time, str]:
    """The cell's last hour and place, else half past seven at its house of culture."""
    return series.last_used(turn.connection, cell.id, turn.rules) or (EVENING, words(turn, "place_hall", cell=cell))


def places(turn: Turn, cell: Unit) -> dict[str, str]:
    """The places to choose from, by the word that their buttons carry."""
    found = {"hall": words(turn, "place_hall", cell=cell)}
    if leaders := people.holders(turn.connection, people.SECRETARIES, cell.id):
        found["house"] = words(turn, "place_secretary", secretary=leaders[0])
    last = usual(turn, cell)[1]
    return found if last in found.values() else {**found, "last": last}


def typed_place(turn: Turn) -> str | None:
    """A place as typed, on one line; None when it is too long to be one."""
    place = " ".join(turn.text.split())
    return place if place and len(place) <= LONGEST_PLACE else None


def chosen(turn: Turn) -> datetime:
    """The moment that has been put together."""
    return turn.rules.local(datetime.fromisoformat(turn.draft["at"]))
