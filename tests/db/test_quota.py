"""The messages of a month: counted by bot, warned of once, used up, and new again on the first; on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from db import addresses, quota
from db.engine import Database
from db.rules import Rules
from db.tables import quota as rows

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
RULES = Rules()
# In the village it is already the first of December.
NIGHT = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Bots:
    """Two that are counted, of 10 messages each, and one that may send any number."""

    first: int
    second: int
    free: int


def bots(connection: Connection) -> Bots:
    first, second = (addresses.bot(connection, "zalo", key, f"Bot {key}", per_month=10) for key in ("1", "2"))
    return Bots(first, second, addresses.bot(connection, "telegram", "1000", "KheDaoBot"))


def sent(connection: Connection, now: datetime = NOW) -> list[int]:
    return [use.sent for use in quota.state(connection, now, RULES)]


async def test_each_bot_is_counted_by_itself_and_by_local_month(database: Database) -> None:
    def work(c: Connection) -> None:
        b = bots(c)
        assert sent(c) == [0, 0]
        quota.spend(c, b.first, 3, NOW, RULES)
        quota.spend(c, b.first, 2, NIGHT - timedelta(seconds=1), RULES)
        quota.spend(c, b.first, 4, NIGHT, RULES)
        quota.spend(c, b.second, 1, NOW, RULES)
        assert (sent(c), sent(c, NIGHT)) == ([5, 1], [4, 0])

    await database.write(work)


async def test_a_bot_that_may_send_any_number_is_not_counted(database: Database) -> None:
    def work(c: Connection) -> None:
        b = bots(c)
        quota.spend(c, b.free, 100000, NOW, RULES)
        assert c.execute(select(rows)).all() == []
        assert not quota.is_used_up(c, b.free, NOW, RULES)

    await database.write(work)


@pytest.mark.parametrize(("messages", "near", "over"), [(7, False, False), (8, True, False), (10, True, True)])
async def test_when_it_is_nearly_used_up_and_when_it_is(
    database: Database, messages: int, near: bool, over: bool
) -> None:
    def work(c: Connection) -> None:
        b = bots(c)
        quota.spend(c, b.first, messages, NOW, RULES)
        use = quota.state(c, NOW, RULES)[0]
        assert (use.is_near, use.is_used_up) == (near, over)
        assert quota.is_used_up(c, b.first, NOW, RULES) == over
        assert not quota.is_used_up(c, b.second, NOW, RULES)
        assert not quota.is_used_up(c, b.first, NIGHT, RULES)

    await database.write(work)


async def test_the_operator_hears_of_each_bot_once_a_month(database: Database) -> None:
    def near(c: Connection, now: datetime) -> list[str]:
        return [use.username for use in quota.nearly(c, now, RULES)]

    def work(c: Connection) -> None:
        b = bots(c)
        assert near(c, NOW) == []
        quota.spend(c, b.second, 8, NOW, RULES)
        assert near(c, NOW) == ["Bot 2"]
        quota.spend(c, b.second, 2, NOW, RULES)
        quota.spend(c, b.first, 9, NOW, RULES)
        assert near(c, NOW) == ["Bot 1"]
        assert near(c, NOW) == []
        quota.spend(c, b.second, 8, NIGHT, RULES)
        assert near(c, NIGHT) == ["Bot 2"]

    await database.write(work)


async def test_processes_that_count_at_once_lose_nothing(engine_url: str) -> None:
    here, there = Database(engine_url), Database(engine_url)
    first = (await here.write(bots)).first

    async def goes_on(db: Database) -> None:
        for _ in range(20):
            await db.write(lambda c: quota.spend(c, first, 1, NOW, RULES))

    await asyncio.gather(goes_on(here), goes_on(there))
    assert (await here.read(sent))[0] == 40
    await asyncio.gather(here.close(), there.close())
