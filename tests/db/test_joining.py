"""Invitations, tries, consent and erasure as rows, on both engines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from db import addresses, audit, consent, erasure, gathering, intentions, joining, meetings, outbox, people, units
from db.addresses import Address
from db.engine import Database
from db.joining import JoinLine
from db.people import Person
from db.rules import Rules
from db.tables import conversations, due_items, invitations, links, metadata
from db.units import Unit

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
SECRET = b"for tests only"
RULES = Rules(secret=SECRET)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Cell:
    """A cell with its secretary, a couple on one number, and two phones."""

    commune: Unit
    cell: Unit
    official: Person
    lam: Person
    tinh: Person
    mui: Person
    here: Address
    there: Address


def found(connection: Connection) -> Cell:
    commune = units.add(connection, "commune", "xã Suối Trong")
    cell = units.add(connection, "cell", "thôn Khe Đào", commune)
    official = people.add(connection, commune, "Nguyễn Thị Hương")
    lam = people.add(connection, cell, "Hoàng Văn Lâm")
    people.give_role(connection, official, commune, "official")
    people.give_role(connection, lam, cell, "secretary")
    tinh = people.add(connection, cell, "Ma Văn Tình", phone="+84900000045")
    mui = people.add(connection, cell, "Triệu Thị Mùi", phone="+84900000045")
    bot = addresses.bot(connection, "telegram", "1000", "KheDaoBot")
    here, there = (addresses.heard_from(connection, bot, chat, NOW) for chat in ("501", "502"))
    return Cell(commune, cell, official, lam, tinh, mui, here, there)


async def on(database: Database, work: Callable[[Connection, Cell], None]) -> None:
    """Run `work` on a cell of its own, in one transaction."""
    await database.write(lambda c: work(c, found(c)))


def joined(connection: Connection, person: Person, address: Address, now: datetime = NOW) -> None:
    consent.ask(connection, person.id, address.id, now)
    assert consent.agree(connection, person.id, address.id, now)


# ---- invitations ----


async def test_digits_and_link_open_the_invitation_and_stand_nowhere(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        made = joining.invite(c, [v.tinh], NOW, SECRET)
        digits, token = joining.digits_of(made, SECRET), joining.link_token_of(made, SECRET)
        assert re.fullmatch(r"\d{9}", digits)
        assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
        assert joining.by_digits(c, digits, SECRET) == joining.by_token(c, token, SECRET) == made
        assert joining.by_digits(c, digits, b"another secret") is None
        stored = {str(value) for row in c.execute(select(invitations)).all() for value in row}
        assert not {digits, token} & stored

    await on(database, work)


async def test_a_paper_printed_again_is_the_same_until_it_is_used(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        first = joining.invite(c, [v.tinh], NOW, SECRET)
        later = NOW + timedelta(days=20)
        again = joining.invite(c, [v.tinh], later, SECRET)
        assert (again.id, again.expires_at) == (first.id, later + joining.VALID)
        assert joining.use(c, first.id, v.here.id, later)
        fresh = joining.invite(c, [v.tinh], later, SECRET)
        old = joining.get(c, first.id)
        assert fresh.id != first.id
        assert old is not None
        assert old.void_at == later

    await on(database, work)


async def test_a_paper_is_good_on_one_phone_in_time_and_while_it_stands(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        paper = joining.invite(c, [v.tinh, v.mui], NOW, SECRET)
        assert not joining.use(c, paper.id, v.here.id, NOW + joining.VALID)
        assert joining.use(c, paper.id, v.here.id, NOW)
        assert joining.use(c, paper.id, v.here.id, NOW + joining.VALID)
        assert not joining.use(c, paper.id, v.there.id, NOW)
        joining.void(c, [v.mui.id], NOW)
        assert not joining.use(c, paper.id, v.here.id, NOW)

    await on(database, work)


async def test_the_printed_example_and_taken_digits_are_never_given(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digits_of(invitation: joining.Invitation, secret: bytes) -> str:
        return [joining.EXAMPLE, "111111111", "222222222"][invitation.attempt]

    monkeypatch.setattr(joining, "digits_of", digits_of)

    def work(c: Connection, v: Cell) -> None:
        first, second = (joining.invite(c, [person], NOW, SECRET) for person in (v.tinh, v.mui))
        assert (first.attempt, second.attempt) == (1, 2)

    await on(database, work)


async def test_the_sheet_has_a_line_for_each_household_that_has_not_joined(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        def sheet() -> list[JoinLine]:
            return joining.join_lines(c, v.cell, SECRET, NOW, "KheDaoBot")

        lines = sheet()
        assert [(line.number, line.names) for line in lines] == [
            (1, ("Hoàng Văn Lâm",)),
            (2, ("Triệu Thị Mùi", "Ma Văn Tình")),
        ]
        assert all(re.fullmatch(r"\d{3} \d{3} \d{3}", line.digits) for line in lines)
        assert all(line.link.startswith("https://t.me/KheDaoBot?start=") for line in lines)
        assert sheet() == lines
        joined(c, v.mui, v.here)
        assert [line.names for line in sheet()] == [("Hoàng Văn Lâm",), ("Ma Văn Tình",)]

    await on(database, work)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("482913057", "482913057"),
        ("482 913 057", "482913057"),
        ("mã của tôi là 482.913.057 ạ", "482913057"),
        ("Ma so: 4829 13057.", "482913057"),
        ("４８２９１３０５７", "482913057"),
        ("0900 000 045", "0900000045"),
        ("+84 900 000 045", "84900000045"),
        ("2", "2"),
        ("ngày 3/12/2026", None),
        ("03.12.2026 7", None),
        ("19:30", None),
        ("482 913 057 là mã gì", None),
        ("tôi sẽ dự", None),
        ("mã", None),
    ],
)
def test_digits_are_read_from_messages_that_say_nothing_else(text: str, digits: str | None) -> None:
    assert joining.read_digits(text) == digits


# ---- tries ----


async def test_five_wrong_in_a_row_wait_a_quarter_of_an_hour(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        def limit(minutes: int) -> str | None:
            return joining.limit(c, v.here.id, NOW + minutes * MINUTE, RULES)

        for minute in range(4):
            joining.tried(c, v.here.id, NOW + minute * MINUTE, right=False)
        assert limit(4) is None
        joining.tried(c, v.here.id, NOW + 4 * MINUTE, right=False)
        assert limit(5) == limit(18) == "wait"
        assert limit(19) is None
        assert joining.limit(c, v.there.id, NOW + 5 * MINUTE, RULES) is None
        joining.tried(c, v.here.id, NOW + 20 * MINUTE, right=True)
        joining.tried(c, v.here.id, NOW + 21 * MINUTE, right=False)
        assert limit(22) is None

    await on(database, work)


async def test_many_wrong_ones_in_an_hour_raise_the_alarm(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        alarms = [
            joining.tried(c, address.id, NOW + place * MINUTE, right=False)
            for place in range(25)
            for address in (v.here, v.there)
        ]
        assert alarms == [False] * 49 + [True]
        assert not joining.tried(c, v.here.id, NOW + timedelta(hours=2), right=False)

    await on(database, work)


# ---- the claim code ----


async def test_a_claim_code_is_used_once_and_a_new_one_ends_the_old(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        old, new = (joining.new_claim_code(c, SECRET, NOW) for _ in range(2))
        assert joining.claim_state(c, old, SECRET, NOW) is None
        assert joining.claim_state(c, new, SECRET, NOW) == "open"
        assert joining.claim_state(c, new, SECRET, NOW + joining.CLAIM_VALID) == "expired"
        assert joining.claim(c, NOW)
        assert not joining.claim(c, NOW)
        assert joining.claim_state(c, new, SECRET, NOW) == "used"

    await on(database, work)


# ---- consent ----


async def test_only_who_was_asked_at_an_address_can_agree_there(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        assert not consent.agree(c, v.tinh.id, v.here.id, NOW)
        consent.ask(c, v.tinh.id, v.here.id, NOW, state="wanted")
        assert not consent.agree(c, v.tinh.id, v.here.id, NOW)
        consent.ask(c, v.tinh.id, v.here.id, NOW)
        assert not consent.agree(c, v.tinh.id, v.there.id, NOW)
        assert consent.agree(c, v.tinh.id, v.here.id, NOW)
        assert not consent.agree(c, v.tinh.id, v.here.id, NOW)
        link = consent.link(c, v.tinh.id, v.here.id)
        assert link is not None
        assert (link.consent, link.text_version, link.decided_at) == ("agreed", consent.TEXT_VERSION, NOW)

    await on(database, work)


async def test_stop_withdraw_and_detach_close_the_way(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        joined(c, v.tinh, v.here)
        joined(c, v.tinh, v.there, NOW + MINUTE)
        assert consent.stop(c, v.tinh.id, NOW)
        assert not consent.stop(c, v.tinh.id, NOW)
        assert consent.is_stopped(c, v.tinh.id)
        assert addresses.best_for(c, v.tinh.id) is None
        assert consent.resume(c, v.tinh.id)
        assert consent.detach(c, v.tinh.id, v.there.id, NOW)
        assert addresses.best_for(c, v.tinh.id) == v.here
        assert consent.withdraw(c, v.tinh.id, NOW)
        assert addresses.best_for(c, v.tinh.id) is None
        assert joining.not_joined(c, v.cell) == [v.lam, v.mui, v.tinh]

    await on(database, work)


async def test_a_detached_phone_takes_its_paper_with_it(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        paper = joining.invite(c, [v.tinh], NOW, SECRET)
        joining.use(c, paper.id, v.here.id, NOW)
        joined(c, v.tinh, v.here)
        consent.detach(c, v.tinh.id, v.here.id, NOW)
        assert not joining.use(c, paper.id, v.here.id, NOW)

    await on(database, work)


async def test_who_sees_and_who_is_told_follow_from_the_rights(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        assert consent.viewers(c, v.tinh) == ("secretary", "official")
        assert consent.viewers(c, v.official) == ("official",)
        assert consent.guardians(c, v.tinh) == [v.lam.id]
        assert consent.guardians(c, v.lam) == [v.official.id]
        assert consent.guardians(c, v.official) == []

    await on(database, work)


async def test_a_missed_invitation_is_revived_for_who_joins_late(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        meeting = meetings.add(c, v.cell, NOW + timedelta(days=2), "Nhà văn hóa", NOW)
        meetings.climb(c, meeting, NOW, RULES)
        meetings.due_rungs(c, NOW, 99)
        times = {"due_at": NOW, "worthless_after": meeting.starts_at, "now": NOW}
        outbox.due(c, [v.tinh.id], "invite", meeting.id, **times)
        gathering.gather(c, NOW, RULES)
        joined(c, v.tinh, v.here)
        consent.catch_up(c, v.tinh, NOW, RULES)
        consent.catch_up(c, v.mui, NOW, RULES)
        states = c.execute(select(due_items.c.person_id, due_items.c.state).order_by(due_items.c.person_id)).all()
        assert [tuple(row) for row in states] == [(v.tinh.id, "waiting"), (v.mui.id, "waiting")]

    await on(database, work)


# ---- erasure ----


@pytest.mark.parametrize(
    ("asked", "deadline"),
    [
        (date(2026, 11, 27), date(2026, 12, 1)),  # a Friday: the days of rest do not count
        (date(2026, 11, 25), date(2026, 11, 27)),
        (date(2026, 12, 31), date(2027, 1, 5)),  # the first of January, a Friday, and a week-end
    ],
)
def test_two_working_days_to_answer(asked: date, deadline: date) -> None:
    assert erasure.deadline(asked, {}) == deadline


async def test_a_decreed_day_of_rest_moves_the_deadline(database: Database) -> None:
    assert erasure.deadline(date(2026, 11, 25), {date(2026, 11, 26): True}) == date(2026, 11, 30)


async def test_a_wish_taken_back_leaves_earlier_stops_alone(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        joined(c, v.tinh, v.here)
        consent.stop(c, v.tinh.id, NOW)
        assert erasure.request(c, v.tinh, NOW + MINUTE)
        assert erasure.request(c, v.tinh, NOW + MINUTE) is None
        assert erasure.take_back(c, people.get(c, v.tinh.id))
        assert not erasure.take_back(c, people.get(c, v.tinh.id))
        assert consent.is_stopped(c, v.tinh.id)

    await on(database, work)


async def test_nothing_is_erased_that_nobody_asked_for(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        assert not erasure.erase(c, v.tinh, NOW)
        assert people.get(c, v.tinh.id) == v.tinh

    await on(database, work)


async def test_an_erased_person_stands_in_no_table(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        joining.invite(c, [v.tinh], NOW, SECRET)
        joined(c, v.tinh, v.here)
        joined(c, v.tinh, v.there)
        joined(c, v.mui, v.there)
        c.execute(conversations.insert().values(address_id=v.here.id, draft={"text": "Ma Văn Tình"}))
        meeting = meetings.add(c, v.cell, NOW + timedelta(days=2), "Nhà văn hóa", NOW)
        intentions.record(c, meeting, v.tinh.id, "no", NOW)
        outbox.answer(c, v.here.id, {"text": "Ma Văn Tình"}, NOW)
        erasure.request(c, v.tinh, NOW)
        assert erasure.erase(c, people.get(c, v.tinh.id), NOW)
        audit.note(c, v.official.id, "erase.done", NOW, subject=v.tinh.id)
        assert _everywhere(c, "Ma Văn Tình", "0900000045", "501") == ["people"]  # the wife's number
        assert people.by_phone(c, "+84900000045") == [v.mui]
        assert list(c.execute(select(links.c.person_id)).scalars()) == [v.mui.id]
        assert people.find(c, v.tinh.id) is None
        assert list(c.execute(select(invitations.c.id)).scalars()) == []

    await on(database, work)


def _everywhere(connection: Connection, *words: str) -> list[str]:
    """The tables in which any of these words stands."""

    def says(table: str) -> bool:
        rows = connection.execute(select(metadata.tables[table])).all()
        values = [str(value) for row in rows for value in row]
        return any(word.removeprefix("0") in value for word in words for value in values)

    return sorted(name for name in metadata.tables if says(name))


# ---- which bot to write to ----


@dataclass(frozen=True)
class Bots:
    """One on Telegram, two on Zalo for two people each, and one on Zalo that is another commune's."""

    telegram: int
    first: int
    second: int
    foreign: int

    @property
    def all(self) -> list[int]:
        return [self.telegram, self.first, self.second, self.foreign]


