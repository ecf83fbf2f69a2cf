"""A crash between any two lines: nothing is lost, and what may have gone twice says so.

What a kill leaves behind depends only on which commits and which calls over the wire had happened. So the story is
played once to count them, and then again for each of them, dying just before or just after it; a new bot on the same
database plays it to the end. The far end's own ledger is the judge.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import App, build
from config import Delivery, Settings, Telegram
from db import workers
from db.tables import deliveries, intentions
from makebelieve.postgres import Server
from simulator import Clock, Simulator, running
from tests.conftest import copy_of
from tests.faults.conftest import Keep
from tests.stories.village import TOKEN, Village, at

FEW = 6  # of the moments on a server, in a short run

FreshUrl = Callable[[], Awaitable[str]]


class Crash(BaseException):
    """The process is gone."""


class Fuse:
    """Counts the moments between commits and wire calls; from the chosen one on nothing more happens."""

    def __init__(self, burns_at: int | None = None) -> None:
        self.passed, self.burns_at = 0, burns_at

    def step(self) -> None:
        self.passed += 1
        if self.burns_at is not None and self.passed >= self.burns_at:
            raise Crash

    def around(self, call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def wrapped(*args: Any, **named: Any) -> Any:
            self.step()
            result = await call(*args, **named)
            self.step()
            return result

        return wrapped

    def into(self, app: App) -> App:
        app.db.write = self.around(app.db.write)  # type: ignore[method-assign]
        for post in app.posts:
            post.channel.send = self.around(post.channel.send)  # type: ignore[method-assign]
            post.channel.poll = self.around(post.channel.poll)  # type: ignore[method-assign]
        return app


@asynccontextmanager
async def place(url: str) -> AsyncIterator[tuple[Simulator, Settings, str]]:
    settings = Settings(
        database=url, secret="for tests only", telegram=Telegram(token=TOKEN), delivery=Delivery(per_second=1000)
    )
    simulator = Simulator(Clock(at(25), flowing=False))
    async with running(simulator) as base:
        simulator.put_bot(TOKEN)
        yield simulator, settings, f"{base}/bot"


async def start(simulator: Simulator, settings: Settings, base: str) -> App:
    app = build(settings, clock=simulator.clock.now, base_url=base)
    await app.start()
    return app


async def leave_behind(app: App) -> None:
    """What the system does with a process that is gone: its connections close, and nothing is written any more."""
    for post in app.posts:
        await post.channel.close()
    await app.db.close()


async def take_over(app: App) -> None:
    """On a server nothing but their beats says that the others are dead; here they are, without waiting for it."""
    if not app.db.is_sqlite:
        dead = await app.db.read(lambda c: workers.beats(c, but=app.sender.worker))
        await app.sender.recover(dead)


async def lived_through(url: str, burns_at: int | None) -> tuple[int, list[Any], dict[str, Any]]:
    """Play the story, dying at a moment; (moments passed, the far end's ledger, what the database holds)."""
    fuse = Fuse(burns_at)
    async with place(url) as (simulator, settings, base):
        app = await start(simulator, settings, base)
        village = Village(app, simulator)
        await village.found()
        tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
        await village.join(await village.add("Lý Văn Sinh", "chú"))
        meeting = await village.plan(at(3, 12, 19, 30))
        fuse.into(app)
        tapped = False

        async def to_the_end() -> None:
            nonlocal tapped
            await village.forward(to=max(village.now, at(26, 11, 18, 31)))
            if not tapped:
                tapped = True
                tinh.handset.tap(1, f"answer {meeting.id} yes 1")
            await village.settle()

        died = False
        try:
            await to_the_end()
        except* Crash:
            died = True
        if died:
            await leave_behind(app)
            village.app = app = await start(simulator, settings, base)
            await take_over(app)
            await to_the_end()
        passed, fuse.burns_at = fuse.passed, None
        held = await app.db.read(
            lambda c: {
                "resent": c.execute(select(deliveries.c.id).where(deliveries.c.resent)).all(),
                "open": c.execute(
                    select(deliveries.c.state).where(deliveries.c.state.in_(["queued", "sending"]))
                ).all(),
                "yes": c.execute(select(intentions.c.choice, intentions.c.changes)).all(),
            }
        )
        await app.close()
        return passed, list(simulator.ledger.after(0)), held


def told(ledger: list[Any]) -> Counter[tuple[int, str]]:
    """How often each chat was sent each message, the mark of a second copy taken off."""
    sent = [row for row in ledger if row["accepted"] and row["method"] == "sendMessage"]
    return Counter((row["chat"], re.sub(r" \(gửi lại\)", "", row["text"], count=1)) for row in sent)


async def survived(fresh_url: FreshUrl, few: int | None) -> dict[str, int]:
    """Die at every moment, or at a few of them."""
    moments, calm, _ = await lived_through(await fresh_url(), None)
    expected = told(calm)
    assert moments > 15
    assert set(expected.values()) == {1}
    every = range(1, moments + 1)
    figures = {"kills": 0, "twice": 0}
    for burns_at in every if few is None else random.Random(few).sample(every, few):
        _, ledger, held = await lived_through(await fresh_url(), burns_at)
        found = told(ledger)
        assert set(found) == set(expected), f"lost or foreign after dying at {burns_at}"
        twice = sum(found.values()) - sum(expected.values())
        assert twice <= len(held["resent"]), f"sent twice without being named, after dying at {burns_at}"
        assert held["open"] == []
        assert held["yes"] == [("yes", 0)]
        figures = {"kills": figures["kills"] + 1, "twice": figures["twice"] + twice}
    return figures


@pytest.fixture
async def on_server(postgres_server: Server) -> AsyncIterator[FreshUrl]:
    made: list[str] = []

    async def fresh_url() -> str:
        made.append(await asyncio.to_thread(postgres_server.copy, postgres_server.at("empty")))
        return made[-1]

    yield fresh_url
    for url in made:
        await asyncio.to_thread(postgres_server.drop, url)


async def test_a_crash_at_any_moment_loses_nothing(migrated: Path, tmp_path: Path, keep: Keep) -> None:
    async def fresh_url() -> str:
        return f"sqlite+aiosqlite:///{copy_of(migrated, tmp_path / f'{uuid4().hex}.db')}"

    keep("dead before and after every step, sqlite", **await survived(fresh_url, None))


@pytest.mark.parametrize("few", [FEW, pytest.param(None, marks=pytest.mark.proof)])
async def test_nor_does_it_on_a_server(on_server: FreshUrl, few: int | None, keep: Keep) -> None:
    keep("dead before and after every step, postgresql", **await survived(on_server, few))
