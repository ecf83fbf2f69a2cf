"""Two processes on one server at the same moment, and a server that is gone at the wrong one.

Each has connections of its own. What one has begun is held open until the other has come as far as it can.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from channels.base import Channel, SendError
from content.message import Message
from db import addresses, doubts, gathering, outbox, people, units, wire, workers
from db.engine import AWAY, Database
from db.outbox import allowed
from db.rules import Rules
from db.tables import deliveries, due_items, links
from db.wire import Arrived, Taken
from delivery import sender as senders
from delivery.line import Line
from delivery.sender import Sender
from tests.db.cable import cable
from tests.db.test_notices import Commune

NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
RULES = Rules()
IN_FLIGHT = 8
LONGEST_S = 30.0  # a story that stands still has failed
T = TypeVar("T")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    try:
        yield db
    finally:
        await db.close()


@pytest.fixture
async def here(server_url: str) -> AsyncIterator[Database]:
    async with opened(server_url) as db:
        yield db


@pytest.fixture
async def there(server_url: str) -> AsyncIterator[Database]:
    async with opened(server_url) as db:
        yield db


# ---- who comes when ----


async def beside(db: Database, first: Callable[[Connection], Any], second: Coroutine[Any, Any, T]) -> tuple[Any, T]:
    """What came of both, when `second` began while `first` was done and not yet committed."""
    async with asyncio.timeout(LONGEST_S):
        async with db.engine.connect() as connection, connection.begin():
            done = await connection.run_sync(first)
            task = asyncio.create_task(second)
            while not task.done() and not await db.read(somebody_waits):
                pass
        return done, await task


def somebody_waits(connection: Connection) -> bool:
    """For what another transaction has locked."""
    blocked = text("SELECT 1 FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 LIMIT 1")
    return connection.execute(blocked).first() is not None


@contextmanager
def just_before(db: Database, words: str, others: Callable[[], Coroutine[Any, Any, T]]) -> Iterator[list[T]]:
    """The first time that `db` is about to run a statement with these words, others come first; what came of that."""
    done: list[T] = []

    def listen(_: Any, __: Any, statement: str, *rest: Any) -> None:
        if words in statement and not done:
            with ThreadPoolExecutor(1) as thread:
                done.append(thread.submit(asyncio.run, others()).result())

    event.listen(db.engine.sync_engine, "before_cursor_execute", listen)
    yield done
    event.remove(db.engine.sync_engine, "before_cursor_execute", listen)


# ---- one chat, two processes ----


class Chat:
    """Somebody who has agreed, his chat, and the numbers of two processes."""

    def __init__(self, connection: Connection) -> None:
        cell = units.add(connection, "cell", "thôn Khe Đào")
        self.person = people.add(connection, cell, "Ma Văn Tình").id
        self.bot = addresses.bot(connection, "telegram", "1", "bot")
        self.address = addresses.heard_from(connection, self.bot, "1", NOON).id
        row = {"person_id": self.person, "address_id": self.address, "consent": "agreed", "asked_at": NOON}
        connection.execute(links.insert().values(**row))
        self.ours, self.theirs = workers.enlist(connection, NOON), workers.enlist(connection, NOON)

    def invited(self, connection: Connection) -> None:
        until = NOON + timedelta(hours=48)
        outbox.due(connection, [self.person], "invite", 1, due_at=NOON, worthless_after=until, now=NOON)
        assert self.gathered(connection) == 1

    def gathered(self, connection: Connection) -> int:
        return gathering.gather(connection, NOON, RULES)

    def answered(self, connection: Connection, words: tuple[str, ...]) -> None:
        for text_ in words:
            outbox.answer(connection, self.address, Message(text_).to_json(), NOON)

    def claimed(self, connection: Connection, by: int) -> list[Taken]:
        taken, _ = wire.claim(connection, NOON, allowed(NOON, RULES), self.bot, 8, by, at_any_pace)
        return taken

    def arrived(self, connection: Connection, taken: Taken) -> None:
        wire.arrived(connection, [Arrived(taken.row, "7", NOON, [], None, "")], self.ours, NOON)

    def stopped(self, connection: Connection) -> None:
        outbox.take_back(connection, self.person)


def at_any_pace(chat: str) -> tuple[timedelta, int]:
    return timedelta(seconds=1), 100


def items(connection: Connection) -> list[str]:
    return list(connection.execute(select(due_items.c.state).order_by(due_items.c.id)).scalars())


def states(connection: Connection) -> list[str]:
    return list(connection.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())


async def test_what_is_taken_to_the_wire_is_not_taken_back(here: Database, there: Database) -> None:
    chat = await here.write(Chat)
    await here.write(chat.invited)
    [taken], _ = await beside(here, partial(chat.claimed, by=chat.ours), there.write(chat.stopped))
    await here.write(partial(chat.arrived, taken=taken))
    assert await there.write(chat.gathered) == 0
    assert (await here.read(items), await here.read(states)) == (["travelling"], ["sent"])


async def test_what_is_taken_back_is_not_taken_to_the_wire(here: Database, there: Database) -> None:
    chat = await here.write(Chat)
    await here.write(chat.invited)
    _, taken = await beside(there, chat.stopped, here.write(partial(chat.claimed, by=chat.ours)))
    assert taken == []
    assert await here.read(items) == ["waiting"]


async def test_of_one_chat_two_processes_take_one_row(here: Database, server_url: str) -> None:
    chat = await here.write(Chat)
    await here.write(partial(chat.answered, words=("một", "hai")))

    async def elsewhere() -> list[Taken]:
        async with opened(server_url) as there:
            return await there.write(partial(chat.claimed, by=chat.theirs))

    # Each has found both rows, and a chat with nothing on the wire.
    with just_before(here, "SKIP LOCKED", elsewhere) as others:
        taken = await here.write(partial(chat.claimed, by=chat.ours))
    assert ([len(found) for found in others], taken) == ([1], [])
    assert await here.read(states) == ["sending", "queued"]


async def test_what_two_officials_decide_at_once_is_done_once(here: Database, there: Database) -> None:
    def founded(connection: Connection) -> Callable[[Connection], int]:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        notice = commune.send()
        gathering.gather(connection, NOON, RULES)
        connection.execute(deliveries.update().values(state="uncertain", dispatched_at=NOON))
        found = doubts.about(connection, notice, NOON)
        assert len(found) == 1
        return lambda c: doubts.send_again(c, notice, found, commune.official.id, NOON, RULES)

    decide = await here.write(founded)
    assert await beside(here, decide, there.write(decide)) == (1, 0)
    revisions = select(due_items.c.revision).order_by(due_items.c.id)
    assert await here.read(lambda c: list(c.execute(revisions).scalars())) == [1, 2]


# ---- a server that is gone at the wrong moment ----


class Platform:
    """The far end: what it has heard; what it refuses once; what it answers only when it is let to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.refuses: list[str] = []
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    def pace(self, chat: str) -> tuple[timedelta, int]:
        return at_any_pace(chat)

    def redraws(self, before: str | None, times: int, message: Message) -> bool:
        return True

    def parts(self, message: Message) -> list[Message]:
        return [Message(line) for line in message.text.split("\n")]

    async def send(self, chat: str, message: Message, edit: str | None = None) -> str:
        if message.text in self.refuses:
            self.refuses.remove(message.text)
            raise SendError("refused", "not_sent")
        self.heard.append(message.text)
        self.asked.set()
        await self.answers.wait()
        return str(len(self.heard))


