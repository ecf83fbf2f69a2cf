"""Zalo, through its Bot Platform: plain words, numbered choices, no edits, no files (channels.md)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from channels import plain
from channels.base import Incoming, Kind, Listening, Raw, SendError
from channels.zalo_api import BASE_URL, ZaloApi
from content import render
from content.message import File, Message
from vietnamese.text import tidy

log = structlog.get_logger()

LONGEST = 1800  # of 2,000 UTF-16 units
PACE = (timedelta(seconds=1), 3)
MOST_REDRAWS = 2  # a day: a screen that comes by itself more often is a nuisance (voice.md, S2)
LATEST = 2**33 * 1000  # milliseconds, in the year 2242
LONGEST_ID = 64  # as the tables keep chats and the keys of events
PRIVATE = "PRIVATE"
NO_DAY = datetime.fromtimestamp(0, UTC)  # for words that name none

# A paper as a link that only its reader gets; None where this machine cannot be reached from outside.
LinkTo = Callable[[File, str], str | None]

_KINDS: dict[str, Kind] = {
    "message.image.received": "photo",
    "message.sticker.received": "sticker",
    "message.voice.received": "voice",
    "message.unsupported.received": "unsupported",
}


class Zalo:
    """One bot. `base_url` points it at another server, up to and without the token: "http://127.0.0.1:8080/zalo/bot"."""

    name = "zalo"

    def __init__(self, token: str, link_to: LinkTo, *, base_url: str | None = None, per_second: float = 1.0) -> None:
        self.api = ZaloApi(token, base_url or BASE_URL)
        self.link_to, self.per_second = link_to, per_second
        self.external = token.partition(":")[0]
        self.username = ""
        self._warned = self._typing = False

    async def open(self) -> None:
        self.api.open()
        try:
            me = await self.api.get_me()
        except SendError as error:
            # Whatever number it says it with: a platform that does not let us ask who we are does not know the token.
            raise SendError(error.reason, "not_sent", stop=True) if error.outcome == "final" else error from None
        self.username = tidy(str(me.get("display_name") or me.get("account_name") or self.external))

    async def close(self) -> None:
        await self.api.close()

    # ---- in ----

    async def poll(self, wait_s: float) -> Sequence[Raw]:
        if not self._warned:
            self._warned = True
            log.warning("Zalo loses what people write while the bot is off; a webhook does not", bot=self.external)
        event = await self.api.get_updates(int(wait_s))
        if event is None:
            return []
        try:
            return [raw(event)]
        except (KeyError, TypeError, AttributeError):
            # It is gone from the platform already.
            log.error("Zalo brought something that is no message", bot=self.external)
            return []

    def raw(self, event: Mapping[str, Any]) -> Raw:
        return raw(event)

    async def listen(self, url: str, secret: str) -> None:
        await self.api.set_webhook(url, secret)

    async def unlisten(self) -> None:
        # Taking one away that is not there may throw away what waits.
        if (await self.listening()).url:
            await self.api.delete_webhook()

    async def listening(self) -> Listening:
        found = await self.api.get_webhook_info()
        return Listening(str(found.get("url") or "") if found else "", 0, "", None)

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        message = payload["message"]
        # What a group says is nobody's word to us, and what a bot says nobody's at all.
        if message["chat"].get("chat_type", PRIVATE) != PRIVATE or message.get("from", {}).get("is_bot"):
            return None
        chat = str(message["chat"]["id"])
        if text := tidy(message.get("text") or ""):
            return Incoming("text", chat, text=text)
        return Incoming(_KINDS.get(payload.get("event_name", ""), "other"), chat)

    async def fetch(self, file_id: str, max_bytes: int) -> bytes:
        raise SendError("no files here", "final")

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        if self._typing:
            return  # a crowd writes: the platform's patience, and ours, belong to the answers
        self._typing = True
        try:
            with contextlib.suppress(SendError):
                await self.api.send_chat_action(incoming.chat)
        finally:
            self._typing = False

    # ---- out ----

    def pace(self, chat: str) -> tuple[timedelta, int]:
        return PACE

    def redraws(self, before: str | None, times: int, message: Message) -> bool:
        return bool(message.matters) and message.matters != before and times < MOST_REDRAWS

    def parts(self, message: Message) -> Sequence[Message]:
        """Each paper, then the words, cut where they are too long; the numbered choices stay together, at the end."""
        papers = [Message("", files=(file,)) for file in message.files]
        whole = plain.plain(message)
        if plain.units(whole) <= LONGEST:
            return [*papers, Message(whole)]
        choices = plain.plain(replace(message, text="")).strip()
        pieces = plain.split(plain.strip(message.text), LONGEST)
        if choices and plain.units(f"{pieces[-1]}\n{choices}") <= LONGEST:
            pieces[-1] += f"\n{choices}"
        elif choices:
            pieces.append(choices)
        return [*papers, *map(Message, pieces)]

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        words = self._paper(chat, message.files[0]) if message.files else message.text
        return await self.api.send_message(chat, words)

    def _paper(self, chat: str, file: File) -> str:
        """What is said instead of a paper: where to open it, or where to get it."""
        link = self.link_to(file, chat)
        template = "paper_link" if link else "paper_nowhere"
        return plain.strip(render(template, now=NO_DAY, file=file, link=link).text)


def raw(event: Mapping[str, Any]) -> Raw:
    """An event with its key, the message's id, its chat and the time at which it was said.

    A real webhook brings it flat, the documents and getUpdates show it wrapped. Raises KeyError, TypeError or
    AttributeError for what is no message.
    """
    flat = event.get("result", event)
    message = flat["message"]
    said = message.get("date")
    moment = datetime.fromtimestamp(said / 1000, UTC) if type(said) is int and 0 <= said < LATEST else None
    chat = message["chat"] if isinstance(message.get("chat"), Mapping) else {}
    return Raw(str(message["message_id"])[:LONGEST_ID], str(chat.get("id", ""))[:LONGEST_ID], moment, flat)
