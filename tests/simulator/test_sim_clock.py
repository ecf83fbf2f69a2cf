"""The make-believe clock: forward only, step by step behind a follower, at once without one."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sim_world import START, World

from simulator import Clock, ControlError

NOON = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)


def test_a_frozen_clock_moves_only_when_told() -> None:
    real = [0.0]
    clock = Clock(START, flowing=False, monotonic=lambda: real[0])

    real[0] = 500.0
    assert clock.now() == START

    clock.move_to(NOON)
    assert (clock.now(), clock.target(), clock.moves) == (NOON, NOON, 1)


def test_a_flowing_clock_runs_with_real_time_except_while_the_follower_catches_up() -> None:
    real = [0.0]
    clock = Clock(START, flowing=True, monotonic=lambda: real[0])
    real[0] = 60.0
    assert clock.now() == clock.target() == START + timedelta(minutes=1)

    clock.follow(True)
    clock.move_to(NOON)
    real[0] = 120.0
    assert (clock.now(), clock.target()) == (START + timedelta(minutes=1), NOON)

    clock.reached(NOON)
    real[0] = 121.0
    assert clock.now() == clock.target() == NOON + timedelta(seconds=1)


def test_the_follower_walks_and_the_target_is_reached_when_it_says_so() -> None:
    clock = Clock(START, flowing=False)
    clock.follow(True)
    clock.forward(timedelta(hours=4))
    assert (clock.now(), clock.settled) == (START, False)

    clock.reached(START + timedelta(hours=1))
    assert clock.now() == START + timedelta(hours=1)
    clock.reached(START)
    assert clock.now() == START + timedelta(hours=1)
    with pytest.raises(ControlError):
        clock.reached(START + timedelta(hours=5))

    clock.follow(False)
    assert (clock.now(), clock.settled) == (NOON, True)


def test_a_downtime_jumps_over_everything() -> None:
    clock = Clock(START, flowing=False)
    clock.follow(True)

    clock.skip(timedelta(hours=4))

    assert (clock.now(), clock.target(), clock.downtime, clock.moves) == (NOON, NOON, 1, 1)


def test_a_follower_that_a_downtime_has_overtaken_is_not_at_fault() -> None:
    clock = Clock(START, flowing=False)
    clock.follow(True)
    clock.forward(timedelta(hours=1))
    clock.skip(timedelta(hours=4))

    clock.reached(START + timedelta(hours=1))

    assert (clock.now(), clock.settled) == (NOON, True)


def test_a_clock_that_stood_still_can_begin_to_flow() -> None:
    real = [0.0]
    clock = Clock(START, flowing=False, monotonic=lambda: real[0])
    real[0] = 60.0
    clock.let_flow()
    real[0] = 61.0

    assert clock.now() == START + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"now": "2026-11-03T00:00:00+00:00"}, "The clock only goes forward"),
        ({"now": "2026-11-04T00:00:00"}, "says no time zone"),
        ({"now": "mai"}, "must be written like"),
        ({"forward_s": -1}, "must be a number above zero"),
        ({"downtime_s": -1}, "must be a number above zero"),
        ({"forward_s": "x"}, "must be a number above zero"),
        ({"reached": "2026-11-05T00:00:00+00:00"}, "cannot have been reached"),
        ({}, "Say one of"),
    ],
)
async def test_moves_that_are_refused(world: World, body: dict[str, Any], sentence: str) -> None:
    status, answer = await world.try_sim("clock", **body)

    assert status == 400
    assert sentence in answer["error"]
    assert (await world.get("clock"))["now"] == START.isoformat()


async def test_without_a_follower_time_jumps(world: World) -> None:
    moved = await world.sim("clock", forward_s=3600, wait=True)
    assert moved == {
        "now": "2026-11-03T02:00:00+00:00",
        "target": "2026-11-03T02:00:00+00:00",
        "moves": 1,
        "following": False,
        "downtime": 0,
        "flowing": False,
    }

    moved = await world.sim("clock", downtime_s=3600)
    assert (moved["now"], moved["moves"], moved["downtime"]) == ("2026-11-03T03:00:00+00:00", 2, 1)


async def follow(world: World, steps: list[str]) -> None:
    """Walk after the clock in steps of half an hour, as a bot with something to do at each."""
    seen = (await world.sim("clock", follow=True))["moves"]
    while True:
        state = await world.get(f"clock?moves={seen}&wait_s=20")
        seen, at = state["moves"], datetime.fromisoformat(state["now"])
        while at < datetime.fromisoformat(state["target"]):
            at = min(at + timedelta(minutes=30), datetime.fromisoformat(state["target"]))
            steps.append(f"{at:%H:%M}")
            await world.sim("clock", reached=at.isoformat())


async def test_a_move_waits_for_the_follower_to_have_done_everything(world: World) -> None:
    steps: list[str] = []
    follower = asyncio.create_task(follow(world, steps))
    await world.until(lambda: world.simulator.clock.following)

    await world.sim("clock", forward_s=4500, wait=True)
    assert steps == ["01:30", "02:00", "02:15"]
    await world.sim("clock", now="2026-11-03T03:00:00Z", wait=True)
    assert steps[3:] == ["02:45", "03:00"]

    follower.cancel()


async def test_a_follower_that_is_gone_does_not_hang_the_clock(world: World) -> None:
    await world.sim("clock", follow=True)

    status, answer = await world.try_sim("clock", forward_s=60, wait=True, wait_s=0.01)

    assert status == 504
    assert "perhaps it is gone" in answer["error"]
    assert (await world.sim("clock", follow=False))["now"] == "2026-11-03T01:01:00+00:00"
