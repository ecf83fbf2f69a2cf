"""A make-believe Telegram on a free port."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sim_world import START, TOKEN, World

from simulator import Clock, Simulator, running


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A server with a frozen clock, whose real time stands still too."""
    simulator = Simulator(Clock(START, flowing=False), monotonic=lambda: 0.0)
    async with running(simulator) as url, aiohttp.ClientSession() as http:
        yield World(simulator, url, http)


@pytest.fixture
async def village(world: World) -> World:
    """Tình (7) has started the bot, Mùi (8) never has, Lâm (9) has blocked it."""
    world.simulator.put_bot(TOKEN, "khedao_bot", "Trợ lý")
    for user, name in ((7, "Ma Văn Tình"), (8, "Triệu Thị Mùi"), (9, "Hoàng Văn Lâm")):
        await world.sim("user", user=user, name=name, phone=f"+8490000000{user}")
    await world.sim("message", user=7, text="/start")
    await world.sim("message", user=9, text="/start")
    await world.sim("block", user=9, blocked=True)
    world.simulator.bots[123].updates.clear()
    return world
