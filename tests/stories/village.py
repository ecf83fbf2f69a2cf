"""A make-believe village for stories: the real bot over HTTP against the simulator, people with phones, a clock.

Every story runs in two modes. "buttons": Telegram as it is. "numbers": the same wire, but every message is plain text
with numbered choices and nothing is ever edited, as on a channel that knows no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app import App
from db import addresses, meetings, people, units
from db.meetings import Meeting
from db.people import Person
from db.tables import links
from db.units import Unit
from makebelieve import Numbers, Phone
from simulator import Simulator, open_phone

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TOKEN = "1000:village"


def at(day: int, month: int = 11, hour: int = 12, minute: int = 0, second: int = 0, year: int = 2026) -> datetime:
    """A local moment of the story's year."""
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)


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

    async def give(self, person: Person, role: str) -> None:
        """One more role: a secretary's on the cell, an official's on the commune."""
        unit = self.commune if role == "official" else self.cell
        await self.app.db.write(lambda c: people.give_role(c, person, unit, role))

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
