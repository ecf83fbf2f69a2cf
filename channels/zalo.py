"""Zalo, through its Bot Platform: plain words, numbered choices, no edits, no files (channels.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from channels import plain
from channels.base import Incoming, Listening, Raw, SendError
from content.message import File, Message
from vietnamese.text import tidy

LONGEST = 1800  # of 2,000 UTF-16 units
PACE = (timedelta(seconds=1), 3)
MOST_REDRAWS = 2  # a day: a screen that comes by itself more often is a nuisance (voice.md, S2)
OVER = 408  # nothing came within the wait

# A paper as a link that only its reader gets; None where this machine cannot be reached from outside.
LinkTo = Callable[[File, str], str | None]


class Zalo:
    """One bot. `base_url` points it at another server, up to and without the token: "http://127.0.0.1:8080/zalo/bot"."""

    name = "zalo"

    def __init__(self, token: str, link_to: LinkTo, *, base_url: str | None = None, per_second: float = 1.0) -> None:
        self._address = f"{base_url or 'https://bot-api.zaloplatforms.com/bot'}{token}"
        self.link_to, self.per_second = link_to, per_second
        self.external = token.partition(":")[0]
        self.username = ""
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = self._session or aiohttp.ClientSession()
        me = await self._call("getMe")
        self.username = str(me["display_name"])

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def poll(self, wait_s: float) -> Sequence[Raw]:
        found = await self._call("getUpdates", timeout=str(int(wait_s)))
        return [raw(found)] if found else []

    def raw(self, event: Mapping[str, Any]) -> Raw:
        return raw(event)

    async def listen(self, url: str, secret: str) -> None:
        await self._call("setWebhook", url=url, secret_token=secret)

    async def unlisten(self) -> None:
        await self._call("deleteWebhook")

    async def listening(self) -> Listening:
        found = await self._call("getWebhookInfo")
        return Listening(str(found.get("url", "")), 0, "", None)

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        message = payload["message"]
        chat = str(message["chat"]["id"])
        if text := tidy(message.get("text") or ""):
            return Incoming("text", chat, text=text)
        return Incoming("other", chat)

    async def fetch(self, file_id: str, max_bytes: int) -> bytes:
        raise SendError("no files here", "final")

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        return None

    def pace(self, chat: str) -> tuple[timedelta, int]:
        return PACE

    def redraws(self, before: str | None, times: int, message: Message) -> bool:
        return bool(message.matters) and message.matters != before and times < MOST_REDRAWS

    def parts(self, message: Message) -> Sequence[Message]:
        return [Message(piece) for piece in plain.split(plain.plain(message), LONGEST)]

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        sent = await self._call("sendMessage", chat_id=chat, text=message.text)
        return str(sent["message_id"])

    async def _call(self, method: str, **fields: str) -> Any:
        if self._session is None:
            raise RuntimeError("the channel is not open")
        async with self._session.post(f"{self._address}/{method}", json=fields) as answer:
            found = await answer.json(content_type=None)
        if found.get("ok"):
            return found.get("result")
        if found.get("error_code") == OVER:
            return None
        raise SendError(str(found.get("error_code")), "unknown")


def raw(event: Mapping[str, Any]) -> Raw:
    """An event with its key, the message's id; a real webhook brings it flat, the documents show it wrapped."""
    flat = event.get("result", event)
    message = flat["message"]
    said = datetime.fromtimestamp(message["date"] / 1000, UTC)
    return Raw(str(message["message_id"]), str(message["chat"]["id"]), said, flat)
