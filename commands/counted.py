"""What the doctor says of the messages that a platform counts by the month."""

from __future__ import annotations

from datetime import datetime

from content.filters import thousands
from db import quota
from db.engine import Database
from db.quota import Use
from db.rules import Rules


async def findings(db: Database, now: datetime, rules: Rules) -> list[tuple[bool, str]]:
    """(whether all is well, a sentence) for each bot that is counted and has sent something this month."""
    used = await db.read(lambda c: quota.state(c, now, rules))
    return [(not use.is_used_up, _sentence(use, rules.local(now).month)) for use in used if use.sent]


def _sentence(use: Use, month: int) -> str:
    so_far = f"Bot {use.username} đã nhắn {thousands(use.sent)}/{thousands(use.per_month)} tin của tháng {month}"
    if use.is_used_up:
        return f"{so_far}: hết. Nay bot chỉ trả lời và báo đổi buổi họp. Lập thêm một bot, ghi vào [[bots]]."
    return f"{so_far}: sắp hết. Nên lập thêm một bot, ghi vào [[bots]]." if use.is_near else f"{so_far}."
