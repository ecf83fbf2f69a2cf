"""The way out of one bot: how fast it may send, and when it may not send at all. Durations are seconds.

A platform counts the messages of the last second. Even gaps that are a little longer than the limit's own keep below
it wherever that second begins, as long as each message leaves soon after its turn: between processes what is more than
`LATE_S` behind it does not leave; where one process alone sends, the ledger of what has left makes sure of it.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from db.pacing import Pace

LATE_S = 0.015
SPARE_S = 0.012  # where a process sends alone, and its ledger sees who is held up for longer
APART_S = 0.02  # between processes, where no ledger knows which of the others' messages was held up on its way
CATCH_UP_S = 0.1  # a process that sends alone makes up for turns it has slept through, if not for more
WINDOW_S = 1.0
LOOK_AGAIN_S = 0.005
WRITTEN_S = 0.002  # the moment that is written down may be so much later than the one that was waited for
TRIPS_S = 30.0
PATIENCE = 3  # failures in a row that may be those of single messages
DOUBLINGS = 6  # of a pause of one second
SLOWER = 0.8  # after the platform said that it was too fast
CREEP_A_MINUTE = 0.01  # of the configured speed, back up after each quiet minute


@dataclass
class Departure:
    """When a message left, and when its answer came (monotonic seconds)."""

    left: float
    answered: float | None = None


@dataclass(order=True)
class Waiting:
    """A row with its intent kept that waits for a turn; the lowest priority goes first, then who came first."""

    priority: int
    number: int
    departure: asyncio.Future[Departure] = field(compare=False)


class ClosedError(Exception):
    """The way out was closed while a row waited for its turn, or the turn has passed."""


class Line:
    """Turns in even gaps, a gate, and places on the wire.

    The gate closes for as long as the platform asks, and for a growing while when the wire fails several times in a
    row; while that trouble lasts, one row at a time finds out whether it is over. The gate goes by `elapsed`, which
    never runs backwards; the turns by real time, whatever a make-believe clock shows.
    """

    def __init__(self, per_second: float, most: int, elapsed: Callable[[], float], *, shared: bool) -> None:
        self.per_second, self.most, self.shared = per_second, most, shared
        self.in_flight = 0
        self.share = 1.0
        self._refused_at = -math.inf
        self._elapsed = elapsed
        self._turn_at, self._last = time.monotonic(), -math.inf
        self._waiting: list[Waiting] = []  # a heap
        self._numbers = itertools.count()
        self._lead = 0.01  # of a claim, until its intent is kept
        self._rest = 0.01  # of that, after its turns were booked
        self._booked_at = time.monotonic()
        self._stay = 0.05
        self._opens_at = 0.0
        self._was_closed = False
        self._failures = 0
        self._departures: deque[Departure] = deque(maxlen=max(1, int(per_second * WINDOW_S)))
        self._trips = (math.inf, math.inf)  # the shortest round trip of this half minute, and of the one before
        self._trips_since = time.monotonic()
        self._apart = (-math.inf, -math.inf)
        self._apart_since = time.monotonic()

    # ---- the gate ----

    @property
    def opens_in(self) -> float:
        """Seconds until the gate opens; 0 where it is open."""
        return max(0.0, self._opens_at - self._elapsed())

    def close(self, seconds: float) -> None:
        """Nothing leaves for so long; never shortens what was asked before."""
        self._opens_at = max(self._opens_at, self._elapsed() + seconds)
        self._was_closed = True

    def refused(self, seconds: float, left: float) -> None:
        """Too fast, says the platform, and wants a pause: from then on slower, and up again minute by minute.

        `left`: when the message left. What had left before an earlier refusal was too fast for the same reason.
        """
        now = time.monotonic()
        if left > self._refused_at:
            self.share = self._share(now) * SLOWER
            self._refused_at = now
        self.close(seconds)

    def failed(self) -> None:
        """The wire gave no proper answer. What was in flight together fails together, and counts once."""
        if self.opens_in:
            return
        self._failures += 1
        if self._failures >= PATIENCE:
            self.close(2.0 ** min(self._failures - PATIENCE, DOUBLINGS))

    def worked(self) -> None:
        self._failures = 0

    def answered(self, departure: Departure) -> None:
        """The platform has answered, whatever it said; it may have been counted there at any moment since it left."""
        now = departure.answered = time.monotonic()
        if now - self._trips_since > TRIPS_S:
            self._trips, self._trips_since = (math.inf, self._trips[0]), now
        self._trips = (min(self._trips[0], now - departure.left), self._trips[1])

    # ---- places ----

    @property
    def room(self) -> int:
        """How many more rows may be taken to the wire: as few as the speed needs, so that a crash leaves few open."""
        if self.opens_in:
            return 0
        needed = math.ceil(self.per_second * self._stay * 1.5) + 1
        return (1 if self._failures else min(self.most, needed)) - self.in_flight

    def freed(self, seconds: float) -> None:
        """A place is free again, after so long: intent, turn, round trip and outcome."""
        self.in_flight -= 1
        self._stay += (seconds - self._stay) / 16

    # ---- turns ----

    @property
    def gap(self) -> float:
        return self._closest * (1 + (APART_S if self.shared else SPARE_S) / WINDOW_S)

    @property
    def _closest(self) -> float:
        """The gap while slept-through turns are made up for: all at once, they would fill the seconds that follow."""
        return WINDOW_S / (self.per_second * self._share(time.monotonic()))

    def _share(self, now: float) -> float:
        quiet_minutes = max(0.0, (now - self._refused_at) / 60 - 1)
        return min(1.0, self.share + CREEP_A_MINUTE * quiet_minutes) if self.share < 1 else 1.0

    @property
    def next_in(self) -> float:
        """Seconds until it is worth taking a row for the next turn."""
        return max(0.0, self._next(time.monotonic()) - self._ahead - time.monotonic())

    @property
    def _ahead(self) -> float:
        """So far ahead turns are booked, and no further: what is stopped or moved meanwhile leaves all the same.

        Where others share the speed, a turn must not have passed by the time its intent is kept.
        """
        return self._lead + self._rest if self.shared else self._lead

    def free(self) -> int:
        """How many rows may be taken now: as many as have a place, and a turn by the time their intent is kept."""
        if self._was_closed and not self.opens_in:
            self._was_closed = False
            self.rest()
        now = time.monotonic()
        begins = self._next(now)
        soon = now + self._ahead
        turns = int((soon - begins) / self._closest) + 1 if begins <= soon else 0
        return max(0, min(self.room, turns))

    def _next(self, now: float) -> float:
        """When the next turn is."""
        return max(self._planned(now), self._last + self._closest, now)

    def _planned(self, now: float) -> float:
        """When the next turn should be; in the past where turns are made up for."""
        return max(self._turn_at, now + (self._rest if self.shared else -CATCH_UP_S))

    def book(self, count: int) -> list[float]:
        """The next so many turns (monotonic seconds)."""
        now = self._booked_at = time.monotonic()
        planned, gap, closest = self._planned(now), self.gap, self._closest
        turn = self._next(now) - closest
        turns = [turn := max(planned + number * gap, turn + closest) for number in range(count)]
        self._turn_at, self._last = planned + count * gap, turn
        return turns

    def rest(self) -> None:
        """There was nothing to send: turns that nobody wanted are not made up for."""
        self._turn_at = max(self._turn_at, time.monotonic())

    def kept(self, begun: float) -> None:
        """The intents of a claim that began at a moment, and has booked its turns since, are kept now."""
        now = time.monotonic()
        self._lead, self._rest = _learnt(self._lead, now - begun), _learnt(self._rest, now - self._booked_at)

    async def leave(self, turn: float, priority: int) -> Departure:
        """Wait for a turn, and go. Raises ClosedError when it may not leave any more.

        `turn`: the one that was booked for it. Whatever is more pressing when that comes goes first, and this then.
        """
        loop = asyncio.get_running_loop()
        mine = Waiting(priority, next(self._numbers), loop.create_future())
        heapq.heappush(self._waiting, mine)
        self._later(turn - time.monotonic(), turn)
        return await mine.departure

    def _later(self, wait: float, turn: float) -> None:
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._comes, turn)
        else:
            self._comes(turn)

    def _comes(self, turn: float) -> None:
        """A turn has come: the most pressing row goes. There is one for each, or more where a row was given up."""
        now = time.monotonic()
        if not self.shared and (wait := self._full_for(now)) > 0:
            self._later(wait, turn)
            return
        while self._waiting:
            first = heapq.heappop(self._waiting)
            if not first.departure.done():
                self._go(first, turn, now)
                return

    def _go(self, row: Waiting, turn: float, now: float) -> None:
        # Others may be using the second into which a late message would fall.
        if self.opens_in or (self.shared and now - turn > LATE_S):
            row.departure.set_exception(ClosedError())
            return
        departure = Departure(now)
        self._departures.append(departure)
        row.departure.set_result(departure)

    def _full_for(self, now: float) -> float:
        """Seconds for which a second that this message would fall into is full, over there.

        Leaving evenly is not arriving evenly: a message that was held up on its way may be counted as late as its
        answer came, less the shortest way back. Then the one that comes a limit's worth later waits for it.
        """
        most = max(1, int(self.per_second * WINDOW_S * self._share(now)))
        if len(self._departures) < most:
            return 0.0
        before = self._departures[-most]
        if before.answered is None:
            # One that is not answered at all shall not hold up all the others.
            given_up = before.left + 2 * WINDOW_S <= now
            return 0.0 if given_up else max(before.left + WINDOW_S - now, LOOK_AGAIN_S)
        held_up = before.answered - before.left - min(self._trips)
        return before.left + held_up + WINDOW_S + WRITTEN_S - now

    # ---- shared with other processes ----

    def adopt(self, pace: Pace) -> None:
        """Take over what all processes know, from the server's clock to this machine's."""
        ahead = self._clocks_apart(pace)
        # A turn further away than a few gaps was booked before the server's clock was set back: begun anew, but after
        # all that has a turn already, whoever gave it.
        far = pace.turn_at - pace.now > WINDOW_S + self.most * self.gap
        self._turn_at = time.monotonic() + WINDOW_S if far else pace.turn_at - ahead
        self._last = -math.inf  # it may have been booked by a claim that was not kept; what counts is in the row
        self.share, self._refused_at = pace.share, pace.refused_at - ahead
        self._opens_at = max(self._opens_at, self._elapsed() + min(pace.opens_at - pace.now, self._longest(pace)))

    def _clocks_apart(self, pace: Pace) -> float:
        """The server's clock less this machine's, by the reading of the last half minute that was the least late.

        Every reading is late, more so on a busy machine: taken as it comes, turns would be booked once more that
        others have been given already.
        """
        seen, now = pace.now - time.monotonic(), time.monotonic()
        newest, older = self._apart
        if seen < max(newest, older) - WINDOW_S:
            newest, older = -math.inf, -math.inf  # the server's clock was set back
        elif now - self._apart_since > TRIPS_S:
            newest, older, self._apart_since = -math.inf, newest, now
        self._apart = (max(newest, seen), older)
        return max(self._apart)

    def _longest(self, pace: Pace) -> float:
        return pace.opens_at - pace.refused_at

    def known(self, pace: Pace) -> Pace:
        """What the others are to know now."""
        ahead = self._clocks_apart(pace)
        opens_at = max(pace.opens_at, pace.now + self.opens_in if self.opens_in else 0.0)
        refused_at = self._refused_at + ahead if self._refused_at > -math.inf else 0.0
        return replace(pace, turn_at=self._turn_at + ahead, opens_at=opens_at, share=self.share, refused_at=refused_at)


def _learnt(allowed: float, took: float) -> float:
    """How long to allow for something: quick to learn that it takes longer, slow to forget it."""
    wanted = min(max(1.5 * took, 0.002), 0.1)
    return max(wanted, allowed + (wanted - allowed) / 32)
