"""The pacing row of a bot: how fast all processes together may send. Seconds of the database server's clock.

SQLite has one process, which paces itself in memory and by a clock that never jumps (delivery/line.py); a server is
the only clock that several machines share.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Float, cast, extract, func, select

from db.sql import add_once
from db.tables import pacing


@dataclass(frozen=True)
class Pace:
    """`turn_at`: the next free turn; `opens_at`: the end of a pause that the platform asked for; `share`: of the speed.

    `now` is the server's clock when the row was read.
    """

    now: float
    turn_at: float
    opens_at: float
    share: float
    refused_at: float


def lock(connection: Connection, bot_id: int) -> Pace:
    """The row, kept from other processes until this transaction ends."""
    clock = cast(extract("epoch", func.clock_timestamp()), Float)
    columns = (pacing.c.turn_at, pacing.c.opens_at, pacing.c.share, pacing.c.refused_at)
    mine = select(clock, *columns).where(pacing.c.bot_id == bot_id).with_for_update()
    found = connection.execute(mine).first()
    if found is None:
        add_once(connection, pacing, [{"bot_id": bot_id}])
        found = connection.execute(mine).one()
    return Pace(*found)


def keep(connection: Connection, bot_id: int, pace: Pace) -> None:
    values = {"turn_at": pace.turn_at, "opens_at": pace.opens_at, "share": pace.share, "refused_at": pace.refused_at}
    connection.execute(pacing.update().where(pacing.c.bot_id == bot_id).values(**values))
