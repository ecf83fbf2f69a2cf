"""What is finished goes after a while; what may still be said, or is not known, stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Table, func, select

from db import addresses, doubts, gathering, inbox, notices, outbox, people, receipts, retention, units
from db.engine import Database
from db.inbox import Arrival
from db.notices import Notice
from db.receipts import Counts
from db.rules import Rules
from db.tables import deliveries, due_items, links, notice_people, received

NOON = datetime(2026, 8, 3, 5, tzinfo=UTC)
KEEP = timedelta(days=90)
LATER = NOON + KEEP + timedelta(days=2)
RULES = Rules()


class Commune:
    """One cell of people whom the bot can write to, and an official."""

    def __init__(self, connection: Connection, people_: int) -> None:
        self.connection = connection
        self.unit = units.add(connection, "commune", "xã Suối Trong")
        self.cell = units.add(connection, "cell", "thôn Khe Đào", self.unit)
        self.official = people.add(connection, self.unit, "Nguyễn Thị Hương")
        people.give_role(connection, self.official, self.unit, "official")
        bot = addresses.bot(connection, "telegram", "1", "bot")
        self.people = [people.add(connection, self.cell, f"Người Thứ {n}") for n in range(people_)]
        for person in self.people:
            address = addresses.heard_from(connection, bot, str(person.id), NOON)
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed", "asked_at": NOON}
            connection.execute(links.insert().values(**row))

    def notify(self, *states: str, now: datetime = NOON) -> Notice:
        """A notice whose messages end in these states, one after the other; what is left stays queued."""
        draft = notices.write(self.connection, self.official.id, "Mời họp sáng thứ Bảy.", now)
        notice = notices.send(self.connection, draft, "members", None, now, RULES)
        assert notice is not None
        while gathering.gather(self.connection, now, RULES):
            pass
        queued = select(deliveries.c.id).where(deliveries.c.state == "queued").order_by(deliveries.c.id)
        for row_id, state in zip(self.connection.execute(queued).scalars().all(), states, strict=False):
            values = {"state": state, "dispatched_at": now, "finished_at": now}
            self.connection.execute(deliveries.update().where(deliveries.c.id == row_id).values(**values))
        return notice

    def prune(self, now: datetime = LATER, most: int = 2) -> int:
        """To the end, in slices; how many of these there were."""
        slices = 0
        while retention.prune(self.connection, now, KEEP, most):
            slices += 1
        return slices

    def count(self, table: Table) -> int:
        return self.connection.execute(select(func.count()).select_from(table)).scalar_one()


Tell = Callable[[Callable[[Commune], None], int], Awaitable[None]]


@pytest.fixture
def commune(database: Database) -> Tell:
    """Tell a story about a commune of so many people in one transaction."""

    async def run(story: Callable[[Commune], None], people_: int) -> None:
        await database.write(lambda connection: story(Commune(connection, people_)))

    return run


async def test_an_old_notice_keeps_its_figures_when_its_rows_are_gone(commune: Tell) -> None:
    def story(c: Commune) -> None:
        notice = c.notify("sent", "sent", "failed", "expired", "uncertain")
        notices.acknowledge(c.connection, notice.id, c.people[0].id, NOON)
        before = receipts.counts(c.connection, notice, LATER)
        assert before == Counts(sent=2, waiting=0, unknown=1, failed=2, no_way=0, acknowledged=1)
        assert c.prune(NOON + KEEP) == 0
        assert c.prune() > 1
        assert receipts.counts(c.connection, notice, LATER) == before
        assert (c.count(deliveries), c.count(due_items), c.count(notice_people)) == (1, 1, 5)
        assert [doubt.name for doubt in doubts.about(c.connection, notice, LATER)] == ["Người Thứ 4"]

    await commune(story, 5)


async def test_the_furthest_of_several_attempts_is_kept(commune: Tell) -> None:
    def story(c: Commune) -> None:
        notice = c.notify("uncertain", "uncertain")
        found = doubts.about(c.connection, notice, NOON)
        doubts.send_again(c.connection, notice, found, c.official.id, NOON, RULES)
        gathering.gather(c.connection, NOON, RULES)
        queued = select(func.min(deliveries.c.id)).where(deliveries.c.state == "queued").scalar_subquery()
        values = {"state": "sent", "finished_at": NOON}
        c.connection.execute(deliveries.update().where(deliveries.c.id == queued).values(**values))
        c.prune()
        assert receipts.counts(c.connection, notice, LATER) == Counts(1, 1, 0, 0, 0, 0)
        c.connection.execute(deliveries.update().where(deliveries.c.state == "queued").values(**values))
        c.prune()
        assert receipts.counts(c.connection, notice, LATER) == Counts(2, 0, 0, 0, 0, 0)
        assert c.count(deliveries) == 0

    await commune(story, 2)


async def test_what_may_still_be_worth_saying_stays_and_is_said_once(commune: Tell) -> None:
    def story(c: Commune) -> None:
        ids = [person.id for person in c.people]
        until = {"moved": LATER + timedelta(days=1), "cancelled": NOON + timedelta(days=1)}
        for kind, worthless_after in until.items():
            outbox.due(c.connection, ids, kind, 7, due_at=NOON, worthless_after=worthless_after, now=NOON)
        gathering.gather(c.connection, NOON, RULES)
        c.connection.execute(deliveries.update().values(state="sent", finished_at=NOON))
        c.prune()
        left = c.connection.execute(select(due_items.c.kind)).scalars().all()
        assert left == ["moved"] * 3
        assert outbox.due(c.connection, ids, "moved", 7, due_at=NOON, worthless_after=until["moved"], now=LATER) == 0

    await commune(story, 3)


@pytest.mark.parametrize(
    ("state", "stays"),
    [("unreachable", 0), ("expired", 0), ("cancelled", 0), ("held", 0), ("waiting", 3)],
)
async def test_what_never_left_goes_too(commune: Tell, state: str, stays: int) -> None:
    def story(c: Commune) -> None:
        notice = c.notify()
        c.connection.execute(due_items.update().values(state=state, delivery_id=None))
        c.connection.execute(deliveries.delete())
        before = receipts.counts(c.connection, notice, NOON)
        c.prune()
        assert c.count(due_items) == stays
        kept = receipts.counts(c.connection, notice, LATER)
        assert kept == (Counts(0, 0, 0, 3, 0, 0) if state == "held" else before)

    await commune(story, 3)


async def test_events_go_after_a_day_and_broken_ones_after_a_week(commune: Tell) -> None:
    def story(c: Commune) -> None:
        arrivals = [Arrival(str(n), "1", NOON, {"update_id": n}) for n in range(6)]
        inbox.store(c.connection, 1, arrivals, NOON)
        states = {"0": "done", "1": "done", "2": "done", "3": "poisoned", "4": "poisoned"}
        for event, state in states.items():
            mine = received.update().where(received.c.event_key == event)
            c.connection.execute(mine.values(state=state))
        left = {}
        for hours in (23, 25, 24 * 8):
            c.prune(NOON + timedelta(hours=hours))
            left[hours] = c.count(received)
        assert left == {23: 6, 25: 3, 24 * 8: 1}

    await commune(story, 1)


async def test_a_second_notice_takes_the_room_of_the_first(database_url: str) -> None:
    database = Database(database_url)

    async def size() -> int:
        return await database.read(lambda c: int(c.exec_driver_sql("PRAGMA page_count").scalar_one()))

    commune = await database.write(lambda c: Commune(c, 3000))
    empty = await size()

    def notify(connection: Connection, now: datetime) -> None:
        commune.connection = connection
        commune.notify(*["sent"] * 3000, now=now)

    await database.write(lambda c: notify(c, NOON))
    one = await size()
    while await database.write(lambda c: retention.prune(c, LATER, KEEP)):
        pass
    await database.write(lambda c: notify(c, LATER))
    two = await size()
    await database.close()
    assert (two - empty) <= 1.1 * (one - empty)
