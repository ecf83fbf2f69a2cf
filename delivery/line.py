"""The way out of one bot: how fast it may send, and when it may not send at all. Durations are seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

MOST_IN_FLIGHT = 8
PATIENCE = 3  # failures in a row that may be those of single messages
DOUBLINGS = 6  # of a pause of one second


class ClosedError(Exception):
    """The way out was closed while a row waited for its turn."""


class Line:
    """Even gaps between sends, so that no second ever holds more than the limit, and a gate.

    The gate closes for as long as the platform asks, and for a growing while when the wire fails several times in a
    row; while that trouble lasts, one row at a time finds out whether it is over. The gate goes by `elapsed`, which
    never runs backwards; the gaps by real time, whatever the make-believe clock shows.
    """

    def __init__(self, per_second: float, elapsed: Callable[[], float]) -> None:
        self.gap = 1 / per_second
        self.in_flight = 0
        self._elapsed = elapsed
        self._turn_at = 0.0
        self._opens_at = 0.0
        self._failures = 0

    @property
    def opens_in(self) -> float:
        """Seconds until the gate opens; 0 where it is open."""
        return max(0.0, self._opens_at - self._elapsed())

    @property
    def room(self) -> int:
        """How many more rows may be taken to the wire now."""
        if self.opens_in:
            return 0
        return (1 if self._failures else MOST_IN_FLIGHT) - self.in_flight

    async def turn(self) -> None:
        """Wait for the next gap. Raises ClosedError when the gate has closed meanwhile."""
        turn_at = self._turn_at = max(time.monotonic(), self._turn_at + self.gap)
        await asyncio.sleep(turn_at - time.monotonic())
        if self.opens_in:
            raise ClosedError

    def close(self, seconds: float) -> None:
        """Nothing leaves for so long; never shortens what was asked before."""
        self._opens_at = max(self._opens_at, self._elapsed() + seconds)

    def failed(self) -> None:
        """The wire gave no proper answer. What was in flight together fails together, and counts once."""
        if self.opens_in:
            return
        self._failures += 1
        if self._failures >= PATIENCE:
            self.close(2.0 ** min(self._failures - PATIENCE, DOUBLINGS))

    def worked(self) -> None:
        self._failures = 0
