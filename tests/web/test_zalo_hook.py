"""Zalo's webhook: its own header, flat and wrapped bodies, a knock with nothing in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import aiohttp
import pytest

from channels.base import Incoming
from channels.zalo import Zalo
from simulator import Clock, Simulator, open_phone, running
from tests.web.world import START, serving
from web.hooks import WIRES, Hook, Hooks

SECRET = "Shown-by_Zalo-only"
TOKEN = "900:zalo-secret"
MESSAGE = {"message_id": "2d758cb5e222177a4e35", "chat": {"id": "7", "chat_type": "PRIVATE"}, "text": "Chào"}
FLAT = {"event_name": "message.text.received", "message": MESSAGE}


class Place(NamedTuple):
    url: str
    hooks: Hooks
    heard: list[Mapping[str, Any]]
    http: aiohttp.ClientSession

    async def post(self, header: str = WIRES["zalo"].header, secret: str = SECRET, **body: Any) -> int:
        async with self.http.post(self.url, headers={header: secret}, **body) as answer:
            return answer.status


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    heard: list[Mapping[str, Any]] = []

    async def accept(event: Mapping[str, Any]) -> None:
        heard.append(event)

    async def healthy() -> None:
        return None

    hook = Hook("zalo", "900", SECRET, accept)
    hooks = Hooks([hook], healthy)
    async with serving(hooks) as url, aiohttp.ClientSession() as http:
        yield Place(url + hook.path, hooks, heard, http)


@pytest.mark.parametrize("body", [FLAT, {"ok": True, "result": FLAT}], ids=["flat", "wrapped"])
async def test_both_shapes_are_events(place: Place, body: dict[str, Any]) -> None:
    assert await place.post(json=body) == 200
    assert place.heard == [body]
    assert place.hooks.counts == {"accepted": 1}


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b"null"])
async def test_a_knock_is_answered_and_nothing_is_kept(place: Place, body: bytes) -> None:
    assert await place.post(data=body) == 200
    assert place.heard == []
    assert place.hooks.counts == {"probe": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"ok": true, "result": null}',
        b'{"event_name": "message.text.received"}',
        b'{"message": "2d758cb5e222177a4e35"}',
        b'{"message": {"message_id": ""}}',
        b'{"message": {"message_id": true}}',
        b'{"message": {"message_id": "' + b"0" * 65 + b'"}}',
        b'{"update_id": 5}',
    ],
)
async def test_what_is_no_event_is_refused(place: Place, body: bytes) -> None:
    assert await place.post(data=body) == 400
    assert place.heard == []


@pytest.mark.parametrize("header", ["X-Telegram-Bot-Api-Secret-Token", "Authorization"])
async def test_the_secret_counts_in_zalos_header_only(place: Place, header: str) -> None:
    assert await place.post(header, json=FLAT) == 403
    assert await place.post(secret="wrong", data=b"") == 403
    assert place.heard == []


async def test_what_people_write_comes_from_the_platform_itself(place: Place) -> None:
    simulator = Simulator(Clock(START, flowing=False))
    async with running(simulator) as base:
        bot = simulator.put_bot(TOKEN, name="Bot Trợ lý chi bộ", channel="zalo")
        channel = Zalo(TOKEN, lambda file, chat: None, base_url=f"{base}/zalo/bot")
        await channel.open()
        await channel.listen(place.url, SECRET)
        assert (await channel.listening()).url == place.url
        taken = asyncio.Event()
        open_phone(simulator, 7).say("Tôi sẽ dự")
        simulator.on_change(lambda: None if bot.updates else taken.set())
        await asyncio.wait_for(taken.wait(), 20)
        await channel.close()
    [event] = place.heard
    assert channel.read(channel.raw(event).payload) == Incoming("text", "7", text="Tôi sẽ dự")
