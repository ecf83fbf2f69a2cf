"""An unmodified python-telegram-bot program, as from its examples, talks to the simulator."""

from sim_world import World
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message
    await update.message.reply_html(f"Hi <b>{update.effective_user.full_name}</b>! {' '.join(context.args or [])}")


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message
    await update.message.reply_text(update.message.text or "")


async def tapped(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(f"Selected: {update.callback_query.data}")


def build(url: str) -> Application:
    application = Application.builder().token("123:ABC").base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(tapped))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    return application


async def answered(world: World, count: int) -> None:
    await world.until(lambda: world.simulator.ledger.last == count)


async def test_the_echo_program(village: World) -> None:
    application = build(village.url)
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling()
        await village.sim("message", user=7, text="/start now")
        await answered(village, 1)
        await village.sim("message", user=7, text="chào 😀")
        await answered(village, 2)
        await village.sim("callback", user=7, message_id=5, data="1")
        await answered(village, 4)
        await application.updater.stop()
        await application.stop()

    rows = await village.get("chat?user=7")
    assert [row["text"] for row in rows if row["direction"] == "out"] == ["Hi Ma Văn Tình! now", "Selected: 1"]
    assert rows[2]["entities"] == [{"type": "bold", "offset": 3, "length": 11}]
    assert rows[-1]["edited"] is True
