"""What every test may stand on: an empty database with all tables, on each engine, and a browser for pages."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, async_playwright
from sqlalchemy import text

from db.engine import Database
from makebelieve.postgres import postgres as server
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
def postgres() -> Iterator[str]:
    """A real PostgreSQL server with a migrated database "empty"; the address of its own database."""
    with server() as url:
        asyncio.run(_run(url, 'CREATE DATABASE "empty"'))
        asyncio.run(_migrate(_named(url, "empty")))
        yield url


@pytest.fixture
def server_url(postgres: str) -> Iterator[str]:
    """An empty database with all tables on a server."""
    name = f"t{uuid4().hex}"
    asyncio.run(_run(postgres, f'CREATE DATABASE "{name}" TEMPLATE "empty"'))
    yield _named(postgres, name)
    asyncio.run(_run(postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))


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


def _named(url: str, name: str) -> str:
    address, _, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


async def _migrate(url: str) -> None:
    db = Database(url)
    await db.migrate()
    await db.close()


async def _run(url: str, statement: str) -> None:
    db = Database(url)
    async with db.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await free.execute(text(statement))
    await db.close()
