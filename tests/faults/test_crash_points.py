"""A crash between any two lines: nothing is lost, and what may have gone twice says so.

What a kill leaves behind depends only on which commits and which calls over the wire had happened. So the story is
played once to count them, and then again for each of them, dying just before or just after it; a new bot on the same
database plays it to the end. The far end's own ledger is the judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import App, build
from config import Delivery, Settings, Telegram
from db.tables import deliveries, intentions
from simulator import Clock, Simulator, running
from tests.conftest import copy_of
from tests.stories.village import TOKEN, Village, at


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
        for channel in app.channels_to_open:
            channel.send = self.around(channel.send)  # type: ignore[method-assign]
            channel.poll = self.around(channel.poll)  # type: ignore[method-assign]
        return app


@asynccontextmanager
async def place(path: Path) -> AsyncIterator[tuple[Simulator, Settings, str]]:
    url = f"sqlite+aiosqlite:///{path}"
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
    for channel in app.channels_to_open:
        await channel.close()
    await app.db.close()


async def lived_through(path: Path, burns_at: int | None) -> tuple[int, list[Any], dict[str, Any]]:
    """Play the story, dying at a moment; (moments passed, the far end's ledger, what the database holds)."""
    fuse = Fuse(burns_at)
    async with place(path) as (simulator, settings, base):
        app = await start(simulator, settings, base)
        village = Village(app, simulator, buttons=True)
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


async def test_a_crash_at_any_moment_loses_nothing(migrated: Path, tmp_path: Path) -> None:
    moments, calm, _ = await lived_through(copy_of(migrated, tmp_path / "calm.db"), None)
    expected = told(calm)
    assert moments > 15
    assert set(expected.values()) == {1}
    for burns_at in range(1, moments + 1):
        _, ledger, held = await lived_through(copy_of(migrated, tmp_path / f"{burns_at}.db"), burns_at)
        found = told(ledger)
        assert set(found) == set(expected), f"lost or foreign after dying at {burns_at}"
        twice = sum(found.values()) - sum(expected.values())
        assert twice <= len(held["resent"]), f"sent twice without being named, after dying at {burns_at}"
        assert held["open"] == []
        assert held["yes"] == [("yes", 0)]
