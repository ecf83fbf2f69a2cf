"""What a renderer is given: one thing to say, to whom, and the facts at the moment of saying it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from content import Message, You, render
from db import consent
from db.people import Person
from db.rules import Rules

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """`people`: whom it concerns at this address. `shared`: others read the same phone.

    `audience`: all to whom the messages that are rendered together speak, by their numbers. `address_id`: where to.
    """

    connection: Connection
    people: tuple[Person, ...]
    shared: bool
    subject: int
    revision: int
    now: datetime
    rules: Rules
    audience: tuple[int, ...]
    address_id: int
    facts: dict[tuple[Any, ...], Any] = field(default_factory=dict)  # read for one, good for all of one commit

    def once(self, what: Callable[..., T], *arguments: Any) -> T:
        """`what(connection, *arguments)`, asked once for all messages that are rendered together."""
        asked = (what, *arguments)
        if asked not in self.facts:
            self.facts[asked] = what(self.connection, *arguments)
        found: T = self.facts[asked]
        return found

    @property
    def channel(self) -> str:
        """ "telegram" or "zalo", for texts that speak of what can be done there."""
        return consent.channel_of(self.connection, self.address_id)

    @property
    def you(self) -> You:
        return You(self.people, self.shared)

    @property
    def person(self) -> Person:
        return self.people[0]

    def say(self, template: str, **context: Any) -> Message:
        return render(template, now=self.rules.local(self.now), you=self.you, **context)


Renderer = Callable[[View], Message | None]
