"""python bot.py transfer --to URL: moves an installation from its SQLite file to PostgreSQL."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from commands.speak import CONFIG, settings_or_exit
from db.engine import HEAD, Database, InUseError, version
from db.lineage import MovedError
from db.transfer import DifferenceError, NotEmptyError, RefusedError, transfer

SERVER = "postgresql+asyncpg://"
WRONG_ADDRESS = "Địa chỉ phải có dạng postgresql+asyncpg://tên:mật-khẩu@máy/cơ-sở-dữ-liệu."
NO_FILE = "Cơ sở dữ liệu đang dùng không phải là tệp SQLite. Không có gì để chuyển."
NO_DATABASE = "Chưa có cơ sở dữ liệu {path}. Muốn bắt đầu ngay trên PostgreSQL, ghi địa chỉ ấy vào database."
OLD_TABLES = "Cơ sở dữ liệu chưa ở bản mới. Chạy “python bot.py run” một lần để nâng lên. Chưa chuyển gì."
RUNNING = "Trợ lý đang chạy trên {path}. Tắt nó trước, rồi chạy lại. Chưa chuyển gì."
MOVED = "{path} đã được chuyển rồi. Ghi địa chỉ PostgreSQL vào database trong config.toml, rồi chạy trợ lý."
NOT_EMPTY = "Cơ sở dữ liệu đích đã có dữ liệu khác. Xin lập một cơ sở dữ liệu trống. Chưa chuyển gì."
DIFFERS = "Bảng {table} ở hai bên không giống nhau, nên đã bỏ hết bên đích. Chưa chuyển gì."
REFUSED = "Bảng {table} có dòng mà PostgreSQL không nhận ({why}), nên đã bỏ hết bên đích. Chưa chuyển gì."
UNREACHED = "Không làm việc được với cơ sở dữ liệu ({why}). Xem địa chỉ, tên, quyền, chỗ trống. Chưa chuyển gì."
DONE = "✅ Đã chuyển {rows} dòng của {tables} bảng. Số dòng, nội dung từng bảng đã so, khớp cả."
GO_ON = "Bây giờ ghi vào config.toml: database = địa chỉ vừa dùng ({address}), rồi chạy “python bot.py run”."
KEEP = "Tệp {path} không chạy nữa. Giữ vài tuần cho chắc rồi xóa: trong đó có thông tin của bà con."

EVERY = 50_000  # rows between two lines about one table


@click.command()
@click.option("--to", "url", required=True, help="The empty PostgreSQL database: postgresql+asyncpg://…")
@CONFIG
def command(url: str, path: Path) -> None:
    """Move everything to an empty PostgreSQL database, checked row by row; all or nothing. The bot must not run."""
    source = Database(settings_or_exit(path).database)
    try:
        for line in asyncio.run(_move(source, url)):
            click.echo(line)
    except InUseError:
        sys.exit(RUNNING.format(path=source.url.database))
    except MovedError:
        sys.exit(MOVED.format(path=source.url.database))
    except NotEmptyError:
        sys.exit(NOT_EMPTY)
    except DifferenceError as difference:
        sys.exit(DIFFERS.format(table=difference.table))
    except RefusedError as refused:
        sys.exit(REFUSED.format(table=refused.table, why=refused.why))
    except (SQLAlchemyError, OSError) as error:
        sys.exit(UNREACHED.format(why=type(error).__name__))


async def _move(source: Database, url: str) -> list[str]:
    """What was done, a line each."""
    target = _target(url)
    try:
        await _look(source)
        source.claim()
        await target.migrate()
        moved = await transfer(source, target, datetime.now(UTC), Progress().tell)
    finally:
        await source.close()
        await target.close()
    return [
        DONE.format(rows=f"{sum(moved.values()):,}".replace(",", "."), tables=len(moved)),
        GO_ON.format(address=target.url.render_as_string(hide_password=True)),
        KEEP.format(path=source.url.database),
    ]


def _target(url: str) -> Database:
    try:
        if url.startswith(SERVER):
            return Database(url, patience=None)  # its statements are as long as the file is big
    except (ArgumentError, ValueError):
        pass  # said below: the address may hold a password, which is not repeated
    sys.exit(WRONG_ADDRESS)


async def _look(source: Database) -> None:
    if not source.is_sqlite:
        sys.exit(NO_FILE)
    if source.is_missing:
        sys.exit(NO_DATABASE.format(path=source.url.database))
    if await source.read(version) != HEAD:
        sys.exit(OLD_TABLES)


class Progress:
    """A line on standard error when a table is done, and now and then in between."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, table: str, done: int, total: int) -> None:
        if done == 0:
            self._told = 0
        if done == total or done - self._told >= EVERY:
            self._told = done
            click.echo(f"{table}: {done}/{total}", err=True)
