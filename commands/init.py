"""python bot.py init: asks the few things an installation needs, once."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import phonenumbers
from sqlalchemy import Connection

from config import load
from db import joining, units
from db.engine import Database

TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{3,}")


SOURCES = {"token": "@BotFather", "zalo_token": "Zalo Bot Manager"}


def _token(_: click.Context, option: click.Parameter, value: str) -> str:
    """A bot's token; empty where there is to be no bot on that platform."""
    if value.strip() and not TOKEN.fullmatch(value.strip()):
        source = SOURCES[option.name or "token"]
        raise click.BadParameter(f"Mã của bot có dạng 123456789:AbC…, chép nguyên từ {source}.")
    return value.strip()


def _asked_for(platform: str, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option, and the question, for a platform's token."""
    return click.option(
        name,
        prompt=f"Mã của bot {platform} (chưa có thì để trống)",
        default="",
        show_default=False,
        callback=_token,
        hide_input=True,
    )


def _zone(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter("Không có múi giờ này; ở Việt Nam là Asia/Ho_Chi_Minh.") from error
    return value


def _phone(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        number = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException as error:
        raise click.BadParameter("Xin ghi số điện thoại, ví dụ: 0207 3800 000.") from error
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _name(_: click.Context, __: click.Parameter, value: str) -> str:
    name = " ".join(value.split())
    if not 0 < len(name) <= 100:
        raise click.BadParameter("Xin ghi tên xã hoặc phường, ví dụ: xã Suối Trong.")
    return name


@click.command()
@_asked_for("Telegram, từ @BotFather", "--token")
@_asked_for("Zalo, từ Zalo Bot Manager", "--zalo-token")
@click.option("--zone", prompt="Múi giờ", default="Asia/Ho_Chi_Minh", callback=_zone)
@click.option("--commune", prompt="Tên xã, phường (ví dụ: xã Suối Trong)", callback=_name)
@click.option("--phone", prompt="Số điện thoại Văn phòng Đảng ủy", callback=_phone)
@click.option("--config", "path", default="config.toml", type=click.Path(path_type=Path))
def command(token: str, zalo_token: str, zone: str, commune: str, phone: str, path: Path) -> None:
    """Write config.toml, make the database, and print the code for the first official."""
    tokens = {"zalo": zalo_token, "telegram": token}
    if not any(tokens.values()):
        sys.exit("Cần mã của ít nhất một bot: Telegram (từ @BotFather) hoặc Zalo (từ Zalo Bot Manager).")
    if path.exists():
        sys.exit(f"Đã có {path}. Muốn làm lại từ đầu, xin cất tệp ấy và cơ sở dữ liệu sang chỗ khác trước.")
    database = f"sqlite+aiosqlite:///{path.resolve().parent / 'tro-ly.db'}"
    if Path(database.removeprefix("sqlite+aiosqlite:///")).exists():
        sys.exit("Đã có cơ sở dữ liệu tro-ly.db ở đây. Xin cất sang chỗ khác trước.")
    head = f'database = "{database}"\nzone = "{zone}"\nsecret = "{secrets.token_urlsafe(32)}"\n'
    _write(path, head + "".join(_section(name, given) for name, given in tokens.items() if given))
    code = asyncio.run(_found(path, commune, phone))
    click.echo(f"Đã ghi {path} (chỉ mình tài khoản này đọc được) và lập cơ sở dữ liệu.")
    click.echo(f"Mã một lần cho cán bộ xã đầu tiên: {joining.grouped(code)}")
    places = " hoặc ".join(name.capitalize() for name, given in reversed(tokens.items()) if given)
    click.echo(f"Cán bộ ấy mở {places}, tìm bot, nhắn mã này. Trước đó chạy: python bot.py run --config {path}")


def _section(channel: str, token: str) -> str:
    return f'\n[{channel}]\ntoken = "{token}"\nwebhook_secret = "{secrets.token_urlsafe(32)}"\n'


def _write(path: Path, text: str) -> None:
    """A file that nobody else can read, not even for a moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


async def _found(path: Path, commune: str, phone: str) -> str:
    settings = load(path)
    db = Database(settings.database)

    def work(connection: Connection) -> str:
        units.add(connection, "commune", commune, phone=phone)
        return joining.new_claim_code(connection, settings.rules().secret, datetime.now(UTC))

    await db.migrate()
    code = await db.write(work)
    await db.close()
    os.chmod(settings.database.removeprefix("sqlite+aiosqlite:///"), 0o600)
    return code
