"""python bot.py backup FILE: a copy of the database as it is now, beside a running bot if need be."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import click

from commands.speak import CONFIG, settings_or_exit
from db import copies
from db.copies import UnfitError
from db.engine import Database

ON_A_SERVER = (
    "Cơ sở dữ liệu nằm trên máy chủ PostgreSQL. Sao lưu bằng công cụ của máy chủ, ví dụ: "
    "pg_dump --format=custom --file={file} {name}. Khi đưa bản ấy vào lại, trợ lý tự nhận ra và tạm giữ tin."
)
NO_DATABASE = "Chưa có cơ sở dữ liệu {path}. Chạy “python bot.py init” trước."
EXISTS = "Đã có {file}. Xin đặt tên khác; bản cũ không bị ghi đè."
BROKEN = "Cơ sở dữ liệu {path} bị hỏng, nên không có bản chép. Đưa bản sao lưu gần nhất vào: python bot.py restore."
FAILED = "Chưa chép được vào {file} ({why}). Xem chỗ trống trên đĩa, quyền ghi vào thư mục."
DONE = "✅ Đã chép vào {file}: {size} MB, nguyên vẹn, chỉ tài khoản này đọc được."
KEEP = "Trong đó có tên, số điện thoại của bà con. Xin cất ở nơi khác máy này, chỉ người phụ trách mở được."


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@CONFIG
def command(file: Path, path: Path) -> None:
    """Copy the database to FILE (SQLite); the copy is checked and never replaces another file."""
    db = Database(settings_or_exit(path).database)
    if not db.is_sqlite:
        sys.exit(ON_A_SERVER.format(file=file, name=db.url.database))
    if db.is_missing:
        sys.exit(NO_DATABASE.format(path=db.url.database))
    database = Path(db.url.database or "")
    try:
        copies.back_up(database, file, progress("Đã chép"))
    except FileExistsError:
        sys.exit(EXISTS.format(file=file))
    except UnfitError:
        sys.exit(BROKEN.format(path=database))
    except (OSError, sqlite3.Error) as error:
        sys.exit(FAILED.format(file=file, why=type(error).__name__))
    click.echo(DONE.format(file=file, size=f"{file.stat().st_size / 1_000_000:.1f}".replace(".", ",")))
    click.echo(KEEP)


def progress(what: str) -> Callable[[int, int], None]:
    """Tells every tenth part on standard error, where there is enough of it to wait for."""
    told = 0

    def tell(left: int, total: int) -> None:
        nonlocal told
        tenths = 10 * (total - left) // max(total, 1)
        if total > 10 * copies.PAGES and tenths > told:
            told = tenths
            click.echo(f"{what} {tenths} phần 10", err=True)

    return tell
