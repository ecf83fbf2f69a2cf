"""python bot.py roster, as whoever runs the machine meets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, func, select

from bot import main
from db import units
from db.engine import Database
from db.tables import people
from sheets.example import PATH, PEOPLE
from sheets.export import roster_xlsx

T = TypeVar("T")


def done(url: str, work: Callable[[Connection], T]) -> T:
    async def run() -> T:
        db = Database(url)
        try:
            return await db.write(work)
        finally:
            await db.close()

    return asyncio.run(run())


def listed(url: str) -> int:
    return done(url, lambda c: c.execute(select(func.count()).select_from(people)).scalar_one())


@pytest.fixture
def installed(database_url: str, tmp_path: Path) -> str:
    """An installation without anybody on its roster: the address of its database; config.toml lies beside."""
    (tmp_path / "config.toml").write_text(f'database = "{database_url}"\nsecret = "for tests only"\n')
    done(database_url, lambda c: units.add(c, "commune", "xã Suối Trong", phone="+84900000001"))
    return database_url


def roster(tmp_path: Path, file: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["roster", str(file), "--config", str(tmp_path / "config.toml"), *more])


def test_trying_first_then_importing_then_again(installed: str, tmp_path: Path) -> None:
    tried = roster(tmp_path, PATH, "--dry-run")
    assert tried.exit_code == 0 and "Danh sách có 40 người, 3 chi bộ" in tried.stdout
    assert "• Thêm: Ma Văn Tình, chi bộ thôn Khe Đào" in tried.stdout
    assert "• Chức vụ mới, bí thư: Hoàng Văn Lâm, thôn Khe Đào" in tried.stdout
    assert "Chạy thử: chưa ghi gì." in tried.stdout
    assert listed(installed) == 0
    imported = roster(tmp_path, PATH)
    assert imported.exit_code == 0 and "✅ Đã cập nhật 40 người" in imported.stdout
    assert listed(installed) == 40
    again = roster(tmp_path, PATH)
    assert (again.exit_code, again.stdout) == (0, "Danh sách này giống hệt lần trước. Không có gì thay đổi.\n")


def test_every_wrong_row_is_named_and_nothing_is_written(installed: str, tmp_path: Path) -> None:
    wrong = [replace(person, name="123") if n % 2 else person for n, person in enumerate(PEOPLE)]
    file = tmp_path / "sai.xlsx"
    file.write_bytes(roster_xlsx(wrong))
    refused = roster(tmp_path, file)
    assert refused.exit_code == 1 and refused.stdout == ""
    assert "Chưa cập nhật gì: có 20 dòng cần sửa" in refused.stderr
    named = [line for line in refused.stderr.splitlines() if line.startswith("• Dòng")]
    assert len(named) == 20 and named[0] == "• Dòng 6, họ tên “123”: chưa rõ là tên ai, cần ghi lại."
    assert listed(installed) == 0


def test_rows_that_cannot_be_told_apart_are_refused(installed: str, tmp_path: Path) -> None:
    two = [replace(PEOPLE[3], phone=f"+8490000004{n}") for n in (5, 6)]
    for name, rows in (("hai.xlsx", two), ("ba.xlsx", [replace(two[0], phone="+84900000047")])):
        (tmp_path / name).write_bytes(roster_xlsx(rows))
    assert roster(tmp_path, tmp_path / "hai.xlsx").exit_code == 0
    refused = roster(tmp_path, tmp_path / "ba.xlsx")
    assert refused.exit_code == 1
    assert "• Dòng 5, họ tên “Ma Văn Tình”: có hai người trùng tên, cần ghi thêm mã" in refused.stderr


def test_what_is_no_list_is_said_plainly(installed: str, tmp_path: Path) -> None:
    (tmp_path / "anh.jpg").write_bytes(b"\xff\xd8\xff")
    assert "Trợ lý chưa mở được tờ này" in roster(tmp_path, tmp_path / "anh.jpg").stderr
    missing = roster(tmp_path, tmp_path / "khong-co.xlsx")
    assert missing.exit_code == 1 and "Không thấy tệp" in missing.stderr


def test_without_a_commune_the_way_on_is_named(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'database = "{database_url}"\nsecret = "for tests only"\n')
    refused = roster(tmp_path, PATH)
    assert refused.exit_code == 1 and "Chạy “python bot.py init” trước." in refused.stderr
