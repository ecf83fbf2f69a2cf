"""The doctor on webhooks: where Telegram sends what people say, and what it complains about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from channels.base import Listening
from channels.telegram import Telegram
from commands.doctor import _complaint, _webhook
from config import Settings
from config import Telegram as TelegramSettings
from simulator import Clock, Simulator, open_phone, running
from simulator.model import Bot
from tests.web.world import SECRET, TOKEN, no_file
from web import hooks

ROOT = "http://127.0.0.1:1"
HERE = ROOT + hooks.path("telegram", "1000", SECRET)
LATE = datetime(2026, 11, 3, 0, 30, tzinfo=UTC)


class Place(NamedTuple):
    simulator: Simulator
    channel: Telegram
    bot: Bot

    async def findings(self, root: str = ROOT) -> list[tuple[bool, str]]:
        telegram = TelegramSettings(webhook=root, webhook_secret=SecretStr(SECRET))
        return [finding async for finding in _webhook(Settings(telegram=telegram), self.channel)]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    simulator = Simulator(Clock(datetime(2026, 11, 3, 1, 0, tzinfo=UTC), flowing=False))
    async with running(simulator) as url:
        bot = simulator.put_bot(TOKEN, "SuoiTrongBot")
        channel = Telegram(TOKEN, no_file, base_url=f"{url}/bot")
        await channel.open()
        yield Place(simulator, channel, bot)
        await channel.close()


async def test_a_polling_bot_hears_nothing_of_webhooks(place: Place) -> None:
    assert await place.findings(root="") == []


async def test_a_webhook_that_agrees_is_well(place: Place) -> None:
    await place.channel.listen(HERE, SECRET)
    assert await place.findings() == [(True, "Telegram gửi tin tới đúng địa chỉ telegram.webhook.")]


@pytest.mark.parametrize(
    ("registered", "root", "says"),
    [
        ("", ROOT, "Telegram chưa gửi tin tới địa chỉ telegram.webhook."),
        ("https://other.example.vn/telegram/0", ROOT, "Telegram chưa gửi tin tới địa chỉ telegram.webhook."),
        ("https://other.example.vn/hidden-path", "", "Telegram gửi tin tới other.example.vn, mà telegram.webhook để"),
    ],
)
async def test_one_that_does_not_agree_is_said_so(place: Place, registered: str, root: str, says: str) -> None:
    if registered:
        await place.channel.listen(registered, SECRET)
    [(well, sentence)] = await place.findings(root)
    assert not well
    assert sentence.startswith(says)
    assert "hidden-path" not in sentence


COMPLAINTS = [
    # how many wait, when; well or not, how it begins
    (0, LATE, True, "Lần cuối Telegram không gửi được tin lúc 07:30 ngày 03/11/2026 (Wrong answer from … with …)"),
    (2, LATE, False, "Telegram không gửi được tin lúc 07:30 ngày 03/11/2026: Wrong answer from … with …."),
    (2, None, False, "Telegram không gửi được tin: Wrong answer from … with …."),
]


@pytest.mark.parametrize(("waiting", "when", "well", "begins"), COMPLAINTS)
def test_a_complaint_is_repeated_without_what_is_secret(
    waiting: int, when: datetime | None, well: bool, begins: str
) -> None:
    seen = Listening(HERE, waiting, f"Wrong answer\nfrom {HERE} with {SECRET}", when)
    found, sentence = _complaint("Telegram", seen, (HERE, SECRET), ZoneInfo("Asia/Ho_Chi_Minh"))
    assert found == well
    assert sentence.startswith(begins)


async def test_what_nobody_takes_is_counted_and_complained_about(place: Place) -> None:
    await place.channel.listen(HERE, SECRET)
    complained = asyncio.Event()
    place.simulator.on_change(lambda: complained.set() if place.bot.webhook and place.bot.webhook.error else None)
    open_phone(place.simulator, 7).say("Chào")
    open_phone(place.simulator, 8).say("Chào")
    await asyncio.wait_for(complained.wait(), 20)
    agrees, waiting, complaint = await place.findings()
    assert agrees[0]
    assert waiting == (True, "2 tin còn chờ ở Telegram.")
    assert not complaint[0]
