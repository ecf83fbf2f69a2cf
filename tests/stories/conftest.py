"""The make-believe village that every story plays in, once with buttons and once with numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import config
from app import build
from channels.telegram import Telegram
from config import Delivery, Settings
from simulator import Clock, Simulator, running
from tests.stories.village import TOKEN, Numbers, Village, at


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database=database_url,
        secret="for tests only",
        telegram=config.Telegram(token=TOKEN),
        delivery=Delivery(per_second=1000),
    )


@pytest.fixture(params=["buttons", "numbers"])
async def village(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Village]:
    """xã Suối Trong with chi bộ thôn Khe Đào, on Wednesday, 25 November 2026, at noon."""
    buttons = request.param == "buttons"
    simulator = Simulator(Clock(at(25), flowing=False))
    async with running(simulator) as url:
        simulator.put_bot(TOKEN)
        app = build(
            settings, clock=simulator.clock.now, base_url=f"{url}/bot", telegram=Telegram if buttons else Numbers
        )
        await app.start()
        made = Village(app, simulator, buttons)
        await made.found()
        yield made
        await app.close()
