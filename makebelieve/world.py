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
from config import Delivery, Settings, Telegram, Web, Zalo
from db import people
from db.people import Person
from makebelieve import commune
from makebelieve.papers import PaperServer
from makebelieve.phones import Phone
from simulator import Clock, Simulator, open_phone, running

# The make-believe platforms take any tokens.
TOKENS = {"telegram": "1000:make-believe", "zalo": "2000:make-believe"}
FIRST_USER = 100
FIRST_SECOND = 500
LONG_S = 1e6
ROLES = {"official": "Cán bộ xã", "secretary": "Bí thư", "deputy": "Phó bí thư", "recorder": "Thư ký"}


@dataclass
class World:
    """Turns the wheels of a bot by hand: what is due happens at its make-believe moment, then time stands still.

    `phones`: who holds which, households on one together; `second`: the other phone of who has one on each channel.
    """

    app: App
    simulator: Simulator
    url: str
    papers: PaperServer
    phones: dict[str, Phone] = field(default_factory=dict)
    second: dict[str, Phone] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.simulator.clock.now()

    async def settle(self) -> None:
        await self.app.settle()

    def serve(self) -> None:
        self.papers.start(self.app)

    async def forward(self, to: datetime) -> None:
        """Let time pass; all that is due on the way happens at its moment."""

        async def reach(moment: datetime) -> None:
            self.simulator.clock.move_to(moment)

        await self.app.advance(to, reach)

    def new_phone(self, user: int, channel: str, name: str, role: str = "", phone: str = "") -> Phone:
        """A phone that has nothing to do with anybody yet."""
        self.simulator.put_user(user, name=name, role=role, phone=phone, channel=channel)
        return Phone(self, open_phone(self.simulator, user, TOKENS[channel]))

    async def give_phones(self, households: list[list[Person]]) -> None:
        """A phone for each household, on the channel they use; whoever uses both has a second one."""
        roles = await self.app.db.read(lambda c: {p.id: _role(c, p) for home in households for p in home})
        for number, home in enumerate(households):
            first, name = home[0], ", ".join(person.name for person in home)
            facts = (name, roles[first.id], "0" + (first.phone or "").removeprefix("+84"))
            channel = "zalo" if first.name in commune.ON_ZALO else "telegram"
            phone = self.new_phone(FIRST_USER + number, channel, *facts)
            self.phones.update({person.name: phone for person in home})
            if first.name in commune.ON_BOTH:
                self.second[first.name] = self.new_phone(FIRST_SECOND + number, "zalo", *facts)

    async def settle_in(self, household: list[Person]) -> None:
        """The people of a household have joined on their phones, some time before the story begins."""
        name = household[0].name
        for phone in filter(None, (self.second.get(name), self.phones[name])):
            await self._link(phone, household)

    async def _link(self, phone: Phone, household: list[Person]) -> None:
        phone.has_written()
        bot_id, chat = bot_on(self.app, phone.handset.user.channel), str(phone.handset.user.id)
        await self.app.db.write(lambda c: commune.link(c, bot_id, chat, household, self.now))


def bot_on(app: App, channel: str) -> int:
    """The number of the bot on a channel. Raises StopIteration where there is none."""
    return next(bot_id for bot_id, found in app.channels.items() if found.name == channel)


def _role(connection: Connection, person: Person) -> str:
    held = people.roles_of(connection, person.id)
    return ROLES[held[0][0]] if held else "Đảng viên"


@asynccontextmanager
async def open_world(
    folder: Path, start: datetime, *, port: int = 0, database: str | None = None
) -> AsyncIterator[World]:
    """A world on a fresh database in `folder`. Raises OSError when the port is taken."""
    simulator, papers = _platforms(start), PaperServer()
    async with running(simulator, port) as url:
        settings = _settings(database or f"sqlite+aiosqlite:///{folder / 'make-believe.db'}", papers.url)
        app = build(settings, clock=simulator.clock.now, base_url=f"{url}/bot", zalo_url=f"{url}/zalo/bot")
        await app.start()
        try:
            await app.settle()  # from then on Zalo keeps for it what people write
            yield World(app, simulator, url, papers)
        finally:
            await papers.stop()
            await app.close()


def _platforms(start: datetime) -> Simulator:
    simulator = Simulator(Clock(start, flowing=False))
    name = "Trợ lý chi bộ xã Suối Trong"
    simulator.put_bot(TOKENS["telegram"], username="TroLySuoiTrongBot", name=name)
    simulator.put_bot(TOKENS["zalo"], name=f"Bot {name}", channel="zalo")
    simulator.zalo.grace_s = LONG_S  # the wheels are turned by hand, as slowly as anybody likes
    return simulator


def _settings(database: str, public: str) -> Settings:
    return Settings(
        database=database,
        secret=SecretStr("make-believe"),
        telegram=Telegram(token=SecretStr(TOKENS["telegram"])),
        zalo=Zalo(token=SecretStr(TOKENS["zalo"]), per_second=100),
        web=Web(public=public),
        delivery=Delivery(per_second=1000),
    )


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
