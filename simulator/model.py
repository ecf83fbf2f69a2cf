"""What the make-believe Telegram and Zalo remember: bots, users, conversations and their messages."""

import hashlib
import math
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

CHANNELS = ("telegram", "zalo")
MESSAGES_KEPT = 2_000
DEFAULT_UPDATES = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})


@dataclass
class Webhook:
    """Where updates are posted, and how the last attempt that failed went. Zalo probes a new one with an empty body."""

    url: str
    secret: str
    max_connections: int
    error_at: int = 0
    error: str = ""
    updated_at: int = 0
    probed: bool = True


@dataclass
class Bot:
    """A bot; it exists from the first call with its token. `channel` is "telegram" or "zalo".

    Zalo alone knows `people` in the order in which they first wrote, messages `sent` by month, and the time (of
    `Simulator.monotonic`) until which news is kept for a bot that is not polling.
    """

    id: int
    token: str
    username: str
    name: str
    channel: str = "telegram"
    revoked: bool = False
    webhook: Webhook | None = None
    updates: deque[Json] = field(default_factory=deque)
    last_update_id: int = 0
    allowed: frozenset[str] | None = None
    poll: int = 0
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    people: dict[int, None] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    heard_until: float = -math.inf

    def wants(self, kind: str) -> bool:
        """Whether `allowed_updates` lets an update of this kind through."""
        return kind in (DEFAULT_UPDATES if self.allowed is None else self.allowed)

    def forget_before(self, update_id: int) -> None:
        """Drop the updates that an offset acknowledges."""
        while self.updates and self.updates[0]["update_id"] < update_id:
            self.updates.popleft()

    def as_user(self) -> Json:
        """Return the bot as a User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass
class User:
    """A make-believe person with a phone; the id is also the id of the private chat."""

    id: int
    name: str
    role: str = ""
    phone: str = ""
    channel: str = "telegram"

    def as_user(self) -> Json:
        """Return the person as a User object."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "vi"}

    def as_chat(self) -> Json:
        """Return the private chat with this person as a Chat object."""
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass
class StoredMessage:
    """One message. `content` holds the Message fields of its kind: text, entities, photo, document, caption …"""

    message_id: int
    at: datetime
    sender: Json
    content: Json
    inline: list[list[Json]] | None = None
    edited_at: datetime | None = None
    editable: bool = True
    reply_to: int | None = None

    @property
    def outgoing(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.sender["is_bot"])

    @property
    def text(self) -> str:
        """The words that a person reads: the text or the caption."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        """The entities of `text`."""
        found: list[Json] = self.content.get("entities") or self.content.get("caption_entities") or []
        return found

    def buttons(self) -> Iterable[Json]:
        """Iterate over the inline buttons, row by row."""
        return (button for row in self.inline or [] for button in row)


@dataclass
class Conversation:
    """What one bot and one chat have said to each other, and what the phone shows beside it."""

    bot_id: int
    chat: Json
    started: bool = False
    blocked: bool = False
    last_message_id: int = 0
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    keyboard: Json | None = None
    typing_until: float = 0.0
    popups: deque[Json] = field(default_factory=lambda: deque(maxlen=20))
    version: int = 0

    @property
    def id(self) -> int:
        """The chat's id."""
        return int(self.chat["id"])

    @property
    def instance(self) -> str:
        """The `chat_instance` of callback queries: the same for the same bot and chat."""
        digest = hashlib.sha256(f"{self.bot_id}/{self.id}".encode()).digest()
        return str(int.from_bytes(digest[:8], signed=True))

    def add(self, message: StoredMessage) -> StoredMessage:
        """Keep a message; the oldest goes when there are too many."""
        self.messages[message.message_id] = message
        if len(self.messages) > MESSAGES_KEPT:
            del self.messages[next(iter(self.messages))]
        return message

    def as_api(self, message: StoredMessage, *, nested: bool = False) -> Json:
        """Return a Message object."""
        body: Json = {
            "message_id": message.message_id,
            "from": message.sender,
            "chat": self.chat,
            "date": seconds(message.at),
            **message.content,
        }
        if message.edited_at:
            body["edit_date"] = seconds(message.edited_at)
        if message.inline:
            body["reply_markup"] = {"inline_keyboard": message.inline}
        answered = self.messages.get(message.reply_to or 0)
        if answered and not nested:
            body["reply_to_message"] = self.as_api(answered, nested=True)
        return body


def event_of(update: Json) -> Json:
    """Return an update of Zalo as it goes over the wire, where it has no number."""
    return {name: value for name, value in update.items() if name != "update_id"}


def seconds(at: datetime) -> int:
    """Return whole Unix seconds, as every date in the Bot API is written."""
    return int(at.timestamp())
