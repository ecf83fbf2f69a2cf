"""Telegram, through python-telegram-bot. Our messages out, its updates in, its errors sorted into three kinds."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from channels import plain
from channels.base import Document, FileOpener, Incoming, Kind, Listening, Raw, SendError
from channels.transport import Fields, NotSentError, Transport
from content.message import Choice, Message
from vietnamese.text import tidy

if TYPE_CHECKING:
    from telegram.request import RequestData

log = structlog.get_logger()

CHAT_PACE = (timedelta(seconds=1), 3)  # one a second to a person, short bursts pass
GROUP_PACE = (timedelta(seconds=60 / 18), 2)  # 20 a minute is the limit
LONGEST = 4000  # of 4096, so that escaping can never push a part over
UPDATES = ["message", "callback_query", "my_chat_member"]
MOST_AT_ONCE = 100  # webhook calls, as many as the platform allows: those that wait share a commit
SEEN_S = 5.0  # a spinning button is not worth more
LATEST = 2**33  # seconds, in the year 2242
LONGEST_CHAT = 64  # as the table of what arrived keeps it
LONGEST_REASON = 20  # as the table of addresses keeps it
SHORT_LABEL = 10  # two choices share a row only when both are this short (voice.md, section 10)


class Telegram:
    """One bot. `base_url` points it at another server, up to and without the token: "http://127.0.0.1:8080/bot"."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        open_file: FileOpener,
        *,
        base_url: str | None = None,
        proxy: str | None = None,
        at_once: int = 16,
        per_second: float = 30.0,
    ) -> None:
        base_url = base_url or "https://api.telegram.org/bot"
        # Taps are answered and papers fetched beside what is sent.
        sending, polling = Transport(at_once + 16, proxy=proxy), Transport(2, proxy=proxy)
        self._sending, self._polling, self._requests = sending, polling, (sending, polling)
        self.bot = Bot(token, base_url, _file_url(base_url), request=sending, get_updates_request=polling)
        self.open_file, self.per_second = open_file, per_second
        self.external = token.partition(":")[0]
        self.username = ""
        self._offset: int | None = None

    async def open(self) -> None:
        with sorting():
            await self.bot.initialize()
        self.username = self.bot.username

    async def close(self) -> None:
        # The bot's own shutdown leaves the connections open when its first call was refused.
        for request in self._requests:
            await request.shutdown()

    # ---- in ----

    async def poll(self, wait_s: float) -> Sequence[Raw]:
        # The library's own call would read every update here, where one that it cannot read would stop all others.
        wanted = {"timeout": int(wait_s), "allowed_updates": json.dumps(UPDATES)}
        if self._offset is not None:
            wanted["offset"] = self._offset
        address = f"{self.bot.base_url}/getUpdates?{urlencode(wanted)}"
        with sorting():
            updates: Any = await self._polling.post(address, read_timeout=wait_s + 10)
            arrived = [raw(update) for update in updates]
            if updates:
                self._offset = updates[-1]["update_id"] + 1
        return arrived

    def raw(self, event: Mapping[str, Any]) -> Raw:
        return raw(event)

    async def listen(self, url: str, secret: str) -> None:
        with sorting():
            await self.bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=UPDATES,
                max_connections=MOST_AT_ONCE,
                drop_pending_updates=False,
            )

    async def unlisten(self) -> None:
        if (await self.listening()).url:
            with sorting():
                await self.bot.delete_webhook(drop_pending_updates=False)

    async def listening(self) -> Listening:
        with sorting():
            found = await self.bot.get_webhook_info()
        return Listening(found.url, found.pending_update_count, found.last_error_message or "", found.last_error_date)

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        # From the update itself: the library's objects of it take longer to build than a tap takes to be answered.
        if tap := payload.get("callback_query"):
            return _tap(tap)
        if member := payload.get("my_chat_member"):
            gone = member["new_chat_member"]["status"] in {"kicked", "left"}
            kind: Kind = "blocked" if gone else "unblocked"
            return Incoming(kind, str(member["chat"]["id"])) if _is_private(member) else None
        message = payload.get("message")
        return _said(message) if message and _is_private(message) else None

    async def fetch(self, file_id: str, max_bytes: int) -> bytes:
        with sorting():
            file = await self.bot.get_file(file_id)
            if file.file_size is not None and file.file_size > max_bytes:
                raise SendError("file too big", "final")
            content = bytes(await file.download_as_bytearray())
        if len(content) > max_bytes:
            raise SendError("file too big", "final")
        return content

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        # A tap whose answer is late or lost costs the person a spinning button, never an answer.
        with contextlib.suppress(SendError), sorting():
            if incoming.tap_id:
                words = plain.strip(toast)[:200] if toast else None
                await self.bot.answer_callback_query(incoming.tap_id, text=words, read_timeout=SEEN_S)

    # ---- out ----

    def pace(self, chat: str) -> tuple[timedelta, int]:
        return GROUP_PACE if chat.startswith("-") else CHAT_PACE

    def redraws(self, before: str | None, times: int, message: Message) -> bool:
        return True  # an edit disturbs nobody

    def parts(self, message: Message) -> Sequence[Message]:
        return plain.parts(message, LONGEST)

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        if message.files:
            return await self._send_paper(chat, message)
        with sorting():
            try:
                return await self._write(chat, message, edit, ParseMode.HTML)
            except BadRequest as error:
                if "can't parse entities" not in error.message.lower():
                    raise
            # A template at fault must not cost anybody the message.
            log.error("Markup was refused; the message goes out as plain words")
            return await self._write(chat, replace(message, text=plain.strip(message.text)), edit, None)

    async def _send_paper(self, chat: str, message: Message) -> str:
        [file] = message.files
        content = await self.open_file(file.kind, file.arguments)
        with sorting():
            sent = await self.bot.send_document(chat, InputFile(io.BytesIO(content), filename=file.name))
        return str(sent.message_id)

    async def _write(self, chat: str, message: Message, edit: str | None, mode: ParseMode | None) -> str:
        said = {"chat_id": chat, "text": message.text, "parse_mode": mode and mode.value}
        if edit is None:
            sent = await self._call("sendMessage", **said, reply_markup=_keyboard(message))
            return str(sent["message_id"])
        # Only buttons inside the bubble can be edited.
        inline = None if message.menu or message.phone_button else _keyboard(message)
        try:
            await self._call("editMessageText", **said, message_id=edit, reply_markup=inline)
        except BadRequest as error:
            # A screen that shows already what it should is as good as edited.
            if "not modified" not in error.message.lower():
                raise
        return edit

    async def _call(self, method: str, **fields: str | None) -> Any:
        """A method of the platform. The library's own would build objects of its answer, half the work of a send."""
        wanted = cast("RequestData", Fields(**fields))
        return await self._sending.post(f"{self.bot.base_url}/{method}", wanted)


