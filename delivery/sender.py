"""The sender: one row in flight a chat; the intent is committed before the wire, the outcome after it.

A crash between the two leaves a row whose outcome nobody knows. At the next start each such row is named, and its
kind decides: once more with a mark, or held for its author (delivery.md, "The protocol").
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from channels.base import Channel, SendError
from content import Message, phrase
from db import addresses, conversations, outbox
from db.engine import Database
from db.outbox import Delivery
from db.rules import Rules
from delivery.render import render_delivery

log = structlog.get_logger()

IN_FLIGHT = 8
TRIES = 5


@dataclass(frozen=True)
class Outgoing:
    """A claimed row, rendered, with where it goes."""

    delivery: Delivery
    bot_id: int
    chat: str
    message: Message
    edit: str | None


class Pace:
    """Even gaps between sends, so that no second ever holds more than the limit."""

    def __init__(self, per_second: float) -> None:
        self.gap = 1 / per_second
        self._free_at = 0.0

    async def wait(self) -> None:
        start = max(time.monotonic(), self._free_at)
        self._free_at = start + self.gap
        await asyncio.sleep(start - time.monotonic())


class Sender:
    """Carries what is due through the given channels, one per bot."""

    def __init__(
        self,
        db: Database,
        channels: Mapping[int, Channel],
        clock: Callable[[], datetime],
        rules: Rules,
        per_second: float,
    ) -> None:
        self.db, self.channels, self.clock, self.rules = db, channels, clock, rules
        self.paces = {bot_id: Pace(per_second) for bot_id in channels}

    async def recover(self) -> int:
        """Settle what a crash left on the wire, by its kind; how many rows were uncertain."""
        return await self.db.write(lambda c: _recover(c, self.clock()))

    async def deliver(self) -> int:
        """Send what is due until nothing is; how many rows were taken to the wire."""
        taken = 0
        while batch := await self.db.write(self._claim):
            async with asyncio.TaskGroup() as tasks:
                for outgoing in batch:
                    tasks.create_task(self._carry(outgoing))
            taken += len(batch)
        return taken

    def _claim(self, connection: Connection) -> list[Outgoing]:
        now = self.clock()
        ready: list[Outgoing] = []
        # A row that has become useless is settled here and frees its place, so that one claim may take several rounds.
        while not ready:
            claimed = outbox.claim(connection, now, self.rules, IN_FLIGHT)
            if not claimed:
                return []
            ready = [o for row in claimed if (o := self._prepare(connection, row, now))]
        return ready

    def _prepare(self, connection: Connection, row: Delivery, now: datetime) -> Outgoing | None:
        address = addresses.get(connection, row.address_id)
        message = self._render(connection, row, now)
        edit = None
        if message and message.screen:
            edit = conversations.screen_message(connection, row.address_id, message.screen)
        # A live screen is drawn anew only where it still stands.
        if message is None or address.bot_id not in self.channels or (row.kind == "screen" and edit is None):
            outbox.finish(connection, row.id, "cancelled", now)
            return None
        if row.resent and edit is None:
            message = message.resent(phrase("hint_resent"))
        return Outgoing(row, address.bot_id, address.chat, message, edit)

    def _render(self, connection: Connection, row: Delivery, now: datetime) -> Message | None:
        """What the row means now. One that cannot be drawn must not keep the others from leaving."""
        try:
            with connection.begin_nested():
                return render_delivery(connection, row, now, self.rules)
        except Exception:
            log.exception("A message could not be drawn", delivery=row.id)
            return None

    async def _carry(self, outgoing: Outgoing) -> None:
        try:
            message_id = await self._send(outgoing)
        except SendError as error:
            await self.db.write(partial(self._refused, outgoing=outgoing, error=error))
        else:
            await self.db.write(lambda c: self._sent(c, outgoing, message_id))

    async def _send(self, outgoing: Outgoing) -> str:
        channel = self.channels[outgoing.bot_id]
        parts = channel.parts(outgoing.message)
        message_id = ""
        for part in parts[outgoing.delivery.parts_sent :]:
            await self.paces[outgoing.bot_id].wait()
            message_id = await channel.send(outgoing.chat, part, outgoing.edit)
            if part is not parts[-1]:
                await self.db.write(lambda c: outbox.part_sent(c, outgoing.delivery.id))
        return message_id

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
            outbox.again(connection, row.id, now, error.reason)
        elif error.outcome == "final":
            outbox.finish(connection, row.id, "failed", now, error=error.reason)
            if error.dead:
                addresses.mark_dead(connection, row.address_id, error.reason, now)
                outbox.reroute(connection, row.id, now)
        elif error.outcome == "unknown":
            _unknown(connection, row, now, error.reason)
        elif row.tries >= TRIES and error.retry_after is None:
            outbox.finish(connection, row.id, "failed", now, error=error.reason)
        else:
            wait = error.retry_after or 2.0**row.tries
            outbox.again(connection, row.id, now + timedelta(seconds=wait), error.reason)


def _recover(connection: Connection, now: datetime) -> int:
    caught = outbox.caught_on_the_wire(connection)
    for row in caught:
        log.warning("A crash left it unknown whether this was sent", delivery=row.id)
        _unknown(connection, row, now, "crash")
    return len(caught)


def _unknown(connection: Connection, row: Delivery, now: datetime, why: str) -> None:
    """The outcome nobody knows: once more where a double does no harm, else held and named."""
    if outbox.repeats(connection, row):
        outbox.again(connection, row.id, now, why, resent=True)
    else:
        outbox.finish(connection, row.id, "uncertain", now, error=why)
