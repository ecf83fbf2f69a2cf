"""The yardstick of what comes in: python-telegram-bot's Application, as it comes, answering each tap with a message.

`python -m bench.echo BASE_URL` says "running" and echoes until it is ended. Nothing is stored, and a tap gets no
further courtesy, while ours also tells the platform that it was seen.
"""

from __future__ import annotations

import asyncio
import sys

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from bench.text import TOKEN

ANSWER = "Đã ghi: bác <b>Thử</b> sẽ dự buổi họp chi bộ thường kỳ. Nếu có việc bận, bác bấm nút bên dưới để báo lại."


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_chat:
        await context.bot.send_message(update.effective_chat.id, ANSWER, parse_mode="HTML")


async def run(base_url: str) -> None:
    application = Application.builder().token(TOKEN).base_url(base_url).build()
    application.add_handler(CallbackQueryHandler(echo))
    async with application:
        await application.start()
        assert application.updater  # noqa: S101  the builder makes one
        await application.updater.start_polling()
        print("running", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await application.updater.stop()
        await application.stop()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
