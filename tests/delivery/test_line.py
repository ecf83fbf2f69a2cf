"""The way out of a bot, on a clock of its own: how evenly it sends, and when it does not send at all."""

from __future__ import annotations

import asyncio
import heapq
import math
import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import pytest

from db.outbox import ANSWER, CHANGE, NOTICE
from db.pacing import Pace
from delivery import line as lines
from delivery.line import LATE_S, SLOWER, ClosedError, Departure, Line


class Time:
    """Stands still until somebody sleeps, or nobody has anything to do but to wait for a timer."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []

    def call_later(self, seconds: float, do: Callable[..., None], *arguments: float) -> None:
        heapq.heappush(self._timers, (self.now + seconds, len(self._timers), partial(do, *arguments)))
        asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        at, _, do = heapq.heappop(self._timers)
        self.now = max(self.now, at)
        do()

    def create_future(self) -> asyncio.Future[Departure]:
        return asyncio.get_running_loop().create_future()

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(lines, "time", made)
    monkeypatch.setattr(lines, "asyncio", SimpleNamespace(sleep=made.sleep, get_running_loop=lambda: made))
    return made


def a_line(time: Time, per_second: float = 30, *, shared: bool = False) -> Line:
    return Line(per_second, 64, time.monotonic, shared=shared)


async def sent(line: Line, time: Time, messages: int, dawdles: random.Random | None = None) -> list[float]:
    """When so many messages leave, one after the other; now and then this machine is slow."""
    left: list[float] = []
    while len(left) < messages:
        if not line.free():
            await time.sleep(line.next_in or 0.001)
            continue
        [turn] = line.book(1)
        if dawdles and dawdles.random() < 0.05:
            await time.sleep(dawdles.uniform(0, 0.3))
        line.answered(await line.leave(turn, NOTICE))
        left.append(time.now)
    return left


def most_in_a_second(left: list[float]) -> int:
    return max(sum(begin <= moment < begin + 1 for moment in left) for begin in left)


@pytest.mark.parametrize("per_second", [1, 24, 30, 300, 1000])
async def test_no_second_holds_more_than_the_limit_and_little_is_given_away(time: Time, per_second: int) -> None:
    line = a_line(time, per_second)
    left = await sent(line, time, 5 * per_second)
    assert most_in_a_second(left) <= per_second
    assert left[-1] - left[0] <= 5 * 1.02


@pytest.mark.parametrize("seed", range(5))
async def test_a_slow_moment_is_made_up_for_without_breaking_the_limit(time: Time, seed: int) -> None:
    left = await sent(a_line(time), time, 600, random.Random(seed))
    assert most_in_a_second(left) <= 30


async def test_a_moment_that_was_slept_through_is_made_up_for_turn_by_turn(time: Time) -> None:
    line = a_line(time, 300)
    await sent(line, time, 300)
    await time.sleep(0.09)
    left = await sent(line, time, 60)
    gaps = [later - sooner for sooner, later in pairwise(left)]
    assert min(gaps) >= 0.999 / 300, "all at once, they would fill the seconds that follow"
    assert sum(gaps) < 0.995 * len(gaps) * line.gap


async def test_a_message_that_was_held_up_on_its_way_is_counted_as_late_as_it_may_have_come(time: Time) -> None:
    line = a_line(time)
    [turn] = line.book(1)
    slow = await line.leave(turn, NOTICE)
    await sent(line, time, 29)
    await time.sleep(slow.left + 0.9 - time.now)
    line.answered(slow)
    [turn] = line.book(1)
    late = await line.leave(turn, NOTICE)
    assert late.left - slow.left > 1.89


async def test_a_message_that_is_never_answered_holds_the_others_up_but_for_a_moment(time: Time) -> None:
    line = a_line(time)
    [turn] = line.book(1)
    lost = await line.leave(turn, NOTICE)
    left = await sent(line, time, 60)
    assert left[-1] - lost.left <= 4


async def test_a_long_rest_is_not_made_up_for(time: Time) -> None:
    line = a_line(time)
    await sent(line, time, 10)
    await time.sleep(60)
    line.rest()
    assert line.free() == 1


async def test_what_is_more_pressing_takes_a_turn_that_was_booked_for_a_notice(time: Time) -> None:
    line = a_line(time)
    gone: list[str] = []

    async def goes(name: str, priority: int, turn: float) -> None:
        await line.leave(turn, priority)
        gone.append(name)

    await time.sleep(1)
    line.rest()
    first, *others = line.book(5)
    await goes("first", NOTICE, first)
    rows = [("second", NOTICE), ("third", NOTICE), ("moved", CHANGE), ("answer", ANSWER)]
    await asyncio.gather(*(goes(*row, turn) for row, turn in zip(rows, others, strict=True)))
    assert gone == ["first", "answer", "moved", "second", "third"]


async def test_a_row_that_is_given_up_takes_no_turn_from_the_others(time: Time) -> None:
    line = a_line(time)
    first, second, third = line.book(3)
    await line.leave(first, NOTICE)
    given_up = asyncio.create_task(line.leave(second, ANSWER))
    stays = asyncio.create_task(line.leave(third, NOTICE))
    asyncio.get_running_loop().call_soon(given_up.cancel)
    departure = await stays
    assert departure.left <= third + LATE_S


async def test_the_gate_opens_exactly_when_the_platform_said(time: Time) -> None:
    line = a_line(time)
    line.refused(35, time.now)
    assert (line.free(), line.room) == (0, 0)
    await time.sleep(34.9)
    line.refused(0.05, time.now)
    assert 0 < line.opens_in <= 0.1
    await time.sleep(0.11)
    assert line.free() == 1


async def test_a_message_whose_turn_comes_while_the_gate_is_closed_waits(time: Time) -> None:
    line = a_line(time)
    [turn] = line.book(1)
    line.close(3)
    with pytest.raises(ClosedError):
        await line.leave(turn, NOTICE)


async def test_after_a_refusal_it_is_slower_and_creeps_up_again(time: Time) -> None:
    line = a_line(time)
    even = line.gap
    left = time.now
    await time.sleep(0.1)
    line.refused(3, left)
    await time.sleep(0.1)
    line.refused(3, left)  # what was on the wire together is refused together
    assert math.isclose(line.gap, even / SLOWER)
    await time.sleep(59.9)
    assert math.isclose(line.gap, even / SLOWER)
    await time.sleep(120)
    assert math.isclose(line.gap, even / (SLOWER + 0.02))
    await time.sleep(3600)
    assert line.gap == even


async def test_who_is_refused_again_slows_down_again(time: Time) -> None:
    line = a_line(time)
    for _ in range(3):
        await time.sleep(4)
        line.refused(3, time.now)
        await time.sleep(3)
    assert math.isclose(line.share, SLOWER**3, rel_tol=0.01)
    left = await sent(line, time, 100)
    assert most_in_a_second(left) <= 30 * SLOWER**3 + 1


async def test_as_few_are_on_the_wire_as_the_speed_needs(time: Time) -> None:
    line = a_line(time)
    for _ in range(200):
        line.in_flight += 1
        line.freed(0.1)
    assert line.room == math.ceil(30 * 0.1 * 1.5) + 1
    for _ in range(200):
        line.in_flight += 1
        line.freed(10)
    assert line.room == 64


async def test_trouble_on_the_wire_is_felt_out_by_one_message_at_a_time(time: Time) -> None:
    line = a_line(time)
    for waits in (0, 0, 1, 2, 4):
        line.failed()
        assert math.isclose(line.opens_in, waits)
        assert line.room == (0 if waits else 1)
        await time.sleep(waits)
    line.worked()
    assert line.room > 1


# ---- with other processes ----


def a_pace(**known: float) -> Pace:
    return Pace(**{"now": 5000.0, "turn_at": 0.0, "opens_at": 0.0, "share": 1.0, "refused_at": 0.0, **known})


async def test_two_processes_never_book_the_same_turn(time: Time) -> None:
    here, there, turns = a_line(time, shared=True), a_line(time, shared=True), []
    pace = a_pace()
    for line in (here, there) * 30:
        line.adopt(pace)
        turns += line.book(1)
        pace = line.known(pace)
    gaps = [later - sooner for sooner, later in pairwise(turns)]
    assert all(math.isclose(gap, here.gap, rel_tol=1e-6) for gap in gaps)
    assert turns[0] > time.now, "there is time to keep the intent"


async def test_turns_of_a_claim_that_was_not_kept_are_given_again(time: Time) -> None:
    line, pace = a_line(time, shared=True), a_pace()
    line.adopt(pace)
    lost = line.book(3)
    line.adopt(pace)
    assert line.book(3) == pytest.approx(lost), "else what is kept of them lies behind them, and others book them too"


async def test_a_turn_that_has_passed_is_given_up_where_others_send_too(time: Time) -> None:
    line = a_line(time, shared=True)
    [turn] = line.book(1)
    time.now = turn + LATE_S + 0.001
    with pytest.raises(ClosedError):
        await line.leave(turn, NOTICE)


async def test_a_refusal_that_one_hears_all_heed(time: Time) -> None:
    here, there = a_line(time, shared=True), a_line(time, shared=True)
    here.adopt(a_pace())
    here.refused(35, time.now)
    there.adopt(here.known(a_pace()))
    assert math.isclose(there.opens_in, 35)
    assert math.isclose(there.share, SLOWER)


async def test_a_server_whose_clock_is_set_back_stops_nobody(time: Time) -> None:
    line = a_line(time, shared=True)
    line.adopt(a_pace(turn_at=8600, refused_at=8600, opens_at=8635))
    assert line.opens_in <= 35
    line.adopt(a_pace(turn_at=8600))
    assert line.book(1)[0] <= time.now + 1
