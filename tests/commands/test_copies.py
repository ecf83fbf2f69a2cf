"""Backup, restore and release, as whoever runs the machine meets them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, select

from bot import main
from db import addresses, lineage, outbox, people, units
from db.engine import Database
from db.tables import due_items, links

T = TypeVar("T")

NOW = datetime.now(UTC)


def done(url: str, work: Callable[[Connection], T]) -> T:
    async def run() -> T:
        db = Database(url)
        try:
            return await db.write(work)
        finally:
            await db.close()

    return asyncio.run(run())


def run_for_a_moment(url: str) -> datetime | None:
    """A bot is started and stopped; since when it is held."""

    async def run() -> datetime | None:
        db = Database(url)
        try:
            return await lineage.start(db, datetime.now(UTC))
        finally:
            await db.close()

    return asyncio.run(run())


def _village(connection: Connection) -> None:
    cell = units.add(connection, "cell", "thôn Khe Đào", units.add(connection, "commune", "xã Suối Trong"))
    bot = addresses.bot(connection, "telegram", "1", "bot")
    for number in range(3):
        person = people.add(connection, cell, f"Ma Văn Tình {number}")
        address = addresses.heard_from(connection, bot, str(number), NOW)
        row = {"person_id": person.id, "address_id": address.id, "consent": "agreed", "asked_at": NOW}
        connection.execute(links.insert().values(**row))
    times = {"worthless_after": NOW + timedelta(days=2), "now": NOW - timedelta(hours=1)}
    outbox.due(connection, [1, 2, 3], "notice", 1, due_at=NOW - timedelta(hours=1), **times)
    outbox.due(connection, [1], "invite", 1, due_at=NOW - timedelta(hours=1), **times)
    outbox.due(connection, [2], "invite", 1, due_at=NOW + timedelta(days=1), **times)


def items(connection: Connection) -> list[tuple[str, str]]:
    found = select(due_items.c.kind, due_items.c.state).order_by(due_items.c.id)
    return [(kind, state) for kind, state in connection.execute(found).all()]


@pytest.fixture
def installed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation that has run, with tidings that are due; config.toml lies in the present folder."""
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(f'database = "{database_url}"\nsecret = "for tests only"\n')
    done(database_url, _village)
    assert run_for_a_moment(database_url) is None
    return database_url


def said(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=answer)


def test_backup_restore_and_release(installed: str) -> None:
    made = said("backup", "ban-chep.db")
    assert made.exit_code == 0 and made.output.startswith("✅ Đã chép vào ban-chep.db: 0,")
    done(installed, lambda c: people.add(c, units.get(c, 1), "Lý Văn Sinh"))
    brought = said("restore", "ban-chep.db")
    assert brought.exit_code == 0, brought.output
    assert "✅ Đã đưa ban-chep.db vào chỗ của" in brought.output
    [aside] = Path().glob("bot.db.truoc-*")
    assert f"cất ở {aside.absolute()}" in brought.output
    with closing(sqlite3.connect(aside)) as before:
        assert before.execute("SELECT count(*) FROM people").fetchone() == (4,)

    assert run_for_a_moment(installed) is not None
    doctor = said("doctor")
    assert "trợ lý tạm giữ tin, chỉ trả lời người nhắn đến" in doctor.output
    assert "“python bot.py release”" in doctor.output

    refused = said("release", answer="n\n")
    assert refused.exit_code == 1 and "Chưa thay đổi gì. Trợ lý vẫn giữ tin." in refused.output
    assert run_for_a_moment(installed) is not None
    released = said("release", answer="y\n")
    assert released.exit_code == 0
    assert "sẽ bỏ, không gửi:\n• mời họp, nhắc họp: 1\n• thông báo: 3\nViệc đến hạn sau lúc ấy" in released.output
    assert "✅ Đã bỏ 4 tin. Trợ lý nhắn lại như thường." in released.output
    assert run_for_a_moment(installed) is None
    assert [state for _, state in done(installed, items)] == ["expired"] * 4 + ["waiting"]
    assert "Trợ lý không giữ tin nào" in said("release").output
    assert "tạm giữ" not in said("doctor").output


