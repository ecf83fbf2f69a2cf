"""Two bots of one channel in one installation: who joins by one is written to by that one, and by no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from app import build
from config import FurtherBot, Settings, Telegram, Zalo
from makebelieve import Phone
from simulator import Clock, Simulator, open_phone, running
from tests.stories.test_joining import joins, paper
from tests.stories.village import ChannelName, Village, at

FIRST, SECOND = "7001:first", "7002:second"


def two_bots(settings: Settings, channel: ChannelName) -> Settings:
    further = (FurtherBot(channel=channel, token=SecretStr(SECOND)),)
    tokens = {"telegram": SecretStr(""), "zalo": SecretStr(""), channel: SecretStr(FIRST)}
    mine = {"telegram": Telegram(token=tokens["telegram"]), "zalo": Zalo(token=tokens["zalo"], per_second=100)}
    return settings.model_copy(update={**mine, "bots": further})


@asynccontextmanager
async def a_village(settings: Settings, channel: ChannelName) -> AsyncIterator[Village]:
    simulator = Simulator(Clock(at(25), flowing=False))
    simulator.zalo.grace_s = 1000
    async with running(simulator) as url:
        for token in (FIRST, SECOND):
            simulator.put_bot(token, channel=channel)
        app = build(
            two_bots(settings, channel),
            clock=simulator.clock.now,
            base_url=f"{url}/bot",
            zalo_url=f"{url}/zalo/bot",
        )
        await app.start()
        village = Village(app, simulator, channel)
        await village.found()
        await village.settle()
        yield village
        await app.close()


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
async def test_everybody_is_written_to_by_the_bot_that_he_joined_by(settings: Settings, channel: ChannelName) -> None:
    async with a_village(settings, channel) as village:
        phones = {}
        for number, (name, token) in enumerate({"Ma Văn Tình": FIRST, "Lý Văn Sinh": SECOND}.items(), 7001):
            person = await village.add(name, "bác")
            village.simulator.put_user(number, name=name, channel=channel)
            phones[name] = Phone(village, open_phone(village.simulator, number, token))
            if channel == "telegram":
                await phones[name].says("/start")
            await joins(phones[name], await paper(village, person))
        await village.plan(at(3, 12, 19, 30))
        for phone in phones.values():
            phone.new()
        await village.forward(at(26, hour=19))
        # A phone shows what one bot has sent, and no other.
        assert [len(phone.new()) for phone in phones.values()] == [1, 1]