def bots(c: Connection, v: Cell) -> Bots:
    other = units.add(c, "commune", "xã Bên Kia")
    first, second = (addresses.bot(c, "zalo", key, f"Bot {key}", most_people=2) for key in ("1", "2"))
    foreign = addresses.bot(c, "zalo", "3", "Bot Bên Kia", unit_id=other.id)
    return Bots(v.here.bot_id, first, second, foreign)


def seat(c: Connection, person: Person, bot_id: int) -> Address:
    """Somebody has joined by a bot."""
    address = addresses.heard_from(c, bot_id, f"{person.id}-{bot_id}", NOW)
    joined(c, person, address)
    return address


async def test_new_people_are_given_the_bot_with_room(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        b = bots(c, v)

        def named(asked: int = b.telegram) -> dict[str, str]:
            return joining.bots_for(c, v.cell, asked, b.all)

        assert named() == {"telegram": "KheDaoBot", "zalo": "Bot 1"}
        assert named(b.second) == {"telegram": "KheDaoBot", "zalo": "Bot 2"}
        left = seat(c, v.lam, b.first)
        assert named(b.first)["zalo"] == "Bot 2"
        addresses.mark_dead(c, left.id, "blocked", NOW)
        assert named(b.first)["zalo"] == "Bot 1"
        for person in (v.tinh, v.mui):
            seat(c, person, b.first)
            seat(c, person, b.second)
        assert named() == {"telegram": "KheDaoBot"}
        assert joining.bots_for(c, v.cell, b.first, [b.first, b.second]) == {"zalo": "Bot 1"}

    await on(database, work)


async def test_a_household_on_one_phone_takes_one_place(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        b = bots(c, v)
        address = seat(c, v.tinh, b.first)
        joined(c, v.mui, address)
        assert joining.bots_for(c, v.cell, b.first, [b.first])["zalo"] == "Bot 1"
        assert joining.bots_for(c, v.cell, b.first, b.all)["zalo"] == "Bot 2"

    await on(database, work)


async def test_the_communes_own_bot_comes_before_everybodys(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        b = bots(c, v)
        addresses.bot(c, "zalo", "2", "Bot 2", most_people=1, unit_id=v.commune.id)
        assert joining.bots_for(c, v.cell, b.first, b.all)["zalo"] == "Bot 2"
        seat(c, v.lam, b.second)
        assert joining.bots_for(c, v.cell, b.telegram, b.all)["zalo"] == "Bot 1"

    await on(database, work)


async def test_a_bot_that_the_installation_has_no_more_is_not_named(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        b = bots(c, v)
        assert joining.bots_for(c, v.cell, b.telegram, [b.telegram, b.second])["zalo"] == "Bot 2"
        assert joining.bots_for(c, v.cell, b.telegram, []) == {"telegram": "KheDaoBot"}

    await on(database, work)


async def test_without_telegram_the_digits_alone_lead_in(database: Database) -> None:
    def work(c: Connection, v: Cell) -> None:
        assert {line.link for line in joining.join_lines(c, v.cell, SECRET, NOW, None)} == {None}

    await on(database, work)
