"""python bot.py release: ends the hold of a restored database, beside a running bot if need be."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from commands.speak import CONFIG, settings_or_exit
from db import lineage
from db.engine import HEAD, Database, version
from db.lineage import MovedError, Stale
from db.outbox import ALERT, CHANGE, KINDS, NOTICE, REMINDER
from db.rules import Rules

NO_DATABASE = "Chưa có cơ sở dữ liệu. Chạy “python bot.py init” trước."
OLD_TABLES = "Cơ sở dữ liệu chưa ở bản mới. Chạy “python bot.py run” một lần để nâng lên."
MOVED = "Trợ lý đã chuyển sang máy chủ PostgreSQL. Sửa database trong config.toml rồi chạy lại."
NOT_HELD = "Trợ lý không giữ tin nào, vẫn chạy như thường. Không có gì phải làm."
SINCE = "Từ {moment}, cơ sở dữ liệu này là một bản được đưa vào lại. Trợ lý chỉ trả lời người nhắn đến."
NOTHING = "Trước lúc ấy không có tin nào đến hạn."
WILL_DROP = "Những tin đến hạn trước lúc ấy có thể đã gửi rồi, nên sẽ bỏ, không gửi:"
WILL_SEND = "Những tin đến hạn trước lúc ấy sẽ được gửi, dù có thể bà con đã nhận một lần:"
GROUPS = {
    CHANGE: "báo đổi ngày, báo không họp",
    ALERT: "tin cho bí thư, cán bộ xã",
    REMINDER: "mời họp, nhắc họp",
    NOTICE: "thông báo",
    "answer": "câu trả lời cũ",
}
RUNGS = "• mốc nhắc họp chưa tới lượt soạn tin: {count}"
NOTICES = "• thông báo chưa gửi hết, chờ người gửi quyết định: {count}"
LATER = "Việc đến hạn sau lúc ấy vẫn nhắn như thường."
ASK_DROP = "Bỏ những tin ấy và cho trợ lý nhắn lại? (y: đồng ý)"
ASK_SEND = "Gửi những tin ấy và cho trợ lý nhắn lại? (y: đồng ý)"
LEFT = "Chưa thay đổi gì. Trợ lý vẫn giữ tin."
DONE_DROP = "✅ Đã bỏ {count} tin. Trợ lý nhắn lại như thường."
DONE_SEND = "✅ Trợ lý nhắn lại như thường, tin đang giữ sẽ được gửi."


@click.command()
@click.option("--send", is_flag=True, help="Send what was due before, though it may have been sent already.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@CONFIG
def command(send: bool, yes: bool, path: Path) -> None:
    """Let the bot speak again after a restore: what may have been sent already is dropped, or sent with --send."""
    settings = settings_or_exit(path)
    asyncio.run(_release(Database(settings.database), settings.rules(), send, yes))


async def _release(db: Database, rules: Rules, send: bool, yes: bool) -> None:
    try:
        since = await _held_since(db)
        if since is None:
            click.echo(NOT_HELD)
            return
        for line in foretold(await db.read(lambda c: lineage.stale(c, since)), rules.local(since), send):
            click.echo(line)
        if not (yes or _agrees(send)):
            sys.exit(LEFT)
        gone = await db.write(lambda c: lineage.release(c, datetime.now(UTC), drop=not send))
        click.echo(DONE_SEND if send else DONE_DROP.format(count=sum(gone.kinds.values())))
    finally:
        await db.close()


async def _held_since(db: Database) -> datetime | None:
    """A copy that no bot has run on yet is put on hold here, as a bot would."""
    if db.is_missing:
        sys.exit(NO_DATABASE)
    if await db.read(version) != HEAD:
        sys.exit(OLD_TABLES)
    try:
        return await lineage.start(db, datetime.now(UTC))
    except MovedError:
        sys.exit(MOVED)


def foretold(stale: Stale, since: datetime, send: bool) -> Iterator[str]:
    """What will happen, a sentence a line; `since` in the zone of the reader."""
    yield SINCE.format(moment=f"{since:%H:%M} ngày {since.day} tháng {since.month}")
    if stale.is_empty:
        yield NOTHING
        return
    yield WILL_SEND if send else WILL_DROP
    for group, words in GROUPS.items():
        count = sum(number for kind, number in stale.kinds.items() if _group(kind) == group)
        if count:
            yield f"• {words}: {count}"
    if stale.rungs:
        yield RUNGS.format(count=stale.rungs)
    if stale.notices and not send:
        yield NOTICES.format(count=stale.notices)
    yield LATER


def _group(kind: str) -> int | str:
    return KINDS[kind].priority if kind in KINDS else kind


def _agrees(send: bool) -> bool:
    try:
        return click.confirm(ASK_SEND if send else ASK_DROP)
    except click.Abort:
        return False
