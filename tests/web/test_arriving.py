"""What people do comes by webhook and is a committed row, once, in the order of its chat: on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from channels.telegram import raw
from db.engine import Database
from tests.web.world import World, keeping, open_world, register, rows


@pytest.fixture
async def bot(database: Database) -> AsyncIterator[World]:
    bot_id = await register(database)

    async def healthy() -> None:
        await database.read(lambda c: None)

    async with open_world(keeping(database, bot_id, raw), healthy) as made:
        yield made


def nowhere(database: Database, tmp_path: Path) -> Database:
    """A database of the same kind that is not there."""
    if database.is_sqlite:
        return Database(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'bot.db'}")
    return Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")


def texts(found: list[tuple[str, str, dict[str, Any]]], chat: str) -> list[str]:
    return [payload["message"]["text"] for _, of, payload in found if of == chat]


async def test_many_people_write_and_each_chat_keeps_its_order(bot: World, database: Database) -> None:
    await bot.listening()
    phones = [bot.phone(user) for user in (7, 8, 9)]
    words = [str(number) for number in range(15)]
    for word in words:
        for phone in phones:
            phone.say(word)
    await bot.until_taken()
    found = await rows(database)
    assert len({key for key, _, _ in found}) == len(found) == 45
    for chat in ("7", "8", "9"):
        assert texts(found, chat) == words
    assert bot.hooks.counts == {"accepted": 45}


async def test_what_waited_while_nobody_listened_comes_when_somebody_does(bot: World, database: Database) -> None:
    bot.phone(7).say("Chào")
    await bot.listening()
    await bot.until_taken()
    assert texts(await rows(database), "7") == ["Chào"]


async def test_the_same_update_twice_is_one_row(bot: World, database: Database) -> None:
    update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7}, "text": "Có"}}
    assert [await bot.post(update), await bot.post(update)] == [200, 200]
    assert await asyncio.gather(*(bot.post(update) for _ in range(5))) == [200] * 5
    assert await rows(database) == [("5", "7", update)]


async def test_an_update_waits_outside_while_the_database_is_away(database: Database, tmp_path: Path) -> None:
    bot_id, away = await register(database), nowhere(database, tmp_path)
    bases = [away, away, database]

    async def accept(event: Mapping[str, Any]) -> None:
        await keeping(bases[0] if len(bases) == 1 else bases.pop(0), bot_id, raw)(event)

    async def healthy() -> None:
        await bases[0].read(lambda c: None)

    async with open_world(accept, healthy) as bot:
        async with bot.http.get(bot.url + "/health") as answer:
            assert (answer.status, await answer.text()) == (503, "the database is away")
        await bot.listening()
        bot.phone(7).say("Tôi sẽ dự")
        await bot.until_taken()
        assert bot.bot.webhook and "503" in bot.bot.webhook.error
        assert bot.hooks.counts == {"away": 2, "accepted": 1}
        assert texts(await rows(database), "7") == ["Tôi sẽ dự"]
        async with bot.http.get(bot.url + "/health") as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    await away.close()


ODD: list[dict[str, Any]] = [
    {"update_id": 1},
    {"update_id": 2**63 - 1, "message": 5},
    {"update_id": 2, "message": {"chat": "none", "date": "today"}},
    {"update_id": 3, "message": {"chat": {"id": "9" * 300}, "date": 10**30}},
    {"update_id": 4, "callback_query": {"message": None, "data": []}},
    {"update_id": 5, "message": {"chat": {"id": 7}, "date": 1, "text": "a\u0000b \ud800"}},
]


@pytest.mark.parametrize("update", ODD, ids=lambda update: str(update["update_id"]))
async def test_an_update_that_is_oddly_built_is_kept(bot: World, database: Database, update: dict[str, Any]) -> None:
    """Refusing it would have it sent again for a day, before everything else of its chat."""
    assert await bot.post(update) == 200
    [(key, _, payload)] = await rows(database)
    assert (key, payload) == (str(update["update_id"]), update)
