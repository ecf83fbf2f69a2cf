"""The village with one bot on Telegram and one on Zalo, where a person may have a phone on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

import config
from app import build
from config import Settings
from db import addresses
from db.people import Person
from db.tables import links
from simulator import Clock, Simulator, open_phone, running
from tests.stories.village import TOKEN, Phone, Village, at

ZALO_TOKEN = "2000:village"
FIRST_USER = {"telegram": 500, "zalo": 800}


@dataclass
class Side:
    """One of the two channels, as a phone sees the village from there."""

    village: Village
    channel: str

    @property
    def buttons(self) -> bool:
        return self.channel == "telegram"

    async def settle(self) -> None:
        await self.village.settle()


class Both(Village):
    def on(self, channel: str, number: int) -> Phone:
        """A phone on a channel that has nothing to do with anybody yet."""
        user_id = FIRST_USER[channel] + number
        self.simulator.put_user(user_id, channel=channel)
        token = TOKEN if channel == "telegram" else ZALO_TOKEN
        return Phone(Side(self, channel), open_phone(self.simulator, user_id, int(token.partition(":")[0])))

    async def has(self, person: Person, channel: str) -> Phone:
        """Give somebody a phone on a channel, where he has agreed already."""
        phone = self.on(channel, person.id)
        await self.agreed(person, phone, channel)
        return phone

    async def agreed(self, person: Person, phone: Phone, channel: str) -> None:
        bot_id = next(number for number, made in self.app.channels.items() if made.name == channel)

        def work(connection: Connection) -> None:
            address = addresses.heard_from(connection, bot_id, str(phone.handset.user.id), self.now)
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed"}
            connection.execute(links.insert().values(**row, asked_at=self.now, decided_at=self.now))

        await self.app.db.write(work)
        phone.handset.conversation.started = True
        phone.handset.bot.people.setdefault(phone.handset.user.id)


@asynccontextmanager
async def both_channels(settings: Settings) -> AsyncIterator[Both]:
    """xã Suối Trong with chi bộ thôn Khe Đào, on Wednesday, 25 November 2026, at noon."""
    further = config.Zalo(token=ZALO_TOKEN, per_second=100)
    simulator = Simulator(Clock(at(25), flowing=False))
    async with running(simulator) as url:
        simulator.put_bot(TOKEN)
        simulator.put_bot(ZALO_TOKEN, channel="zalo")
        asked = settings.model_copy(update={"zalo": further})
        app = build(asked, clock=simulator.clock.now, base_url=f"{url}/bot", zalo_url=f"{url}/zalo/bot")
        await app.start()
        made = Both(app, simulator, buttons=True)
        await made.found()
        await made.settle()
        yield made
        await app.close()
