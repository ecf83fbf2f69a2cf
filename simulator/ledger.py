"""The far end's own account of every message that a bot sent, changed or took back: what `GET /sim/outbox` returns."""

from collections import deque
from datetime import datetime
from typing import Any

from simulator.model import Json, StoredMessage

ROWS_KEPT = 200_000


class Ledger:
    """Rows in the order of arrival, numbered from 1; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._rows: deque[Json] = deque(maxlen=ROWS_KEPT)
        self.last = 0

    def add(self, at: datetime, **fields: Any) -> None:
        """Write one row: bot, method, chat, message_id, text, accepted, error, and what else is known."""
        self.last += 1
        self._rows.append({"seq": self.last, "at": at.isoformat(), **fields})

    def after(self, seq: int) -> list[Json]:
        """Return the rows numbered above `seq`."""
        first = self.last - len(self._rows) + 1
        skip = max(seq + 1 - first, 0)
        return [self._rows[index] for index in range(skip, len(self._rows))]


def message_fields(message: StoredMessage) -> Json:
    """Return the columns of the ledger that describe a message."""
    return {
        "message_id": message.message_id,
        "text": message.text,
        "entities": message.entities,
        "choices": choices(message),
        "file": file_name(message),
    }


def choices(message: StoredMessage) -> list[Json]:
    """Return the inline buttons as [{label, data}], or [{label, url}] for a button that opens an address."""
    found = []
    for button in message.buttons():
        action = {"data": button["callback_data"]} if "callback_data" in button else {"url": button.get("url", "")}
        found.append({"label": button["text"], **action})
    return found


def file_name(message: StoredMessage) -> str | None:
    """Return the name of the document, what Zalo has instead (photo, sticker, voice), None when there is no file."""
    for kind in ("photo", "sticker", "voice"):
        if kind in message.content:
            return kind
    if "photo_url" in message.content:
        return "photo"
    document = message.content.get("document")
    return document.get("file_name") if document else None


def chat_row(message: StoredMessage) -> Json:
    """Return a message as `GET /sim/chat` shows it; `direction` is seen from the bot: in to it, out from it."""
    row: Json = {
        "message_id": message.message_id,
        "at": message.at.isoformat(),
        "direction": "out" if message.outgoing else "in",
        "text": message.text,
        "entities": message.entities,
        "choices": choices(message),
        "edited": message.edited_at is not None,
        "keyboard": message.inline or [],
    }
    kinds = ("photo", "document", "contact", "photo_url", "sticker", "voice", "unsupported")
    return {**row, **{kind: message.content[kind] for kind in kinds if kind in message.content}}
