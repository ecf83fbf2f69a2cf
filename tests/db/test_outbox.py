"""The outbox on each engine: what is said together, what waits, what is dropped, and in which order it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select

from db import addresses, conversations, gathering, outbox, people, units, wire, workers
from db.engine import Database
from db.outbox import Delivery, allowed
from db.people import Person
from db.rules import Rules
from db.tables import deliveries, due_items, links
from db.wire import Arrived

NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)  # noon in the village, a Thursday
RULES = Rules()


def at_any_pace(chat: str) -> tuple[timedelta, int]:
    return timedelta(seconds=1), 100


def two_then_one_a_second(chat: str) -> tuple[timedelta, int]:
    return timedelta(seconds=1), 2


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return RULES.at(datetime(2026, 11, day, tzinfo=UTC).date(), time(hour, minute))


class Cell:
    """People of one cell; each `joins` on a chat of one bot."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.unit = units.add(connection, "cell", "thôn Khe Đào")
        self.bot = addresses.bot(connection, "telegram", "1", "bot")
        self.worker = workers.enlist(connection, NOON)
        self.tinh, self.sinh = self.add("Ma Văn Tình"), self.add("Lý Văn Sinh")

    def add(self, name: str) -> Person:
        return people.add(self.connection, self.unit, name)

    def join(self, *persons: Person, chat: str = "1", bot: int | None = None, at: datetime = NOON) -> int:
        address = addresses.heard_from(self.connection, bot or self.bot, chat, at)
        for person in persons:
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed", "asked_at": NOON}
            self.connection.execute(links.insert().values(**row))
        return address.id

    def due(self, kind: str, *persons: Person, subject: int = 1, at: datetime = NOON, worth: int = 48) -> int:
        ids = [person.id for person in persons or (self.tinh,)]
        until = at + timedelta(hours=worth)
        return outbox.due(self.connection, ids, kind, subject, due_at=at, worthless_after=until, now=at)

    def gather(self, now: datetime = NOON) -> int:
        return gathering.gather(self.connection, now, RULES)

    def claim(self, now: datetime = NOON, most: int = 8, bot: int | None = None) -> list[Delivery]:
        at, leaving = bot or self.bot, allowed(now, RULES)
        taken, _ = wire.claim(self.connection, now, leaving, at, most, self.worker, at_any_pace)
        return [one.row for one in taken]

    def arrived(self, row: Delivery, now: datetime = NOON, as_message: str = "7") -> None:
        wire.arrived(self.connection, [Arrived(row, as_message, now, [], None, "")], self.worker, now)

    def travel(self, now: datetime = NOON) -> list[list[str]]:
        """Carry all that can leave now; the kinds that each message held, in the order in which they left."""
        self.gather(now)
        left = []
        while rows := self.claim(now):
            for row in rows:
                carried = outbox.items_of(self.connection, [row.id])
                left.append([item.kind for item in carried.get(row.id, [])] or [row.screen or row.kind])
                self.arrived(row, now)
        return left

    def dies(self) -> None:
        """The worker is taken for dead, and another one begins."""
        workers.bury(self.connection, {self.worker: 0})
        self.worker = workers.enlist(self.connection, NOON)

    def states(self) -> list[tuple[str, str]]:
        found = select(due_items.c.kind, due_items.c.state).order_by(due_items.c.id)
        return [(kind, state) for kind, state in self.connection.execute(found).all()]


Tell = Callable[[Callable[[Cell], None]], Awaitable[None]]


@pytest.fixture
def cell(database: Database) -> Tell:
    """Tell a story about a cell in one transaction."""

    async def run(story: Callable[[Cell], None]) -> None:
        await database.write(lambda connection: story(Cell(connection)))

    return run


