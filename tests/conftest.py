"""What every test may stand on: an empty database with all tables."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from db.engine import Database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, made once by the real migrations."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"

    async def make() -> None:
        db = Database(f"sqlite+aiosqlite:///{path}")
        await db.migrate()
        await db.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    path = tmp_path / "bot.db"
    shutil.copy(migrated, path)
    return f"sqlite+aiosqlite:///{path}"
