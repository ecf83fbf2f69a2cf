"""What leaves when much of what waits is useless, late or cannot be written down; the far end is make-believe."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from content.message import Message
from db import addresses, outbox, wire
from db.engine import Database
from db.tables import deliveries
from delivery import sender as senders
from delivery.line import Line
from delivery.sender import Sender
from tests.db.test_races import IN_FLIGHT, LONGEST_S, NOON, RULES, Chat, Platform

MANY = 40  # more than one claim looks at
FEW = 8


@pytest.fixture
async def chat(database: Database) -> Chat:
    return await database.write(Chat)


def a_sender(db: Database, chat: Chat, *bots: int, per_second: float = 1000) -> Sender:
    """Through the chat's bot and these."""

    def line(_: Any) -> Line:
        return Line(per_second, IN_FLIGHT, time.monotonic, shared=not db.is_sqlite)

    channels = {bot_id: Platform() for bot_id in (chat.bot, *bots)}
    return Sender(db, channels, lambda: NOON, RULES, line, chat.ours, real=True)


def heard(sender: Sender) -> list[str]:
    return [words for platform in sender.channels.values() for words in platform.heard]  # type: ignore[attr-defined]


def many(connection: Connection, bot_id: int, count: int = MANY, **facts: Any) -> None:
    """So many answers to as many people, which differ from others by these facts."""
    before = set(connection.execute(select(deliveries.c.id)).scalars())
    for number in range(count):
        address = addresses.heard_from(connection, bot_id, f"7{number}", NOON)
        outbox.answer(connection, address.id, Message(str(number)).to_json(), NOON)
    if facts:
        connection.execute(deliveries.update().where(deliveries.c.id.not_in(before)).values(**facts))


async def states(db: Database) -> Counter[str]:
    return Counter(await db.read(lambda c: c.execute(select(deliveries.c.state)).scalars().all()))


async def test_a_bot_with_nothing_to_send_does_not_hold_up_another(database: Database, chat: Chat) -> None:
    other = await database.write(lambda c: addresses.bot(c, "zalo", "2", "other"))
    await database.write(partial(many, bot_id=other, count=FEW))
    sender = a_sender(database, chat, other, per_second=20)
    async with asyncio.timeout(LONGEST_S):
        await sender.deliver()
    assert len(heard(sender)) == FEW


async def test_behind_many_that_come_too_late_the_one_in_time_leaves(database: Database, chat: Chat) -> None:
    before = NOON - timedelta(hours=1)
    await database.write(partial(many, bot_id=chat.bot, worthless_after=before, send_after=before))
    await database.write(partial(chat.answered, words=("còn kịp",)))
    sender = a_sender(database, chat)
    async with asyncio.timeout(LONGEST_S):
        await sender.deliver()
    assert heard(sender) == ["còn kịp"]
    assert await states(database) == {"expired": MANY, "sent": 1}


async def test_a_whole_notice_of_useless_rows_lets_others_write_in_between(
    database: Database, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "LONGEST_S", 0)
    claim, claim_all, looks = wire.claim, Sender._claim, []

    def looked(*how: Any) -> Any:
        looks[-1] += 1
        return claim(*how)

    def began(sender: Sender, connection: Connection, rooms: Any) -> Any:
        looks.append(0)
        return claim_all(sender, connection, rooms)

    monkeypatch.setattr(wire, "claim", looked)
    monkeypatch.setattr(Sender, "_claim", began)
    before = NOON - timedelta(hours=1)
    await database.write(partial(many, bot_id=chat.bot, message=None, send_after=before))
    await database.write(partial(chat.answered, words=("dùng được",)))
    sender = a_sender(database, chat)
    async with asyncio.timeout(LONGEST_S):
        await sender.deliver()
    assert heard(sender) == ["dùng được"]
    assert len(looks) > MANY / IN_FLIGHT
    assert max(looks) == 1, "each transaction looked once"


async def test_an_outcome_that_cannot_be_kept_whole_frees_its_place(
    database: Database, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Iterator[None]:
        raise ValueError("a menu that no table takes")

    monkeypatch.setattr(wire, "arrived", broken)
    await database.write(partial(many, bot_id=chat.bot))
    sender = a_sender(database, chat)
    with capture_logs() as said:
        async with asyncio.timeout(LONGEST_S):
            await sender.deliver()
    assert len(set(heard(sender))) == MANY
    assert await states(database) == {"sent": MANY}
    assert len([line for line in said if line["event"] == "An outcome could not be kept"]) == MANY
