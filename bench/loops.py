"""Yardsticks that send: each a plain loop over one library, with nothing stored, as a process of its own.

`python -m bench.loops KIND BASE_URL COUNT IN_FLIGHT` with KIND one of the names in `LOOPS`; see bench.looping.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from bench.looping import Loop, Send, main
from bench.text import ACTION, BUTTON, TEXT, TOKEN
from channels.base import SendError
from channels.telegram import Telegram
from channels.transport import Transport
from content.message import Choice, Message


@asynccontextmanager
async def stock(base_url: str, in_flight: int) -> AsyncIterator[Send]:
    """python-telegram-bot as it comes, with a pool that fits."""
    async with Bot(TOKEN, base_url, request=HTTPXRequest(connection_pool_size=in_flight)) as bot:
        yield _through(bot)


@asynccontextmanager
async def bare(base_url: str, in_flight: int) -> AsyncIterator[Send]:
    """The same over our own transport."""
    async with Bot(TOKEN, base_url, request=Transport(in_flight), get_updates_request=Transport(1)) as bot:
        yield _through(bot)


def _through(bot: Bot) -> Send:
    def send(chat: int) -> Awaitable[object]:
        # Made for every message, as a program with different buttons for different people would.
        buttons = InlineKeyboardMarkup([[InlineKeyboardButton(BUTTON, callback_data=ACTION)]])
        return bot.send_message(chat, TEXT, parse_mode=ParseMode.HTML, reply_markup=buttons)

    return send


@asynccontextmanager
async def channel(base_url: str, in_flight: int) -> AsyncIterator[Send]:
    """Our own channel, without any storage; its pool is as large as it is."""

    async def nothing(kind: str, arguments: tuple[int | str, ...]) -> bytes:
        raise SendError(kind, "final")

    telegram = Telegram(TOKEN, nothing, base_url=base_url)
    message = Message(TEXT, (Choice(BUTTON, ACTION),))
    await telegram.open()
    yield lambda chat: telegram.send(str(chat), message)
    await telegram.close()


LOOPS: dict[str, Loop] = {"stock": stock, "bare": bare, "channel": channel}

if __name__ == "__main__":
    main(LOOPS)
