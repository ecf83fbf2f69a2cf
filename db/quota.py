"""How many messages each bot has sent this month, where its platform counts them (channels.md: 3,000 a free bot)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from db.rules import Rules
from db.sql import inserting, many
from db.tables import bots, quota

WARN_AT = 80  # percent: at the end of a month there is still time to add a bot


@dataclass(frozen=True)
class Use:
    """What a bot has sent in a month, of what it may."""

    bot_id: int
    channel: str
    username: str
    unit_id: int | None
    sent: int
    per_month: int

    @property
    def is_near(self) -> bool:
        return self.sent * 100 >= self.per_month * WARN_AT

    @property
    def is_used_up(self) -> bool:
        return self.sent >= self.per_month


def spend(connection: Connection, bot_id: int, messages: int, now: datetime, rules: Rules) -> None:
    """Count messages that go to the wire; nothing for a bot that may send any number.

    Of several bots in one transaction the lower number first, so that two processes never wait for each other.
    """
    given = {"bot": bot_id, "this_month": month(now, rules), "messages": messages}
    connection.execute(_spending(connection.dialect.name), given)


@cache
def _spending(dialect: str) -> Any:
    counted = (bots.c.id == bindparam("bot")) & bots.c.per_month.is_not(None)
    row = select(bots.c.id, bindparam("this_month", type_=quota.c.month.type), bindparam("messages", type_=_COUNT))
    fresh = inserting(dialect, quota).from_select(["bot_id", "month", "sent"], row.where(counted))
    return fresh.on_conflict_do_update(
        index_elements=["bot_id", "month"], set_={"sent": quota.c.sent + fresh.excluded.sent}
    )


_COUNT = quota.c.sent.type


def is_used_up(connection: Connection, bot_id: int, now: datetime, rules: Rules) -> bool:
    """Whether a bot has sent all that it may this month."""
    given = {"bot": bot_id, "this_month": month(now, rules)}
    return connection.execute(_USED_UP, given).first() is not None


def _this_month() -> ColumnElement[bool]:
    return (quota.c.bot_id == bots.c.id) & (quota.c.month == bindparam("this_month"))


_USED_UP = (
    select(quota.c.bot_id)
    .join(bots, _this_month())
    .where(quota.c.bot_id == bindparam("bot"), quota.c.sent >= bots.c.per_month)
)


def state(connection: Connection, now: datetime, rules: Rules) -> list[Use]:
    """What every bot whose messages are counted has sent this month."""
    return many(Use, connection.execute(_STATE, {"this_month": month(now, rules)}).all())


_STATE: Select[Any] = (
    select(
        bots.c.id.label("bot_id"),
        bots.c.channel,
        bots.c.username,
        bots.c.unit_id,
        func.coalesce(quota.c.sent, 0).label("sent"),
        bots.c.per_month,
    )
    .join_from(bots, quota, _this_month(), isouter=True)
    .where(bots.c.per_month.is_not(None))
    .order_by(bots.c.id)
)


def nearly(connection: Connection, now: datetime, rules: Rules) -> list[Use]:
    """The bots that have come near their month's end of messages; each is named once a month, to one process."""
    given = {"this_month": month(now, rules), "warned": now}
    fresh = set(connection.execute(_WARNED, given).scalars())
    return [use for use in state(connection, now, rules) if use.bot_id in fresh] if fresh else []


_NEAR = select(bots.c.id).where(bots.c.id == quota.c.bot_id, quota.c.sent * 100 >= bots.c.per_month * WARN_AT)
_WARNED = (
    quota.update()
    .where(quota.c.month == bindparam("this_month"), quota.c.warned_at.is_(None), _NEAR.exists())
    .values(warned_at=bindparam("warned"))
    .returning(quota.c.bot_id)
)


def month(now: datetime, rules: Rules) -> str:
    """The local calendar month: "2026-11"."""
    return f"{rules.local(now):%Y-%m}"