def test_release_before_the_bot_has_run_on_the_copy_and_with_everything_sent(installed: str) -> None:
    said("backup", "ban-chep.db")
    said("restore", "ban-chep.db")
    assert "Cơ sở dữ liệu là bản được đưa vào lại." in said("doctor").output
    released = said("release", "--send", "--yes")
    assert released.exit_code == 0
    assert "sẽ được gửi, dù có thể bà con đã nhận một lần:\n• mời họp, nhắc họp: 1\n• thông báo: 3" in released.output
    assert {state for _, state in done(installed, items)} == {"waiting"}
    assert run_for_a_moment(installed) is None


def test_a_hold_with_nothing_to_drop_says_so(installed: str) -> None:
    done(installed, lambda c: c.execute(due_items.delete()))
    said("backup", "ban-chep.db")
    said("restore", "ban-chep.db")
    released = said("release", "--yes")
    assert "Trước lúc ấy không có tin nào đến hạn." in released.output
    assert "✅ Đã bỏ 0 tin." in released.output


def test_without_an_answer_nothing_is_released(installed: str) -> None:
    said("backup", "ban-chep.db")
    said("restore", "ban-chep.db")
    assert "Chưa thay đổi gì. Trợ lý vẫn giữ tin." in said("release", answer="").output
    assert run_for_a_moment(installed) is not None


def test_while_a_bot_runs_it_is_copied_and_not_replaced(installed: str) -> None:
    running = Database(installed)
    running.claim()
    assert said("backup", "ban-chep.db").exit_code == 0
    refused = said("restore", "ban-chep.db")
    assert refused.exit_code == 1 and "Trợ lý đang chạy trên" in refused.output
    asyncio.run(running.close())
    assert said("restore", "ban-chep.db").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["backup", "config.toml"], "Đã có config.toml. Xin đặt tên khác"),
        (["backup", "khong/co/a.db"], "Chưa chép được vào khong/co/a.db (FileNotFoundError)"),
        (["restore", "khong-co.db"], "Không thấy khong-co.db."),
        (["restore", "bot.db"], "bot.db chính là cơ sở dữ liệu đang dùng."),
        (["restore", "config.toml"], "Bản config.toml bị hỏng, không dùng được. Chưa thay đổi gì."),
    ],
)
def test_what_cannot_be_is_said_plainly(installed: str, words: list[str], says: str) -> None:
    before = done(installed, items)
    refused = said(*words)
    assert refused.exit_code == 1 and says in refused.output
    assert "Traceback" not in refused.output
    assert done(installed, items) == before


def test_without_a_database_a_copy_is_restored_and_nothing_is_copied(installed: str) -> None:
    said("backup", "ban-chep.db")
    for file in Path().glob("bot.db*"):
        file.unlink()
    assert "Chưa có cơ sở dữ liệu" in said("backup", "b.db").output
    assert "Chưa có cơ sở dữ liệu" in said("release").output
    brought = said("restore", "ban-chep.db")
    assert brought.exit_code == 0 and "cất ở" not in brought.output
    assert run_for_a_moment(installed) is not None


def test_a_damaged_database_is_not_copied(installed: str) -> None:
    Path("bot.db").write_bytes(b"no database" * 1000)
    refused = said("backup", "ban-chep.db")
    assert refused.exit_code == 1 and "bị hỏng, nên không có bản chép" in refused.output


def test_on_a_server_its_own_tools_are_named(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(f'database = "{postgres}"\nsecret = "for tests only"\n')
    assert "pg_dump --format=custom --file=a.dump" in said("backup", "a.dump").output
    assert "pg_restore" in said("restore", "a.dump").output
