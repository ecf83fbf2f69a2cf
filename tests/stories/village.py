"""A make-believe village for stories: the real bot over HTTP against the simulator, people with phones, a clock.

Every story runs in two modes. "buttons": Telegram as it is. "numbers": the same wire, but every message is plain text
with numbered choices and nothing is ever edited, as on a channel that knows no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app import App
from channels import plain
from channels.base import Incoming
from channels.telegram import Telegram
from content.message import Message
from db import addresses, meetings, people, units
from db.meetings import Meeting
from db.people import Person
from db.tables import links
from db.units import Unit
from simulator import Phone as Handset
from simulator import Simulator, open_phone

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TOKEN = "1000:village"


def at(day: int, month: int = 11, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    """A local moment of the story's year."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


class Numbers(Telegram):
    """A channel without buttons, edits, menus or markup, on the same wire."""

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        words = Message(plain.plain(message).replace("&", "&amp;").replace("<", "&lt;"), files=message.files)
        return await super().send(chat, words)

    async def seen(self, incoming: Incoming, toast: str | None) -> None:
        return None


@dataclass
class Phone:
    """One phone. `says` and `picks` wait until the bot has done all it does about it, and return its last words."""

    village: Village
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

    def _offer(self, label: str | None = None) -> tuple[int, list[tuple[str, str | None]]]:
        for message in reversed(self._messages):
            offer = _choices(message, buttons=self.village.buttons)
            if offer and (label is None or label in [name for name, _ in offer]):
                return message["message_id"], offer
            if offer and not self.village.buttons:
                break
        standing = [(key["text"], None) for row in self._keyboard() for key in row]
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


@dataclass
class Village:
    """A commune with one cell; `join` and `add` fill it."""

    app: App
    simulator: Simulator
    buttons: bool
    commune: Unit = field(init=False)
    cell: Unit = field(init=False)
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.simulator.clock.now()

    async def found(self) -> None:
        def work(connection: Connection) -> tuple[Unit, Unit]:
            commune = units.add(connection, "commune", "xã Suối Trong", phone="+84900000001")
            return commune, units.add(connection, "cell", "thôn Khe Đào", commune)

        self.commune, self.cell = await self.app.db.write(work)

    async def add(self, name: str, form: str = "đồng chí", *, role: str = "", **values: Any) -> Person:
        """Put somebody on the roster; an official belongs to the commune itself."""
        unit = self.commune if role == "official" else self.cell

        def work(connection: Connection) -> Person:
            person = people.add(connection, unit, name, form=form, **values)
            if role:
                people.give_role(connection, person, unit, role)
            return person

        return await self.app.db.write(work)

    async def join(self, *persons: Person) -> Phone:
        """Give these people one phone between them, on which each has agreed already."""
        phone = self.phone(persons[0].id + 500)
        [bot_id] = self.app.channels

        def work(connection: Connection) -> None:
            address = addresses.heard_from(connection, bot_id, str(phone.handset.user.id), self.now)
            for person in persons:
                row = {"person_id": person.id, "address_id": address.id, "consent": "agreed"}
                connection.execute(links.insert().values(**row, asked_at=self.now, decided_at=self.now))

        await self.app.db.write(work)
        phone.handset.conversation.started = True
        for person in persons:
            self.phones[person.name] = phone
        return phone

    def phone(self, user_id: int) -> Phone:
        """A phone that has nothing to do with anybody yet."""
        return Phone(self, open_phone(self.simulator, user_id))

    async def plan(self, starts_at: datetime, place: str = "Nhà văn hóa thôn Khe Đào") -> Meeting:
        """A meeting of the cell with its ladder of reminders."""

        def work(connection: Connection) -> Meeting:
            meeting = meetings.add(connection, self.cell, starts_at, place, self.now)
            meetings.climb(connection, meeting, self.now, self.app.rules)
            return meeting

        return await self.app.db.write(work)

    async def settle(self) -> None:
        await self.app.settle()

    async def forward(self, to: datetime | None = None, **by: float) -> None:
        """Let time pass until `to`, or by so much; all that is due on the way happens at its moment."""

        async def reach(moment: datetime) -> None:
            self.simulator.clock.move_to(moment)

        await self.app.advance(to or self.now + timedelta(**by), reach)

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        return await self.app.db.write(work)


__all__ = ["TOKEN", "ZONE", "Numbers", "Phone", "Village", "at"]
