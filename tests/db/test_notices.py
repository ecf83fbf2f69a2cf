"""Notices on each engine: who is meant, who hears it once, and how it went."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, takewhile

import pytest
from sqlalchemy import Connection, func, select

from db import addresses, audience, consent, doubts, fanout, gathering, notices, people, receipts, units
from db.engine import Database
from db.notices import Notice
from db.people import Person
from db.receipts import Counts
from db.rules import Rules
from db.secrecy import secret_mark
from db.tables import deliveries, due_items, links, notice_people, screens
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
    def story(connection: Connection) -> audience.Reach:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.add("Lý Văn Sinh", joined=False)
        commune.join(commune.add("Nông Văn Thắng", joined=False), stopped=NOON)
        dead = commune.join(commune.add("Bàn Văn Út", 1, joined=False))
        addresses.mark_dead(connection, dead, "blocked", NOON)
        empty = audience.reach(connection, commune.unit, "secretaries")
        assert empty == audience.Reach(0, 0, 0)
        return audience.reach(connection, commune.unit, "members")

    found = await database.write(story)
    assert found == audience.Reach(reached=1, not_joined=1, stopped=2)
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


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice is two people, so that a handful are as many as a million."""
    monkeypatch.setattr(notices, "SLICE", 2)
    monkeypatch.setattr(receipts, "SLICE", 2)
    monkeypatch.setattr(receipts, "COUNTED", 2)


def _carried(connection: Connection, now: datetime = NOON) -> int:
    """Carry on to the end; in how many slices."""
    return sum(1 for _ in takewhile(bool, (notices.carry_on(connection, now, 2) for _ in count())))


def _told(connection: Connection) -> list[int]:
    return sorted(connection.execute(select(due_items.c.person_id).where(due_items.c.kind == "notice")).scalars())


def _known(connection: Connection, notice: Notice) -> Notice:
    found = notices.get(connection, notice.id)
    assert found is not None
    return found


