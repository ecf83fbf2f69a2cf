"""The make-believe Telegram, a bot that listens for its webhook over HTTP, and rows in a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from sqlalchemy import select

from channels.base import Raw
from channels.telegram import Telegram
from db import addresses, inbox
from db.engine import Database
from db.tables import received
from simulator import Clock, Phone, Simulator, open_phone, running
from simulator.model import Bot
from web.hooks import WIRES, Hook, Hooks
from web.server import listen, serve

TOKEN = "1000:very-secret"
SECRET = "Shown-by_Telegram-only"
START = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
HEADER = WIRES["telegram"].header

Accept = Callable[[Mapping[str, Any]], Awaitable[object]]


async def no_file(kind: str, arguments: tuple[int | str, ...]) -> bytes:
    raise AssertionError(f"nobody asked for {kind} {arguments}")


def keeping(db: Database, bot_id: int, as_raw: Callable[[Mapping[str, Any]], Raw]) -> Accept:
    """What the bot does with an event: one committed row."""

    async def accept(event: Mapping[str, Any]) -> None:
        raw = as_raw(event)
        arrival = inbox.Arrival(raw.event_key, raw.chat, raw.said_at or START, raw.payload)
        await db.write(lambda c: inbox.store(c, bot_id, [arrival], START))

    return accept


async def register(db: Database) -> int:
    return await db.write(lambda c: addresses.bot(c, "telegram", "1000", "SuoiTrongBot"))


async def rows(db: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """(event key, chat, payload) of all that arrived, as it arrived."""
    found = select(received.c.event_key, received.c.chat, received.c.payload).order_by(received.c.id)
    return [tuple(row) for row in await db.read(lambda c: c.execute(found).all())]


@asynccontextmanager
async def serving(hooks: Hooks) -> AsyncIterator[str]:
    """The address of the bot's own server while it runs."""
    bound = listen(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    task = asyncio.create_task(serve(hooks.app, bound))
    try:
        yield url
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class World:
    """One bot's two ends: the platform's, and ours at `url`."""

    simulator: Simulator
    bot: Bot
    channel: Telegram
    hook: Hook
    hooks: Hooks
    url: str
    http: aiohttp.ClientSession

    async def post(self, body: bytes | dict[str, Any], secret: str | None = SECRET) -> int:
        """Call the webhook as anybody could; the status of the answer."""
        headers = {} if secret is None else {HEADER: secret}
        given = {"json": body} if isinstance(body, dict) else {"data": body}
        async with self.http.post(self.url + self.hook.path, headers=headers, **given) as answer:
            return answer.status

    async def listening(self) -> None:
        await self.channel.listen(self.url + self.hook.path, self.hook.secret)

    def phone(self, user: int) -> Phone:
        return open_phone(self.simulator, user)

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait for the platform's state to be as `ready` wants it; only its changes wake us."""
        event = asyncio.Event()
        self.simulator.on_change(lambda: event.set() if ready() else None)
        if not ready():
            await asyncio.wait_for(event.wait(), 20)

    async def until_taken(self) -> None:
        await self.until(lambda: not self.bot.updates)


@asynccontextmanager
async def open_world(accept: Accept, healthy: Callable[[], Awaitable[object]]) -> AsyncIterator[World]:
    """A bot named 1000 whose webhook calls `accept`; nobody has told the platform of it yet."""
    simulator = Simulator(Clock(START, flowing=False))
    async with running(simulator) as base:
        bot = simulator.put_bot(TOKEN, "SuoiTrongBot")
        channel = Telegram(TOKEN, no_file, base_url=f"{base}/bot")
        await channel.open()
        hook = Hook("telegram", channel.external, SECRET, accept)
        hooks = Hooks([hook], healthy)
        async with serving(hooks) as url, aiohttp.ClientSession() as http:
            yield World(simulator, bot, channel, hook, hooks, url, http)
        await channel.close()
