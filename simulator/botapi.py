"""The table of Bot API methods, and the one place where a call is made and entered in the ledger.

getUpdates is missing here because it waits; it lives in `wire.py`.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from simulator.calls import Call
from simulator.editing import answer_callback, delete_message, edit_caption, edit_reply_markup, edit_text
from simulator.errors import ApiError, bad_request
from simulator.files import DOWNLOAD_BYTES
from simulator.ledger import message_fields
from simulator.model import Bot, Conversation, Json, Webhook
from simulator.sending import send_chat_action, send_document, send_media_group, send_message, send_photo

_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MOST_COMMANDS = 100
_COMMAND_DESCRIPTION = 256
_HERE = ("127.0.0.1", "localhost")


def invoke(call: Call, method: str) -> Any:
    """Make a call to a method (its name in lower case) and return its result. Raises ApiError when it is refused."""
    handler = METHODS.get(method)
    if handler is None:
        raise ApiError(404, "Not Found: method not found")
    if method not in RECORDED:
        return handler(call)
    subject = subject_of(call, method)
    try:
        result = handler(call)
    except ApiError as error:
        record_refusal(call, method, error.description)
        raise
    _record(call, method, subject, result)
    return result


def record_refusal(call: Call, method: str, error: str) -> None:
    """Enter a call that was not accepted in the ledger, if it is one that the ledger is about."""
    if method in RECORDED:
        text = call.params.text("text") or call.params.text("caption")
        chat_id, message_id = subject_of(call, method)
        row = {"bot": call.bot.id, "method": RECORDED[method], "chat": chat_id, "message_id": message_id, "text": text}
        call.simulator.ledger.add(call.simulator.clock.now(), **row, accepted=False, error=error)
        call.simulator.changed()


def subject_of(call: Call, method: str) -> tuple[int | None, int | None]:
    """Return the chat and the message that a call names; an answer to a tap names those of the tap."""
    if method == "answercallbackquery":
        tap = call.simulator.taps.get(call.params.text("callback_query_id"))
        return (tap.chat_id, tap.message_id) if tap else (None, None)
    return call.params.chat_id(), call.params.integer("message_id") or None


def _record(call: Call, method: str, subject: tuple[int | None, int | None], result: Any) -> None:
    head = {"bot": call.bot.id, "method": RECORDED[method], "chat": subject[0]}
    messages = result if isinstance(result, list) else [result]
    for message in messages:
        fields: Json = {"message_id": subject[1], "text": call.params.text("text")}
        if isinstance(message, dict):
            chat = call.simulator.conversations[call.bot.id, message["chat"]["id"]]
            fields = message_fields(chat.messages[message["message_id"]])
        call.simulator.ledger.add(call.simulator.clock.now(), **head, **fields, accepted=True, error=None)
    call.simulator.changed()


def _get_me(call: Call) -> Json:
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**call.bot.as_user(), **abilities, "can_connect_to_business": False, "has_main_web_app": False}


def set_allowed_updates(call: Call) -> None:
    """Remember allowed_updates; missing leaves them as they are, an empty list is the usual kinds."""
    allowed = call.params.parsed("allowed_updates")
    if isinstance(allowed, list):
        call.bot.allowed = frozenset(str(kind) for kind in allowed) or None


def _set_webhook(call: Call) -> bool:
    url = call.params.text("url")
    if not url:
        return _delete_webhook(call)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _HERE:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    set_allowed_updates(call)
    call.bot.webhook = Webhook(url, secret, min(max(call.params.integer("max_connections", 40), 1), 100))
    _drop_pending(call)
    return True


def _delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    _drop_pending(call)
    return True


def _drop_pending(call: Call) -> None:
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()
    call.simulator.changed()


def _get_webhook_info(call: Call) -> Json:
    bot, hook = call.bot, call.bot.webhook
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(bot.updates)}
    if bot.allowed is not None:
        info["allowed_updates"] = sorted(bot.allowed)
    if hook:
        info.update(url=hook.url, max_connections=hook.max_connections, ip_address="127.0.0.1")
        if hook.error:
            info.update(last_error_date=hook.error_at, last_error_message=hook.error)
    return info


def _scope(call: Call) -> str:
    scope = call.params.parsed("scope") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope: object expected")
    return f"{scope['type']}/{scope.get('chat_id', '')}/{scope.get('user_id', '')}/{call.params.text('language_code')}"


def _set_my_commands(call: Call) -> bool:
    commands = call.params.parsed("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: Array of BotCommand expected")
    if len(commands) > _MOST_COMMANDS:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    call.bot.commands[_scope(call)] = [_command(command) for command in commands]
    call.simulator.changed()
    return True


def _command(value: Any) -> Json:
    name, description = (
        str(value.get(key, "")) if isinstance(value, dict) else "" for key in ("command", "description")
    )
    if not _COMMAND.fullmatch(name):
        raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _COMMAND_DESCRIPTION:
        raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description}


def _get_my_commands(call: Call) -> list[Json]:
    return call.bot.commands.get(_scope(call), [])


def _delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop(_scope(call), None)
    return True


def _set_chat_menu_button(call: Call) -> bool:
    button = call.params.parsed("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse menu button: Unsupported menu button type specified")
    call.bot.menu_buttons[call.params.chat_id()] = button
    return True


def _get_file(call: Call) -> Json:
    file = call.simulator.files.get(call.params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {**file.as_file(), "file_path": file.path}


def _get_chat(call: Call) -> Json:
    chat: Conversation = call.known_chat()
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    accepted = dict.fromkeys(gifts, False)
    return {**chat.chat, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted}


METHODS: dict[str, Callable[[Call], Any]] = {
    "getme": _get_me,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _get_webhook_info,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendmediagroup": send_media_group,
    "sendchataction": send_chat_action,
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagereplymarkup": edit_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback,
    "setmycommands": _set_my_commands,
    "getmycommands": _get_my_commands,
    "deletemycommands": _delete_my_commands,
    "setchatmenubutton": _set_chat_menu_button,
    "getfile": _get_file,
    "getchat": _get_chat,
}

RECORDED = {
    "sendmessage": "sendMessage",
    "sendphoto": "sendPhoto",
    "senddocument": "sendDocument",
    "sendmediagroup": "sendMediaGroup",
    "editmessagetext": "editMessageText",
    "editmessagecaption": "editMessageCaption",
    "editmessagereplymarkup": "editMessageReplyMarkup",
    "deletemessage": "deleteMessage",
    "answercallbackquery": "answerCallbackQuery",
}


def pending(bot: Bot, offset: int, limit: int) -> list[Json]:
    """Return the updates that getUpdates answers with, after forgetting those that the offset acknowledges."""
    if offset < 0:
        offset = bot.last_update_id + 1 + max(offset, -len(bot.updates))
    if offset:
        bot.forget_before(offset)
    return list(islice(bot.updates, limit))
