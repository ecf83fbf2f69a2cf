"""The sender: one row in flight a chat; the intent is committed before the wire, the outcome after it.

A crash between the two leaves a row whose outcome nobody knows. At the next start each such row is named, and its
kind decides: once more with a mark, or held for its author (delivery.md, "The protocol").
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from channels.base import Channel, SendError
from content.message import Message
from db import addresses, conversations, outbox
from db.engine import Database
from db.outbox import Delivery
from db.rules import Rules
from delivery.line import ClosedError, Line
from delivery.render import render_delivery, trouble

log = structlog.get_logger()

RESENT_MARK = "(gửi lại)"
DRAIN_S = 10.0  # what is on the wire when the bot is stopped may come to its end
RESEND_AFTER = timedelta(seconds=30)  # what troubles the platform is seldom over at once
STOPPED_S = 600.0  # a bot that was refused tries again so seldom: it may have been a passing fault of the platform


@dataclass(frozen=True)
class Outgoing:
    """A claimed row, rendered, with where it goes."""

    delivery: Delivery
    bot_id: int
    chat: str
    message: Message
    edit: str | None


class Sender:
    """Carries what is due through the given channels, one per bot."""

    def __init__(
        self,
        db: Database,
        channels: Mapping[int, Channel],
        clock: Callable[[], datetime],
        rules: Rules,
        per_second: float,
        elapsed: Callable[[], float],
    ) -> None:
        self.db, self.channels, self.clock, self.rules = db, channels, clock, rules
        self.lines = {bot_id: Line(per_second, elapsed) for bot_id in channels}
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._claiming: asyncio.Task[None] | None = None
        self._in_flight: set[asyncio.Task[None]] = set()
        self._taken = 0

    async def recover(self) -> int:
        """Settle what a crash left on the wire, by its kind; how many rows were uncertain."""
        return await self.db.write(lambda c: _recover(c, self.clock()))

    def wake(self) -> None:
        """There may be something more pressing than what waits for an answer of the wire."""
        self._news.set()

    async def woken(self, most_s: float) -> None:
        """Wait for news, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), most_s)

    @property
    def opens_in(self) -> float:
        """Seconds until a bot that was held may send again; 0 where none is held."""
        return min((line.opens_in for line in self.lines.values() if line.opens_in), default=0.0)

    async def deliver(self) -> int:
        """Send what is due until nothing is, or may leave now; how many rows were taken to the wire.

        Cancelled, it lets what is on the wire come to its end first.
        """
        async with self._one_at_a_time:
            self._taken = 0
            try:
                while await self._take_off():
                    await self._landing()
            finally:
                await self._drain()
            return self._taken

    async def _take_off(self) -> bool:
        """Fill the free places in flight; whether anything is in flight now."""
        self._news.clear()
        if any(line.room > 0 for line in self.lines.values()):
            # A claim that is broken off half way would leave rows on the wire that never were.
            self._claiming = asyncio.create_task(self._claim_and_carry())
            await asyncio.shield(self._claiming)
        return bool(self._in_flight)

    async def _claim_and_carry(self) -> None:
        for outgoing in await self.db.write(self._claim):
            self._taken += 1
            self.lines[outgoing.bot_id].in_flight += 1
            self._in_flight.add(asyncio.create_task(self._carry(outgoing)))

    async def _landing(self) -> None:
        """Wait until a place is free, or there is news."""
        news = asyncio.create_task(self._news.wait())
        try:
            landed, _ = await asyncio.wait({*self._in_flight, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        for task in landed - {news}:
            self._in_flight.discard(task)
            task.result()

    async def _drain(self) -> None:
        if self._claiming and not self._claiming.done():
            await asyncio.wait({self._claiming})
        if self._in_flight:
            _, late = await asyncio.wait(self._in_flight, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            self._in_flight.clear()

    def _claim(self, connection: Connection) -> list[Outgoing]:
        return [outgoing for bot_id in self.lines for outgoing in self._claim_for(connection, bot_id)]

    def _claim_for(self, connection: Connection, bot_id: int) -> list[Outgoing]:
        now, room = self.clock(), self.lines[bot_id].room
        ready: list[Outgoing] = []
        # A row that has become useless is settled here and frees its place, so that one claim may take several rounds.
        while room > 0 and not ready:
            claimed = outbox.claim(connection, now, self.rules, bot_id, room)
            if not claimed:
                return []
            ready = [o for row in claimed if (o := self._prepare(connection, row, now))]
        return ready

    def _prepare(self, connection: Connection, row: Delivery, now: datetime) -> Outgoing | None:
        address = addresses.get(connection, row.address_id)
        try:
            # One that cannot be drawn must not keep the others from leaving.
            with connection.begin_nested():
                message = render_delivery(connection, row, now, self.rules)
        except Exception as error:
            log.exception("A message could not be drawn", delivery=row.id)
            outbox.finish(connection, row.id, "failed", now, error=type(error).__name__)
            return None
        edit = None
        if message and message.screen:
            edit = conversations.screen_message(connection, row.address_id, message.screen)
        # A live screen is drawn anew only where it still stands.
        if message is None or (row.kind == "screen" and edit is None):
            outbox.finish(connection, row.id, "cancelled", now)
            return None
        if row.resent and edit is None:
            message = message.resent(RESENT_MARK)
        return Outgoing(row, address.bot_id, address.chat, message, edit)

    async def _carry(self, outgoing: Outgoing) -> None:
        line = self.lines[outgoing.bot_id]
        try:
            message_id = await self._send(outgoing)
        except ClosedError:
            await self.db.surely(lambda c: outbox.put_back(c, outgoing.delivery.id, "held"))
        except SendError as error:
            self._heed(outgoing, error)
            await self.db.surely(partial(self._refused, outgoing=outgoing, error=error))
        else:
            line.worked()
            await self.db.surely(lambda c: self._sent(c, outgoing, message_id))
        finally:
            line.in_flight -= 1

    async def _send(self, outgoing: Outgoing) -> str:
        channel = self.channels[outgoing.bot_id]
        parts = channel.parts(outgoing.message)
        message_id = ""
        for part in parts[outgoing.delivery.parts_sent :]:
            await self.lines[outgoing.bot_id].turn()
            try:
                message_id = await channel.send(outgoing.chat, part, outgoing.edit)
            except SendError:
                raise
            except Exception as error:
                # What the channel did not foresee may have happened before or after the message arrived.
                log.exception("A channel failed in a way it does not know", delivery=outgoing.delivery.id)
                raise SendError(type(error).__name__, "unknown") from error
            if part is not parts[-1]:
                await self.db.surely(lambda c: outbox.part_sent(c, outgoing.delivery.id))
        return message_id

    def _heed(self, outgoing: Outgoing, error: SendError) -> None:
        """What a refusal means for all that leaves through the same bot."""
        line, facts = self.lines[outgoing.bot_id], {"bot": outgoing.bot_id, "reason": error.reason}
        if error.stop:
            line.close(STOPPED_S)
            log.error("This bot may not send: its token was refused, or another copy of it runs", **facts)
        elif error.retry_after is not None:
            line.close(error.retry_after)
            log.warning("The platform asks for a pause", seconds=error.retry_after, **facts)
        elif error.outcome == "final":
            line.worked()
        else:
            line.failed()

    def _sent(self, connection: Connection, outgoing: Outgoing, message_id: str) -> None:
        now, row, message = self.clock(), outgoing.delivery, outgoing.message
        outbox.finish(connection, row.id, "sent", now, message_id=message_id)
        if message.choices:
            choices = [vars(choice) for choice in message.choices]
            offer = conversations.Offer(now, message_id, row.kind == "answer", choices)
            conversations.offered(connection, row.address_id, offer)
        if message.screen:
            conversations.shown(connection, row.address_id, message.screen, message_id, now)

    def _refused(self, connection: Connection, outgoing: Outgoing, error: SendError) -> None:
        now, row = self.clock(), outgoing.delivery
        log.warning("A message was not accepted", delivery=row.id, reason=error.reason, outcome=error.outcome)
        if error.gone and outgoing.message.screen:
            conversations.unshow(connection, row.address_id, outgoing.message.screen)
            outbox.put_back(connection, row.id, error.reason)
        elif error.outcome == "not_sent":
            outbox.put_back(connection, row.id, error.reason)
        elif error.outcome == "unknown":
            _unknown(connection, row, now, error.reason, again_at=now + RESEND_AFTER)
        else:
            self._given_up(connection, outgoing, error, now)

    def _given_up(self, connection: Connection, outgoing: Outgoing, error: SendError, now: datetime) -> None:
        row = outgoing.delivery
        outbox.finish(connection, row.id, "failed", now, error=error.reason)
        if error.dead:
            addresses.mark_dead(connection, row.address_id, error.reason, now)
            outbox.reroute(connection, row.id, now)
        elif row.kind == "answer" and outgoing.message.files:
            # Whoever asked for a paper is not left without a word when it cannot be made.
            sorry = trouble(connection, row, now, self.rules)
            outbox.answer(connection, row.address_id, sorry.to_json(), now)


def _recover(connection: Connection, now: datetime) -> int:
    caught = outbox.caught_on_the_wire(connection)
    for row in caught:
        log.warning("A crash left it unknown whether this was sent", delivery=row.id)
        _unknown(connection, row, now, "crash", again_at=now)
    return len(caught)


def _unknown(connection: Connection, row: Delivery, now: datetime, why: str, again_at: datetime) -> None:
    """The outcome nobody knows: once more where a double does no harm, else held and named."""
    if outbox.repeats(connection, row):
        outbox.again(connection, row.id, again_at, why, resent=True)
    else:
        outbox.finish(connection, row.id, "uncertain", now, error=why)
