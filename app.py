"""The composition root: the one place that names every concrete part and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import structlog

import scheduler
from channels.base import Channel, Document, Raw, SendError
from channels.telegram import Telegram
from config import Settings
from content import Message
from db import addresses, inbox
from db.engine import Database
from delivery.sender import Sender
from files import Opener
from handlers import dispatch
from handlers.dispatch import Heard
from sheets.roster import RosterFile, UnreadableRoster, read_roster

log = structlog.get_logger()

LARGEST_DOCUMENT = 2 * 1024 * 1024
FETCH_S = 20.0  # others wait for their answers meanwhile
POLL_S = 20.0
TICK_S = 5
LONGEST_WAIT_S = 60.0


def system_clock() -> datetime:
    return datetime.now(UTC)


class App:
    """The running bot. Tests and the make-believe clock turn its wheels by hand; `run` lets them turn."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        channels: Sequence[Channel],
        clock: Callable[[], datetime],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings, self.db, self.clock, self.elapsed = settings, db, clock, elapsed
        self.rules = settings.rules()
        self.channels_to_open = channels
        self.channels: dict[int, Channel] = {}
        self.sender: Sender
        self._stir = asyncio.Event()
        self._unstored: dict[int, list[inbox.Arrival]] = {}
        self._courtesies: set[asyncio.Task[None]] = set()
        self._cleaned_on: date | None = None

    async def start(self) -> None:
        """Bring the tables up, learn the bots' names, settle what a crash left on the wire.

        Raises SendError where a platform refuses us, InUseError where another bot runs on the same file.
        """
        self.db.claim()
        await self.db.migrate()
        for channel in self.channels_to_open:
            await channel.open()
            self.channels[await self._bot_id(channel)] = channel
        pace = self.settings.delivery.per_second
        self.sender = Sender(self.db, self.channels, self.clock, self.rules, pace, self.elapsed)
        await self.sender.recover()

    async def _bot_id(self, channel: Channel) -> int:
        return await self.db.write(lambda c: addresses.bot(c, channel.name, channel.external, channel.username))

    async def close(self) -> None:
        await self._all_seen()
        for channel in self.channels_to_open:
            await channel.close()
        await self.db.close()

    # ---- in ----

    async def receive(self, bot_id: int, wait_s: float) -> int:
        """Ask one bot's platform for news and commit them; how many were new."""
        # Asking again tells the platform that the last news are kept, so that they must be by then.
        if bot_id not in self._unstored:
            heard = await self.channels[bot_id].poll(wait_s)
            self._unstored[bot_id] = [_arrival(raw, self.clock()) for raw in heard]
        new = 0
        if arrivals := self._unstored[bot_id]:
            new = await self.db.write(lambda c: inbox.store(c, bot_id, arrivals, self.clock()))
        del self._unstored[bot_id]
        return new

    async def handle_waiting(self) -> int:
        """Handle the oldest event of every chat, until none is left; how many there were."""
        handled = 0
        while rows := await self.db.read(lambda c: inbox.waiting(c, self.channels)):
            # One event a chat at a time; a list that is long to fetch and to read keeps nobody else waiting.
            await asyncio.gather(*(self._handle(row) for row in rows))
            handled += len(rows)
        return handled

    async def _handle(self, row: inbox.Waiting) -> None:
        channel, heard, message = self.channels[row.bot_id], None, None
        try:
            incoming = channel.read(row.payload)
            if incoming is None:
                await self.db.write(lambda c: inbox.take(c, row.id))
                return
            heard = await self._with_document(channel, Heard(row.id, row.bot_id, incoming, row.said_at))
            message = await self._handled(heard)
        except Exception as error:
            # Whatever a handler trips over, the person is answered and the next event is handled (design.md).
            log.exception("An event could not be handled", received=row.id)
            await self._failed(row, heard, type(error).__name__)
        if heard:
            self._see(channel, heard, message.text if message and message.toast else None)

    async def _handled(self, heard: Heard) -> Message | None:
        return await self.db.write(lambda c: dispatch.handle(c, heard, self.clock(), self.rules))

    def _see(self, channel: Channel, heard: Heard, toast: str | None) -> None:
        """Tell the platform that a tap was seen: beside everything else, because it may take its time."""
        seeing = asyncio.create_task(channel.seen(heard.incoming, toast))
        self._courtesies.add(seeing)
        seeing.add_done_callback(self._courtesies.discard)

    async def _all_seen(self) -> None:
        if self._courtesies:
            await asyncio.wait(self._courtesies)

    async def _with_document(self, channel: Channel, heard: Heard) -> Heard:
        if not dispatch.may_want_file(heard.incoming):
            return heard
        wanted = await self.db.read(lambda c: dispatch.wanted_file(c, heard))
        if wanted is None:
            return heard
        if (wanted.size or 0) > LARGEST_DOCUMENT:
            return replace(heard, document=UnreadableRoster("too_big"))
        try:
            async with asyncio.timeout(FETCH_S):
                content = await channel.fetch(wanted.file_id, LARGEST_DOCUMENT)
        except (SendError, TimeoutError) as error:
            log.warning("A document could not be fetched", received=heard.row_id, reason=type(error).__name__)
            return heard
        # A long list takes seconds to read: never in the event loop, never in a transaction.
        return replace(heard, document=await asyncio.to_thread(_sheet, content, wanted))

    async def _failed(self, row: inbox.Waiting, heard: Heard | None, error: str) -> None:
        poisoned = await self.db.write(lambda c: inbox.failed(c, row.id, error))
        if not poisoned or heard is None:
            return
        try:
            await self.db.write(lambda c: dispatch.trouble(c, heard, self.clock(), self.rules))
        except Exception:
            log.exception("Not even the trouble could be told", received=row.id)

    # ---- time ----

    async def tick(self) -> None:
        now = self.clock()
        await self.db.write(lambda c: scheduler.tick(c, now, self.rules))
        today = self.rules.local(now).date()
        if today != self._cleaned_on:
            await self.db.write(lambda c: scheduler.clean(c, now))
            self._cleaned_on = today

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
                await self._all_seen()
                return

    async def next_instant(self) -> datetime | None:
        now = self.clock()
        found = [await self.db.read(lambda c: scheduler.next_instant(c, now))]
        if held := self.sender.opens_in:
            found.append(now + timedelta(seconds=held, milliseconds=1))
        return min((moment for moment in found if moment), default=None)

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
            # Beside the rest: an answer overtakes a broadcast that is on its way.
            tasks.create_task(self._carry())
            if ticks:
                tasks.create_task(self._ticks())

    async def _poll(self, bot_id: int) -> None:
        wait = 1.0
        while True:
            try:
                if await self.receive(bot_id, POLL_S):
                    self._stir.set()
                wait = 1.0
                continue
            except SendError as error:
                _tell(error, bot_id)
                pause = error.retry_after or wait
            except Exception:
                log.exception("What came in could not be kept; it is once more tried", bot=bot_id)
                pause = wait
            await asyncio.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _work(self) -> None:
        while True:
            self._stir.clear()
            try:
                await self.handle_waiting()
                await self.tick()
            except Exception:
                # The database may be away for a while: every row is still there when it is back.
                log.exception("A round of work was broken off")
            self.sender.wake()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stir.wait(), TICK_S)

    async def _carry(self) -> None:
        while True:
            try:
                await self.sender.deliver()
            except Exception:
                log.exception("A round of sending was broken off")
                await asyncio.sleep(TICK_S)
            await self.sender.woken(self.sender.opens_in or TICK_S)

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


def _tell(error: SendError, bot_id: int) -> None:
    facts = {"bot": bot_id, "reason": error.reason}
    if error.stop:
        log.error("This bot is refused: its token is wrong, or another copy of it runs", **facts)
    else:
        log.warning("The platform does not answer", **facts)


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
    # With a make-believe clock, what is held for a while is held by that clock.
    elapsed = time.monotonic if clock is system_clock else lambda: clock().timestamp()
    return App(settings, db, [bot], clock, elapsed)
