"""A make-believe month on PostgreSQL: the real App under a movable clock, the far end of the benches, a whole country.

`python -m bench.month [--json] [--people N] [--minutes M]`. A probe of 600 members says how many members this machine
can play in M minutes of wall time. The roster holds N members whatever that comes to, so that every index is as deep
as it would be; the cells of as many members as there is time for live through 30 days: the ladder of the meeting of the
third of December, answers, a notice of each commune every week. One in 49 of those who answer taps, which
goes through the inbox; what the others say is written down by one statement and counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, func, select, text, update

import logs
import scheduler
from app import App, Post
from bench.figures import Figure, report
from bench.processes import FarEnd, far_end, note
from bench.scale_meter import Clock, Cost, Memory, Watched, grown, rows, server_cpu, sizes
from bench.scale_world import IN_A_CELL, IN_A_COMMUNE, Country, Founding
from bench.text import FIRST_CHAT, TOKEN, WORDS
from channels.telegram import Telegram
from config import Delivery, Settings
from config import Telegram as TelegramSettings
from db import notices
from db.tables import deliveries, meetings, notice_people, people
from files import Opener
from makebelieve.postgres import Server, postgres
from scheduler import remind

PEOPLE, PROBED = 1_000_000, 2 * IN_A_COMMUNE
ROSTER_S = 80e-6  # to write a member of the roster down
MARGIN = 0.85  # of the time is planned for: the machine is not ours alone
START, MEETING = datetime(2026, 11, 23, 17, tzinfo=UTC), "2026-12-03"  # midnight of the 24th in Viet Nam
END = START + timedelta(days=30)
EVENING = datetime(2026, 11, 26, 11, 30, tzinfo=UTC)
INVITED = datetime(2026, 11, 26, 12, tzinfo=UTC)  # half an hour after the invitations
NOTICES = [datetime(2026, *day, 1, tzinfo=UTC) for day in ((11, 27), (12, 7), (12, 14), (12, 21))]
READ = timedelta(hours=4)
KEEP_DAYS = 90
MOST_PER_SECOND = 1000  # that a configuration may say; faster than one process is here
LATER = timedelta(days=KEEP_DAYS + 2)
MOST_FORGOTTEN = 20_000

# By the place of a member in his cell of twenty: 14 will come, 2 will not, 1 does not know, 3 say nothing.
CHOICES = ["yes"] * 14 + ["no"] * 2 + ["unsure"]
KNOWING = 12  # of twenty say that they know of a notice
SAMPLE = 49  # one in so many taps; no divisor of a cell, so that all places have their turn


@dataclass(frozen=True)
class Size:
    """Members on the roster, and those whose month is played."""

    people: int
    live: int


@dataclass
class Played:
    size: Size
    evening: Cost = field(default_factory=Cost)
    reminders: Cost = field(default_factory=Cost)
    notices: Cost = field(default_factory=Cost)
    tapping: Cost = field(default_factory=Cost)
    forgetting: Cost = field(default_factory=Cost)
    taps: int = 0
    said: int = 0  # taps that there would be if everybody tapped
    memory: Memory = field(default_factory=Memory)
    longest: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    roster_bytes: int = 0
    founded_s: float = 0.0
    forgotten: int = 0

    @property
    def all(self) -> Cost:
        return self.reminders + self.notices + self.tapping


class Month:
    """Plays the month of a country's first cells."""

    def __init__(self, app: App, db: Watched, clock: Clock, there: FarEnd, country: Country, played: Played) -> None:
        self.app, self.db, self.clock, self.there = app, db, clock, there
        self.country, self.played = country, played
        self.postmaster = 0

    @property
    def _mine(self) -> tuple[int, int]:
        """The first member whose month is played, and the one behind the last."""
        return self.country.person, self.country.person + self.played.size.live

    async def play(self) -> None:
        self.postmaster = await self.db.read(_postmaster)
        await self._until(EVENING - timedelta(seconds=1))
        await self._due()
        await self._until(INVITED)
        await self._answer()
        for moment in NOTICES:
            await self._until(moment)
            ids = await self._notify(moment + READ)
            for notice_id in ids:
                await self.db.write(partial(self._known, notice_id=notice_id))
            await self._tap([(p, f"noticed {self._of(ids, p)}") for p in self._tappers() if self._place(p) < KNOWING])
            self.played.said += KNOWING * self.played.size.live // IN_A_CELL
        await self._until(END)

    async def _until(self, moment: datetime) -> None:
        async with self._costing() as cost:
            await self.app.advance(moment, self.clock.reach)
        self.played.reminders += cost
        self._note(cost)

    async def _due(self) -> None:
        """What a tick does first of all when the invitations are due, cell by cell."""
        await self.clock.reach(EVENING)
        async with self._costing() as cost:
            while await self.db.write(lambda c: remind.fire(c, EVENING, self.app.rules)):
                pass
        self.played.evening = cost
        self.played.reminders += cost

    def _note(self, cost: Cost) -> None:
        at = f"{self.clock.at:%d.%m. %H:%M}"
        note(f"{at} UTC: {cost.sends} messages in {cost.seconds:.1f} s; memory {self.played.memory.newest:.0f} MiB")

    @contextlib.asynccontextmanager
    async def _costing(self) -> AsyncIterator[Cost]:
        cost, begun = Cost(), time.perf_counter()
        ours, server, sends = time.process_time(), server_cpu(self.postmaster), await self.db.read(_sent)
        yield cost
        cost.seconds = time.perf_counter() - begun
        cost.ours, cost.server = time.process_time() - ours, server_cpu(self.postmaster) - server
        cost.sends = await self.db.read(_sent) - sends

    # ---- what people do ----

    def _place(self, person: int) -> int:
        return (person - self.country.person) % IN_A_CELL

    def _tappers(self) -> range:
        first, end = self._mine
        return range(first, end, SAMPLE)

    async def _tap(self, taps: list[tuple[int, str]]) -> None:
        first_chat = FIRST_CHAT - self.country.person
        async with self._costing() as cost:
            self.there.tap([(first_chat + person, action) for person, action in taps])
            await self.app.settle()
        self.played.tapping += cost
        self.played.taps += len(taps)

    async def _answer(self) -> None:
        """Whoever answers the invitation does so now."""
        asked = await self.db.read(self._asked)
        said = [(p, self._place(p)) for p in self._tappers() if self._place(p) < len(CHOICES)]
        await self._tap([(p, f"answer {asked[p]} {CHOICES[place]} 1") for p, place in said])
        await self.db.write(self._say)
        self.played.said += len(CHOICES) * self.played.size.live // IN_A_CELL

    def _asked(self, connection: Connection) -> dict[int, int]:
        """Person -> the meeting that he was asked about, for those who tap."""
        here = (meetings.c.unit_id == people.c.unit_id) & (meetings.c.occurrence == MEETING)
        found = select(people.c.id, meetings.c.id).join(meetings, here).where(people.c.id.in_(list(self._tappers())))
        return {person: meeting for person, meeting in connection.execute(found).all()}

    def _say(self, connection: Connection) -> None:
        """What those say who are only counted."""
        statement = (
            "INSERT INTO intentions (meeting_id, person_id, choice, revision, how, said_at) "
            "SELECT m.id, p.id, (CAST(:choices AS VARCHAR[]))[1 + (p.id - :first) % :cell], 1, 'self', :now "
            "FROM people AS p JOIN meetings AS m ON m.unit_id = p.unit_id AND m.occurrence = :day "
            "WHERE p.id >= :first AND p.id < :end AND (p.id - :first) % :cell < :answering ON CONFLICT DO NOTHING"
        )
        first, end = self._mine
        values = {"choices": CHOICES, "first": first, "end": end, "cell": IN_A_CELL, "answering": len(CHOICES)}
        connection.execute(text(statement), {**values, "now": self.clock.now(), "day": MEETING})

    # ---- notices ----

    async def _notify(self, until: datetime) -> list[int]:
        """The official of every commune sends a notice, which is carried to everybody; their numbers."""
        officials = range(self.country.official, self.country.official + self.country.communes(self.played.size.live))
        async with self._costing() as cost:
            ids = [await self.db.write(partial(self._send, official=one)) for one in officials]
            await self.app.advance(until, self.clock.reach)
        self.played.notices += cost
        self._note(cost)
        return ids

    def _send(self, connection: Connection, official: int) -> int:
        draft = notices.write(connection, official, WORDS, self.clock.now())
        sent = notices.send(connection, draft, "members", None, self.clock.now(), self.app.rules)
        if sent is None:
            raise RuntimeError("the notice was not sent")
        return sent.id

    def _of(self, ids: list[int], person: int) -> int:
        """The notice of a member's commune."""
        return ids[(person - self.country.person) // IN_A_COMMUNE]

    def _known(self, connection: Connection, notice_id: int) -> None:
        """Those say that they know who are only counted."""
        first, end = self._mine
        number = notice_people.c.person_id - first
        counted = (number % IN_A_CELL < KNOWING) & (number % SAMPLE != 0) & (notice_people.c.person_id < end)
        mine = update(notice_people).where(notice_people.c.notice_id == notice_id, counted)
        connection.execute(mine.values(acknowledged_at=self.clock.now()))
        notices.touched(connection, notice_id, self.clock.now())

    # ---- afterwards ----

    async def forget(self) -> None:
        """Do some of what happens every night, on nights when all of this is too old to be kept."""
        before = await self.db.read(_sent)
        async with self._costing() as cost:
            while before - await self.db.read(_sent) < min(MOST_FORGOTTEN, before):
                await self.db.write(lambda c: scheduler.clean(c, END + LATER, KEEP_DAYS))
        self.played.forgetting, self.played.forgotten = cost, before - await self.db.read(_sent)


def _sent(connection: Connection) -> int:
    counted = select(func.count()).select_from(deliveries).where(deliveries.c.state == "sent")
    return int(connection.execute(counted).scalar_one())


def _postmaster(connection: Connection) -> int:
    folder = connection.execute(text("SHOW data_directory")).scalar_one()
    return int((Path(folder) / "postmaster.pid").read_text(encoding="ascii").split()[0])


def opened(url: str, there: FarEnd, clock: Clock) -> tuple[App, Watched]:
    """The product as app.build makes it, on a database that watches its transactions."""
    settings = Settings(
        database=url,
        secret=SecretStr("for benches only"),
        telegram=TelegramSettings(token=SecretStr(TOKEN)),
        delivery=Delivery(per_second=MOST_PER_SECOND, keep_days=KEEP_DAYS),
    )
    db = Watched(url, clock.now)
    opener = Opener(db, clock.now, settings.rules())
    pace = settings.delivery
    channel = Telegram(TOKEN, opener, base_url=there.base_url, at_once=pace.in_flight, per_second=pace.per_second)
    return App(settings, db, [Post(channel)], clock.now), db


async def played(url: str, there: FarEnd, size: Size) -> Played:
    """A month of so many people in an empty database."""
    found, clock = Played(size), Clock(START)
    app, db = opened(url, there, clock)
    await app.start()
    begun = time.perf_counter()
    country = await db.write(lambda c: _founded(c, size, app))
    found.founded_s = time.perf_counter() - begun
    note(f"{size.people} members written down in {found.founded_s:.0f} s; {size.live} of them live")
    await db.write(lambda c: c.execute(text("ANALYZE")))
    before_bytes, before_rows = await db.read(sizes), await db.read(rows)
    found.roster_bytes = sum(before_bytes.values())
    db.longest.clear()
    month = Month(app, db, clock, there, country, found)
    async with found.memory.watched():
        await month.play()
    found.longest = dict(db.longest)
    found.bytes, found.rows = grown(before_bytes, await db.read(sizes)), grown(before_rows, await db.read(rows))
    await month.forget()
    await app.close()
    return found


def _founded(connection: Connection, size: Size, app: App) -> Country:
    founding = Founding(connection, START)
    country = founding.country(size.people, TOKEN, FIRST_CHAT)
    founding.third_of_the_month(country, size.live // IN_A_CELL, app.rules)
    return country


# ---- figures ----


def figures(found: Played) -> Iterator[Figure]:
    live, cost = found.size.live, found.all
    yield Figure("members on the roster", found.size.people, "")
    yield Figure("members whose month was played", live, "")
    yield Figure("wall time of the month", round(cost.seconds / 60, 2), "min", 10, "ratio <= 1")
    yield Figure("messages sent in it", cost.sends, "")
    yield Figure("reminders, a member and month", round(found.reminders.sends / live, 3), "")
    yield Figure("notices, a member and month", round(found.notices.sends / live, 3), "")
    yield Figure("taps, a member and month", round(found.said / live, 3), "")
    yield Figure("answers, a tap", round(found.tapping.sends / max(found.taps, 1), 3), "")
    yield from _costs(found)
    yield from _transactions(found)
    begun, ended = found.memory.at(0.1), found.memory.newest
    yield Figure("memory at the end, to a tenth of the way", round(ended), "MiB", round(begun), "ratio <= 1.15")
    yield Figure("bytes of a member on the roster", round(found.roster_bytes / found.size.people), "B")
    yield from _kept(found)


def _costs(found: Played) -> Iterator[Figure]:
    kinds = (
        ("reminder", found.reminders, found.reminders.sends),
        ("notice to one member", found.notices, found.notices.sends),
        ("tap with its answer", found.tapping, found.taps),
        ("message forgotten after 90 days", found.forgetting, found.forgotten),
    )
    for name, cost, count in kinds:
        ours, server = cost.per(count)
        yield Figure(f"CPU of a {name}, the bot", round(ours, 3), "ms")
        yield Figure(f"CPU of a {name}, the database server", round(server, 3), "ms")
        yield Figure(f"wall time of a {name}", round(1000 * cost.seconds / max(count, 1), 3), "ms")


def _transactions(found: Played) -> Iterator[Figure]:
    cells = found.size.live // IN_A_CELL
    evening = "making the reminders of the invitations' evening due, a cell"
    yield Figure(evening, round(1000 * found.evening.seconds / cells, 2), "ms")
    yield Figure("longest transaction of a tick", round(found.longest["App._tick"][0], 2), "s")
    others = {name: seconds for name, (seconds, _) in found.longest.items() if name != "App._tick"}
    name = max(others, key=lambda name: others[name])
    yield Figure(f"longest other transaction ({name})", round(others[name], 2), "s")


def _kept(found: Played) -> Iterator[Figure]:
    """Bytes and rows, of every table that makes up a hundredth of it."""
    live, total = found.size.live, sum(found.bytes.values())
    yield Figure("bytes a member and month, as played", round(total / live), "B")
    yield Figure("rows a member and month, as played", round(sum(found.rows.values()) / live, 2), "")
    for name, size in found.bytes.items():
        if 100 * size >= total:
            yield Figure(f"bytes a member and month: {name}", round(size / live), "B")
            yield Figure(f"rows a member and month: {name}", round(found.rows[name] / live, 3), "")


# ---- how many ----


def fits(probe: Played, people_: int, minutes: float) -> Size:
    """As many members as the machine can play in the time."""
    seconds = probe.all.seconds / probe.size.live
    left = 60 * minutes * MARGIN - people_ * ROSTER_S
    return whole(people_, int(left / seconds))


def whole(people_: int, live: int) -> Size:
    """Whole communes, two at least."""
    return Size(people_, max(PROBED, min(people_, live) // IN_A_COMMUNE * IN_A_COMMUNE))


def prepared(server: Server) -> None:
    """Time runs fast, and so does the server's own housekeeping, which goes by the real clock."""
    server.run("ALTER SYSTEM SET autovacuum_naptime = '1s'")
    server.run("SELECT pg_reload_conf()")


def measure(people_: int, minutes: float, live: int | None = None) -> Iterator[Figure]:
    with far_end() as there, postgres() as server:
        prepared(server)
        size = whole(people_, live or 0)
        if live is None:
            probe = asyncio.run(played(server.empty(), there, Size(PROBED, PROBED)))
            size = fits(probe, people_, minutes)
            note(f"the probe took {1000 * probe.all.seconds / PROBED:.1f} ms a member: {size}")
        there.behave()
        yield from figures(asyncio.run(played(server.empty(), there, size)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=PEOPLE, help="members on the roster")
    parser.add_argument("--minutes", type=float, default=10.0, help="wall time that the month may take")
    parser.add_argument("--live", type=int, help="members whose month is played, instead of what a probe says")
    wanted = parser.parse_args()
    logs.set_up()
    report(list(measure(wanted.people, wanted.minutes, wanted.live)), as_json=wanted.json)


if __name__ == "__main__":
    main()
