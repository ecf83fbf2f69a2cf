"""A make-believe village for stories: the real bot over HTTP against the simulator, people with phones, a clock.

Every story runs on each channel: on Telegram, and on Zalo, which has no buttons, no edits and no files. One that needs
what a channel does not have says so by `only_on`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection

from app import App, build
from config import Settings, Web, Zalo
from db import addresses, meetings, people, units
from db.meetings import Meeting
from db.people import Person
from db.tables import links
from db.units import Unit
from makebelieve import Phone
from makebelieve.papers import PaperServer
from makebelieve.world import LONG_S, bot_on
from simulator import Clock, Simulator, open_phone, running

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TOKEN = "1000:village"
ZALO_TOKEN = "2000:village"
TOKENS = {"telegram": TOKEN, "zalo": ZALO_TOKEN}
# What a platform answers when a chat is not to be reached any more; 403 is an accident on Zalo.
GONE = {"telegram": "403", "zalo": "chat_not_found"}
FIRST_USER = {"telegram": 500, "zalo": 800}

ChannelName = Literal["telegram", "zalo"]


def only_on(channel: ChannelName, needs: str) -> pytest.MarkDecorator:
    """A story of one channel: it `needs` what the other has not."""
    return pytest.mark.parametrize("village", [pytest.param(channel, id=f"{channel}-for-{needs}")], indirect=True)


def at(day: int, month: int = 11, hour: int = 12, minute: int = 0, second: int = 0, year: int = 2026) -> datetime:
    """A local moment of the story's year."""
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)


@dataclass
class Village:
    """A commune with one cell; `join` and `add` fill it. People have their phones on `channel` if nothing is said."""

    app: App
    simulator: Simulator
    channel: ChannelName = "telegram"
    papers: PaperServer | None = None
    commune: Unit = field(init=False)
    cell: Unit = field(init=False)
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def buttons(self) -> bool:
        """Whether people tap what they choose; elsewhere they type its number."""
        return self.channel == "telegram"

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
        phone = self.on(self.channel, persons[0].id)
        for person in persons:
            await self.agreed(person, phone, self.channel)
            self.phones[person.name] = phone
        return phone

    async def has(self, person: Person, channel: ChannelName) -> Phone:
        """Give somebody a phone on a channel, where he has agreed already."""
        phone = self.on(channel, person.id)
        await self.agreed(person, phone, channel)
        return phone

    async def agreed(self, person: Person, phone: Phone, channel: ChannelName) -> None:
        """Somebody has agreed on a phone of a channel."""
        bot_id = bot_on(self.app, channel)

        def work(connection: Connection) -> None:
            address = addresses.heard_from(connection, bot_id, str(phone.handset.user.id), self.now)
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed"}
            connection.execute(links.insert().values(**row, asked_at=self.now, decided_at=self.now))

        await self.app.db.write(work)
        phone.has_written()

    def on(self, channel: ChannelName, number: int) -> Phone:
        """A phone on a channel that has nothing to do with anybody yet; `number`: a small one."""
        return self._phone(channel, FIRST_USER[channel] + number)

    def phone(self, user_id: int) -> Phone:
        """A phone on the village's channel that has nothing to do with anybody yet."""
        return self._phone(self.channel, user_id)

    def _phone(self, channel: ChannelName, user_id: int) -> Phone:
        self.simulator.put_user(user_id, channel=channel)
        return Phone(self, open_phone(self.simulator, user_id, TOKENS[channel]))

    async def plan(self, starts_at: datetime, place: str = "Nhà văn hóa thôn Khe Đào") -> Meeting:
        """A meeting of the cell with its ladder of reminders."""

        def work(connection: Connection) -> Meeting:
            meeting = meetings.add(connection, self.cell, starts_at, place, self.now)
            meetings.climb(connection, meeting, self.now, self.app.rules)
            return meeting

        return await self.app.db.write(work)

    async def settle(self) -> None:
        await self.app.settle()

    def serve(self) -> None:
        if self.papers:
            self.papers.start(self.app)

    async def forward(self, to: datetime | None = None, **by: float) -> None:
        """Let time pass until `to`, or by so much; all that is due on the way happens at its moment."""

        async def reach(moment: datetime) -> None:
            self.simulator.clock.move_to(moment)

        await self.app.advance(to or self.now + timedelta(**by), reach)

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        return await self.app.db.write(work)


@asynccontextmanager
async def settled(settings: Settings, *channels: ChannelName) -> AsyncIterator[Village]:
    """xã Suối Trong with chi bộ thôn Khe Đào, on Wednesday, 25 November 2026, at noon, with a bot on each channel.

    People have their phones on the first one where nothing is said.
    """
    simulator, papers = Simulator(Clock(at(25), flowing=False)), PaperServer()
    simulator.zalo.grace_s = LONG_S  # however long a story takes, nothing that is said is lost
    async with running(simulator) as url:
        for channel in channels:
            simulator.put_bot(TOKENS[channel], channel=channel)
        settings = _with_bots(settings, channels, papers.url)
        app = build(settings, clock=simulator.clock.now, base_url=f"{url}/bot", zalo_url=f"{url}/zalo/bot")
        try:
            await app.start()
            village = Village(app, simulator, channels[0], papers)
            await village.found()
            await village.settle()  # from now on Zalo listens
            yield village
        finally:
            await papers.stop()
            await app.close()


def _with_bots(settings: Settings, channels: Sequence[ChannelName], public: str) -> Settings:
    tokens = {channel: SecretStr(TOKENS[channel] if channel in channels else "") for channel in TOKENS}
    bots = {
        "telegram": settings.telegram.model_copy(update={"token": tokens["telegram"]}),
        "zalo": Zalo(token=tokens["zalo"], per_second=100),
        "web": Web(public=public),
    }
    return settings.model_copy(update=bots)