def a_sender(db: Database, chat: Chat, platform: Platform) -> Sender:
    def line(_: Channel) -> Line:
        return Line(1000, IN_FLIGHT, time.monotonic, shared=True)

    return Sender(db, {chat.bot: platform}, lambda: NOON, RULES, line, chat.ours, real=True)


LOST = {
    "the intent": b"tries=(deliveries.tries +",
    "a part": b"SET parts_sent=",
    "the outcome": b"message_id=$",
}


@pytest.mark.parametrize("words", LOST.values(), ids=LOST.keys())
async def test_a_commit_whose_answer_is_lost_was_made_once(
    here: Database, server_url: str, tmp_path: Path, words: bytes
) -> None:
    chat, platform = await here.write(Chat), Platform()
    await here.write(partial(chat.answered, words=("một\nhai\nba",)))
    platform.refuses = ["hai"]
    async with cable(server_url, tmp_path) as (line, url), opened(url) as db, asyncio.timeout(LONGEST_S):
        line.deaf_after = words
        await a_sender(db, chat, platform).deliver()
        assert line.lost
    assert platform.heard == ["một", "hai", "ba"]
    rows = select(deliveries.c.state, deliveries.c.tries)
    assert await here.read(lambda c: c.execute(rows).all()) == [("sent", 1)]


