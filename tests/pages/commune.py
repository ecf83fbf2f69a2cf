"""The invented commune as its people find it: an installation that nobody has claimed, and papers in their hands."""

from __future__ import annotations

from sqlalchemy import Connection

from db import joining, units
from makebelieve import World
from makebelieve.month import CELL
from sheets.example import COMMUNE, OFFICE_PHONE


async def founded(world: World) -> str:
    """Leave the installation as `init` does; the nine digits that it prints for the first official."""

    def work(connection: Connection) -> str:
        units.add(connection, "commune", COMMUNE, phone=OFFICE_PHONE)
        return joining.new_claim_code(connection, world.app.rules.secret, world.now)

    return await world.app.db.write(work)


async def papers(world: World) -> dict[str, str]:
    """What stands on the printed sheet of the cell: each name with its digits."""
    [channel] = world.app.channels.values()

    def work(connection: Connection) -> dict[str, str]:
        commune = units.root(connection)
        cell = units.find_cell(connection, commune, CELL) if commune else None
        if cell is None:
            raise LookupError(CELL)
        lines = joining.join_lines(connection, cell, world.app.rules.secret, world.now, channel.username)
        return {name: line.digits for line in lines for name in line.names}

    return await world.app.db.write(work)
