"""A client that speaks to the simulator over HTTP as bots and scripts do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from simulator import Simulator

TOKEN = "123:ABC"
START = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)


@dataclass
class World:
    """The server under test and one bot's and one script's way to it."""

    simulator: Simulator
    url: str
    http: aiohttp.ClientSession
    token: str = TOKEN

    async def call(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """Call a Bot API method with a JSON body; return HTTP status and body."""
        async with self.http.post(f"{self.url}/bot{self.token}/{method}", json=params) as answer:
            return answer.status, await answer.json()

    async def ok(self, method: str, **params: Any) -> Any:
        """Call a Bot API method that must be accepted; return its result."""
        status, body = await self.call(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def upload(self, method: str, **fields: Any) -> dict[str, Any]:
        """Call a Bot API method with a multipart body; a tuple (name, bytes) is a file."""
        form = aiohttp.FormData(quote_fields=False)
        for name, value in fields.items():
            if isinstance(value, tuple):
                form.add_field(name, value[1], filename=value[0])
            else:
                form.add_field(name, str(value))
        async with self.http.post(f"{self.url}/bot{self.token}/{method}", data=form) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    async def sim(self, path: str, **body: Any) -> Any:
        """Make a control call that must be accepted; return its answer."""
        status, answer = await self.try_sim(path, **body)
        assert status == 200, answer
        return answer

    async def try_sim(self, path: str, **body: Any) -> tuple[int, Any]:
        """Make a control call; return HTTP status and answer."""
        async with self.http.post(f"{self.url}/sim/{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> Any:
        """Look at something through the control API."""
        async with self.http.get(f"{self.url}/sim/{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait for the state to be as `ready` wants it; only changes wake it."""
        event = asyncio.Event()
        self.simulator.on_change(lambda: event.set() if ready() else None)
        if not ready():
            await event.wait()
