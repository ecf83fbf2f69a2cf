"""Notices on each engine: who is meant, who hears it once, and how it went."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select

from db import addresses, notices, outbox, people, receipts, units
from db.engine import Database
from db.notices import Notice
from db.people import Person
from db.receipts import Counts
from db.rules import Rules
from db.secrecy import secret_mark
from db.tables import due_items, links, notice_people, screens
from db.units import Unit

NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
NIGHT = datetime(2026, 11, 26, 14, tzinfo=UTC)
RULES = Rules()


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Kế hoạch diễn tập. MẬT", "MẬT"),
        ("TỐI MẬT\nPhương án", "TỐI MẬT"),
        ("Văn bản tuyệt mật, xin giữ kín", "TUYỆT MẬT"),
        ("công văn TUYỆT  MẬT số 5", "TUYỆT MẬT"),
        (unicodedata.normalize("NFD", "độ MẬT cao"), "MẬT"),
        ("M Ậ T", "MẬT"),
        ("tài liệu M.Ậ.T", "MẬT"),
        ("T\u200bỐI M\u200bẬT", "TỐI MẬT"),
        ("Độ mật: Tối mật\nKính gửi", "TỐI MẬT"),
        ("Phương án A\n(Mật)\nnội dung", "MẬT"),
        ("TOI MAT\nke hoach", "TỐI MẬT"),
        ("Bà con bán mật ong ở nhà văn hóa", None),
        ("Giữ bí mật mã số điện thoại", None),
        ("Tối mật độ xe đông, đi cẩn thận", None),
        ("Khám mắt\nmắt kém thì đến", None),
        ("Mắt", None),
        ("TẬP HUẤN NUÔI ONG", None),
        ("MẬTONG", None),
    ],
)
def test_a_mark_of_secrecy_is_seen_and_honey_is_not(text: str, mark: str | None) -> None:
    assert secret_mark(text) == mark


class Commune:
    """One commune with two cells; `reach` says whom the bot can write to."""

    def __init__(self, connection: Connection, name: str = "xã Suối Trong") -> None:
        self.connection = connection
        self.unit: Unit = units.add(connection, "commune", name)
        self.cells = [units.add(connection, "cell", cell, self.unit) for cell in ("thôn Khe Đào", "thôn Nà Lừa")]
        self.official = people.add(connection, self.unit, "Nguyễn Thị Hương")
        people.give_role(connection, self.official, self.unit, "official")

    def add(self, name: str, cell: int = 0, *, joined: bool = True, role: str = "") -> Person:
        person = people.add(self.connection, self.cells[cell], name)
        if role:
            people.give_role(self.connection, person, self.cells[cell], role)
        if joined:
            self.join(person)
        return person

    def join(self, *persons: Person, stopped: datetime | None = None) -> int:
        bot = addresses.bot(self.connection, "telegram", "1", "bot")
        address = addresses.heard_from(self.connection, bot, str(persons[0].id), NOON)
        for person in persons:
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed", "asked_at": NOON}
            self.connection.execute(links.insert().values(**row, stopped_at=stopped))
        return address.id

    def draft(self, text: str = "Việc gì: tiêm phòng dại.\nMang chó đến.") -> Notice:
        return notices.write(self.connection, self.official.id, text, NOON)

    def send(self, audience: str = "members", cell: int | None = None, now: datetime = NOON) -> Notice:
        cell_id = None if cell is None else self.cells[cell].id
        sent = notices.send(self.connection, self.draft(), audience, cell_id, now, RULES)
        assert sent is not None
        return sent

    def meant(self, notice: Notice) -> set[int]:
        mine = select(notice_people.c.person_id).where(notice_people.c.notice_id == notice.id)
        return set(self.connection.execute(mine).scalars())


async def test_each_audience_means_its_own_people_and_nobody_elses(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune, other = Commune(connection), Commune(connection, "xã Khác")
        lam, tinh = commune.add("Hoàng Văn Lâm", role="secretary"), commune.add("Ma Văn Tình")
        sinh = commune.add("Lý Văn Sinh", 1, joined=False)
        other.add("Người Xã Khác", role="secretary")
        gone = commune.add("Người Đã Chuyển")
        connection.execute(people.people.update().where(people.people.c.id == gone.id).values(left_at=NOON))
        assert commune.meant(commune.send("members")) == {lam.id, tinh.id, sinh.id}
        assert commune.meant(commune.send("secretaries")) == {lam.id}
        assert commune.meant(commune.send("cell", 1)) == {sinh.id}
        foreign = notices.send(connection, commune.draft(), "cell", other.cells[0].id, NOON, RULES)
        assert foreign is not None
        assert commune.meant(foreign) == set()

    await database.write(story)


async def test_reach_says_who_never_joined_and_who_stopped(database: Database) -> None:
    def story(connection: Connection) -> notices.Reach:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.add("Lý Văn Sinh", joined=False)
        commune.join(commune.add("Nông Văn Thắng", joined=False), stopped=NOON)
        dead = commune.join(commune.add("Bàn Văn Út", 1, joined=False))
        addresses.mark_dead(connection, dead, "blocked", NOON)
        empty = notices.reach(connection, commune.unit, "secretaries")
        assert empty == notices.Reach(0, 0, 0)
        return notices.reach(connection, commune.unit, "members")

    found = await database.write(story)
    assert found == notices.Reach(reached=1, not_joined=1, stopped=2)
    assert found.unreached == 3


async def test_a_draft_is_its_authors_and_is_sent_once(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune, other = Commune(connection), Commune(connection, "xã Khác")
        tinh = commune.add("Ma Văn Tình")
        draft = commune.draft()
        assert notices.draft_of(connection, draft.id, other.official.id) is None
        assert notices.send(connection, draft, "members", None, NOON, RULES) is not None
        assert notices.send(connection, draft, "members", None, NOON, RULES) is None
        assert notices.draft_of(connection, draft.id, commune.official.id) is None
        assert notices.for_official(connection, draft.id, commune.official.id) is not None
        assert notices.for_official(connection, draft.id, other.official.id) is None
        assert notices.for_official(connection, draft.id, tinh.id) is None
        assert [n.id for n in notices.sent_by(connection, commune.official.id, 0, 5)] == [draft.id]
        assert notices.sent_by(connection, other.official.id, 0, 5) == []
        with pytest.raises(LookupError):
            notices.write(connection, tinh.id, "Tôi không phải cán bộ", NOON)
        for wrong in ("MẬT", "x" * (notices.LONGEST + 1), "  "):
            with pytest.raises(ValueError, match="not a text"):
                notices.write(connection, commune.official.id, wrong, NOON)

    await database.write(story)


async def test_drafts_are_forgotten_after_a_day(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        draft, sent = commune.draft(), commune.send()
        notices.sweep(connection, NOON + timedelta(hours=23))
        assert notices.get(connection, draft.id) is not None
        notices.sweep(connection, NOON + timedelta(hours=25))
        assert notices.get(connection, draft.id) is None
        assert notices.get(connection, sent.id) is not None

    await database.write(story)


async def test_everyone_becomes_due_once_slice_by_slice(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        for number in range(5):
            commune.add(f"Người Thứ {number}")
        late = commune.add("Lý Văn Sinh", joined=False)
        notice = commune.send(now=NIGHT)
        assert [notices.carry_on(connection, NIGHT, most=2) for _ in range(4)] == [2, 2, 1, 0]
        morning = RULES.next_allowed(NIGHT)
        assert set(connection.execute(select(due_items.c.due_at)).scalars()) == {morning}
        commune.join(late)
        assert notices.carry_on(connection, morning, most=2) == 1
        assert receipts.counts(connection, notice, morning) == Counts(0, 6, 0, 0, 0, 0)
        assert notices.carry_on(connection, morning + notices.WORTH, most=2) == 0

    await database.write(story)


def _travel(connection: Connection, state: str) -> None:
    """Carry what is due to its addresses; the wire ends in `state`."""
    outbox.gather(connection, NOON, RULES)
    while batch := outbox.claim(connection, NOON, RULES, 1, 10):
        for row in batch:
            outbox.finish(connection, row.id, state, NOON)


async def test_counts_follow_every_outcome(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh, lam = commune.add("Ma Văn Tình"), commune.add("Hoàng Văn Lâm")
        sinh = commune.add("Lý Văn Sinh", 1, joined=False)
        notice = commune.send()
        counts = partial(receipts.counts, connection, notice, NOON)
        assert counts() == Counts(sent=0, waiting=2, unknown=0, failed=0, no_way=1, acknowledged=0)
        notices.carry_on(connection, NOON)
        assert counts().waiting == 2
        _travel(connection, "uncertain")
        assert (counts().unknown, counts().total, counts().everybody) == (2, 2, 3)
        assert notices.acknowledge(connection, notice.id, tinh.id, NOON) is True
        assert notices.acknowledge(connection, notice.id, tinh.id, NOON) is False
        assert notices.acknowledge(connection, notice.id, commune.official.id, NOON) is None
        assert counts() == Counts(sent=1, waiting=0, unknown=1, failed=0, no_way=1, acknowledged=1)
        assert [p.name for p in receipts.silent(connection, notice, NOON, 0, 9)] == [lam.name, sinh.name]
        assert [(p.name, p.why) for p in receipts.stuck(connection, notice, NOON, 0, 9)] == [
            (lam.name, "unknown"),
            (sinh.name, "not_joined"),
        ]
        assert [p.name for p in receipts.stuck(connection, notice, NOON, 1, 9)] == [sinh.name]

    await database.write(story)


async def test_only_the_uncertain_hear_it_once_more(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.add("Hoàng Văn Lâm")
        notice, official = commune.send(), commune.official.id
        notices.carry_on(connection, NOON)
        outbox.gather(connection, NOON, RULES)
        first, second = outbox.claim(connection, NOON, RULES, 1, 10)
        outbox.finish(connection, first.id, "sent", NOON)
        outbox.finish(connection, second.id, "uncertain", NOON)
        assert not outbox.repeats(connection, second)
        assert receipts.again(connection, notice, official, NOON, RULES) == 1
        assert receipts.again(connection, notice, official, NOON, RULES) == 0
        assert receipts.counts(connection, notice, NOON) == Counts(1, 1, 0, 0, 0, 0)
        _travel(connection, "sent")
        assert receipts.counts(connection, notice, NOON).sent == 2

    await database.write(story)


async def test_a_stopped_notice_reaches_nobody_else(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        notice = commune.send(now=NIGHT)
        notices.carry_on(connection, NIGHT)
        notices.stop(connection, notice, commune.official.id, NIGHT)
        stopped = notices.get(connection, notice.id)
        assert stopped is not None
        assert receipts.counts(connection, stopped, NIGHT).failed == 1
        assert outbox.gather(connection, RULES.next_allowed(NIGHT), RULES) == 0
        assert receipts.again(connection, stopped, commune.official.id, NIGHT, RULES) == 0

    await database.write(story)


async def test_a_screen_is_drawn_anew_only_when_its_figures_changed(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh = commune.add("Ma Văn Tình")
        desk = commune.join(commune.official)
        notice = commune.send()
        receipts.drawn(connection, notice, receipts.counts(connection, notice, NOON))
        row = {"address_id": desk, "name": receipts.screen(notice.id), "message_id": "7", "shown_at": NOON}
        connection.execute(screens.insert().values(**row))
        receipts.redraw(connection, NOON)
        assert outbox.next_instant(connection, NOON) is None
        notices.acknowledge(connection, notice.id, tinh.id, NOON)
        receipts.redraw(connection, NOON)
        assert outbox.next_instant(connection, NOON) == NOON + outbox.EDIT_GAP

    await database.write(story)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Việc gì: tiêm phòng dại cho chó.\nMang chó đến.", "tiêm phòng dại cho chó"),
        ("\n  Họp bí thư \nsáng mai", "Họp bí thư"),
    ],
)
def test_a_notice_is_called_by_its_first_line(text: str, title: str) -> None:
    row = {"audience": None, "cell_id": None, "state": "draft", "made_at": NOON, "send_after": None, "drawn": None}
    assert Notice(1, 1, 1, text, **row).title == title
