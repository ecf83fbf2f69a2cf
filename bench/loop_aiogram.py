"""The yardstick of aiogram 3: its own loop of `send_message`, run by an interpreter that has it (bench.yardsticks)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bench.looping import Send, main
from bench.text import ACTION, BUTTON, TEXT, TOKEN


@asynccontextmanager
async def aiogram(base_url: str, in_flight: int) -> AsyncIterator[Send]:
    server = TelegramAPIServer.from_base(base_url.removesuffix("/bot"))
    async with Bot(TOKEN, session=AiohttpSession(api=server, limit=in_flight)) as bot:

        async def send(chat: int) -> None:
            button = InlineKeyboardButton(text=BUTTON, callback_data=ACTION)
            buttons = InlineKeyboardMarkup(inline_keyboard=[[button]])
            await bot.send_message(chat, TEXT, parse_mode="HTML", reply_markup=buttons)

        yield send


if __name__ == "__main__":
    main({"aiogram": aiogram})
