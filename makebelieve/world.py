"""The make-believe world: the simulator, the bot that talks to it over HTTP, and a clock that both go by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Connection

from app import App, build
from config import Delivery, Settings, Telegram
from db import people
from db.people import Person
from makebelieve import commune
from makebelieve.phones import Phone
from simulator import Clock, Simulator, open_phone, running

TOKEN = "1000:make-believe"  # noqa: S105  the make-believe Telegram takes any
FIRST_USER = 100
ROLES = {"official": "Cán bộ xã", "secretary": "Bí thư", "deputy": "Phó bí thư", "recorder": "Thư ký"}


@dataclass
class World:
    """Turns the wheels of a bot by hand: what is due happens at its make-believe moment, then time stands still."""

    app: App
    simulator: Simulator
    url: str
    buttons: bool = True
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.simulator.clock.now()

    async def settle(self) -> None:
        await self.app.settle()

    async def forward(self, to: datetime) -> None:
        """Let time pass; all that is due on the way happens at its moment."""

        async def reach(moment: datetime) -> None:
            self.simulator.clock.move_to(moment)

        await self.app.advance(to, reach)

    async def give_phones(self, households: list[list[Person]]) -> None:
        """A phone for each household, which has nothing to do with the bot yet."""
        roles = await self.app.db.read(lambda c: {p.id: _role(c, p) for home in households for p in home})
        for number, home in enumerate(households, FIRST_USER):
            name = ", ".join(person.name for person in home)
            national = "0" + (home[0].phone or "").removeprefix("+84")
            self.simulator.put_user(number, name=name, role=roles[home[0].id], phone=national)
            for person in home:
                self.phones[person.name] = Phone(self, open_phone(self.simulator, number))

    async def settle_in(self, household: list[Person]) -> None:
        """The people of a household have joined on their phone, some time before the story begins."""
        [bot_id] = self.app.channels
        phone = self.phones[household[0].name]
        phone.handset.conversation.started = True
        chat = str(phone.handset.user.id)
        await self.app.db.write(lambda c: commune.link(c, bot_id, chat, household, self.now))


def _role(connection: Connection, person: Person) -> str:
    held = people.roles_of(connection, person.id)
    return ROLES[held[0][0]] if held else "Đảng viên"


@asynccontextmanager
async def open_world(
    folder: Path, start: datetime, *, port: int = 0, database: str | None = None
) -> AsyncIterator[World]:
    """A world on a fresh database in `folder`. Raises OSError when the port is taken."""
    simulator = Simulator(Clock(start, flowing=False))
    settings = Settings(
        database=database or f"sqlite+aiosqlite:///{folder / 'make-believe.db'}",
        secret=SecretStr("make-believe"),
        telegram=Telegram(token=SecretStr(TOKEN)),
        delivery=Delivery(per_second=1000),
    )
    async with running(simulator, port) as url:
        simulator.put_bot(TOKEN, username="TroLySuoiTrongBot", name="Trợ lý chi bộ xã Suối Trong")
        app = build(settings, clock=simulator.clock.now, base_url=f"{url}/bot")
        await app.start()
        try:
            yield World(app, simulator, url)
        finally:
            await app.close()


async def follow(app: App, url: str) -> None:
    """Walk after the simulator's clock for ever: stop at each instant at which something is due, and report it."""
    async with aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=60)) as session:

        async def reach(moment: datetime) -> None:
            async with session.post("/sim/clock", json={"reached": moment.isoformat()}) as answer:
                answer.raise_for_status()

        async with session.post("/sim/clock", json={"follow": True}) as answer:
            moves = (await answer.json())["moves"]
        while True:
            async with session.get("/sim/clock", params={"moves": moves, "wait_s": 20}) as answer:
                clock = await answer.json()
            if clock["moves"] != moves:
                moves = clock["moves"]
                await app.advance(datetime.fromisoformat(clock["target"]), reach, listen=False)
