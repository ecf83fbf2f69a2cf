"""The composition root: the one place that names every concrete part and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

import scheduler
from channels.base import Channel, Document, Raw, SendError
from channels.telegram import Telegram
from config import Settings
from db import addresses, inbox
from db.engine import Database
from delivery.sender import Sender
from files import Opener
from handlers import dispatch
from handlers.dispatch import Heard
from sheets.roster import RosterFile, UnreadableRoster, read_roster

log = structlog.get_logger()

LARGEST_DOCUMENT = 2 * 1024 * 1024
POLL_S = 20.0
TICK_S = 5


def system_clock() -> datetime:
    return datetime.now(UTC)


class App:
    """The running bot. Tests and the make-believe clock turn its wheels by hand; `run` lets them turn."""

    def __init__(
        self, settings: Settings, db: Database, channels: Sequence[Channel], clock: Callable[[], datetime]
    ) -> None:
        self.settings, self.db, self.clock = settings, db, clock
        self.rules = settings.rules()
        self.channels_to_open = channels
        self.channels: dict[int, Channel] = {}
        self.sender: Sender
        self._stir = asyncio.Event()

    async def start(self) -> None:
        """Bring the tables up, learn the bots' names, settle what a crash left on the wire."""
        await self.db.migrate()
        for channel in self.channels_to_open:
            await channel.open()
            self.channels[await self._bot_id(channel)] = channel
        self.sender = Sender(self.db, self.channels, self.clock, self.rules, self.settings.delivery.per_second)
        await self.sender.recover()

    async def _bot_id(self, channel: Channel) -> int:
        return await self.db.write(lambda c: addresses.bot(c, channel.name, channel.external, channel.username))

    async def close(self) -> None:
        for channel in self.channels_to_open:
            await channel.close()
        await self.db.close()

    # ---- in ----

    async def receive(self, bot_id: int, wait_s: float) -> int:
        """Ask one bot's platform for news and commit them; how many were new."""
        arrivals = [_arrival(raw, self.clock()) for raw in await self.channels[bot_id].poll(wait_s)]
        if not arrivals:
            return 0
        return await self.db.write(lambda c: inbox.store(c, bot_id, arrivals, self.clock()))

    async def handle_waiting(self) -> int:
        """Handle the oldest event of every chat, until none is left; how many there were."""
        handled = 0
        while rows := await self.db.read(inbox.waiting):
            for row in rows:
                await self._handle(row)
            handled += len(rows)
        return handled

    async def _handle(self, row: inbox.Waiting) -> None:
        channel = self.channels[row.bot_id]
        incoming = channel.read(row.payload)
        if incoming is None:
            await self.db.write(lambda c: inbox.take(c, row.id))
            return
        heard = Heard(row.id, row.bot_id, incoming, row.said_at)
        try:
            heard = await self._with_document(channel, heard)
            message = await self.db.write(lambda c: dispatch.handle(c, heard, self.clock(), self.rules))
        except Exception as error:
            # Whatever a handler trips over, the person is answered and the next event is handled (design.md).
            log.exception("An event could not be handled", received=row.id)
            await self._failed(heard, type(error).__name__)
        else:
            await channel.seen(incoming, message.text if message and message.toast else None)

    async def _with_document(self, channel: Channel, heard: Heard) -> Heard:
        wanted = await self.db.write(lambda c: dispatch.wanted_file(c, heard))
        if wanted is None:
            return heard
        if (wanted.size or 0) > LARGEST_DOCUMENT:
            return replace(heard, document=UnreadableRoster("too_big"))
        try:
            content = await channel.fetch(wanted.file_id, LARGEST_DOCUMENT)
        except SendError as error:
            log.warning("A document could not be fetched", received=heard.row_id, reason=error.reason)
            return heard
        # A long list takes seconds to read: never in the event loop, never in a transaction.
        return replace(heard, document=await asyncio.to_thread(_sheet, content, wanted))

    async def _failed(self, heard: Heard, error: str) -> None:
        if await self.db.write(lambda c: inbox.failed(c, heard.row_id, error)):
            await self.db.write(lambda c: dispatch.trouble(c, heard, self.clock(), self.rules))

    # ---- time ----

    async def tick(self) -> None:
        await self.db.write(lambda c: scheduler.tick(c, self.clock(), self.rules))

    async def settle(self, *, listen: bool = True) -> None:
        """Do all there is to do now: events, what is due, deliveries, until nothing is left.

        `listen=False` leaves asking the platforms to `run`, where that goes on beside.
        """
        while True:
            for bot_id in self.channels if listen else ():
                await self.receive(bot_id, 0)
            handled = await self.handle_waiting()
            await self.tick()
            if not await self.sender.deliver() and not handled:
                return

    async def next_instant(self) -> datetime | None:
        return await self.db.read(lambda c: scheduler.next_instant(c, self.clock()))

    async def advance(
        self, target: datetime, reach: Callable[[datetime], Awaitable[None]], *, listen: bool = True
    ) -> None:
        """Follow a make-believe clock to `target`, stopping wherever something is due: `reach` sets the clock."""
        while (instant := await self.next_instant()) and instant <= target:
            await reach(instant)
            await self.settle(listen=listen)
        await reach(target)
        await self.settle(listen=listen)

    # ---- on its own ----

    async def run(self, *, ticks: bool = True) -> None:
        """Poll, handle, tick and deliver until cancelled. `ticks=False` leaves time to whoever moves the clock."""
        async with asyncio.TaskGroup() as tasks:
            for bot_id in self.channels:
                tasks.create_task(self._poll(bot_id))
            tasks.create_task(self._work())
            if ticks:
                tasks.create_task(self._ticks())

    async def _poll(self, bot_id: int) -> None:
        wait = 1.0
        while True:
            try:
                if await self.receive(bot_id, POLL_S):
                    self._stir.set()
                wait = 1.0
            except SendError as error:
                log.warning("The platform does not answer", bot=bot_id, reason=error.reason)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 60.0)

    async def _work(self) -> None:
        while True:
            self._stir.clear()
            await self.handle_waiting()
            await self.tick()
            await self.sender.deliver()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stir.wait(), TICK_S)

    async def _ticks(self) -> None:
        """APScheduler only stirs; what is due is a column in the database."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415  not needed by tests and the tour

        ticking = AsyncIOScheduler(timezone=UTC)
        grace = int(timedelta(hours=1).total_seconds())
        ticking.add_job(self._stir.set, "interval", seconds=TICK_S, coalesce=True, misfire_grace_time=grace)
        ticking.start()
        try:
            await asyncio.Event().wait()
        finally:
            ticking.shutdown(wait=False)


def _sheet(content: bytes, document: Document) -> RosterFile | UnreadableRoster:
    try:
        return read_roster(content, document.name)
    except UnreadableRoster as error:
        return error


def _arrival(raw: Raw, now: datetime) -> inbox.Arrival:
    return inbox.Arrival(raw.event_key, raw.chat, raw.said_at or now, raw.payload)


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = system_clock,
    base_url: str | None = None,
    channel: type[Telegram] | None = None,
) -> App:
    """An App on the configured database and bot; `base_url` and `channel` replace the far end."""
    db = Database(settings.database)
    telegram = settings.telegram
    bot = (channel or Telegram)(
        telegram.token.get_secret_value(),
        Opener(db, clock, settings.rules()),
        base_url=base_url or telegram.base_url or None,
        proxy=telegram.proxy or None,
    )
    return App(settings, db, [bot], clock)
