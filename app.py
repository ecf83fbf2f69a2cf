"""The composition root: the one place that names every concrete part and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Literal

import structlog
from starlette.routing import BaseRoute

import scheduler
from channels.base import Channel, SendError
from channels.telegram import Telegram
from channels.zalo import Zalo
from config import FurtherBot, Settings
from content import faq
from db import addresses, lineage, units, workers
from db.engine import Database, told
from db.sql import stir
from db.workers import BEAT_S, FencedError, Watch
from delivery.line import Line
from delivery.sender import Sender
from files import Opener
from inbound import Inbound
from web import hooks, server
from web.files import Links, Papers

log = structlog.get_logger()


@dataclass(frozen=True)
class Post:
    """One bot: its channel, where its platform brings its news ("" where it is polled), and what it may do.

    `commune`: the name of the unit whose people it is for; empty: everybody's.
    """

    channel: Channel
    webhook: str = ""
    secret: str = ""
    commune: str = ""
    most_people: int | None = None
    per_month: int | None = None


Role = Literal["chat", "send", "tick", "web"]
ROLES: tuple[Role, ...] = ("chat", "send", "tick", "web")

POLL_S = 20.0
TICK_S = 5
TICK_GAP_S = 0.1  # what has just happened shares a tick
LONGEST_WAIT_S = 60.0
PULSE_S = 60.0


def system_clock() -> datetime:
    return datetime.now(UTC)


class App:
    """The running bot. Tests and the make-believe clock turn its wheels by hand; `run` lets them turn."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        posts: Sequence[Post],
        clock: Callable[[], datetime],
        pages: Sequence[BaseRoute] = (),
    ) -> None:
        self.settings, self.db, self.clock, self.pages = settings, db, clock, pages
        self.rules = settings.rules()
        self.posts = posts
        self.channels: dict[int, Channel] = {}
        self.inbound = Inbound(db, self.channels, clock, self.rules, self._follow_up)
        self.sender: Sender
        self._watch = Watch()
        self._heard, self._due = asyncio.Event(), asyncio.Event()
        self._cleaned_on: date | None = None
        self._fresh = 0

    async def start(self) -> None:
        """Bring the tables up, learn the bots' names, settle what a crash left on the wire.

        Raises SendError where every bot is refused, InUseError where another bot runs on the same file, MovedError
        where the installation has moved to another database.
        """
        self.db.claim()
        await self.db.migrate()
        await lineage.start(self.db, self.clock())
        for post in await self._usable():
            self.channels[await self.db.write(partial(_enrolled, post=post))] = post.channel
        worker = await self.db.write(lambda c: workers.enlist(c, self.clock()))
        real = self.clock is system_clock
        counted = {bot_id for bot_id in self.channels if self._post(bot_id).per_month}
        self.sender = Sender(
            self.db, self.channels, self.clock, self.rules, self._line, worker, real=real, counted=counted
        )
        # On a file the lock proves that all others are gone; on a server only their beats tell.
        dead = await self.db.write(lambda c: workers.beats(c, but=worker)) if self.db.is_sqlite else {}
        await self.sender.recover(dead)

    async def _usable(self) -> list[Post]:
        """The bots that their platforms know, and those whose platform is not there just now: it will be again."""
        refusals = await asyncio.gather(*(_refusal(post.channel) for post in self.posts))
        usable = [post for post, refusal in zip(self.posts, refusals, strict=True) if refusal is None]
        for refusal in refusals:
            if refusal and not usable:
                raise refusal
        return usable

    def _line(self, channel: Channel) -> Line:
        real, pace = self.clock is system_clock, self.settings.delivery
        # With a make-believe clock, what is held for a while is held by that clock.
        elapsed = time.monotonic if real else lambda: self.clock().timestamp()
        return Line(channel.per_second, pace.in_flight, elapsed, shared=real and not self.db.is_sqlite)

    async def close(self) -> None:
        await self.inbound.all_seen()
        for post in self.posts:
            await post.channel.close()
        if hasattr(self, "sender"):
            with contextlib.suppress(Exception):  # the database may be away: then the others will notice
                await self.db.write(lambda c: workers.dismiss(c, self.sender.worker))
        await self.db.close()

    # ---- time ----

    async def tick(self) -> None:
        """Do all that is due now, slice by slice, so that others may write in between."""
        while await self.db.write(self._tick):
            pass
        now = self.clock()
        today = self.rules.local(now).date()
        if today != self._cleaned_on:
            while await self.db.write(lambda c: scheduler.clean(c, now, self.settings.delivery.keep_days)):
                pass
            self._cleaned_on = today

    def _tick(self, connection: Any) -> bool:
        more = scheduler.tick(connection, self.clock(), self.rules)
        if more:
            stir(connection)
        elif self.sender.counted:
            scheduler.warn(connection, self.clock(), self.rules)
        return more

    async def settle(self, *, listen: bool = True) -> None:
        """Do all there is to do now: events, what is due, deliveries, until nothing is left.

        `listen=False` leaves asking the platforms to `run`, where that goes on beside.
        """
        while True:
            for bot_id in self.channels if listen else ():
                await self.inbound.receive(bot_id, 0)
            handled = await self.inbound.handle_waiting()
            await self.tick()
            if not await self.sender.deliver() and not handled:
                await self.inbound.all_seen()
                return

    async def next_instant(self) -> datetime | None:
        now = self.clock()
        found = [await self.db.read(lambda c: scheduler.next_instant(c, now, self.rules))]
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

    async def run(
        self, roles: Sequence[Role] = ROLES, *, bound: socket.socket | None = None, ticks: bool = True
    ) -> None:
        """Do the work of these roles until cancelled.

        `bound`: where webhooks come in, if they do. `ticks=False` leaves time to whoever moves the clock.
        """
        if self.sender.real:
            # What was loaded stays as long as the process: looking through it for garbage stops everything for 0.1 s.
            gc.collect()
            gc.freeze()
        async with asyncio.TaskGroup() as tasks:
            for work in self._works(roles, bound, ticks=ticks):
                tasks.create_task(work)

    def _works(
        self, roles: Sequence[Role], bound: socket.socket | None, *, ticks: bool
    ) -> list[Coroutine[Any, Any, object]]:
        works: list[Coroutine[Any, Any, object]] = [self._live(), self._pulse()]
        if self.sender.real and "chat" in roles:
            works.append(asyncio.to_thread(faq.load().prepare))
        works += [self._introduce(post) for post in map(self._post, self.channels) if not post.channel.username]
        if not self.db.is_sqlite:
            works.append(self.db.listen(self._rouse))
        if bound:
            works.append(self._serve(bound))
        if "chat" in roles:
            works += [self._hear(), *(self._poll(bot_id) for bot_id in self.channels if not self._post(bot_id).webhook)]
        if "send" in roles:
            # Beside the rest: an answer overtakes a broadcast that is on its way.
            works.append(self._carry())
        if "tick" in roles:
            works += [self._follow_time(), self._ticks()] if ticks else [self._follow_time()]
        return works

    def _rouse(self) -> None:
        """Something came or was done: whoever goes on from there looks at once."""
        self._heard.set()
        self._follow_up()

    def _follow_up(self) -> None:
        self._due.set()
        self.sender.wake()

    async def _poll(self, bot_id: int) -> None:
        wait = 1.0
        while True:
            pause = wait
            try:
                if not await self._is_mine(bot_id):
                    pause = BEAT_S
                else:
                    await self.channels[bot_id].unlisten()
                    while await self._is_mine(bot_id):
                        if await self.inbound.receive(bot_id, POLL_S):
                            self._rouse()
                        wait = 1.0
                    continue
            except SendError as error:
                _tell(error, bot_id)
                pause = error.retry_after or wait
            except FencedError:
                pause = BEAT_S
            except Exception as error:
                told(error, "What came in could not be kept; it is once more tried", bot=bot_id)
            await asyncio.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _introduce(self, post: Post) -> int:
        """Learn the name of a bot whose platform could not be asked at the start."""
        wait = 1.0
        while True:
            await asyncio.sleep(wait)
            await _refusal(post.channel)
            if post.channel.username:
                return await self.db.surely(partial(_enrolled, post=post))
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _is_mine(self, bot_id: int) -> bool:
        """Whether this process is the one that asks a bot's platform for news; on a file there is no other."""
        if self.db.is_sqlite:
            return True
        return await self.db.write(lambda c: workers.polls(c, self.sender.worker, bot_id))

    async def _hear(self) -> None:
        while True:
            self._heard.clear()
            try:
                if await self.inbound.handle_waiting(self._heard):
                    continue
            except Exception as error:
                # The database may be away for a while: every row is still there when it is back.
                told(error, "A round of answering was broken off")
            await _any(self._heard, TICK_S)

    async def _follow_time(self) -> None:
        while True:
            self._due.clear()
            try:
                await self.tick()
            except Exception as error:
                told(error, "A round of what is due was broken off")
            self.sender.wake()
            await asyncio.sleep(TICK_GAP_S)
            await _any(self._due, TICK_S)

    async def _carry(self) -> None:
        while True:
            try:
                await self.sender.deliver()
            except FencedError:
                await self._enlist_again()
            except Exception as error:
                told(error, "A round of sending was broken off")
                await asyncio.sleep(TICK_S)
            await self.sender.woken(self.sender.opens_in or TICK_S)

    async def _ticks(self) -> None:
        """APScheduler only stirs; what is due is a column in the database."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415  not needed by tests and the tour

        ticking = AsyncIOScheduler(timezone=UTC)
        grace = int(timedelta(hours=1).total_seconds())
        ticking.add_job(self._due.set, "interval", seconds=TICK_S, coalesce=True, misfire_grace_time=grace)
        ticking.start()
        try:
            await asyncio.Event().wait()
        finally:
            ticking.shutdown(wait=False)

    # ---- among other processes ----

    async def _live(self) -> None:
        """Beat, and look after the others: what a dead one left on the wire is settled by whoever notices first."""
        away = False
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                dead = self._watch.look(await self.db.write(self._beat), time.monotonic())
                if away:
                    # Another server may have taken the place of the one that was lost, and not know all that it knew.
                    await lineage.go_on(self.db, self.clock())
                    away = False
                if await self.sender.recover(dead):
                    self._rouse()
            except FencedError:
                await self._enlist_again()
            except Exception as error:
                away = True
                told(error, "A beat could not be kept")

    def _beat(self, connection: Any) -> dict[int, int]:
        workers.beat(connection, self.sender.worker)
        return workers.beats(connection, but=self.sender.worker)

    async def _enlist_again(self) -> None:
        """Others took this process for dead: it begins anew, under another number."""
        log.error("This process stood still for so long that others took over what it held")
        self.sender.worker = await self.db.surely(lambda c: workers.enlist(c, self.clock()))

    async def _pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE_S)
            try:
                await lineage.go_on(self.db, self.clock())
            except Exception as error:
                told(error, "The pulse could not be kept")

    # ---- webhooks ----

    def _post(self, bot_id: int) -> Post:
        return next(post for post in self.posts if post.channel is self.channels[bot_id])

    def _hooks(self) -> dict[int, hooks.Hook]:
        """bot -> its webhook; bots that are polled are left out."""
        posts = {bot_id: self._post(bot_id) for bot_id in self.channels}
        return {
            bot_id: hooks.Hook(post.channel.name, post.channel.external, post.secret, partial(self._accept, bot_id))
            for bot_id, post in posts.items()
            if post.webhook
        }

    async def _accept(self, bot_id: int, payload: Any) -> None:
        if await self.inbound.accept(bot_id, payload):
            self._rouse()

    async def _serve(self, bound: socket.socket) -> None:
        ours = self._hooks()
        async with asyncio.TaskGroup() as tasks:
            site = hooks.Hooks(ours.values(), partial(self.db.read, lineage.held)).app
            site.routes.extend(self.pages)
            tasks.create_task(server.serve(site, bound))
            for bot_id, hook in ours.items():
                tasks.create_task(self._announce(hook, self._post(bot_id)))

    async def _announce(self, hook: hooks.Hook, post: Post) -> None:
        """Tell a platform where to bring its news, again and again until it has understood."""
        wait = 1.0
        while True:
            try:
                await post.channel.listen(post.webhook + hook.path, hook.secret)
                return
            except SendError as error:
                log.warning("The platform does not take the webhook", channel=post.channel.name, reason=error.reason)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)


async def _any(event: asyncio.Event, most_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        # Not asyncio.wait_for, which in Python 3.11 forgets that it was cancelled when the event comes with it.
        async with asyncio.timeout(most_s):
            await event.wait()


async def _refusal(channel: Channel) -> SendError | None:
    """Open a channel; why its platform wants nothing of this bot, None also where it cannot be asked just now."""
    try:
        await channel.open()
    except SendError as error:
        _tell(error, f"{channel.name}:{channel.external}")
        return error if error.stop else None
    return None


def _tell(error: SendError, bot: int | str) -> None:
    facts = {"bot": bot, "reason": error.reason}
    if error.stop:
        log.error("This bot is refused: its token is wrong, or another copy of it runs", **facts)
    else:
        log.warning("The platform does not answer", **facts)


def _enrolled(connection: Any, post: Post) -> int:
    """The id of a bot, with what it may do from now on."""
    channel = post.channel
    unit = units.named(connection, post.commune) if post.commune else None
    if post.commune and unit is None:
        log.warning("There is no commune of the name that a bot was given; it is for everybody", bot=channel.username)
    return addresses.bot(
        connection,
        channel.name,
        channel.external,
        channel.username,
        unit_id=unit.id if unit else None,
        most_people=post.most_people,
        per_month=post.per_month,
    )


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = system_clock,
    base_url: str | None = None,
    zalo_url: str | None = None,
    telegram: type[Telegram] = Telegram,
) -> App:
    """An App on the configured database and bots; `base_url`, `zalo_url` and `telegram` replace the far ends."""
    db = Database(settings.database)
    opener = Opener(db, clock, settings.rules(), lambda: app.channels)
    links = Links(settings.secret.get_secret_value(), settings.web.public, clock)

    def on_telegram(bot: FurtherBot) -> Post:
        section = settings.telegram
        channel = telegram(
            bot.token.get_secret_value(),
            opener,
            base_url=base_url or section.base_url or None,
            proxy=section.proxy or None,
            at_once=settings.delivery.in_flight,
            per_second=settings.delivery.per_second,
        )
        return Post(channel, section.webhook, section.webhook_secret.get_secret_value(), bot.commune)

    def on_zalo(bot: FurtherBot) -> Post:
        section = settings.zalo
        channel = Zalo(
            bot.token.get_secret_value(),
            links,
            base_url=zalo_url or section.base_url or None,
            per_second=section.per_second,
        )
        limits = section.people or None, section.per_month or None
        return Post(channel, section.webhook, section.webhook_secret.get_secret_value(), bot.commune, *limits)

    posts = {"telegram": on_telegram, "zalo": on_zalo}
    pages = Papers(links, opener.for_chat, settings.rules().zone).routes
    app = App(settings, db, [posts[bot.channel](bot) for bot in settings.all_bots], clock, pages)
    return app
