"""Telegram is told where we listen, and to stop; what people said meanwhile is never dropped."""

from __future__ import annotations

import pytest

from channels.base import SendError
from channels.telegram import UPDATES
from simulator.faults import Fault
from tests.web.world import SECRET, World


async def test_telegram_learns_where_we_listen(world: World) -> None:
    await world.channel.listen("https://bot.example.vn/telegram/1", SECRET)
    assert world.bot.webhook
    assert (world.bot.webhook.url, world.bot.webhook.secret) == ("https://bot.example.vn/telegram/1", SECRET)
    assert world.bot.webhook.max_connections == 100
    assert world.bot.allowed == frozenset(UPDATES)
    seen = await world.channel.listening()
    assert (seen.url, seen.waiting, seen.error, seen.error_at) == ("https://bot.example.vn/telegram/1", 0, "", None)


async def test_what_came_while_nobody_could_be_reached_is_polled(world: World) -> None:
    await world.channel.listen("http://127.0.0.1:1/telegram/1", SECRET)
    world.phone(7).say("Chào")
    await world.until(lambda: bool(world.bot.webhook and world.bot.webhook.error))
    seen = await world.channel.listening()
    assert seen.waiting == 1
    assert seen.error.startswith("Connection failed")
    assert seen.error_at is not None and seen.error_at.tzinfo is not None
    await world.channel.unlisten()
    assert world.bot.webhook is None
    assert [raw.payload["message"]["text"] for raw in await world.channel.poll(0)] == ["Chào"]


async def test_where_nothing_listens_nothing_is_taken_back(world: World) -> None:
    world.simulator.faults.waiting.append(Fault("deleteWebhook", "409"))
    await world.channel.unlisten()
    assert world.simulator.faults.waiting


async def test_what_telegram_refuses_is_sorted_like_a_message(world: World) -> None:
    with pytest.raises(SendError) as refused:
        await world.channel.listen("http://bot.example.vn", SECRET)
    assert refused.value.outcome == "final"
    world.bot.revoked = True
    with pytest.raises(SendError) as gone:
        await world.channel.unlisten()
    assert gone.value.stop
