"""The pacing row of a bot: how fast all processes together may send. Seconds of the database server's clock.

SQLite has one process, which paces itself in memory and by a clock that never jumps (delivery/line.py); a server is
the only clock that several machines share.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Float, bindparam, cast, extract, func, select

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
    found = connection.execute(_LOCKED, {"bot": bot_id}).first()
    if found is None:
        add_once(connection, pacing, [{"bot_id": bot_id}])
        found = connection.execute(_LOCKED, {"bot": bot_id}).one()
    return Pace(*found)


_LOCKED = (
    select(
        cast(extract("epoch", func.clock_timestamp()), Float),
        *(pacing.c.turn_at, pacing.c.opens_at, pacing.c.share, pacing.c.refused_at),
    )
    .where(pacing.c.bot_id == bindparam("bot"))
    .with_for_update()
)


def keep(connection: Connection, bot_id: int, pace: Pace) -> None:
    known = {"turn": pace.turn_at, "opens": pace.opens_at, "part": pace.share, "refused": pace.refused_at}
    connection.execute(_KEPT, {"bot": bot_id, **known})


_KEPT = (
    pacing.update()
    .where(pacing.c.bot_id == bindparam("bot"))
    .values(
        turn_at=bindparam("turn"),
        opens_at=bindparam("opens"),
        share=bindparam("part"),
        refused_at=bindparam("refused"),
    )
)
