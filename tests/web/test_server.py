"""The server beside the bot: it finishes what was asked, leaves signals alone, and says when its port is taken."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from tests.web.world import HEADER, SECRET
from web import server
from web.hooks import Hook, Hooks


class Slow:
    """A webhook whose events take until `go` is set."""

    def __init__(self) -> None:
        self.come, self.go = asyncio.Event(), asyncio.Event()
        hook = Hook("telegram", "1000", SECRET, self.accept)
        self.hooks, self.bound = Hooks([hook], self.healthy), server.listen(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.bound.getsockname()[1]}{hook.path}"

    async def accept(self, event: Mapping[str, Any]) -> None:
        self.come.set()
        await self.go.wait()

    async def healthy(self) -> None: ...

    async def asked(self, http: aiohttp.ClientSession) -> int:
        async with http.post(self.url, json={"update_id": 1}, headers={HEADER: SECRET}) as answer:
            return answer.status


async def test_what_was_asked_is_finished_when_the_server_stops() -> None:
    slow, before = Slow(), signal.getsignal(signal.SIGTERM)
    serving = asyncio.create_task(server.serve(slow.hooks.app, slow.bound))
    async with aiohttp.ClientSession() as http:
        asking = asyncio.create_task(slow.asked(http))
        await slow.come.wait()
        assert signal.getsignal(signal.SIGTERM) is before
        serving.cancel()
        slow.go.set()
        assert await asking == 200
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_what_never_ends_does_not_keep_it_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DRAIN_S", 0)
    slow = Slow()
    serving = asyncio.create_task(server.serve(slow.hooks.app, slow.bound))
    async with aiohttp.ClientSession() as http:
        asking = asyncio.create_task(slow.asked(http))
        await slow.come.wait()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(serving, 20)
        asking.cancel()


async def test_whoever_calls_before_it_serves_is_answered() -> None:
    slow = Slow()
    slow.go.set()
    async with aiohttp.ClientSession() as http:
        asking = asyncio.create_task(slow.asked(http))
        serving = asyncio.create_task(server.serve(slow.hooks.app, slow.bound))
        assert await asking == 200
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


def test_a_port_that_is_taken_is_refused_at_once() -> None:
    first = server.listen(("127.0.0.1", 0))
    with pytest.raises(OSError, match="in use"):
        server.listen(("127.0.0.1", first.getsockname()[1]))
    first.close()
