"""Bringing the commune's list in: an official sends the file, sees what would change, and confirms just that.

The file itself is kept nowhere: the draft holds what Telegram calls it, and each step fetches and reads it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from content import File, Message
from db import people, roster
from db.matching import Plan
from db.units import Unit
from handlers.cells import page_of
from handlers.planning import begin
from handlers.router import Router, Turn, Who
from sheets.roster import UnreadableRoster

on = Router()

LINES_A_PAGE = 5
FORM_NAME = "danh-sach-ban-mau.xlsx"


@on.event("document", who=Who.OFFICIAL)
def received(turn: Turn) -> Message:
    """A list has been sent: nothing changes yet."""
    document = turn.incoming.document
    if document:
        begin(turn, "roster", file_id=document.file_id, file_name=document.name)
    read = _read(turn)
    return read if isinstance(read, Message) else _preview(turn, read)


@on.action("roster_apply", who=Who.OFFICIAL, refetches=True)
def confirm(turn: Turn, digest: str) -> Message:
    """Do what was seen; if it would be something else by now, show that instead."""
    made = _read(turn)
    if isinstance(made, Message):
        return made
    if made.touched and made.digest != digest:
        return _preview(turn, made, again=True)
    if not made.touched:
        return _preview(turn, made)
    roster.apply(turn.connection, made, turn.person.id, turn.now)
    turn.conversation.forget()
    counted = people.counts(turn.connection, made.commune)
    return turn.say("roster_done", touched=made.touched, counted=counted)


@on.action("roster_look", who=Who.OFFICIAL, refetches=True)
def look(turn: Turn, page: int) -> Message:
    """What would change, person by person; rights first, because they weigh most."""
    made = _read(turn)
    if isinstance(made, Message):
        return made
    entries, following = page_of(changes_of(made), page, LINES_A_PAGE)
    return turn.say("roster_look", plan=made, entries=entries, following=following)


@on.action("roster_faults", who=Who.OFFICIAL, refetches=True)
def faults(turn: Turn, page: int) -> Message:
    """More of the lines that have to be corrected."""
    read = _read(turn, page)
    return read if isinstance(read, Message) else _preview(turn, read)


@on.action("roster_drop", who=Who.OFFICIAL)
def drop(turn: Turn) -> Message:
    turn.conversation.forget()
    return turn.say("roster_dropped")


@on.action("roster_form", who=Who.OFFICIAL, words=("ban mau", "xem ban mau"))
def form(turn: Turn) -> Message:
    """The empty form, with a line or two to show how it is filled in."""
    return turn.say("roster_form", channel=turn.channel, files=(File("roster_form", (), FORM_NAME),))


def _read(turn: Turn, page: int = 0) -> Plan | Message:
    """The plan of the file at hand, or what there is to say instead."""
    if "file_id" not in turn.draft:
        return turn.say("roster_gone")
    if turn.document is None:
        return turn.say("roster_not_fetched")
    if isinstance(turn.document, UnreadableRoster):
        return turn.say("roster_unreadable", kind=turn.document.kind)
    if turn.document.problems:
        return _problems(turn, turn.document.problems, page)
    columns = frozenset(turn.document.headings)
    made = roster.plan(turn.connection, _commune(turn), turn.document.rows, columns)
    return _problems(turn, made.problems, page) if made.problems else made


def _commune(turn: Turn) -> Unit:
    commune = roster.commune_of_official(turn.connection, turn.person.id)
    if commune is None:
        raise LookupError("an official of no commune")
    return commune


def _preview(turn: Turn, made: Plan, *, again: bool = False) -> Message:
    if not made.touched:
        turn.conversation.forget()
        return turn.say("roster_same", plan=made)
    return turn.say("roster_preview", plan=made, again=again)


def _problems(turn: Turn, problems: Sequence[Any], page: int) -> Message:
    shown, following = page_of(problems, page, LINES_A_PAGE)
    rows = len({problem.row_number for problem in problems})
    return turn.say("roster_problems", problems=shown, rows=rows, following=following)


def changes_of(made: Plan) -> list[tuple[str, Any]]:
    """(what, of whom) for each line of the page "person by person"; roles stand apart from the other fields."""
    fields = [(change, difference) for change in made.changed for difference in change.differences]
    return [
        *(("given", right) for right in made.given),
        *(("taken", right) for right in made.taken),
        *(("changed", pair) for pair in fields if pair[1].field != "role"),
        *(("new", row) for row in made.new),
        *(("missing", person) for person in made.missing),
    ]
