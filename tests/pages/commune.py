"""The invented commune as its people find it: an installation that nobody has claimed."""

from __future__ import annotations

from sqlalchemy import Connection

from db import joining, units
from makebelieve import World
from sheets.example import COMMUNE, OFFICE_PHONE


async def founded(world: World) -> str:
    """Leave the installation as `init` does; the nine digits that it prints for the first official."""

    def work(connection: Connection) -> str:
        units.add(connection, "commune", COMMUNE, phone=OFFICE_PHONE)
        return joining.new_claim_code(connection, world.app.rules.secret, world.now)

    return await world.app.db.write(work)
