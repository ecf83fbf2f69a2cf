"""Fixtures: a webhook over nothing but a list, and one over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from tests.web.world import World, open_world


@pytest.fixture
def heard() -> list[Mapping[str, Any]]:
    """The events that were accepted."""
    return []


@pytest.fixture
async def world(heard: list[Mapping[str, Any]]) -> AsyncIterator[World]:
    async def accept(event: Mapping[str, Any]) -> None:
        heard.append(event)

    async def healthy() -> None:
        return None

    async with open_world(accept, healthy) as made:
        yield made
