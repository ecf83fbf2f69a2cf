"""People with phones, as the simulator plays them: they say something, pick a choice, and read what comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from channels import plain
from channels.base import Incoming
from channels.telegram import Telegram
from content.message import Message
from simulator import Phone as Handset


class Numbers(Telegram):
    """A channel without buttons, edits, menus or markup, on the same wire."""

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        words = Message(plain.plain(message).replace("&", "&amp;").replace("<", "&lt;"), files=message.files)
        return await super().send(chat, words)

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        return None


class Place(Protocol):
    """Where a phone is: with buttons or with numbers, and able to wait until the bot has done all it does."""

    @property
    def buttons(self) -> bool: ...
    async def settle(self) -> None: ...


@dataclass
class Phone:
    """One phone. `says` and `picks` wait until the bot has done all it does about it, and return its last words."""

    village: Place
    handset: Handset
    read_up_to: int = 0

    @property
    def _messages(self) -> list[dict[str, Any]]:
        found = self.handset.conversation.messages.values()
        return [self.handset.conversation.as_api(m) for m in found if not _is_own(m)]

    @property
    def heard(self) -> list[str]:
        """Everything the bot has sent and not taken back, as it reads now."""
        return [m.get("text") or m.get("caption") or "" for m in self._messages]

    @property
    def last(self) -> str:
        return self.heard[-1]

    def new(self) -> list[str]:
        """What has come since `new` was asked last."""
        fresh = [m for m in self._messages if m["message_id"] > self.read_up_to]
        self.read_up_to = max([self.read_up_to, *(m["message_id"] for m in self._messages)])
        return [m.get("text") or m.get("caption") or "" for m in fresh]

    @property
    def choices(self) -> list[str]:
        """The labels that the newest message with choices offers."""
        return [label for label, _ in self._offer()[1]]

    @property
    def files(self) -> list[str]:
        return [m["document"]["file_name"] for m in self._messages if "document" in m]

    async def says(self, text: str) -> str:
        self.handset.say(text)
        await self.village.settle()
        return self.last

    async def picks(self, label: str) -> str:
        """Tap the newest button with this label; without buttons, type its number."""
        message_id, offer = self._offer(label)
        place, action = next((n, act) for n, (name, act) in enumerate(offer, 1) if name == label)
        if self.village.buttons and action is not None:
            self.handset.tap(message_id, action)
        else:
            self.handset.say(label if self.village.buttons else str(place))
        await self.village.settle()
        return self.last

    async def taps(self, message_id: int, action: str) -> str:
        """Tap any button of any age; only where there are buttons."""
        self.handset.tap(message_id, action)
        await self.village.settle()
        return self.last

    def button(self, label: str) -> tuple[int, str]:
        """Where the newest button with this label is: its message, and what it does."""
        message_id, offer = self._offer(label)
        return message_id, next(action for name, action in offer if name == label and action)

    def _offer(self, label: str | None = None) -> tuple[int, list[tuple[str, str | None]]]:
        for message in reversed(self._messages):
            offer = _choices(message, buttons=self.village.buttons)
            if offer and (label is None or label in [name for name, _ in offer]):
                return message["message_id"], offer
            if offer and not self.village.buttons:
                break
        standing: list[tuple[str, str | None]] = [(key["text"], None) for row in self._keyboard() for key in row]
        if standing and self.village.buttons and (label is None or label in [name for name, _ in standing]):
            return 0, standing
        raise AssertionError(f"no choice {label!r}; the phone shows: {self.heard[-1:]}")

    def _keyboard(self) -> list[list[dict[str, Any]]]:
        found = self.handset.conversation.keyboard
        return found["keyboard"] if found else []


def _is_own(message: Any) -> bool:
    return not message.sender.get("is_bot")


def _choices(message: dict[str, Any], *, buttons: bool) -> list[tuple[str, str | None]]:
    if buttons:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [(button["text"], button["callback_data"]) for row in rows for button in row]
    return [(label, None) for label in re.findall(r"^\d+\. (.+)$", message.get("text", ""), re.MULTILINE)]
