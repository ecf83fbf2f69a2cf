"""A document takes its time, or cannot be read at all: nobody else waits for it, and its sender is told."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from channels.telegram import Telegram
from db.tables import received
from sheets.example import PATH
from tests.stories.test_roster import EXAMPLE, official, sends
from tests.stories.village import Village, only_on


@only_on("telegram", "files")
async def test_a_list_that_the_reader_trips_over_is_given_up(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    def trips(data: bytes, filename: str) -> None:
        raise KeyError(filename)

    huong = await official(village)
    monkeypatch.setattr("inbound.read_roster", trips)
    assert "gặp trục trặc" in await sends(huong, EXAMPLE)
    states = await village.write(lambda c: c.execute(select(received.c.state).order_by(received.c.id)).scalars().all())
    assert states[-1] == "poisoned"
    monkeypatch.undo()
    assert "Danh sách có 40 người" in await sends(huong, EXAMPLE)


@only_on("telegram", "files")
async def test_nobody_waits_for_the_list_of_somebody_else(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, comes = asyncio.Event(), asyncio.Event()

    async def slow(channel: Telegram, file_id: str, max_bytes: int) -> bytes:
        asked.set()
        await comes.wait()
        return PATH.read_bytes()

    huong, lam = await official(village), await village.join(await village.add("Lò Văn Lâm"))
    monkeypatch.setattr(Telegram, "fetch", slow)
    [bot_id], inbound, news = village.app.channels, village.app.inbound, asyncio.Event()
    sending = asyncio.create_task(sends(huong, EXAMPLE))
    await asked.wait()
    hearing = asyncio.create_task(inbound.handle_waiting(news))
    lam.handset.say("trợ giúp")
    await inbound.receive(bot_id, 0)
    news.set()
    assert await hearing == 1
    comes.set()
    assert "Danh sách có 40 người" in await sending
