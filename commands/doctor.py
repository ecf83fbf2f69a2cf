"""python bot.py doctor: says in plain sentences what is well and what is wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import aiohttp
import click
from sqlalchemy.exc import SQLAlchemyError

from app import build
from channels.base import Channel, Listening, SendError
from commands import counted
from commands.speak import CONFIG, settings_or_exit
from config import FurtherBot, Settings
from db import lineage, wire
from db.engine import HEAD, Database, try_writing, version
from db.rules import Rules
from web import hooks

MOST_OFF = timedelta(seconds=60)  # a clock that is further off sends reminders at a visibly wrong time
SERVERS = {"telegram": "https://api.telegram.org", "zalo": "https://bot-api.zaloplatforms.com"}
SOURCES = {"telegram": "@BotFather", "zalo": "Zalo Bot Manager"}

Finding = tuple[bool, str]


@click.command()
@CONFIG
def command(path: Path) -> None:
    """Look at the settings, the database, the network, the token and the clock."""
    findings = asyncio.run(_all(settings_or_exit(path)))
    for well, sentence in findings:
        click.echo(f"{'Tốt ' if well else 'HỎNG'} {sentence}")
    sys.exit(0 if all(well for well, _ in findings) else 1)


async def _all(settings: Settings) -> list[Finding]:
    looks = (_database(settings), _network(settings), _tokens(settings))
    return [finding for look in looks async for finding in look]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    db = Database(settings.database)
    if db.is_missing:
        yield False, f"Chưa có cơ sở dữ liệu {db.url.database}. Chạy “python bot.py init”, hoặc “run” để lập."
        return
    try:
        await db.write(try_writing)
        yield True, "Cơ sở dữ liệu ghi được."
        yield _migration(await db.read(version))
        async for finding in _caught(db):
            yield finding
        async for finding in _held(db, settings.rules()):
            yield finding
        for finding in await counted.findings(db, datetime.now(UTC), settings.rules()):
            yield finding
    except (SQLAlchemyError, OSError) as error:
        yield False, f"Không ghi được cơ sở dữ liệu ({type(error).__name__}). Xem quyền của tệp, chỗ trống trên đĩa."
    finally:
        await db.close()


def _migration(found: str | None) -> Finding:
    if found == HEAD:
        return True, "Cơ sở dữ liệu đúng phiên bản."
    return False, f"Cơ sở dữ liệu ở phiên bản {found or 'chưa có'}, cần {HEAD}. Chạy “python bot.py run” để nâng lên."


async def _caught(db: Database) -> AsyncIterator[Finding]:
    if uncertain := await db.read(wire.uncertain):
        numbers = ", ".join(str(row.id) for row in uncertain[:10])
        yield (
            False,
            f"{len(uncertain)} tin chưa biết tới hay chưa (số {numbers}). Người gửi quyết định gửi lại hay không.",
        )


async def _held(db: Database, rules: Rules) -> AsyncIterator[Finding]:
    """Whether this is a copy of which nobody knows what has left already."""
    beside = lineage.read_pulse(db)
    if await db.read(lineage.is_moved):
        yield False, "Trợ lý đã chuyển sang máy chủ PostgreSQL; tệp này không chạy nữa. Sửa database trong config.toml."
    elif since := await db.read(lineage.held):
        moment = rules.local(since)
        yield (
            False,
            f"Từ {moment:%H:%M} ngày {moment.day} tháng {moment.month}, trợ lý tạm giữ tin, chỉ trả lời người nhắn "
            "đến: cơ sở dữ liệu là bản được đưa vào lại. Chạy “python bot.py release” để xem và cho nhắn tiếp.",
        )
    elif await db.read(lambda c: lineage.is_copy(c, beside)):
        yield False, "Cơ sở dữ liệu là bản được đưa vào lại. Chạy “python bot.py release” để xem và cho nhắn tiếp."


async def _network(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the platforms answer at all, and what the first one's clock says."""
    timed = False
    for platform in dict.fromkeys(bot.channel for bot in settings.all_bots):
        url = getattr(settings, platform).base_url.removesuffix("/bot") or SERVERS[platform]
        proxy = settings.telegram.proxy if platform == "telegram" else ""
        advice = "; nơi Telegram bị chặn thì đặt telegram.proxy" if platform == "telegram" else ""
        reached, off = await _reached(url, proxy)
        yield reached, f"Nối được tới {url}." if reached else f"Không nối được tới {url}. Xem mạng{advice}."
        if off is not None and not timed:
            timed = True
            yield _clock(off)


