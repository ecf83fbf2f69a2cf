"""What a renderer is given: one thing to say, to whom, and the facts at the moment of saying it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from content import Message, You, render
from db.people import Person
from db.rules import Rules


@dataclass(frozen=True)
class View:
    """`people`: whom it concerns at this address. `shared`: others read the same phone."""

    connection: Connection
    people: tuple[Person, ...]
    shared: bool
    subject: int
    revision: int
    now: datetime
    rules: Rules

    @property
    def you(self) -> You:
        return You(self.people, self.shared)

    @property
    def person(self) -> Person:
        return self.people[0]

    def say(self, template: str, **context: Any) -> Message:
        return render(template, now=self.rules.local(self.now), you=self.you, **context)


Renderer = Callable[[View], Message | None]
