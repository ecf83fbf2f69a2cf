"""The make-believe village that every story plays in, once on Telegram and once on Zalo."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from config import Delivery, Settings
from tests.stories.village import Village, settled


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database=database_url, secret="for tests only", delivery=Delivery(per_second=1000))


@pytest.fixture(params=["telegram", "zalo"])
async def village(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Village]:
    """A village whose people all have their phones on one channel."""
    async with settled(settings, request.param) as made:
        yield made
