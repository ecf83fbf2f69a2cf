"""What the bot says, as data: a channel turns it into buttons or into numbered lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

LONGEST_ACTION = 64  # bytes; the Bot API's limit for a button's data


@dataclass(frozen=True)
class Choice:
    """Something the reader may pick. `action` is a handler's name, then its arguments: "answer 42 yes"."""

    label: str
    action: str

    def __post_init__(self) -> None:
        if not self.action.isascii() or len(self.action) > LONGEST_ACTION:
            raise ValueError(f"an action must be at most {LONGEST_ACTION} ASCII bytes: {self.action!r}")


@dataclass(frozen=True)
class File:
    """A recipe for a file, opened when it is sent: what kind, about what, under which name."""

    kind: str
    arguments: tuple[int | str, ...]
    name: str


@dataclass(frozen=True)
class Message:
    """One message to one chat.

    `text` is Telegram's HTML subset. `menu` says that the choices are the role's persistent menu. `expects` names the
    handler that reads the next free text; `wants_number` that this text may itself be a number, so that the choices
    carry none. `screen` names a live screen that a newer render replaces. `phone_button` is the label of the button
    that shares the person's own number. `toast` shows the text over the chat where a channel can do that. `matters` is
    what of a live screen is worth a new message where a channel cannot edit the old one; "" for nothing.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    menu: bool = False
    expects: str | None = None
    wants_number: bool = False
    screen: str | None = None
    files: tuple[File, ...] = ()
    phone_button: str | None = None
    toast: bool = False
    matters: str = ""

    def resent(self, mark: str) -> Message:
        """The same message with `mark` behind its headline, as after a break (voice.md 2.3)."""
        headline, *rest = self.text.split("\n")
        return replace(self, text="\n".join([f"{headline} {mark}", *rest]))

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "choices": [vars(c) for c in self.choices], "files": [vars(f) for f in self.files]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Message:
        choices = tuple(Choice(**c) for c in stored["choices"])
        files = tuple(File(f["kind"], tuple(f["arguments"]), f["name"]) for f in stored["files"])
        return cls(**{**stored, "choices": choices, "files": files})