async def test_what_is_due_is_due_once(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        assert c.due("invite", c.tinh, c.sinh) == 2
        assert c.due("invite", c.tinh, c.sinh) == 0
        assert c.due("invite", subject=2) == 1
        assert c.gather() == 1
        assert c.gather() == 0
        assert c.states() == [("invite", "travelling"), ("invite", "unreachable"), ("invite", "travelling")]

    await cell(story)


MERGING = [
    # kinds that are due together, the messages that they make
    (["invite"], [["invite"]]),
    (["invite", "brief"], [["invite", "brief"]]),
    (["prepare", "invite", "materials"], [["prepare", "materials", "invite"]]),
    (["invite", "notice"], [["invite"], ["notice"]]),
    (["moved", "invite"], [["moved"], ["invite"]]),
    (["turned", "overruled"], [["turned"], ["overruled"]]),
    (["notice", "turned", "moved", "invite"], [["moved"], ["turned"], ["invite"], ["notice"]]),
]


@pytest.mark.parametrize(("kinds", "messages"), MERGING)
async def test_reminders_share_a_message_and_the_pressing_leave_first(
    cell: Tell, kinds: list[str], messages: list[list[str]]
) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        for kind in kinds:
            c.due(kind)
        assert [sorted(message) for message in c.travel()] == [sorted(message) for message in messages]

    await cell(story)


async def test_a_household_hears_the_same_thing_once(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh, c.sinh)
        c.due("notice", c.tinh, c.sinh)
        c.due("notice", c.tinh, subject=2)
        assert c.travel() == [["notice", "notice"], ["notice"]]

    await cell(story)


async def test_the_end_of_a_slice_tears_no_message_apart(cell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "SLICE", 1)

    def story(c: Cell) -> None:
        c.join(c.tinh, c.sinh)
        c.due("prepare", c.tinh)
        c.due("materials", c.tinh, subject=2)
        c.due("invite", c.sinh, subject=3)
        c.due("notice", c.tinh, subject=4)
        c.due("notice", c.tinh, c.sinh, subject=5)
        assert not gathering.go_on(c.connection, NOON, RULES, up_to=outbox.CHANGE)
        while gathering.go_on(c.connection, NOON, RULES):
            assert c.gather() <= 1
        assert c.travel() == [["prepare", "materials", "invite"], ["notice"], ["notice", "notice"]]

    await cell(story)


async def test_one_reminder_a_day_and_the_next_in_the_morning(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.due("invite")
        assert c.travel() == [["invite"]]
        c.due("ask", at=local(26, 18))
        c.due("materials", at=local(26, 18))
        assert c.travel(local(26, 18)) == [["materials"]]  # what the secretary needs is never held for that
        assert c.travel(local(27, 5, 59)) == []
        assert c.travel(local(27, 6)) == [["ask"]]

    await cell(story)


async def test_a_message_that_failed_was_none(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.due("invite")
        c.gather()
        [row] = c.claim()
        wire.finish(c.connection, row, "failed", NOON, "bad request")
        c.due("ask")
        assert c.travel() == [["ask"]]

    await cell(story)


NIGHT = [
    # kind, due at, leaves at
    ("invite", (26, 20, 29), (26, 20, 29)),
    ("invite", (26, 20, 30), (27, 6, 0)),
    ("call_list", (26, 23, 0), (27, 6, 0)),
    ("notice", (27, 3, 0), (27, 6, 0)),
    ("notice", (27, 6, 0), (27, 6, 0)),
    ("moved", (26, 23, 0), (26, 23, 0)),
    ("cancelled", (27, 2, 0), (27, 2, 0)),
]


@pytest.mark.parametrize(("kind", "due", "leaves"), NIGHT)
async def test_the_night_holds_all_but_changes(
    cell: Tell, kind: str, due: tuple[int, ...], leaves: tuple[int, ...]
) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.due(kind, at=local(*due))
        if due != leaves:
            assert c.travel(local(*due)) == []
            assert c.travel(local(*leaves) - timedelta(minutes=1)) == []
            assert outbox.next_instant(c.connection, local(*due), RULES) == local(*leaves)
        assert c.travel(local(*leaves)) == [[kind]]

    await cell(story)


async def test_the_night_holds_what_is_queued_already_but_no_answer(cell: Tell) -> None:
    def story(c: Cell) -> None:
        address_id = c.join(c.tinh)
        c.due("invite")
        c.gather()
        outbox.answer(c.connection, address_id, {"text": "Đã ghi"}, NOON)
        late = local(26, 21)
        [answer] = c.claim(late)
        assert answer.kind == "answer"
        c.arrived(answer, late)
        assert c.claim(late) == []
        assert [row.kind for row in c.claim(local(27, 6))] == ["items"]

    await cell(story)


async def test_nothing_leaves_after_its_moment(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.join(c.sinh, chat="2")
        c.due("today", worth=2)
        c.gather()
        c.due("today", c.sinh, worth=2)
        late = NOON + timedelta(hours=3)
        assert c.travel(late) == []
        assert c.states() == [("today", "travelling"), ("today", "expired")]
        expired = select(deliveries.c.state, deliveries.c.finished_at)
        assert c.connection.execute(expired).all() == [("expired", late)]

    await cell(story)


async def test_a_dead_address_gives_way_to_the_other(cell: Tell) -> None:
    def story(c: Cell) -> None:
        old = c.join(c.tinh, chat="1", at=NOON - timedelta(days=9))
        new = c.join(c.tinh, chat="2")
        c.due("invite")
        for address_id, again in ((new, 1), (old, 0)):
            assert c.gather() == 1
            [row] = c.claim()
            assert row.address_id == address_id
            wire.finish(c.connection, row, "failed", NOON, "blocked")
            addresses.mark_dead(c.connection, address_id, "blocked", NOON)
            wire.reroute(c.connection, row.id, NOON)
            assert addresses.best_of(c.connection, [c.tinh.id]) == ({c.tinh.id: old} if again else {})
        assert c.gather() == 0
        assert c.states() == [("invite", "unreachable")]

    await cell(story)


async def test_the_newest_way_to_each_person_is_found_at_once(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh, chat="1")
        newer = c.join(c.tinh, chat="2", at=NOON + timedelta(hours=1))
        home = c.join(c.sinh, chat="3")
        stranger, stopped = c.add("Người Lạ"), c.add("Người Dừng")
        c.join(stopped, chat="4")
        c.connection.execute(links.update().where(links.c.person_id == stopped.id).values(stopped_at=NOON))
        asked = [person.id for person in (c.tinh, c.sinh, stranger, stopped)]
        assert addresses.best_of(c.connection, asked) == {c.tinh.id: newer, c.sinh.id: home}
        assert addresses.best_of(c.connection, []) == {}

    await cell(story)


async def test_one_row_a_chat_is_on_the_wire_and_the_pressing_chats_come_first(cell: Tell) -> None:
    def story(c: Cell) -> None:
        here, there = c.join(c.tinh), c.join(c.sinh, chat="2")
        c.due("notice", c.tinh, c.sinh)
        c.gather()
        outbox.answer(c.connection, there, {"text": "một"}, NOON)
        outbox.answer(c.connection, there, {"text": "hai"}, NOON)
        first = c.claim()
        assert [(row.address_id, row.kind, row.tries) for row in first] == [(there, "answer", 1), (here, "items", 1)]
        assert c.claim() == []
        wire.put_back(c.connection, first[0], "held")
        assert [(row.message, row.tries) for row in c.claim()] == [({"text": "một"}, 1)]

    await cell(story)


async def test_each_bot_carries_its_own_and_no_more_than_it_has_room_for(cell: Tell) -> None:
    def story(c: Cell) -> None:
        other = addresses.bot(c.connection, "telegram", "2", "other")
        c.join(c.tinh)
        theirs = c.join(c.sinh, chat="1", bot=other)
        c.join(c.add("Ma Thị Lụa"), chat="2", bot=other)
        c.due("notice", c.tinh, c.sinh)
        c.gather()
        assert len(c.claim()) == 1
        assert [row.address_id for row in c.claim(bot=other, most=1)] == [theirs]

    await cell(story)


async def test_a_live_screen_is_drawn_once_for_all_that_happened_meanwhile(cell: Tell) -> None:
    def story(c: Cell) -> None:
        address_id = c.join(c.tinh)
        conversations.shown(c.connection, address_id, "status:1", "7", "", NOON)
        for seconds in (1, 2):
            watchers = conversations.watchers(c.connection, "status:1")
            outbox.refresh(c.connection, watchers, "status:1", NOON + timedelta(seconds=seconds))
        assert c.travel(NOON + timedelta(seconds=2)) == []
        assert c.travel(NOON + outbox.EDIT_GAP) == [["status:1"]]
        later = NOON + timedelta(minutes=1)
        outbox.refresh(c.connection, [address_id], "status:1", later)
        assert c.travel(later) == [["status:1"]]

    await cell(story)


async def test_what_may_have_arrived_is_said_again_by_its_kind(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.due("invite")
        c.due("notice")
        c.gather()
        [reminder] = c.claim()
        c.dies()
        assert wire.orphans(c.connection) == [reminder]
        assert not wire.unknown(c.connection, reminder, NOON, "crash", NOON)
        [again] = c.claim()
        assert (again.id, again.resent, again.tries) == (reminder.id, True, 2)
        c.arrived(again)
        [notice] = c.claim()
        assert wire.unknown(c.connection, notice, NOON, "timeout", NOON)
        assert [row.id for row in wire.uncertain(c.connection)] == [notice.id]
        assert outbox.is_idle(c.connection, NOON, RULES)

    await cell(story)


async def test_what_kills_the_bot_three_times_is_not_tried_again(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.due("invite")
        c.gather()
        held = []
        for _ in range(wire.MOST_TRIES):
            [row] = c.claim()
            c.dies()
            held.append(wire.unknown(c.connection, row, NOON, "crash", NOON))
        assert held == [False, False, True]
        assert c.claim() == []

    await cell(story)


async def test_a_worker_that_was_taken_for_dead_takes_nothing_and_may_tell_what_arrived(cell: Tell) -> None:
    def story(c: Cell) -> None:
        c.join(c.tinh)
        c.join(c.sinh, chat="2")
        c.due("invite", c.tinh, c.sinh)
        c.gather()
        first, second = c.claim()
        frozen = c.worker
        c.dies()
        for row in wire.orphans(c.connection):
            wire.unknown(c.connection, row, NOON, "crash", NOON)
        with pytest.raises(workers.FencedError):
            wire.claim(c.connection, NOON, allowed(NOON, RULES), c.bot, 8, frozen, at_any_pace)
        # One of its messages had come and was not sent again yet; the other is on its way a second time.
        [again] = c.claim(most=1)
        told = {first.id: first, second.id: second}
        letters = [Arrived(row, "9", NOON, [], None, "") for row in told.values()]
        wire.arrived(c.connection, letters, frozen, NOON)
        for row in told.values():
            wire.put_back(c.connection, row, "too late to say so")
        states = dict(c.connection.execute(select(deliveries.c.id, deliveries.c.state)).all())
        assert states == {again.id: "sending", (told.keys() - {again.id}).pop(): "sent"}

    await cell(story)


async def test_a_tap_proves_that_a_message_came(cell: Tell) -> None:
    def story(c: Cell) -> None:
        here = c.join(c.tinh)
        c.due("invite", subject=42)
        c.gather()
        [row] = c.claim()
        wire.unknown(c.connection, row, NOON, "timeout", NOON)
        prove = partial(wire.proven, c.connection, here)
        assert prove("7", "answer 41 yes", NOON) == 0
        assert prove("7", "answer 42 yes", NOON) == 1
        assert c.claim() == []
        c.due("moved", subject=43)
        c.gather()
        [row] = c.claim(most=1)
        wire.unknown(c.connection, row, NOON, "timeout", NOON)
        # A message that is known already proves nothing about another.
        assert prove("7", "answer 43 yes", NOON) == 0

    await cell(story)


async def test_a_chat_is_not_written_to_faster_than_it_bears(cell: Tell) -> None:
    def story(c: Cell) -> None:
        here = c.join(c.tinh)
        for number in range(4):
            outbox.answer(c.connection, here, {"text": str(number)}, NOON)

        def travel(now: datetime) -> list[str]:
            left, leaving = [], allowed(now, RULES)
            while taken := wire.claim(c.connection, now, leaving, c.bot, 8, c.worker, two_then_one_a_second)[0]:
                left += [(one.row.message or {})["text"] for one in taken]
                for one in taken:
                    c.arrived(one.row, now)
            return left

        assert travel(NOON) == ["0", "1"]
        assert outbox.next_instant(c.connection, NOON, RULES) == NOON + timedelta(seconds=1)
        assert travel(NOON + timedelta(seconds=1)) == ["2"]
        assert travel(NOON + timedelta(seconds=2)) == ["3"]

    await cell(story)


async def test_a_settled_answer_keeps_none_of_its_words(cell: Tell) -> None:
    def story(c: Cell) -> None:
        address_id = c.join(c.tinh)
        for state in ("sent", "failed", "uncertain", "cancelled"):
            outbox.answer(c.connection, address_id, {"text": "Bác Tình xin vắng"}, NOON)
            [row] = c.claim()
            wire.finish(c.connection, row, state, NOON)
        kept = c.connection.execute(select(deliveries.c.state, deliveries.c.message).order_by(deliveries.c.id)).all()
        assert kept == [(state, None) for state in ("sent", "failed", "uncertain", "cancelled")]

    await cell(story)