async def test_while_outcomes_cannot_be_kept_no_more_is_on_the_wire_than_may_be(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for what is written of them may still take the mark of the next ones."""
    chat, platform, people_ = await database.write(Chat), Platform(), 40
    claim, arrived, full, seen = wire.claim, wire.arrived, iter(range(3)), []

    def asked(connection: Connection) -> None:
        for number in range(people_):
            address = addresses.heard_from(connection, chat.bot, f"7{number}", NOON)
            outbox.answer(connection, address.id, Message(str(number)).to_json(), NOON)

    def claimed(connection: Connection, *how: Any) -> tuple[list[Taken], bool]:
        taken = claim(connection, *how)
        seen.append(wire.on_wire(connection, chat.bot, chat.ours))
        return taken

    def kept(*what: Any) -> None:
        if next(full, None) is not None:
            raise OperationalError("UPDATE", {}, Exception("database or disk is full"))
        arrived(*what)

    await database.write(asked)
    monkeypatch.setattr(wire, "claim", claimed)
    monkeypatch.setattr(wire, "arrived", kept)
    sender = a_sender(database, chat, platform)
    async with asyncio.timeout(LONGEST_S):
        while len(platform.heard) < people_:
            await sender.deliver()
    assert max(seen) <= IN_FLIGHT
    assert len(set(platform.heard)) == people_


async def test_what_is_on_the_wire_when_the_server_goes_away_comes_to_its_end(
    here: Database, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "DRAIN_S", 0.05)
    chat, platform = await here.write(Chat), Platform()
    await here.write(partial(chat.answered, words=("một\nhai",)))
    platform.answers.clear()
    async with cable(server_url, tmp_path) as (line, url), opened(url) as db, asyncio.timeout(LONGEST_S):
        sender = a_sender(db, chat, platform)
        delivering = asyncio.create_task(sender.deliver())
        await platform.asked.wait()
        line.cut()
        with pytest.raises(AWAY):
            await delivering
        platform.answers.set()
        line.mend()
        await sender.deliver()
    assert platform.heard == ["một", "hai"]
    assert await here.read(states) == ["sent"]


class Crowded(Database):
    """One connection, for which nobody waits for long; `refused` says that somebody has got none."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.01)
        self.refused = asyncio.Event()

    async def write(self, work: Callable[[Connection], T]) -> T:
        try:
            return await super().write(work)
        except Exception:
            self.refused.set()
            raise


async def test_an_outcome_is_kept_though_no_connection_was_free(here: Database, server_url: str) -> None:
    chat = await here.write(Chat)
    await here.write(partial(chat.answered, words=("một",)))
    [taken] = await here.write(partial(chat.claimed, by=chat.ours))
    db = Crowded(server_url)
    async with db.engine.connect():
        keeping = asyncio.create_task(db.surely(partial(chat.arrived, taken=taken)))
        await db.refused.wait()
    await keeping
    await db.close()
    assert await here.read(states) == ["sent"]
