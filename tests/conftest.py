"""What every test may stand on: an empty database with all tables, on each engine, and a browser for pages."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from db.engine import Database
from makebelieve.postgres import Server
from makebelieve.postgres import postgres as running_server
from tests import browser as machine


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, made once by the real migrations."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


def copy_of(migrated: Path, path: Path) -> Path:
    shutil.copy(migrated, path)
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{copy_of(migrated, tmp_path / 'bot.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real PostgreSQL server with a migrated database "empty"."""
    with running_server() as server:
        server.run('CREATE DATABASE "empty"')
        asyncio.run(_migrate(server.at("empty")))
        yield server


@pytest.fixture(scope="session")
def postgres(postgres_server: Server) -> str:
    """The address of the server's own database."""
    return postgres_server.url


@pytest.fixture
def server_url(postgres_server: Server) -> Iterator[str]:
    """An empty database with all tables on a server."""
    url = postgres_server.copy(postgres_server.at("empty"))
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def engine_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("database_url" if request.param == "sqlite" else "server_url")
    return url


@pytest.fixture
async def database(engine_url: str) -> AsyncIterator[Database]:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    db = Database(engine_url)
    yield db
    await db.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser on this machine. `python -m tests.browser` installs one."""
    path = machine.find()
    assert path, "There is no browser here: python -m tests.browser"
    return path


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def _migrate(url: str) -> None:
    db = Database(url)
    await db.migrate()
    await db.close()