async def test_few_are_told_at_once(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh, sinh = commune.add("Ma Văn Tình"), commune.add("Lý Văn Sinh", 1, joined=False)
        notice = commune.send(now=NIGHT)
        assert notice.is_listed
        assert (commune.meant(notice), _told(connection)) == ({tinh.id, sinh.id}, [tinh.id])
        morning = RULES.next_allowed(NIGHT)
        assert set(connection.execute(select(due_items.c.due_at)).scalars()) == {morning}
        assert not notices.carry_on(connection, NIGHT)

    await database.write(story)


@pytest.mark.usefixtures("slices")
@pytest.mark.parametrize("to", ["members", "secretaries"])
async def test_many_are_written_down_and_told_slice_by_slice(database: Database, to: str) -> None:
    def story(connection: Connection) -> None:
        commune, other = Commune(connection), Commune(connection, "xã Khác")
        some = [commune.add(f"Người Thứ {n}", n % 2, role="secretary") for n in range(5)]
        absent = commune.add("Lý Văn Sinh", joined=False, role="secretary")
        other.add("Người Xã Khác", role="secretary")
        notice = commune.send(to)
        later = commune.add("Người Đến Sau", role="secretary")
        assert (commune.meant(notice), _told(connection)) == (set(), [])
        assert not receipts.counts(connection, notice, NOON).ready
        assert notices.carry_on(connection, NOON, 4)
        before = commune.meant(notice)
        assert 0 < len(before) < 5
        gone = next(person for person in some if person.id not in before)
        connection.execute(people.people.update().where(people.people.c.id == gone.id).values(left_at=NOON))
        assert _carried(connection) > 1
        there = {person.id for person in some} - {gone.id}
        assert commune.meant(notice) == there | {absent.id}
        assert _told(connection) == sorted(there)
        assert later.id not in commune.meant(notice)
        assert not notices.carry_on(connection, NOON)

    await database.write(story)


async def test_two_processes_may_list_at_once(database: Database) -> None:
    def before(connection: Connection) -> tuple[Notice, set[int]]:
        commune = Commune(connection)
        ids = {commune.add(f"Người Thứ {n}").id for n in range(9)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(notices, "SLICE", 2)
            return commune.send(), ids

    async def work() -> None:
        while await database.write(lambda c: notices.carry_on(c, NOON, 2)):
            pass

    notice, ids = await database.write(before)
    await asyncio.gather(work(), work(), work())
    while await database.write(
        lambda c: notices.carry_on(c, NOON, 2)
    ):  # one may have ended before another's last slice
        pass
    mine = select(notice_people.c.person_id).where(notice_people.c.notice_id == notice.id)
    assert set(await database.read(lambda c: c.execute(mine).scalars().all())) == ids
    assert await database.read(_told) == sorted(ids)


async def test_whoever_can_be_reached_later_is_told_then(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh, sinh, ghen = (commune.add(name, joined=False) for name in ("Ma Văn Tình", "Lý Văn Sinh", "Đặng Thị Ghến"))
        commune.join(sinh, stopped=NOON)
        dead = commune.join(ghen)
        addresses.mark_dead(connection, dead, "blocked", NOON)
        notice = commune.send()
        stopped = commune.send()
        notices.stop(connection, stopped, commune.official.id, NOON)
        assert _told(connection) == []
        commune.join(tinh)
        consent.catch_up(connection, tinh, NOON, RULES)
        consent.catch_up(connection, tinh, NOON, RULES)
        assert _told(connection) == [tinh.id]
        assert consent.resume(connection, sinh.id)
        consent.catch_up(connection, sinh, NOON, RULES)
        addresses.heard_from(connection, 1, str(ghen.id), NOON)
        assert _told(connection) == sorted([tinh.id, sinh.id, ghen.id])
        late = commune.add("Vàng A Sùng", joined=False)
        other = commune.send()
        commune.join(late)
        consent.catch_up(connection, late, NOON + fanout.WORTH, RULES)
        assert late.id in commune.meant(other) - commune.meant(notice)
        assert late.id not in _told(connection)

    await database.write(story)


async def test_what_comes_too_late_is_listed_and_told_to_nobody(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh = commune.add("Ma Văn Tình")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(notices, "SLICE", 0)
            notice = commune.send()
        assert notices.carry_on(connection, NOON + fanout.WORTH)
        assert (commune.meant(notice), _told(connection)) == ({tinh.id}, [])
        assert receipts.counts(connection, _known(connection, notice), NOON + fanout.WORTH).no_way == 1

    await database.write(story)


def _wire(connection: Connection, state: str, most: int = 100) -> list[int]:
    """Carry what is due to its addresses; the wire ends in `state`. The notices of what left, in order."""
    gathering.gather(connection, NOON, RULES)
    queued = select(deliveries.c.id).where(deliveries.c.state == "queued", deliveries.c.kind == "items")
    ids = connection.execute(queued.order_by(deliveries.c.id).limit(most)).scalars().all()
    values = {"state": state, "dispatched_at": NOON, "finished_at": NOON}
    connection.execute(deliveries.update().where(deliveries.c.id.in_(ids)).values(**values))
    carried = select(due_items.c.subject).where(due_items.c.delivery_id.in_(ids), due_items.c.kind == "notice")
    return list(connection.execute(carried).scalars())


async def test_counts_follow_every_outcome(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh, lam = commune.add("Ma Văn Tình"), commune.add("Hoàng Văn Lâm")
        sinh = commune.add("Lý Văn Sinh", 1, joined=False)
        notice = commune.send()
        counts = partial(receipts.counts, connection, notice, NOON)
        assert counts() == Counts(sent=0, waiting=2, unknown=0, failed=0, no_way=1, acknowledged=0)
        _wire(connection, "uncertain")
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


async def test_a_stopped_notice_reaches_nobody_else(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.add("Hoàng Văn Lâm")
        notice = commune.send()
        gathering.gather(connection, NOON, RULES)
        notices.stop(connection, notice, commune.official.id, NOON)
        stopped = _known(connection, notice)
        assert receipts.counts(connection, stopped, NOON).failed == 2
        assert _wire(connection, "sent") == []

    await database.write(story)


# ---- refused time after time ----


def _refused(notice: Notice, times: int) -> list[tuple[int, bool]]:
    return [(notice.id, False)] * times


@pytest.mark.parametrize(
    ("groups", "state"),
    [
        ([19], "sending"),
        ([20], "paused"),
        ([10, 9, 1], "paused"),
        ([19, "ok", 19], "sending"),
        ([10, "ok", 20, "ok"], "paused"),
        (["ok"] * 30, "sending"),
    ],
)
async def test_twenty_refusals_in_a_row_pause_a_notice(database: Database, groups: list[int | str], state: str) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        notice, other = commune.send(), commune.send()
        for group in groups:
            outcomes = [(notice.id, True)] if group == "ok" else _refused(notice, int(group))
            notices.went(connection, [*outcomes, (other.id, True)], NOON)
        assert _known(connection, notice).state == state
        assert _known(connection, other).state == "sending"
        asked = select(due_items.c.person_id, due_items.c.subject).where(due_items.c.kind == "notice_paused")
        told = [(commune.official.id, notice.id)] if state == "paused" else []
        assert [tuple(row) for row in connection.execute(asked).all()] == told

    await database.write(story)


@pytest.mark.parametrize("many", [False, True])
async def test_a_paused_notice_waits_and_goes_on_to_everybody_once(
    database: Database, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        some = [commune.add(f"Người Thứ {n}") for n in range(6)]
        commune.add("Lý Văn Sinh", joined=False)
        notice = commune.send()
        if many:
            monkeypatch.setattr(notices, "SLICE", 2)
        assert _wire(connection, "sent", 1) == [notice.id]
        [on_the_wire] = _claimed(connection, 1)
        notices.went(connection, _refused(notice, 20), NOON)
        _carried(connection)
        paused = _known(connection, notice)
        assert _wire(connection, "sent") == []
        # What was on the wire comes back: it is rendered to nothing, and waits with the others.
        connection.execute(deliveries.update().where(deliveries.c.id == on_the_wire).values(state="queued"))
        notices.set_aside(connection, [on_the_wire])
        connection.execute(deliveries.update().where(deliveries.c.id == on_the_wire).values(state="cancelled"))
        assert receipts.counts(connection, paused, NOON) == Counts(1, 5, 0, 0, 1, 0)
        notices.resume(connection, paused, commune.official.id, NOON, RULES)
        _carried(connection)
        assert len(_wire(connection, "sent")) == 5
        assert receipts.counts(connection, _known(connection, notice), NOON) == Counts(6, 0, 0, 0, 1, 0)
        assert _told(connection) == sorted(person.id for person in some)
        assert _known(connection, notice).refusals == 0

    await database.write(story)


def _claimed(connection: Connection, most: int) -> list[int]:
    queued = select(deliveries.c.id).where(deliveries.c.state == "queued", deliveries.c.kind == "items").limit(most)
    ids = list(connection.execute(queued).scalars())
    connection.execute(deliveries.update().where(deliveries.c.id.in_(ids)).values(state="sending"))
    return ids


async def test_a_second_pause_is_told_again_and_a_paused_notice_can_be_stopped(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        notice, official = commune.send(), commune.official.id
        for times in (1, 2):
            notices.went(connection, _refused(notice, 20), NOON)
            notices.went(connection, _refused(notice, 20), NOON)
            asked = select(due_items.c.revision).where(due_items.c.kind == "notice_paused")
            assert connection.execute(asked.order_by(due_items.c.revision)).scalars().all() == [1, 2][:times]
            later = NOON + timedelta(days=2)
            notices.resume(connection, _known(connection, notice), official, later, RULES)
            notices.resume(connection, _known(connection, notice), official, later, RULES)
            assert _known(connection, notice).is_open(later)
        notices.went(connection, _refused(notice, 20), NOON)
        notices.stop(connection, _known(connection, notice), official, NOON)
        assert receipts.counts(connection, _known(connection, notice), NOON).failed == 1
        notices.resume(connection, _known(connection, notice), official, NOON, RULES)
        assert _known(connection, notice).state == "stopped"

    await database.write(story)


# ---- those of whom nobody knows ----


async def test_only_the_uncertain_hear_it_once_more(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.add("Hoàng Văn Lâm")
        notice, official = commune.send(), commune.official.id
        _wire(connection, "sent", 1)
        _wire(connection, "uncertain")
        found = doubts.about(connection, notice, NOON)
        assert doubts.send_again(connection, notice, found, official, NOON, RULES) == 1
        assert doubts.send_again(connection, notice, [], official, NOON, RULES) == 0
        assert receipts.counts(connection, notice, NOON) == Counts(1, 1, 0, 0, 0, 0)
        _wire(connection, "uncertain")
        [still] = doubts.about(connection, notice, NOON)
        assert (still.name, receipts.counts(connection, notice, NOON).unknown) == (found[0].name, 1)
        doubts.send_again(connection, notice, [still], official, NOON, RULES)
        _wire(connection, "sent")
        assert receipts.counts(connection, notice, NOON).sent == 2

    await database.write(story)


async def test_each_doubt_is_named_and_decided_by_itself(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.join(commune.add("Ma Văn Tình", joined=False), commune.add("Triệu Thị Mùi", joined=False))
        lam, sinh = commune.add("Hoàng Văn Lâm", 1), commune.add("Lý Văn Sinh", 1)
        notice, other, official = commune.send(), commune.send(), commune.official.id
        _wire(connection, "uncertain")
        found = doubts.about(connection, notice, NOON)
        assert [(d.name, d.cell, d.at) for d in found] == [
            ("Triệu Thị Mùi", "thôn Khe Đào", NOON),
            ("Ma Văn Tình", "thôn Khe Đào", NOON),
            (lam.name, "thôn Nà Lừa", NOON),
            (sinh.name, "thôn Nà Lừa", NOON),
        ]
        assert [d.name for d in doubts.about(connection, notice, NOON, 1, 2)] == [found[1].name, lam.name]
        doubts.has_come(connection, notice, found[0], official, NOON)  # the phone of both
        assert [d.name for d in doubts.about(connection, notice, NOON)] == [lam.name, sinh.name]
        assert notices.acknowledge(connection, notice.id, sinh.id, NOON)
        assert doubts.of(connection, notice, sinh.id, NOON) is None
        last = doubts.of(connection, notice, lam.id, NOON)
        assert last is not None
        doubts.send_again(connection, notice, [last], official, NOON, RULES)
        doubts.has_come(connection, notice, last, official, NOON)
        assert receipts.counts(connection, notice, NOON) == Counts(3, 1, 0, 0, 0, 1)
        assert (doubts.count(connection, notice, NOON), doubts.count(connection, other, NOON)) == (0, 4)

    await database.write(story)


# ---- counting ----


@pytest.mark.usefixtures("slices")
async def test_many_are_counted_in_slices_and_a_change_meanwhile_is_counted_again(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        some = [commune.add(f"Người Thứ {n}") for n in range(5)]
        desk = commune.join(commune.official)
        notice = commune.send()
        _carried(connection)
        row = {"address_id": desk, "name": receipts.screen(notice.id), "message_id": "7", "shown_at": NOON}
        connection.execute(screens.insert().values(**row))
        for person in some:
            notices.acknowledge(connection, notice.id, person.id, NOON)
            if person is some[0]:
                assert receipts.count_on(connection, NOON)  # the first slice; the others say so behind its back
        assert not receipts.counts(connection, _known(connection, notice), NOON).ready
        while receipts.count_on(connection, NOON):
            pass
        first = receipts.counts(connection, _known(connection, notice), NOON)
        assert first.everybody == 5
        assert first.acknowledged < 5
        assert _redrawn(connection) == 1
        rested = receipts.next_count(connection, NOON)
        assert rested == NOON + receipts.REST
        while receipts.count_on(connection, rested):
            pass
        assert receipts.counts(connection, _known(connection, notice), rested) == Counts(5, 0, 0, 0, 0, 5)
        assert receipts.next_count(connection, rested) is None

    await database.write(story)


def _redrawn(connection: Connection) -> int:
    waits = select(func.count()).select_from(deliveries).where(deliveries.c.kind == "screen")
    return connection.execute(waits).scalar_one()


async def test_while_people_wait_the_figures_are_looked_at_ever_more_seldom(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        commune.add("Ma Văn Tình")
        commune.send()
        moment, looks = NOON, []
        while receipts.count_on(connection, moment):
            looks.append(moment)
            moment = receipts.next_count(connection, moment) or moment
            if moment > NOON + timedelta(days=1):
                break
        assert looks[1] - looks[0] == receipts.REST
        assert len(looks) < 100
        _wire(connection, "expired")
        assert receipts.count_on(connection, moment)
        assert receipts.next_count(connection, moment) is None

    await database.write(story)


def test_the_more_people_the_longer_a_count_rests() -> None:
    resting = {people: receipts._rest(Counts(people, 0, 0, 0, 0, 0)) for people in (0, 300, 100_000, 1_000_000)}
    seconds = {people: rest.total_seconds() for people, rest in resting.items()}
    assert seconds == {0: 3, 300: 3, 100_000: 100, 1_000_000: 1000}


async def test_a_screen_is_drawn_anew_only_when_its_figures_changed(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = Commune(connection)
        tinh = commune.add("Ma Văn Tình")
        desk = commune.join(commune.official)
        notice = commune.send()
        receipts.drawn(connection, notice, receipts.counts(connection, notice, NOON))
        row = {"address_id": desk, "name": receipts.screen(notice.id), "message_id": "7", "shown_at": NOON}
        connection.execute(screens.insert().values(**row))
        while receipts.count_on(connection, NOON):
            pass
        assert _redrawn(connection) == 0
        notices.acknowledge(connection, notice.id, tinh.id, NOON)
        assert not receipts.count_on(connection, NOON)
        assert receipts.count_on(connection, NOON + receipts.REST)
        assert _redrawn(connection) == 1

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
