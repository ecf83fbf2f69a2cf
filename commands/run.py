"""python bot.py run: the real thing, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import logs
from commands.speak import CONFIG, cannot_listen, settings_or_exit
from config import Settings

if TYPE_CHECKING:
    from app import App, Role


@click.command()
@CONFIG
@click.option(
    "--role",
    type=click.Choice(["chat", "send", "tick", "web", "all"]),
    default="all",
    show_default=True,
    help="What this process does; several processes may share one PostgreSQL database.",
)
def command(path: Path, role: str) -> None:
    """Talk to the real Telegram and the real Zalo."""
    settings = settings_or_exit(path)
    if role != "all" and settings.database.startswith("sqlite"):
        sys.exit("Một tệp SQLite chỉ có một tiến trình. Bỏ --role, hoặc đặt database trong config.toml là PostgreSQL.")
    if not settings.all_bots:
        sys.exit(
            "Chưa có telegram.token hay zalo.token trong config.toml. Lấy ở @BotFather hoặc Zalo Bot Manager "
            "rồi ghi vào, hoặc chạy “python bot.py init”."
        )
    logs.set_up()
    sys.exit(asyncio.run(run(settings, role)))


async def run(settings: Settings, role: str = "all") -> str | None:
    """Run until asked to stop; a sentence where it could not start."""
    from app import ROLES, build  # noqa: PLC0415  after the settings are known to be good
    from channels.base import SendError  # noqa: PLC0415
    from db.engine import AWAY, InUseError  # noqa: PLC0415
    from db.lineage import MovedError  # noqa: PLC0415
    from web import server  # noqa: PLC0415

    roles = [each for each in ROLES if role in (each, "all")]
    reached = settings.telegram.webhook or settings.zalo.webhook or settings.web.public
    try:
        bound = server.listen(settings.web.address) if reached and "web" in roles else None
    except OSError as error:
        return cannot_listen(settings.web.listen, error)
    app = build(settings)
    try:
        # Whoever asks us to stop while we start is heard, too.
        await until_asked(_begin(app, roles, bound))
    except AWAY as error:
        return f"Không dùng được cơ sở dữ liệu ({type(error).__name__}). Chạy “python bot.py doctor” để biết vì sao."
    except MovedError:
        return f"Trợ lý đã chuyển khỏi {app.db.url.database}. Đặt database trong config.toml thành nơi mới."
    except InUseError:
        return f"Đã có một trợ lý đang chạy trên {app.db.url.database}. Tắt nó trước, rồi chạy lại."
    except SendError as error:
        platforms = " và ".join(dict.fromkeys(bot.channel.capitalize() for bot in settings.all_bots))
        return f"{platforms} không nhận ({error.reason}). Chạy “python bot.py doctor” để biết vì sao."
    finally:
        await app.close()
        if bound:
            bound.close()
    return None


async def _begin(app: App, roles: Sequence[Role], bound: socket.socket | None) -> None:
    await app.start()
    click.echo(f"running {' '.join('@' + (bot.username or bot.external) for bot in app.channels.values())}")
    await app.run(roles, bound=bound)


async def until_asked(work: Coroutine[None, None, None]) -> None:
    """Do the work until Ctrl-C or SIGTERM ends it."""
    task = asyncio.ensure_future(work)
    for wish in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wish, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
