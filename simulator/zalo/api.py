"""The methods of Zalo's Bot Platform; their names are case-sensitive. getUpdates waits, so it lives in `wire.py`."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from simulator.calls import Call
from simulator.entities import ParseError, finish, parse_html, utf16_length
from simulator.errors import ApiError
from simulator.ledger import message_fields
from simulator.model import Conversation, Json, Webhook
from simulator.zalo.phone import linked
from simulator.zalo.pictures import picture
from simulator.zalo.rules import MOST_TEXT, as_sender, milliseconds, month, wire_id

SENDS = ("sendMessage", "sendPhoto", "sendSticker", "sendVoice")
_HERE = ("127.0.0.1", "localhost")
_ACTIONS = ("typing", "upload_photo")
_TYPING_SECONDS = 5.0
_SECRET = range(8, 257)


def bad(reason: str) -> ApiError:
    """Return the refusal of a call whose fields are wrong."""
    return ApiError(400, f"Bad request: {reason}")


async def invoke(call: Call, method: str) -> Any:
    """Make a call and return its result; sends that are refused are entered in the ledger. Raises ApiError."""
    handler = METHODS.get(method)
    if handler is None:
        raise ApiError(404, "Not Found")
    try:
        return await handler(call)
    except ApiError as error:
        record_refusal(call, method, error.description)
        raise


def record_refusal(call: Call, method: str, error: str) -> None:
    """Enter a send that was not accepted in the ledger."""
    if method in SENDS:
        text = call.params.text("text") or call.params.text("caption")
        _enter(call, method, call.params.chat_id(), {"message_id": None, "text": text}, error)


def _enter(call: Call, method: str, chat: int | None, fields: Json, error: str | None) -> None:
    row = {"bot": call.bot.id, "method": method, "chat": chat, **fields}
    call.simulator.ledger.add(call.simulator.clock.now(), **row, accepted=error is None, error=error)
    call.simulator.changed()


async def _get_me(call: Call) -> Json:
    bot = call.bot
    kind = {"account_name": bot.username, "account_type": "BASIC", "can_join_groups": False}
    return {"id": str(bot.id), **kind, "display_name": bot.name}


async def _set_webhook(call: Call) -> Json:
    url, secret = call.params.text("url"), call.params.text("secret_token")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _HERE:
        raise bad("url must be a public HTTPS address")
    if len(secret) not in _SECRET:
        raise bad("secret_token must have 8 to 256 characters")
    at = milliseconds(call.simulator.clock.now())
    call.bot.webhook = Webhook(url, secret, 1, updated_at=at, probed=False)
    call.simulator.changed()
    return {"url": url, "updated_at": at}


async def _delete_webhook(call: Call) -> Json:
    """Take the webhook away, and with it what it has not taken: nobody is there to be told."""
    call.bot.webhook = None
    call.bot.updates.clear()
    call.simulator.changed()
    return {"url": "", "updated_at": milliseconds(call.simulator.clock.now())}


async def _get_webhook_info(call: Call) -> Json:
    hook = call.bot.webhook
    if hook is None:
        raise ApiError(404, "Not Found")
    return {"url": hook.url, "updated_at": hook.updated_at}


async def _send_message(call: Call) -> Json:
    text, entities = _marked(call, call.params.text("text"))
    if not text:
        raise bad("text is empty")
    if utf16_length(text) > MOST_TEXT:
        raise bad(f"text is longer than {MOST_TEXT} characters")
    return _send(call, "sendMessage", {"text": text, "entities": entities})


async def _send_photo(call: Call) -> Json:
    caption, entities = _marked(call, call.params.text("caption"))
    if utf16_length(caption) > MOST_TEXT:
        raise bad(f"caption is longer than {MOST_TEXT} characters")
    _writable(call)
    content = await picture(call.simulator, call.params.text("photo"))
    return _send(call, "sendPhoto", {**content, "caption": caption, "caption_entities": entities})


async def _send_sticker(call: Call) -> Json:
    if not call.params.text("sticker"):
        raise bad("sticker is empty")
    return _send(call, "sendSticker", {"sticker": True})


async def _send_voice(call: Call) -> Json:
    address = urlsplit(call.params.text("voice_url"))
    if address.scheme not in ("http", "https") or not address.path.endswith(".aac"):
        raise bad("voice_url must be a public address that ends in .aac")
    return _send(call, "sendVoice", {"voice": True})


async def _send_chat_action(call: Call) -> bool:
    if call.params.text("action") not in _ACTIONS:
        raise bad("action is unknown")
    chat = _writable(call)
    chat.typing_until = call.simulator.monotonic() + _TYPING_SECONDS
    call.simulator.changed(chat)
    return True


def _marked(call: Call, text: str) -> tuple[str, list[Json]]:
    mode = call.params.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad("this server does not play that parse_mode")
    if not mode:
        return linked(text)
    try:
        return finish(*parse_html(text))
    except ParseError as error:
        raise bad(f"can't parse entities: {error}") from None


def _send(call: Call, method: str, content: Json) -> Json:
    """Put a message into a chat and count it. Raises ApiError when the bot may not write there, or no more."""
    chat, simulator = _writable(call), call.simulator
    now = simulator.clock.now()
    if simulator.limits.wait(call.bot.id, chat.id) or simulator.zalo.used_up(call.bot, chat.id, now):
        raise ApiError(429, "Quota exceeded")
    message = simulator.write(chat, as_sender(call.bot), content)
    call.bot.sent[month(now)] += 1
    chat.typing_until = 0.0
    sent = {"message_id": wire_id(call.bot.id, chat.id, message.message_id)}
    _enter(call, method, chat.id, {**message_fields(message), **sent}, None)
    return {**sent, "date": milliseconds(message.at)}


def _writable(call: Call) -> Conversation:
    """Return the chat with a person who has written to this bot and has not blocked it."""
    chat = call.simulator.conversations.get((call.bot.id, call.params.chat_id() or 0))
    if chat is None or not chat.started:
        raise bad("chat not found")
    if chat.blocked:
        raise bad("the user does not receive messages")
    return chat


METHODS: dict[str, Callable[[Call], Awaitable[Any]]] = {
    "getMe": _get_me,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _get_webhook_info,
    "sendMessage": _send_message,
    "sendPhoto": _send_photo,
    "sendSticker": _send_sticker,
    "sendVoice": _send_voice,
    "sendChatAction": _send_chat_action,
}
