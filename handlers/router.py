"""Who may do what: handlers with their names, words and rights."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Connection

from channels.base import Incoming
from content import Message, You, render
from db import consent
from db.addresses import Address
from db.conversations import Conversation
from db.people import Person
from db.rules import Rules
from sheets.roster import RosterFile, UnreadableRoster


class Who(Enum):
    """Who may use an action. What unit a right is held on is asked again by each act's own query."""

    ANYONE = "anyone"
    MEMBER = "member"  # somebody who has agreed at this address
    SECRETARY = "secretary"  # a secretary or deputy of some cell
    STAFF = "staff"  # a secretary, a deputy or an official
    OFFICIAL = "official"  # an official of some commune


@dataclass
class Turn:
    """All that a handler may use: people at one address saying one thing at one moment.

    `people`: everybody who has agreed at this address. `persons`: whoever of them is acting now.
    `document`: the list that an official has sent, as read; None where there is none or it could not be fetched.
    """

    connection: Connection
    incoming: Incoming
    address: Address
    people: tuple[Person, ...]
    conversation: Conversation
    now: datetime
    rules: Rules
    persons: tuple[Person, ...] = ()
    document: RosterFile | UnreadableRoster | None = None

    @property
    def person(self) -> Person:
        """The one person who acts; only for actions that are declared for people, not for anyone."""
        return self.persons[0]

    @property
    def text(self) -> str:
        return self.incoming.text.strip()

    @property
    def draft(self) -> dict[str, Any]:
        """What is being put together over several turns; plain JSON values."""
        return self.conversation.draft

    @property
    def local(self) -> datetime:
        return self.rules.local(self.now)

    @property
    def channel(self) -> str:
        """ "telegram" or "zalo", for texts that speak of what can be done there."""
        return consent.channel_of(self.connection, self.address.id)

    @property
    def you(self) -> You:
        return You(self.persons or self.people, len(self.people) > 1)

    def say(self, template: str, **context: Any) -> Message:
        """Render a template; `expects`, `wants_number`, `screen`, `files` and `toast` go to the message itself."""
        return render(template, now=self.local, you=self.you, **context)


LARGEST = 2**53  # beyond this no row has a number, and pages multiplied by their length leave 63 bits

# Handled, and nothing is said: a further copy of what has been answered a moment ago (voice.md A8).
SILENCE = Message("")

Handler = Callable[..., Message | None]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Entry:
    """A handler with its declaration. `together`: a household may answer in one go."""

    handler: Handler
    who: Who
    together: bool = False
    refetches: bool = False
    kinds: tuple[type, ...] = ()

    def arguments(self, words: list[str]) -> list[Any]:
        """The words of an action as the handler's own types; ValueError where they do not fit."""
        return [_number(word) if kind is int else kind(word) for kind, word in zip(self.kinds, words, strict=True)]


def _number(word: str) -> int:
    """The number of a row or a page; a forged one that no table could hold is a ValueError."""
    if not (word.isascii() and word.isdecimal()) or int(word) > LARGEST:
        raise ValueError("not the number of anything")
    return int(word)


class Router:
    """What one file of handlers offers; `join` puts the files together."""

    def __init__(self) -> None:
        self.actions: dict[str, Entry] = {}
        self.texts: dict[str, Entry] = {}
        self.events: dict[str, Entry] = {}
        self.words: dict[str, str] = {}

    def action(
        self, name: str, *, who: Who, words: Iterable[str] = (), together: bool = False, refetches: bool = False
    ) -> Callable[[H], H]:
        """A button, or whole messages (`words`, folded) that mean the same without arguments.

        `refetches`: the document named by draft["file_id"] is fetched again before the turn.
        """

        def register(handler: H) -> H:
            _add(self.actions, name, Entry(handler, who, together, refetches, _kinds(handler)))
            for word in words:
                _add(self.words, word, name)
            return handler

        return register

    def text(self, name: str, *, who: Who) -> Callable[[H], H]:
        """Reads the next free text where a message said expects=name; returns None for "not mine"."""
        return self._register(self.texts, name, who)

    def event(self, kind: str, *, who: Who) -> Callable[[H], H]:
        """Something other than words or a tap: "start", "contact", "document", "photo", "blocked" …"""
        return self._register(self.events, kind, who)

    def join(self, *others: Router) -> Router:
        for other in others:
            for mine, theirs in (
                (self.actions, other.actions),
                (self.texts, other.texts),
                (self.events, other.events),
                (self.words, other.words),
            ):
                for name, entry in theirs.items():
                    _add(mine, name, entry)
        return self

    @staticmethod
    def _register(table: dict[str, Entry], name: str, who: Who) -> Callable[[H], H]:
        def register(handler: H) -> H:
            _add(table, name, Entry(handler, who))
            return handler

        return register


def _add(table: dict[str, Any], name: str, entry: Any) -> None:
    if name in table:
        raise ValueError(f"two handlers for {name!r}")
    table[name] = entry


def _kinds(handler: Handler) -> tuple[type, ...]:
    parameters = list(inspect.signature(handler, eval_str=True).parameters.values())[1:]
    return tuple(parameter.annotation for parameter in parameters)