async def _reached(url: str, proxy: str) -> tuple[bool, timedelta | None]:
    """Whether a server answers, and how far this machine's clock is ahead of its own."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.get(url, proxy=proxy or None, allow_redirects=False) as answer,
        ):
            now, theirs = datetime.now(UTC), answer.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False, None
    return True, now - parsedate_to_datetime(theirs) if theirs else None


def _clock(off: timedelta) -> Finding:
    if abs(off) <= MOST_OFF:
        return True, "Đồng hồ máy này đúng."
    return False, f"Đồng hồ máy này lệch {round(abs(off).total_seconds() / 60)} phút. Bật chỉnh giờ tự động."


async def _tokens(settings: Settings) -> AsyncIterator[Finding]:
    """Every bot, each by itself: one that is refused hides none of the others."""
    if not settings.all_bots:
        yield False, "Chưa có telegram.token hay zalo.token. Lấy ở @BotFather hoặc Zalo Bot Manager."
        return
    app = build(settings)
    try:
        for bot, post in zip(settings.all_bots, app.posts, strict=True):
            async for finding in _bot(settings, post.channel, _key(settings, bot)):
                yield finding
    finally:
        await app.close()
    if any(bot.channel == "zalo" for bot in settings.all_bots):
        for sentence in _on_zalo(settings):
            yield True, sentence


def _key(settings: Settings, bot: FurtherBot) -> str:
    """Where a bot's token stands in config.toml."""
    if bot in settings.bots:
        return f"mục [[bots]] thứ {settings.bots.index(bot) + 1}"
    return f"{bot.channel}.token"


async def _bot(settings: Settings, channel: Channel, key: str) -> AsyncIterator[Finding]:
    platform = channel.name.capitalize()
    try:
        await channel.open()
        sign = "@" if channel.name == "telegram" else ""
        yield True, f"{platform} nhận mã của bot: {sign}{channel.username}."
        async for finding in _webhook(settings, channel):
            yield finding
    except SendError as error:
        refused = f"{platform} từ chối mã của bot {channel.external}. Lấy lại ở {SOURCES[channel.name]}, ghi vào {key}."
        unknown = f"Chưa thử được mã của bot {channel.external}, vì {platform} chưa trả lời. Sửa mạng, rồi chạy lại."
        yield False, refused if error.stop else unknown


def _on_zalo(settings: Settings) -> list[str]:
    """What is no fault, but should be known before villagers rely on it."""
    found = []
    if not settings.zalo.webhook:
        found.append("Lưu ý: zalo.webhook để trống, nên tin nhắn tới Zalo trong lúc máy tắt thì mất. Chỉ để dùng thử.")
    if not settings.web.public:
        found.append("Lưu ý: web.public để trống, nên người dùng Zalo không nhận được tờ giấy nào bằng đường dẫn.")
    return found


async def _webhook(settings: Settings, channel: Channel) -> AsyncIterator[Finding]:
    """Whether what people say comes to where we listen; nothing where no webhook is set and none is wanted."""
    section = settings.zalo if channel.name == "zalo" else settings.telegram
    secret = section.webhook_secret.get_secret_value()
    path, listening = hooks.path(channel.name, channel.external, secret), await channel.listening()
    wanted = section.webhook and section.webhook + path
    if not wanted and not listening.url:
        return
    yield _pointed(channel.name, wanted, listening.url)
    if listening.waiting:
        yield True, f"{listening.waiting} tin còn chờ ở {channel.name.capitalize()}."
    if listening.error:
        yield _complaint(channel.name.capitalize(), listening, (listening.url, path, secret), ZoneInfo(settings.zone))


def _pointed(channel: str, wanted: str, found: str) -> Finding:
    platform, key = channel.capitalize(), f"{channel}.webhook"
    if wanted == found:
        return True, f"{platform} gửi tin tới đúng địa chỉ {key}."
    if not wanted:
        host = urlsplit(found).hostname
        return False, f"{platform} gửi tin tới {host}, mà {key} để trống. Chạy “python bot.py run” để gỡ."
    return False, (
        f"{platform} chưa gửi tin tới địa chỉ {key}. Chạy “python bot.py run” để đặt; "
        f"nếu vẫn vậy, mã của bot đang được dùng ở máy khác: lấy mã mới ở {SOURCES[channel]}."
    )


def _complaint(platform: str, listening: Listening, hidden: tuple[str, ...], zone: ZoneInfo) -> Finding:
    """The platform's last complaint; it is over when nothing waits any more."""
    said = " ".join(listening.error.split())
    for secret in filter(None, hidden):
        said = said.replace(secret, "…")
    said = said[:200]
    when = f" lúc {listening.error_at.astimezone(zone):%H:%M ngày %d/%m/%Y}" if listening.error_at else ""
    if not listening.waiting:
        return True, f"Lần cuối {platform} không gửi được tin{when} ({said}); nay đã thông."
    return False, f"{platform} không gửi được tin{when}: {said}. Xem bot có đang chạy, chứng chỉ và máy chủ đứng trước."
