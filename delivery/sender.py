"""The sender: takes what is due to the wire, a few rows at a time, and settles what became of them in groups.

The intent to send is committed before the wire, the outcome after it. A crash between the two leaves rows whose outcome
nobody knows: no more than have a place in flight. Each is named, and its kind decides: once more with a mark, or held
for its author (delivery.md, "The protocol").
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from channels.base import Channel, SendError
from db import lineage, pacing, quota, wire, workers
from db.engine import Database, passes
from db.outbox import ANSWER, CHANGE, allowed
from db.rules import Rules
from db.wire import Only, Taken
from db.workers import FencedError
from delivery.line import ClosedError, Departure, Line
from delivery.outcomes import Outcome, Outgoing, orphaned, settle
from delivery.preparing import prepare
from delivery.render import Desk

log = structlog.get_logger()

DRAIN_S = 10.0  # what is on the wire when the bot is stopped may come to its end
KNOWN = "lineage"  # of a connection: that its server is still the one we know
LONGEST_S = 0.02  # of a claim that comes to useless rows alone
STOPPED_S = 600.0  # a bot that was refused tries again so seldom: it may have been a passing fault of the platform


class Sender:
    """Carries what is due through the given channels, one per bot.

    `worker`: the number under which this process takes rows. `real`: the clock is the real one, not a make-believe one
    that stands still while a chat is written to. `counted`: the bots whose messages the platform counts by the month.
    """

    def __init__(
        self,
        db: Database,
        channels: Mapping[int, Channel],
        clock: Callable[[], datetime],
        rules: Rules,
        line: Callable[[Channel], Line],
        worker: int,
        *,
        real: bool,
        counted: Collection[int] = (),
    ) -> None:
        self.db, self.channels, self.clock, self.rules = db, channels, clock, rules
        self.lines = {bot_id: line(channel) for bot_id, channel in channels.items()}
        self.worker, self.real, self.counted = worker, real, counted
        self.shared = real and not db.is_sqlite
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._claiming: asyncio.Task[bool] | None = None
        self._on_wire: set[asyncio.Task[None]] = set()
        self._mine: set[int] = set()  # rows taken whose outcome is not kept yet
        self._unheard = False  # whether a claim may have been kept without our hearing of it
        self._broken: BaseException | None = None
        self._one_by_one = False
        self._only: Only = None
        self._cut_short = False  # the last claim came to useless rows alone, and there may be more behind them
        self._outcomes: list[tuple[Outcome, float]] = []  # with the moment when the row was taken
        self._settling: asyncio.Task[None] | None = None
        self._taken = 0

    async def recover(self, dead: Mapping[int, int]) -> int:
        """Take workers away that have died, and settle what they left on the wire; how many rows were uncertain.

        Called at every beat, it also learns whether a restored copy is on hold.
        """

        def work(connection: Connection) -> int:
            workers.bury(connection, dead)
            since = lineage.held(connection)
            self._only = lineage.leaves(since) if since else None
            return orphaned(connection, self.clock())

        return await self.db.write(work)

    def wake(self) -> None:
        """There may be something more pressing than what waits for an answer of the wire."""
        self._news.set()

    async def woken(self, most_s: float) -> None:
        """Wait for news, at most so long."""
        with contextlib.suppress(TimeoutError):
            # asyncio.wait_for forgets in Python 3.11 that it was cancelled, when that and the news come together.
            async with asyncio.timeout(most_s):
                await self._news.wait()

    @property
    def opens_in(self) -> float:
        """Seconds until a bot that was held may send again; 0 where none is held."""
        return min((line.opens_in for line in self.lines.values() if line.opens_in), default=0.0)

    @property
    def _in_flight(self) -> int:
        return sum(line.in_flight for line in self.lines.values())

    async def deliver(self) -> int:
        """Send what is due until nothing is, or may leave now; how many rows were taken to the wire.

        Cancelled, it lets what is on the wire come to its end first. Raises FencedError where this worker was taken
        for dead.
        """
        async with self._one_at_a_time:
            self._taken = 0
            try:
                await self._rounds()
            except asyncio.CancelledError:
                for task in self._on_wire:
                    task.cancel()
                raise
            return self._taken

    # ---- out ----

    async def _rounds(self) -> None:
        """After an error, what the platform or the database takes longer for goes on beside."""
        try:
            while await self._round():
                pass
        finally:
            await self._drain()

    async def _round(self) -> bool:
        """Fill the free places, and wait until there is another, a turn, or news; False when there is nothing to do."""
        self._news.clear()
        if broken := self._broken:
            self._broken = None
            raise broken
        # A bot that has a turn and nothing to send waits for none.
        early = [line for line in self.lines.values() if line.room > 0 and not line.free()]
        if await self._take():
            return True
        if not early and not self._in_flight and not self._settling:
            return False
        await self.woken(min((line.next_in for line in early), default=DRAIN_S))
        return True

    async def _take(self) -> bool:
        """Take rows to the wire; whether it is worth trying again at once."""
        if not any(line.free() for line in self.lines.values()):
            return False
        # A claim that is broken off half way would leave rows on the wire that never were.
        self._claiming = asyncio.create_task(self._claim_and_carry())
        return await asyncio.shield(self._claiming)

    async def _claim_and_carry(self) -> bool:
        begun = time.monotonic()
        # A place that is given back from now on may be that of a row which is settled after this claim.
        rooms = {bot_id: line.room for bot_id, line in self.lines.items()}
        try:
            ready = await self.db.write(partial(self._claim, rooms=rooms))
        except FencedError:
            raise
        except Exception as error:
            self._unheard = True
            if self._one_by_one or passes(error):
                raise
            self._one_by_one = True  # one of them cannot be drawn: find out which
            return True
        self._one_by_one = self._unheard = False
        for line in {self.lines[outgoing.bot_id] for outgoing, _ in ready}:
            line.kept(begun)
        for outgoing, turn in ready:
            line = self.lines[outgoing.bot_id]
            line.in_flight += 1
            self._mine.add(outgoing.row.id)
            task = asyncio.create_task(self._carry(outgoing, line, turn, begun))
            self._on_wire.add(task)
            task.add_done_callback(self._landed)
        self._taken += len(ready)
        return bool(ready) or self._cut_short

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._on_wire.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # Nobody may wait for ever for what will not come.
            self._broken = error
            self._news.set()

    def _claim(self, connection: Connection, rooms: Mapping[int, int]) -> list[tuple[Outgoing, float]]:
        self._cut_short = False
        found = {bot_id: self._claim_for(connection, bot_id, rooms[bot_id]) for bot_id in sorted(rooms)}
        turns = {bot_id: self._turns(connection, bot_id, len(ready)) for bot_id, ready in found.items() if ready}
        return [pair for bot_id, booked in turns.items() for pair in zip(found[bot_id], booked, strict=True)]

    def _claim_for(self, connection: Connection, bot_id: int, room: int) -> list[Outgoing]:
        now, line, channel = self.clock(), self.lines[bot_id], self.channels[bot_id]
        if self.shared and KNOWN not in connection.info:
            self._meet(connection, now)
        if self._unheard:
            wire.unheard(connection, bot_id, self.worker, self._mine)
        if self.db.is_sqlite:
            # There a place is free before its outcome is kept, which may fail where this does not: the disk is full.
            room = min(room, line.most - wire.on_wire(connection, bot_id, self.worker))
        ready = self._ready(connection, bot_id, min(room, line.free()), now)
        if ready and bot_id in self.counted:
            parts = sum(len(channel.parts(outgoing.message)) for outgoing in ready)
            quota.spend(connection, bot_id, parts, now, self.rules)
        return ready

    def _ready(self, connection: Connection, bot_id: int, most: int, now: datetime) -> list[Outgoing]:
        """Rows that are drawn and may leave. Rows that have become useless are settled here and free their turns.

        There may be a whole notice of those, of which one transaction takes no more than others can wait for.
        """
        channel, leaving = self.channels[bot_id], self._leaving(connection, bot_id, now)
        pace_of = channel.pace if self.real else _any_pace
        until = time.monotonic() + LONGEST_S
        while most > 0:
            taken, is_all = wire.claim(connection, now, leaving, bot_id, most, self.worker, pace_of, self._only)
            if taken and (ready := self._prepared(connection, taken, now, channel)):
                return ready
            if is_all and not taken:
                self.lines[bot_id].rest()
                return []
            if time.monotonic() > until:
                self._cut_short = True
                return []
        return []

    def _leaving(self, connection: Connection, bot_id: int, now: datetime) -> tuple[int, ...]:
        """What may leave: on a copy of unknown age answers alone, beyond the month's messages only what is pressing."""
        if self._only is not None:
            return (ANSWER,)
        hour = allowed(now, self.rules)
        if bot_id not in self.counted or not quota.is_used_up(connection, bot_id, now, self.rules):
            return hour
        return tuple(priority for priority in hour if priority <= CHANGE)

    def _turns(self, connection: Connection, bot_id: int, count: int) -> list[float]:
        """The next free turns of a bot. The last thing a transaction does: others wait for its row until it is kept."""
        line = self.lines[bot_id]
        if not self.shared:
            return line.book(count)
        pace = pacing.lock(connection, bot_id)
        line.adopt(pace)
        turns = line.book(count)
        pacing.keep(connection, bot_id, line.known(pace))
        return turns

    def _meet(self, connection: Connection, now: datetime) -> None:
        """The first claim on a new connection: it may lead to a server that has taken the place of another."""
        if lineage.begin(connection, None, now):
            self._only = lineage.leaves(lineage.held(connection) or now)
        connection.info[KNOWN] = True

    def _prepared(self, connection: Connection, taken: list[Taken], now: datetime, channel: Channel) -> list[Outgoing]:
        desk = Desk(connection, [one.row for one in taken], now, self.rules)
        return prepare(desk, taken, channel.redraws, one_by_one=self._one_by_one)

    async def _carry(self, outgoing: Outgoing, line: Line, turn: float, begun: float) -> None:
        outcome = await self._sent(outgoing, line, turn)
        self._outcomes.append((outcome, begun))
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())
            self._settling.add_done_callback(self._landed)

    async def _sent(self, outgoing: Outgoing, line: Line, turn: float) -> Outcome:
        channel, row = self.channels[outgoing.bot_id], outgoing.row
        parts = channel.parts(outgoing.message)
        message_id, left_at, departure = "", self.clock(), Departure(0.0)
        try:
            for number, part in enumerate(parts[row.parts_sent :], row.parts_sent):
                if number > row.parts_sent:
                    turn = await self._another_turn(outgoing.bot_id)
                departure = await line.leave(turn, row.priority)
                left_at = self.clock()
                if number == 0 and row.worthless_after and row.worthless_after < left_at:
                    raise ClosedError  # the machine has slept since this was taken in hand
                message_id = await channel.send(outgoing.chat, part, outgoing.edit)
                line.worked()
                line.answered(departure)
                if number < len(parts) - 1:
                    await self.db.surely(partial(wire.part_sent, row=row, parts=number + 1))
        except ClosedError:
            return Outcome(outgoing, left_at, error=SendError("held", "not_sent"))
        except SendError as error:
            line.answered(departure)
            self._heed(error, line, departure.left, bot=outgoing.bot_id)
            return Outcome(outgoing, left_at, error=error)
        except Exception as error:
            # What the channel did not foresee may have happened before or after the message arrived.
            log.exception("A channel failed in a way it does not know", delivery=row.id)
            line.failed()
            return Outcome(outgoing, left_at, error=SendError(type(error).__name__, "unknown"))
        return Outcome(outgoing, left_at, message_id=message_id)

    async def _another_turn(self, bot_id: int) -> float:
        """For the next part of a long text."""
        if not self.shared:
            return self.lines[bot_id].book(1)[0]
        [turn] = await self.db.surely(lambda c: self._turns(c, bot_id, 1))
        return turn

    def _heed(self, error: SendError, line: Line, left: float, bot: int) -> None:
        """What a refusal means for all that leaves through the same bot."""
        facts = {"bot": bot, "reason": error.reason}
        if error.stop:
            line.close(STOPPED_S)
            log.error("This bot may not send: its token was refused, or another copy of it runs", **facts)
        elif error.retry_after is not None:
            line.refused(error.retry_after, left)
            log.warning("The platform asks for a pause", seconds=error.retry_after, **facts)
        elif error.outcome == "final":
            line.worked()
        else:
            line.failed()

    # ---- what became of it ----

    async def _settle(self) -> None:
        """Commit outcomes until none waits: whatever comes while one commit runs shares the next."""
        while self._outcomes:
            group, self._outcomes = self._outcomes, []
            outcomes = [outcome for outcome, _ in group]
            if self.db.is_sqlite:
                # What is written next comes after it, in the same commit or a later one: a row that takes the place
                # is never on the wire before the one that had it is settled.
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._settled(outcomes))
                    await asyncio.sleep(0)
                    self._free(group)
            else:
                await self._settled(outcomes)
                self._free(group)
        self._settling = None
        self._news.set()  # what is settled gives back its place

    def _free(self, group: list[tuple[Outcome, float]]) -> None:
        for outcome, begun in group:
            self.lines[outcome.outgoing.bot_id].freed(time.monotonic() - begun)
        self._news.set()

    async def _settled(self, group: list[Outcome]) -> None:
        try:
            await self.db.surely(lambda c: self._keep(c, group))
            self._mine.difference_update(outcome.outgoing.row.id for outcome in group)
        except Exception:
            # One that cannot be written down must not keep the others open.
            log.exception("Outcomes could not be kept together", rows=len(group))
            for outcome in group:
                await self._settled_alone(outcome)

    async def _settled_alone(self, outcome: Outcome) -> None:
        """An outcome with which something is wrong: else its place on the wire would be taken for ever."""
        row, state = outcome.outgoing.row, "uncertain" if outcome.error else "sent"
        bare = partial(wire.finish, row=row, state=state, now=self.clock())
        for keep in (partial(self._keep, group=[outcome]), bare):
            try:
                await self.db.surely(keep)
            except Exception:
                log.exception("An outcome could not be kept", delivery=row.id)
            else:
                self._mine.discard(row.id)
                return

    def _keep(self, connection: Connection, group: list[Outcome]) -> None:
        settle(connection, group, self.clock(), self.rules)
        if self.shared:
            # The others are to know at once that the platform asked for a pause.
            for bot_id in sorted({o.outgoing.bot_id for o in group if o.error and o.error.retry_after is not None}):
                line, pace = self.lines[bot_id], pacing.lock(connection, bot_id)
                pacing.keep(connection, bot_id, line.known(pace))

    async def _drain(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                if self._claiming and not self._claiming.done():
                    await asyncio.wait({self._claiming})
                if self._on_wire:
                    await asyncio.wait(self._on_wire)
                if self._settling:
                    await asyncio.wait({self._settling})


def _any_pace(chat: str) -> tuple[timedelta, int]:
    return timedelta(0), 1
