"""The manners that all sending yardsticks share; imports nothing, so that any interpreter can run it.

A yardstick says "running", waits for a line, sends, says "done" and waits for another line before it goes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from bench.text import FIRST_CHAT

Send = Callable[[int], Awaitable[object]]
Loop = Callable[[str, int], AbstractAsyncContextManager[Send]]


async def send_all(send: Send, count: int, in_flight: int) -> None:
    """So many messages to as many chats, each worker sending one after the other."""
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + count))

    async def worker() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(worker() for _ in range(in_flight)))


async def _run(loop: Loop, base_url: str, count: int, in_flight: int) -> None:
    async with loop(base_url, in_flight) as send:
        print("running", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await send_all(send, count, in_flight)
        print("done", flush=True)
        await asyncio.to_thread(sys.stdin.readline)


def main(loops: Mapping[str, Loop]) -> None:
    kind, base_url, count, in_flight = sys.argv[1:]
    asyncio.run(_run(loops[kind], base_url, int(count), int(in_flight)))
