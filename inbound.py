"""What comes in: committed before the platform is told that we have it, then handled, each chat in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from channels.base import Channel, Document, Raw, SendError
from content import Message
from db import inbox
from db.engine import AWAY, Database, passes
from db.inbox import Waiting
from db.rules import Rules
from db.sql import all_or_nothing, stir
from handlers import dispatch
from handlers.dispatch import Heard
from sheets.roster import RosterFile, UnreadableRoster, read_roster

log = structlog.get_logger()

LARGEST_DOCUMENT = 2 * 1024 * 1024
FETCH_S = 20.0
AT_ONCE = 16  # events share a commit; few enough that nobody waits long for the file


@dataclass(frozen=True)
class Handled:
    """What became of a waiting event: `answer` was queued or is a toast, or `wanted` has to be fetched first."""

    row: Waiting
    heard: Heard | None = None
    answer: Message | None = None
    wanted: Document | None = None


class Inbound:
    """Takes news from the channels and answers them; the answers leave by the outbox.

    `handled` is called whenever some have been: there are answers to be sent, and something may have become due.
    """

    def __init__(
        self,
        db: Database,
        channels: Mapping[int, Channel],
        clock: Callable[[], datetime],
        rules: Rules,
        handled: Callable[[], None],
    ) -> None:
        self.db, self.channels, self.clock, self.rules, self.handled = db, channels, clock, rules, handled
        self._unstored: dict[int, list[inbox.Arrival]] = {}
        self._fetching: dict[int, asyncio.Task[None]] = {}
        self._courtesies: set[asyncio.Task[None]] = set()

    # ---- receiving ----

    async def receive(self, bot_id: int, wait_s: float) -> int:
        """Ask one bot's platform for news and commit them; how many were new."""
        # Asking again tells the platform that the last news are kept, so that they must be by then.
        if bot_id not in self._unstored:
            heard = await self.channels[bot_id].poll(wait_s)
            self._unstored[bot_id] = [_arrival(raw, self.clock()) for raw in heard]
        new = await self._store(bot_id, self._unstored[bot_id]) if self._unstored[bot_id] else 0
        del self._unstored[bot_id]
        return new

    async def accept(self, bot_id: int, payload: Mapping[str, Any]) -> int:
        """Commit one event that a platform has brought by itself; whether it was new. Raises what AWAY names."""
        return await self._store(bot_id, [_arrival(self.channels[bot_id].raw(payload), self.clock())])

    async def _store(self, bot_id: int, arrivals: list[inbox.Arrival]) -> int:
        def work(connection: Connection) -> int:
            stir(connection)
            return inbox.store(connection, bot_id, arrivals, self.clock())

        return await self.db.write(work)

    # ---- handling ----

    async def handle_waiting(self, news: asyncio.Event | None = None) -> int:
        """Handle what waits, the oldest event of every chat at a time, until none is left; how many there were.

        A document may take long to be fetched: with `news`, whatever comes meanwhile is not kept waiting for it.
        """
        handled = 0
        while True:
            group = await self.db.write(self._handle_some)
            for one in group:
                self._follow(one)
            if group:
                self.handled()
            handled += sum(not one.wanted for one in group)
            if not group:
                if not self._fetching or (news and handled):
                    return handled
                handled += await self._fetched(news)

    async def _fetched(self, news: asyncio.Event | None) -> int:
        """Wait until documents have been handled, or there is news; how many documents."""
        before = len(self._fetching)
        heard = [asyncio.create_task(news.wait())] if news else []
        try:
            await asyncio.wait([*self._fetching.values(), *heard], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in heard:
                task.cancel()
        if news:
            news.clear()
        return before - len(self._fetching)

    def _handle_some(self, connection: Connection) -> list[Handled]:
        rows = inbox.waiting(connection, self.channels, AT_ONCE, self._fetching)
        done = [self._handle(connection, row) for row in rows]
        if done:
            stir(connection)
        return done

    def _handle(self, connection: Connection, row: Waiting) -> Handled:
        """One event with all its effects, or none of them."""
        heard = None
        try:
            with all_or_nothing(connection):
                incoming = self.channels[row.bot_id].read(row.payload)
                if incoming is None:
                    inbox.take(connection, row.id)
                    return Handled(row)
                heard = Heard(row.id, row.bot_id, incoming, row.said_at)
                wanted = dispatch.wanted_file(connection, heard) if dispatch.may_want_file(incoming) else None
                if wanted:
                    return Handled(row, heard, wanted=wanted)
                return Handled(row, heard, dispatch.handle(connection, heard, self.clock(), self.rules))
        except Exception as error:
            if passes(error):
                raise
            # Whatever a handler trips over, the person is answered and the next event is handled (design.md).
            log.exception("An event could not be handled", received=row.id)
            self._failed(connection, row, heard, type(error).__name__)
        return Handled(row, heard)

    def _failed(self, connection: Connection, row: Waiting, heard: Heard | None, error: str) -> None:
        if not inbox.failed(connection, row.id, error) or heard is None:
            return
        try:
            with all_or_nothing(connection):
                dispatch.trouble(connection, heard, self.clock(), self.rules)
        except Exception as worse:
            if passes(worse):
                raise
            log.exception("Not even the trouble could be told", received=row.id)

    # ---- after the commit ----

    def _follow(self, one: Handled) -> None:
        if one.wanted and one.heard:
            # Beside the rest: a list that is long to fetch and to read keeps nobody else waiting.
            fetching = asyncio.create_task(self._with_document(one.row, one.heard, one.wanted))
            self._fetching[one.row.id] = fetching
            fetching.add_done_callback(lambda _: self._fetching.pop(one.row.id))
        elif one.heard:
            self._see(self.channels[one.row.bot_id], one.heard, one.answer)

    async def _with_document(self, row: Waiting, heard: Heard, wanted: Document) -> None:
        answer = None
        try:
            found = replace(heard, document=await self._document(heard, wanted))
            answer = await self.db.write(lambda c: dispatch.handle(c, found, self.clock(), self.rules))
        except AWAY:
            return  # it waits as before, and is fetched again
        except Exception as error:
            log.exception("An event could not be handled", received=row.id)
            reason = type(error).__name__
            await self.db.surely(lambda c: self._failed(c, row, heard, reason))
        self.handled()
        self._see(self.channels[row.bot_id], heard, answer)

    async def _document(self, heard: Heard, wanted: Document) -> RosterFile | UnreadableRoster | None:
        if (wanted.size or 0) > LARGEST_DOCUMENT:
            return UnreadableRoster("too_big")
        try:
            async with asyncio.timeout(FETCH_S):
                content = await self.channels[heard.bot_id].fetch(wanted.file_id, LARGEST_DOCUMENT)
        except (SendError, TimeoutError) as error:
            log.warning("A document could not be fetched", received=heard.row_id, reason=type(error).__name__)
            return None
        # A long list takes seconds to read: never in the event loop, never in a transaction.
        return await asyncio.to_thread(_sheet, content, wanted)

    def _see(self, channel: Channel, heard: Heard, answer: Message | None) -> None:
        """Tell the platform that a tap was seen: beside everything else, because it may take its time."""
        toast = answer.text if answer and answer.toast else None
        seeing = asyncio.create_task(channel.seen(heard.incoming, toast))
        self._courtesies.add(seeing)
        seeing.add_done_callback(self._courtesies.discard)

    async def all_seen(self) -> None:
        if self._courtesies:
            await asyncio.wait(self._courtesies)


def _sheet(content: bytes, document: Document) -> RosterFile | UnreadableRoster:
    try:
        return read_roster(content, document.name)
    except UnreadableRoster as error:
        return error


def _arrival(raw: Raw, now: datetime) -> inbox.Arrival:
    return inbox.Arrival(raw.event_key, raw.chat, raw.said_at or now, raw.payload)
