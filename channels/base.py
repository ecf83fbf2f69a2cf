"""The contract between the bot and a place where people talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from content.message import Message

Kind = Literal[
    "text",
    "tap",
    "start",
    "contact",
    "document",
    "photo",
    "voice",
    "sticker",
    "unsupported",  # Zalo says only that something came which a bot may not see
    "blocked",
    "unblocked",
    "other",
]
Outcome = Literal["not_sent", "final", "unknown"]


@dataclass(frozen=True)
class Raw:
    """An event as it came, before anybody has looked into it. A tap carries no time of its own."""

    event_key: str
    chat: str
    said_at: datetime | None
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    file_id: str
    name: str
    size: int | None


@dataclass(frozen=True)
class Incoming:
    """One thing a person did. `text` holds the words, the start payload, or the shared phone number."""

    kind: Kind
    chat: str
    text: str = ""
    action: str | None = None
    message_id: str | None = None
    tap_id: str | None = None
    own_contact: bool = False  # the shared contact is the sender's own
    document: Document | None = None


@dataclass(frozen=True)
class Listening:
    """What the platform knows of our webhook: its address ("" for none), how many events wait, its last complaint."""

    url: str
    waiting: int
    error: str
    error_at: datetime | None


class SendError(Exception):
    """A message could not be sent.

    `outcome`: "not_sent" is certainly not there and may be tried again, "final" will never be, "unknown" may have
    arrived. `dead` says that the address is gone, `stop` that this bot may not send at all.
    """

    def __init__(
        self,
        reason: str,
        outcome: Outcome,
        *,
        retry_after: float | None = None,
        dead: bool = False,
        stop: bool = False,
        gone: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome
        self.retry_after = retry_after
        self.dead = dead
        self.stop = stop
        self.gone = gone  # the message that was to be edited is not there any more


class FileOpener(Protocol):
    """Opens a recipe for a file when it is sent; raises SendError("final") where there is nothing to open."""

    async def __call__(self, kind: str, arguments: tuple[int | str, ...]) -> bytes: ...


class Channel(Protocol):
    """One bot on one platform."""

    name: str
    external: str  # the bot's own id there
    username: str
    per_second: float  # how fast this bot may send

    async def open(self) -> None:
        """Learn who this bot is; raises SendError."""

    async def close(self) -> None: ...

    async def poll(self, wait_s: float) -> Sequence[Raw]:
        """What has come since the last call; calling again acknowledges it, so commit in between."""

    def raw(self, event: Mapping[str, Any]) -> Raw:
        """An event that the platform posted to our webhook."""

    async def listen(self, url: str, secret: str) -> None:
        """Let the platform post what comes to `url`, with `secret`, instead of our polling. Raises SendError."""

    async def unlisten(self) -> None:
        """Let what comes, and what waits, be polled. Raises SendError."""

    async def listening(self) -> Listening:
        """How the platform sees our webhook; raises SendError."""

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        """What a person did, or None where an event holds nothing for us."""

    def pace(self, chat: str) -> tuple[timedelta, int]:
        """How fast one chat may be written to: the rest after each message, and how many may come without it."""

    def redraws(self, before: str | None, times: int, message: Message) -> bool:
        """Whether a live screen that stands is drawn anew when something about it has changed.

        `before`: what mattered when it was drawn last (`Message.matters`); `times`: how often it came by itself today.
        """

    def parts(self, message: Message) -> Sequence[Message]:
        """The message as the single calls that it takes, in order; the choices on the last."""

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        """Deliver one part, or edit the message with the id `edit`; the id it has now. Raises SendError."""

    async def fetch(self, file_id: str, max_bytes: int) -> bytes:
        """A document that somebody sent; raises SendError, also when it is larger."""

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        """Let the person know at once that it came; best effort, never raises."""
