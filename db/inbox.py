"""The inbox: what arrived is a committed row before the far end is told that we have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, exists, literal_column, select

from db.columns import among
from db.sql import add_once
from db.tables import received

TRIES = 2
POISON_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Arrival:
    """One event as it came: `event_key` is unique per bot, `payload` is what the channel can read again."""

    event_key: str
    chat: str
    said_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    id: int
    bot_id: int
    chat: str
    said_at: datetime
    payload: dict[str, Any]
    tries: int


def store(connection: Connection, bot_id: int, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Keep what arrived; an event that came before is passed over. How many were new."""
    rows = [{**vars(a), "bot_id": bot_id, "arrived_at": now, "state": "waiting"} for a in arrivals]
    return add_once(connection, received, rows)


def waiting(connection: Connection, bot_ids: Iterable[int], most: int = 50, but: Collection[int] = ()) -> list[Waiting]:
    """The oldest unhandled event of each chat with these bots, so that order is kept within a chat.

    Kept from other workers until this transaction ends; what they have at this moment is passed over, and so is `but`.
    """
    found = connection.execute(_WAITING, {"bots": list(bot_ids), "but": list(but), "most": most})
    return [Waiting(*row) for row in found.all()]


# Written into the statement, so that a plan which a server keeps goes by the index (tests/db/test_plans.py).
_WAITS: ColumnElement[str] = literal_column("'waiting'")


def _oldest() -> Select[Any]:
    older = received.alias("older")
    same = (older.c.state == _WAITS) & (older.c.bot_id == received.c.bot_id) & (older.c.chat == received.c.chat)
    first = ~exists().where(same, older.c.id < received.c.id)
    here = (received.c.state == _WAITS) & among(received.c.bot_id, "bots")
    wanted = ~among(received.c.id, "but")
    found = select(*(received.c[name] for name in Waiting.__dataclass_fields__)).where(here, wanted, first)
    return found.order_by(received.c.id).limit(bindparam("most", type_=Integer())).with_for_update(skip_locked=True)


_WAITING = _oldest()


def take(connection: Connection, row_id: int) -> bool:
    """Claim a waiting row within the transaction that holds all its effects; False when another had it."""
    return connection.execute(_DONE, {"row": row_id}).rowcount == 1


_DONE = (
    received.update()
    .where(received.c.id == bindparam("row"), received.c.state == "waiting")
    .values(state="done", payload=None)
)


def failed(connection: Connection, row_id: int, error: str) -> bool:
    """Count a handler's failure; True when the row is now poisoned. `error` is a kind of exception, no words."""
    counted = received.update().where(received.c.id == row_id).values(tries=received.c.tries + 1, error=error)
    tries = connection.execute(counted.returning(received.c.tries)).scalar_one()
    if tries < TRIES:
        return False
    connection.execute(received.update().where(received.c.id == row_id).values(state="poisoned"))
    return True