def _file_url(base_url: str) -> str:
    return base_url.removesuffix("/bot") + "/file/bot"


def raw(update: Mapping[str, Any]) -> Raw:
    """An update with its key (the update's id), its chat and the time at which it was said; a tap carries none.

    One that is not built as promised is kept all the same: reading it fails later, where it stands in nobody's way.
    """
    body = _object(next((update[kind] for kind in UPDATES if kind in update), None))
    chat = _object((_object(body.get("message")) or body).get("chat")).get("id", "")
    said = body.get("date")
    moment = datetime.fromtimestamp(said, UTC) if type(said) is int and 0 <= said < LATEST else None
    return Raw(str(update["update_id"]), str(chat)[:LONGEST_CHAT], moment, update)


def _object(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _is_private(event: Mapping[str, Any]) -> bool:
    """What a group or a channel says is nobody's word to us."""
    return bool(event["chat"]["type"] == ChatType.PRIVATE)


def _tap(tap: Mapping[str, Any]) -> Incoming | None:
    message, action = tap.get("message"), tap.get("data")
    if not message or not action or not _is_private(message):
        return None
    chat, message_id = str(message["chat"]["id"]), str(message["message_id"])
    return Incoming("tap", chat, action=tidy(action), message_id=message_id, tap_id=str(tap["id"]))


def _said(message: Mapping[str, Any]) -> Incoming:
    chat = str(message["chat"]["id"])
    if contact := message.get("contact"):
        own = "user_id" in contact and contact["user_id"] == message.get("from", {}).get("id")
        return Incoming("contact", chat, text=tidy(contact["phone_number"]), own_contact=own)
    if found := message.get("document"):
        document = Document(found["file_id"], tidy(found.get("file_name", "")), found.get("file_size"))
        return Incoming("document", chat, text=tidy(message.get("caption", "")), document=document)
    if text := tidy(message.get("text", "")):
        return _words(chat, text)
    for kind in ("photo", "voice", "sticker"):
        if message.get(kind):
            return Incoming(kind, chat)
    return Incoming("other", chat)


def _words(chat: str, text: str) -> Incoming:
    command, *payload = text.split(maxsplit=1)
    if command.partition("@")[0] == "/start":
        return Incoming("start", chat, text=payload[0] if payload else "")
    return Incoming("text", chat, text=text.removeprefix("/"))


@lru_cache(maxsize=64)
def _keyboard(message: Message) -> str | None:
    """As the platform wants it; a notice to thousands is one message."""
    made = keyboard(message)
    return made.to_json() if made else None


def keyboard(message: Message) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The choices as buttons: inside the bubble, or under the composer for the menu that stays."""
    if message.phone_button:
        labels = [[KeyboardButton(message.phone_button, request_contact=True)]]
        labels += [[KeyboardButton(choice.label)] for choice in message.choices]
        return ReplyKeyboardMarkup(labels, resize_keyboard=True, one_time_keyboard=True)
    if message.menu:
        big = [[KeyboardButton(choice.label)] for choice in message.choices]
        return ReplyKeyboardMarkup(big, resize_keyboard=True, is_persistent=True)
    buttons = [[_button(c) for c in row] for row in rows(message.choices)]
    return InlineKeyboardMarkup(buttons) if buttons else None


def _button(choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(choice.label, callback_data=choice.action)


def rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """One choice a row; two only where both are short."""
    laid: list[list[Choice]] = []
    for choice in choices:
        last = laid[-1] if laid else []
        if len(last) == 1 and max(len(last[0].label), len(choice.label)) <= SHORT_LABEL:
            last.append(choice)
        else:
            laid.append([choice])
    return laid


# What the platform says (lower case, a part of it) -> what it means for us. channels.md has the table.
_BAD_REQUESTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chat not found", {"dead": True}),
    ("message to edit not found", {"gone": True}),
    ("message can't be edited", {"gone": True}),
    ("message_id_invalid", {"gone": True}),
)


@contextlib.contextmanager
def sorting() -> Iterator[None]:
    """Whatever goes wrong between here and the platform, as a SendError. No cause is kept: it may name the token."""
    try:
        yield
    except TelegramError as error:
        raise sorted_out(error) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        # The platform answered something else than it promises: {"ok": false} with a 200, a list for an object.
        raise SendError("unreadable answer", "unknown") from None


def sorted_out(error: TelegramError) -> SendError:
    """PTB's exception by its cause. BadRequest is a NetworkError there, so it is looked at first."""
    reason = type(error).__name__
    match error:
        case RetryAfter():
            return SendError(reason, "not_sent", retry_after=_seconds(error.retry_after))
        case Forbidden():
            return SendError("blocked", "final", dead=True)
        case InvalidToken() | Conflict():
            return SendError(reason, "not_sent", stop=True)
        case BadRequest():
            found = next((means for words, means in _BAD_REQUESTS if words in error.message.lower()), {})
            # What stands behind the colon may quote the message.
            return SendError(error.message.partition(":")[0][:LONGEST_REASON].lower(), "final", **found)
        case ChatMigrated():
            return SendError("migrated", "final", dead=True)
        case _:
            return SendError(reason, "not_sent" if isinstance(error, NotSentError) else "unknown")


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
