"""python bot.py transfer, as whoever runs the machine meets it, and killed in the middle of it."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, text

from bot import main
from db import lineage
from db.columns import metadata
from db.engine import Database
from tests.db.filling import contents, fill

T = TypeVar("T")

ROOT = Path(__file__).parent.parent.parent
ROWS = 120


def done(url: str, work: Callable[[Connection], T]) -> T:
    async def run() -> T:
        db = Database(url)
        try:
            return await db.write(work)
        finally:
            await db.close()

    return asyncio.run(run())


@pytest.fixture
def installed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation on a file, with rows in every table; config.toml lies in the present folder."""
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(f'database = "{database_url}"\nsecret = "for tests only"\n')
    done(database_url, lambda c: fill(c, ROWS))
    return database_url


def transfer(url: str) -> Result:
    return CliRunner().invoke(main, ["transfer", "--to", url])


def test_moving_and_going_on(installed: str, server_url: str) -> None:
    before = done(installed, contents)
    moved = transfer(server_url)
    assert moved.exit_code == 0, moved.output
    tables = len(metadata.tables)
    rows = f"{(tables - 1) * ROWS + 1:,}".replace(",", ".")
    assert f"✅ Đã chuyển {rows} dòng của {tables} bảng." in moved.output
    assert f"people: {ROWS}/{ROWS}\n" in moved.stderr
    assert "Bây giờ ghi vào config.toml" in moved.output and "không chạy nữa" in moved.output
    assert done(server_url, contents) == before
    again = transfer(server_url)
    assert again.exit_code == 1 and "đã được chuyển rồi" in again.output
    assert "Trợ lý đã chuyển sang máy chủ PostgreSQL" in CliRunner().invoke(main, ["doctor"]).output
    assert "đã chuyển sang máy chủ PostgreSQL" in CliRunner().invoke(main, ["release"]).output
    Path("config.toml").write_text(f'database = "{server_url}"\nsecret = "for tests only"\n')
    assert "Không có gì để chuyển" in transfer(server_url).output


def test_the_way_back_is_to_restore_the_file_which_is_then_on_hold(installed: str, server_url: str) -> None:
    assert transfer(server_url).exit_code == 0
    Path("bot.db").rename("truoc.db")
    assert CliRunner().invoke(main, ["restore", "truoc.db"]).exit_code == 0
    assert done(installed, lambda c: lineage.is_copy(c, None) and not lineage.is_moved(c))
    assert len(done(installed, contents)["people"]) == ROWS


def test_while_a_bot_runs_nothing_is_moved(installed: str, server_url: str) -> None:
    running = Database(installed)
    running.claim()
    refused = transfer(server_url)
    asyncio.run(running.close())
    assert refused.exit_code == 1 and "Trợ lý đang chạy trên" in refused.output
    assert not any(done(server_url, contents).values())


def test_a_target_that_is_not_fit_is_said_plainly(installed: str, server_url: str, tmp_path: Path) -> None:
    for url in ("mysql://x/y", "postgresql+asyncpg://a:b:c@:x/y", "sqlite+aiosqlite:///b.db", "nowhere"):
        refused = transfer(url)
        assert refused.exit_code == 1 and "Địa chỉ phải có dạng postgresql+asyncpg://" in refused.output
    away = transfer(f"postgresql+asyncpg://postgres:secret-word@/bot?host={tmp_path}")
    assert away.exit_code == 1 and "Không làm việc được với cơ sở dữ liệu" in away.output
    assert "secret-word" not in away.output and "Traceback" not in away.output
    done(server_url, lambda c: c.execute(text("INSERT INTO installation (claim_wrong) VALUES (3)")))
    taken = transfer(server_url)
    assert taken.exit_code == 1 and "đích đã có dữ liệu khác" in taken.output


def test_a_row_that_the_server_does_not_take_is_said_plainly(installed: str, server_url: str) -> None:
    done(installed, lambda c: c.execute(text("UPDATE people SET name = 'Ma Văn' || char(0) WHERE id = 5")))
    refused = transfer(server_url)
    assert refused.exit_code == 1 and "Bảng people có dòng mà PostgreSQL không nhận" in refused.output
    assert "Ma Văn" not in refused.output
    assert not any(done(server_url, contents).values())


def test_without_a_database_there_is_nothing_to_move(installed: str, server_url: str) -> None:
    Path("bot.db").unlink()
    assert "Chưa có cơ sở dữ liệu" in transfer(server_url).output


async def _killed(url: str, seed: int) -> str:
    """Begin to move, and die at a moment that the seed chooses; the last thing that was said."""
    chance = random.Random(seed)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "bot.py"), "transfer", "--to", url, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    said = b""
    # The last tables are told of before the comparing begins: dying there is dying in it, or just before the end.
    for _ in range(chance.randint(1, len(metadata.tables))):
        said = await process.stderr.readline()
        assert b"/" in said, f"it was over before it was killed: {said!r}"
    for _ in range(chance.choice([0, 0, 1000, 100_000])):
        await asyncio.sleep(0)
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    return said.decode()


ALONE = """
DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) LOOP
        PERFORM pg_sleep(0.02);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
END $$
"""


def _left(connection: Connection) -> dict[str, list[Any]]:
    """What the server holds once it has noticed that the other end is gone."""
    connection.execute(text(ALONE))
    return contents(connection)


@pytest.mark.parametrize("seed", range(4))
async def test_killed_anywhere_the_server_has_everything_or_nothing(installed: str, server_url: str, seed: int) -> None:
    before = await asyncio.to_thread(done, installed, contents)
    said = await _killed(server_url, seed)
    left = await asyncio.to_thread(done, server_url, _left)
    assert left == before or not any(left.values()), f"half of it is there, killed after {said}"
    assert await asyncio.to_thread(done, installed, contents) == before
    again = await asyncio.to_thread(transfer, server_url)
    assert again.exit_code == 0 or "đã được chuyển rồi" in again.output
    assert await asyncio.to_thread(done, server_url, contents) == before
    assert await asyncio.to_thread(done, installed, lineage.is_moved)
