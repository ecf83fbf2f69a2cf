"""A commune at work behind the page: the bot goes on by itself there, and walks after the page's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from makebelieve import World, open_world
from makebelieve.month import START
from makebelieve.world import follow
from tests.pages.commune import founded
from tests.pages.phones import PhonesPage

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """On 20 November 2026 at eight in the morning; time moves only when told."""
    async with open_world(tmp_path, START, database=database_url) as made, at_work(made):
        yield made


@asynccontextmanager
async def at_work(world: World) -> AsyncIterator[None]:
    """The bot runs beside; what it trips over fails the test."""
    work = [asyncio.create_task(world.app.run(ticks=False)), asyncio.create_task(follow(world.app, world.url))]
    yield
    for task in work:
        task.cancel()
    for ended in await asyncio.gather(*work, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise RuntimeError("the bot has stopped by itself") from ended


@pytest.fixture
async def claim_code(world: World) -> str:
    """The nine digits that `init` prints for the first official of a new installation."""
    return await founded(world)


@pytest.fixture
async def page(world: World, browser: Browser) -> AsyncIterator[PhonesPage]:
    """The page on a wide screen; an error in it fails the test."""
    made = await browser.new_page(viewport={"width": 1480, "height": 1000})
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield PhonesPage(made, world.url)
    await made.close()
    assert not errors
