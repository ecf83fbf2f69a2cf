"""Opens a recipe for a file at the moment it is sent: nothing that people print is kept on a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from channels.base import SendError
from content.filters import phone
from content.message import File
from db import addresses, joining, roster, units
from db.engine import Database
from db.roster import Line
from db.rules import Rules
from db.units import Unit
from sheets import words
from sheets.export import roster_xlsx, template_xlsx
from sheets.paper import Assistant, JoinLine, join_sheet
from sheets.roster import RosterRow

log = structlog.get_logger()


@dataclass(frozen=True)
class Opener:
    """Reads the facts in one transaction and makes the file out of them, off the event loop.

    Every recipe names the person it was made for, whose right is asked again here: days may lie in between.
    Raises SendError("final") where there is nothing to open, so that the sender gives the message up.
    """

    db: Database
    clock: Callable[[], datetime]
    rules: Rules
    # The further bots of this installation; those that it once had are in the database too.
    in_use: Callable[[], Collection[int]] = tuple

    async def __call__(self, kind: str, arguments: tuple[int | str, ...]) -> bytes:
        make = await self.db.write(lambda c: self._maker(c, kind, [int(argument) for argument in arguments]))
        try:
            return await asyncio.to_thread(make)
        except Exception as error:
            # Whatever trips up the making of one paper, the other messages must go on.
            log.exception("A file could not be made", kind=kind)
            raise SendError(f"the file could not be made: {kind}", "final") from error

    async def for_chat(self, file: File, chat: str) -> bytes | None:
        """The paper behind a link that was sent to a chat; None for whoever has no right to it any more."""
        try:
            make = await self.db.write(lambda c: self._maker_at(c, chat, file))
        except SendError:
            return None
        return await asyncio.to_thread(make)

    def _maker_at(self, connection: Connection, chat: str, file: File) -> Callable[[], bytes]:
        arguments = [int(argument) for argument in file.arguments]
        if arguments and not addresses.is_at(connection, arguments[1], chat):
            raise SendError("its reader is not at this chat any more", "final")
        return self._maker(connection, file.kind, arguments)

    def _maker(self, connection: Connection, kind: str, arguments: Sequence[int]) -> Callable[[], bytes]:
        """What makes the file, with all it needs to know. Arguments: the unit, for whom, through which bot."""
        if kind == "roster_form":
            return template_xlsx
        if kind == "roster":
            return _roster(connection, _unit(connection, *arguments))
        if kind == "join_sheet":
            return self._join_sheet(connection, _unit(connection, *arguments[:2]), arguments[2])
        raise SendError(f"no such file: {kind}", "final")

    def _join_sheet(self, connection: Connection, unit: Unit, bot_id: int) -> Callable[[], bytes]:
        now = self.clock()
        bots = joining.bots_for(connection, unit, bot_id, self.in_use())
        telegram, zalo = bots.get("telegram"), bots.get("zalo")
        lines = joining.join_lines(connection, unit, self.rules.secret, now, telegram)
        commune = units.commune_of(connection, unit)
        people = [JoinLine(line.number, line.names, line.digits, line.link) for line in lines]
        cell, office = _called(unit), phone(commune.phone)
        # The codes end within a day; the paper names the last one that is theirs whole.
        until = self.rules.local(now + joining.VALID).date() - timedelta(days=1)
        at = Assistant(f"@{telegram}" if telegram else "", zalo or "")
        return lambda: join_sheet(cell, commune.name, office, people, until, assistant=at)


def _unit(connection: Connection, unit_id: int, person_id: int) -> Unit:
    unit = roster.unit_for(connection, person_id, unit_id)
    if unit is None:
        raise SendError("no right to this file any more", "final")
    return unit


def _called(unit: Unit) -> str:
    return f"chi bộ {unit.name}" if unit.kind == "cell" else words.COMMUNE


def _roster(connection: Connection, unit: Unit) -> Callable[[], bytes]:
    rows = [_row(number, line) for number, line in enumerate(roster.lines(connection, unit), 1)]
    return lambda: roster_xlsx(rows)


def _row(number: int, line: Line) -> RosterRow:
    person = line.person
    cell = f"chi bộ {line.cell.name}" if line.cell else None
    role = next((role for role in words.ROLES if role == line.role), None)
    standing = next(standing for standing in words.STANDINGS if standing == person.standing)
    values = (person.phone, standing, person.form, person.smartphone)
    return RosterRow(number, person.code, person.name, cell, role, *values)
