"""The make-believe time, which only goes forward, and the follower that walks after it.

A follower (the bot under test) stops at every instant where it has something to do. While one is attached,
moving the clock only sets `target`; the follower reports each step it has taken, and `now` goes with it.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.errors import ControlError


class Clock:
    """Make-believe time: `flowing` with real time while nobody is catching up, else moved only when told."""

    def __init__(self, start: datetime, flowing: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = self._target = _aware(start)
        self.flowing = flowing
        self._monotonic = monotonic
        self._anchor = monotonic()
        self.moves = 0
        self.downtime = 0
        self.following = False

    def now(self) -> datetime:
        """Return the make-believe time in UTC."""
        self._flow()
        return self._now

    def target(self) -> datetime:
        """Return the time that the clock was told to reach; the same as `now` when nobody is catching up."""
        self._flow()
        return self._target

    def state(self) -> dict[str, Any]:
        """Return everything about the clock, of one and the same instant, as `GET /sim/clock` shows it."""
        return {
            "now": self.now().isoformat(),
            "target": self._target.isoformat(),
            "moves": self.moves,
            "following": self.following,
            "downtime": self.downtime,
            "flowing": self.flowing,
        }

    @property
    def settled(self) -> bool:
        """Whether `now` has reached `target`."""
        return self._now == self._target

    def move_to(self, when: datetime) -> None:
        """Set the target to `when`; without a follower `now` jumps there. Raises ControlError for a past time."""
        self._flow()
        when = _aware(when)
        if when < self._target:
            raise ControlError(f"The clock only goes forward: {when.isoformat()} is before {self._target.isoformat()}.")
        self._target = when
        self._changed()

    def forward(self, by: timedelta) -> None:
        """Move the target on by `by`. Raises ControlError when that is negative."""
        try:
            target = self.target() + by
        except OverflowError:
            raise ControlError("That is further than a calendar goes.") from None
        self.move_to(target)

    def skip(self, by: timedelta) -> None:
        """Jump `now` on without a step in between, as when the bot's machine was switched off."""
        if by < timedelta(0):
            raise ControlError("A downtime lasts at least 0 seconds.")
        self._flow()
        self._now += by
        self._target = max(self._target, self._now)
        self.downtime += 1
        self._changed()

    def let_flow(self) -> None:
        """Go on with real time from here, where the clock stood still until now."""
        self._anchor = self._monotonic()
        self.flowing = True

    def follow(self, attached: bool) -> None:
        """Attach or detach the follower; after detaching, `now` jumps to the target."""
        self._flow()
        self.following = attached
        self._catch_up()

    def reached(self, when: datetime) -> None:
        """Note that the follower has done everything up to `when`. Raises ControlError beyond the target.

        A report of a time that has passed changes nothing: a downtime, or time that flows, may have overtaken it.
        """
        self._flow()
        when = _aware(when)
        if when > self._target:
            raise ControlError(
                f"{when.isoformat()} cannot have been reached: the target is {self._target.isoformat()}."
            )
        if when > self._now:
            self._now = when
            self._anchor = self._monotonic()

    def _changed(self) -> None:
        self.moves += 1
        self._catch_up()

    def _catch_up(self) -> None:
        if not self.following:
            self._now = self._target
        self._anchor = self._monotonic()

    def _flow(self) -> None:
        if not (self.flowing and self.settled):
            return
        at = self._monotonic()
        self._now = self._target = self._now + timedelta(seconds=at - self._anchor)
        self._anchor = at


def _aware(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ControlError(f"{when.isoformat()} says no time zone; write it like 2026-11-03T08:00:00+00:00.")
    return when.astimezone(UTC)
