"""The bot starts although a platform refuses one of its bots, or is not there just now."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import App, build
from channels.base import SendError
from config import FurtherBot, Settings, Telegram, Zalo
from db.engine import Database
from db.tables import bots
from simulator import Clock, Simulator, open_phone, running
from simulator.faults import Fault

TELEGRAM, ZALO, SECOND = "1000:very-secret", "2000:very-secret", "3000:very-secret"
BOTS = {TELEGRAM: "telegram", ZALO: "zalo", SECOND: "zalo"}
START = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """A platform of each kind, with the bots of two communes on Zalo."""
    made = Simulator(Clock(START, flowing=False))
    made.zalo.grace_s = math.inf
    async with running(made) as made.url:
        for token, channel in BOTS.items():
            made.put_bot(token, f"Bot{token[:4]}", channel=channel)
        made.put_user(7, channel="telegram")
        made.put_user(8, channel="zalo")
        made.put_user(9, channel="zalo")
        yield made


@pytest.fixture
async def app(simulator: Simulator, database: Database) -> AsyncIterator[App]:
    made = installed(simulator, database)
    yield made
    await made.close()


def installed(simulator: Simulator, database: Database) -> App:
    settings = Settings(
        database=database.url.render_as_string(hide_password=False),
        secret=SecretStr("for tests only"),
        telegram=Telegram(token=SecretStr(TELEGRAM)),
        zalo=Zalo(token=SecretStr(ZALO), per_second=100),
        bots=(FurtherBot(channel="zalo", token=SecretStr(SECOND)),),
    )
    url = simulator.url
    return build(settings, clock=simulator.clock.now, base_url=f"{url}/bot", zalo_url=f"{url}/zalo/bot")


async def answered(app: App, simulator: Simulator) -> set[int]:
    """Who of three people gets an answer, each from a bot of his own."""
    await app.settle()  # from now on Zalo keeps what is said
    phones = [open_phone(simulator, user, token) for user, token in ((7, TELEGRAM), (8, ZALO), (9, SECOND))]
    for phone in phones:
        phone.say("Chào")
    await app.settle()
    return {row["chat"] for row in simulator.ledger.after(0) if row["accepted"]}


async def names(database: Database) -> list[str]:
    return list(await database.read(lambda c: c.execute(select(bots.c.username).order_by(bots.c.id)).scalars().all()))


async def test_every_bot_answers_its_own_people(app: App, simulator: Simulator) -> None:
    await app.start()
    assert await answered(app, simulator) == {7, 8, 9}


@pytest.mark.parametrize(("token", "left"), [(TELEGRAM, {8, 9}), (ZALO, {7, 9}), (SECOND, {7, 8})])
async def test_one_that_is_refused_does_not_keep_the_others_from_running(
    app: App, simulator: Simulator, token: str, left: set[int]
) -> None:
    simulator.bot_by_token(token, BOTS[token]).revoked = True
    await app.start()
    assert await answered(app, simulator) == left


async def test_where_all_are_refused_there_is_nothing_to_run(app: App, simulator: Simulator) -> None:
    for bot in simulator.bots.values():
        bot.revoked = True
    with pytest.raises(SendError) as refused:
        await app.start()
    assert refused.value.stop


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
async def test_one_whose_platform_is_not_there_answers_as_soon_as_it_is(
    app: App, simulator: Simulator, database: Database, channel: str
) -> None:
    many = list(BOTS.values()).count(channel)
    simulator.faults.waiting.append(Fault("getMe", "500", times=many, channel=channel))
    await app.start()
    unnamed = [post for post in app.posts if post.channel.name == channel]
    assert [post.channel.username for post in unnamed] == [""] * many
    assert {post.channel.external for post in unnamed} <= set(await names(database))
    assert await answered(app, simulator) == {7, 8, 9}
    for post in unnamed:
        await app._introduce(post)
        assert post.channel.username in await names(database)


async def test_a_bot_keeps_its_name_when_nobody_can_be_asked(
    app: App, simulator: Simulator, database: Database
) -> None:
    await app.start()
    before = await names(database)
    await app.close()
    simulator.faults.waiting.append(Fault("getMe", "reset", times=0))
    again = installed(simulator, database)
    await again.start()
    assert await names(database) == before
    await again.close()
