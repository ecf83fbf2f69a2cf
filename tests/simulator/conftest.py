"""A make-believe Telegram on a free port."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright
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


@pytest.fixture(scope="session")
def chromium() -> Path | None:
    """The machine's Chromium; None means the one that playwright brought."""
    path = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    return path if path.exists() else None


@pytest.fixture
async def browser(chromium: Path | None) -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()
