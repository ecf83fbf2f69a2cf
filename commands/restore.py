"""python bot.py restore FILE: puts a copy in the place of the database; the bot then starts on hold."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from commands.speak import CONFIG, settings_or_exit
from db import copies
from db.copies import UnfitError
from db.engine import Database, InUseError

ON_A_SERVER = (
    "Cơ sở dữ liệu nằm trên máy chủ PostgreSQL. Đưa bản sao lưu vào bằng công cụ của máy chủ (pg_restore), "
    "khi trợ lý đã tắt. Chạy lại, trợ lý tự nhận ra và tạm giữ tin."
)
NO_FILE = "Không thấy {file}."
RUNNING = "Trợ lý đang chạy trên {path}. Tắt nó trước, rồi chạy lại. Chưa thay đổi gì."
SAME = "{file} chính là cơ sở dữ liệu đang dùng. Chưa thay đổi gì."
UNFIT = {
    "broken": "Bản {file} bị hỏng, không dùng được. Chưa thay đổi gì.",
    "foreign": "{file} không phải bản chép cơ sở dữ liệu của trợ lý. Chưa thay đổi gì.",
    "newer": "Bản {file} do chương trình mới hơn ghi. Nâng chương trình lên rồi chạy lại. Chưa thay đổi gì.",
}
FAILED = "Chưa đưa được {file} vào ({why}). Xem chỗ trống trên đĩa, quyền của thư mục."
DONE = "✅ Đã đưa {file} vào chỗ của {path}."
ASIDE = "Cơ sở dữ liệu trước đó cất ở {aside}. Xong việc, xin xóa đi: trong đó có thông tin của bà con."
ON_HOLD = "Khi chạy lại, trợ lý tạm giữ tin: chỉ trả lời người nhắn đến, vì không biết tin nào đã gửi rồi."
GO_ON = "Xem lại rồi cho nhắn tiếp: python bot.py release"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@CONFIG
def command(file: Path, path: Path) -> None:
    """Put FILE, a copy made by backup, in the place of the database (SQLite). The bot must not be running."""
    db = Database(settings_or_exit(path).database)
    if not db.is_sqlite:
        sys.exit(ON_A_SERVER)
    try:
        db.claim()
        for line in _restore(file, Path(db.url.database or "")):
            click.echo(line)
    except InUseError:
        sys.exit(RUNNING.format(path=db.url.database))
    finally:
        asyncio.run(db.close())


def _restore(file: Path, database: Path) -> list[str]:
    """What was done, a line each; leaves with a sentence where nothing was."""
    if not file.is_file():
        sys.exit(NO_FILE.format(file=file))
    if database.exists() and file.samefile(database):
        sys.exit(SAME.format(file=file))
    aside = database.with_name(f"{database.name}.truoc-{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}")
    try:
        was_there = copies.restore(file, database, aside)
    except UnfitError as unfit:
        sys.exit(UNFIT[unfit.reason].format(file=file))
    except (OSError, sqlite3.Error) as error:
        sys.exit(FAILED.format(file=file, why=type(error).__name__))
    return [
        DONE.format(file=file, path=database),
        *([ASIDE.format(aside=aside)] if was_there else []),
        ON_HOLD,
        GO_ON,
    ]
