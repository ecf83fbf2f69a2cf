"""People with phones, as the simulator plays them: they say something, pick a choice, and read what comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from urllib.parse import urljoin

import aiohttp

from simulator import Phone as Handset
from simulator.model import StoredMessage

_NUMBERED = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


class Place(Protocol):
    """Where a phone is."""

    async def settle(self) -> None:
        """Wait until the bot has done all it does."""

    def serve(self) -> None:
        """Let papers be fetched by their links from now on."""


class Choice(NamedTuple):
    """What a message offers: the label, and what its button does; None where it is picked by its number or typed."""

    label: str
    action: str | None


class Paper(NamedTuple):
    name: str
    content: bytes


@dataclass
class Phone:
    """One phone. `says` and `picks` wait until the bot has done all it does about it, and return its last words."""

    village: Place
    handset: Handset
    read_up_to: int = 0

    @property
    def buttons(self) -> bool:
        """Whether choices are buttons on this phone; elsewhere they are numbered lines."""
        return self.handset.user.channel == "telegram"

    def has_written(self) -> None:
        """As if its person had, some time before the story: from then on the bot may write to it."""
        self.handset.conversation.started = True
        self.handset.bot.people.setdefault(self.handset.user.id)

    @property
    def _messages(self) -> list[StoredMessage]:
        return [message for message in self.handset.conversation.messages.values() if message.outgoing]

    @property
    def heard(self) -> list[str]:
        """Everything the bot has sent and not taken back, as it reads now."""
        return [message.text for message in self._messages]

    @property
    def last(self) -> str:
        return self.heard[-1]

    def new(self) -> list[str]:
        """What has come since `new` was asked last."""
        fresh = [message for message in self._messages if message.message_id > self.read_up_to]
        self.read_up_to = max([self.read_up_to, *(message.message_id for message in self._messages)])
        return [message.text for message in fresh]

    @property
    def choices(self) -> list[str]:
        """The labels that the newest message with choices offers."""
        return [choice.label for choice in self._offer()[1]]

    async def papers(self) -> list[Paper]:
        """The papers that have come, oldest first: as documents, or by the links to them, opened as a browser does."""
        self.village.serve()
        ids = [found["file_id"] for message in self._messages if (found := message.content.get("document"))]
        files = [file for file_id in ids if (file := self.handset.simulator.files.get(file_id))]
        return [Paper(file.name, file.data) for file in files] + [await _opened(link) for link in self.links]

    @property
    def links(self) -> list[str]:
        """The addresses that stand on a line of their own."""
        return [link for words in self.heard for link in _LINK.findall(words)]

    async def says(self, text: str) -> str:
        self.handset.say(text)
        await self.village.settle()
        return self.last

    async def picks(self, label: str) -> str:
        """Tap the newest button with this label; without buttons, type its number."""
        message_id, offer = self._offer(label)
        place, action = next((n, act) for n, (name, act) in enumerate(offer, 1) if name == label)
        if action is not None:
            self.handset.tap(message_id, action)
        else:
            self.handset.say(label if self.buttons else str(place))
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
        return message_id, next(choice.action for choice in offer if choice.label == label and choice.action)

    def _offer(self, label: str | None = None) -> tuple[int, list[Choice]]:
        for message in reversed(self._messages):
            offer = self._offered(message)
            if offer and (label is None or label in [choice.label for choice in offer]):
                return message.message_id, offer
            if offer and not self.buttons:
                break
        standing = self._keyboard()
        if standing and (label is None or label in [choice.label for choice in standing]):
            return 0, standing
        raise AssertionError(f"no choice {label!r}; the phone shows: {self.heard[-1:]}")

    def _offered(self, message: StoredMessage) -> list[Choice]:
        if self.buttons:
            return [Choice(button["text"], button["callback_data"]) for button in message.buttons()]
        return [Choice(label, None) for label in numbered(message.text)]

    def _keyboard(self) -> list[Choice]:
        found = self.handset.conversation.keyboard
        return [Choice(key["text"], None) for row in found["keyboard"] for key in row] if found else []


def numbered(text: str) -> list[str]:
    """The labels of the choices that stand in a text as numbered lines; nothing else begins so."""
    return _NUMBERED.findall(text)


async def _opened(link: str) -> Paper:
    """The page behind the link, and the paper behind its button."""
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.get(link) as page:
            [button] = re.findall(r'<a href="([^"]+)"', await page.text())
        async with session.get(urljoin(link, button)) as answer:
            named = answer.content_disposition
            return Paper((named.filename if named else None) or "", await answer.read())
