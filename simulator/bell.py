"""Waking those who wait for the simulator to change: long polls, event streams, webhooks, moves of the clock."""

import asyncio
import contextlib
from collections.abc import Callable


class Bell:
    """Rung after every change; closed when the server stops, so that nobody keeps it waiting."""

    def __init__(self) -> None:
        self.closed = False
        self._closing = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everyone who waits."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Wake everyone for the last time."""
        self.closed = True
        self._closing.set()
        self.ring()

    async def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait until `ready()`, at most `seconds` of real time or until the bell is closed; return whether it is."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not ready() and not self.closed and loop.time() < end:
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            await asyncio.wait([future], timeout=end - loop.time())
            self._waiting.discard(future)
        return ready()

    async def pause(self, seconds: float) -> None:
        """Wait so long of real time, or until the bell is closed; what happens meanwhile wakes nobody here."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
