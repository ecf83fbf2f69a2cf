"""Who may do what: every action, text and event, run by everybody who may not.

Buttons can be forged. So each action is run with the numbers of one cell, by a stranger, by a plain member, by the
secretary of another cell and by the official of another commune, straight through the dispatch, each in a
transaction that is taken back. The arguments follow from the handlers' own annotations.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select
from sqlalchemy.util.concurrency import greenlet_spawn

from channels.base import Document, Incoming, Kind
from content import Message
from db import addresses, conversations, inbox, meetings, notices, people, published, questions, units
from db.conversations import Conversation
from db.engine import Database
from db.rules import Rules
from db.tables import links, metadata
from handlers import dispatch, on
from handlers.dispatch import Heard
from handlers.router import Entry, Who

NOW = Rules().at(datetime(2026, 11, 26, tzinfo=Rules().zone).date(), Rules().quiet_until) + timedelta(hours=6)
RULES = Rules(secret=b"for tests only")
SECRETS = ["Khe Đào", "Nhà sàn cụ Bế", "Ma Văn Tình", "Hoàng Văn Lâm", "0900 000 045", "900000012", "Tiêm phòng dại"]
SECRETS += ["bác Tình", "5 tháng 12", "cầu treo", "Tháng 3 sang năm"]
# What a chat remembers of itself, and the line of events: these change whoever writes.
# Whether an answer to everybody's questions helped is counted for the commune, without saying whom.
OF_THE_CHAT = {"received", "conversations", "addresses", "offers", "join_attempts", "deliveries", "faq_marks"}

STRINGS = {
    "to": ("members", "cell", "secretaries"),
    "when": ("now", "wait"),
    "name": ("1", "secretary"),
    "code": ("other", "weather"),
    "day": ("20261210",),
    "clock": ("19:30",),
    "shown": ("00000000",),
    "digest": ("00000000",),
    "slug": ("vang-hop", "own-1"),
    "step": ("question", "source"),
    "what": ("status", "not_joined", "join_sheet"),
}


@dataclass
class Ground:
    """Two communes. Ours has a cell with a meeting and a notice; others are at home in the other, or nowhere."""

    connection: Connection
    numbers: dict[str, tuple[int, ...]] = field(init=False)
    ours: dict[str, set[int]] = field(init=False)
    before: dict[str, set[Any]] = field(default_factory=dict)
    changed: bool = False

    def __post_init__(self) -> None:
        c = self.connection
        self.bot = addresses.bot(c, "telegram", "1", "bot")
        commune = units.add(c, "commune", "xã Suối Trong", phone="+84900000001")
        cell = units.add(c, "cell", "thôn Khe Đào", commune)
        beside = units.add(c, "cell", "thôn Khuổi Phầy", commune)
        other = units.add(c, "commune", "xã Khác", phone="+84900000099")
        far = units.add(c, "cell", "thôn Xa", other)
        tinh = people.add(c, cell, "Ma Văn Tình", form="bác", phone="+84900000045")
        lam = people.add(c, cell, "Hoàng Văn Lâm", phone="+84900000012")
        huong = people.add(c, commune, "Nguyễn Thị Hương")
        people.give_role(c, lam, cell, "secretary")
        people.give_role(c, huong, commune, "official")
        meeting = meetings.add(c, cell, NOW + timedelta(days=9), "Nhà sàn cụ Bế", NOW)
        meetings.climb(c, meeting, NOW, RULES)
        notice = notices.send(c, notices.write(c, huong.id, "Tiêm phòng dại cho chó", NOW), "members", None, NOW, RULES)
        assert notice
        draft = notices.write(c, huong.id, "Tiêm phòng dại cho mèo", NOW)
        notices.carry_on(c, NOW)
        home, office = self.join("secretary", lam), self.join("member", tinh)
        self.join("official", huong)
        asked = [self.ask(office, cell, tinh, text) for text in ("Bao giờ làm cầu treo", "Cầu treo: cầu treo nào")]
        answered = questions.get(c, asked[1])
        assert answered
        assert questions.answer(c, answered, huong.id, "Tháng 3 sang năm", NOW)
        entry = published.add(c, huong.id, "Đường vào xã?", "Đường vào xã", "Đi lối dưới.", None, NOW)
        for unit, who, role in ((beside, "member_beside", ""), (beside, "secretary_beside", "secretary")):
            self.join(who, self.person(unit, who, role))
        self.join("secretary_far", self.person(far, "Người Xa", "deputy"))
        self.join("official_far", self.person(other, "Người Khác", "official"))
        self.numbers = {
            "meeting_id": (meeting.id,),
            "person_id": (tinh.id, lam.id),
            "about": (tinh.id,),
            "unit_id": (cell.id, commune.id),
            "cell_id": (cell.id, 0),
            "notice_id": (notice.id, draft.id),
            "address_id": (home, office),
            "revision": (1,),
            "question_id": tuple(asked),
            "number": (entry.id,),
        }
        self.ours = {
            "units": {commune.id, cell.id},
            "people": {tinh.id, lam.id},  # the official hears of the cells beside as well
            "meetings": {meeting.id},
            "notices": {notice.id, draft.id},
            "addresses": {home, office},
            "questions": set(asked),
            "faq_entries": {entry.id},
        }

    def ask(self, address_id: int, cell: units.Unit, person: people.Person, text: str) -> int:
        number = questions.note(self.connection, address_id, cell.id, text, None, NOW)
        asked = questions.here(self.connection, number, address_id)
        assert asked
        assert questions.pass_on(self.connection, asked, person, named=True, now=NOW, rules=RULES)
        return number

    def person(self, unit: units.Unit, name: str, role: str) -> people.Person:
        made = people.add(self.connection, unit, name)
        if role:
            people.give_role(self.connection, made, unit, role)
        return made

    def join(self, chat: str, *persons: people.Person) -> int:
        address = addresses.heard_from(self.connection, self.bot, chat, NOW)
        for person in persons:
            row = {"person_id": person.id, "address_id": address.id, "consent": "agreed", "asked_at": NOW}
            self.connection.execute(links.insert().values(**row))
        return address.id

    # ---- what was changed ----

    def held(self) -> dict[str, set[Any]]:
        """Every row that is ours, by what it points to; the chats' own memory is left out."""
        return {table.name: self._rows(table) for table in metadata.sorted_tables if table.name not in OF_THE_CHAT}

    def _rows(self, table: Table) -> set[Any]:
        points = [(key.parent.name, key.column.table.name) for key in table.foreign_keys]
        points += [("id", table.name)] if "id" in table.c else []
        rows = self.connection.execute(select(table)).mappings().all()
        return {repr(dict(row)) for row in rows if any(row[name] in self.ours.get(to, ()) for name, to in points)}

    # ---- what is done ----

    def does(self, who: str, kind: Kind = "tap", expects: str | None = None, **said: Any) -> Message | None:
        """One event of one chat, taken back; the answer."""
        with self.connection.begin_nested() as trial:
            found = self._heard(who, kind, expects, said)
            self.changed = self.held() != self.before
            trial.rollback()
        return found

    def _heard(self, who: str, kind: Kind, expects: str | None, said: dict[str, Any]) -> Message | None:
        if expects:
            address = addresses.heard_from(self.connection, self.bot, who, NOW)
            waiting = Conversation(expects, False, NOW, {"flow": "move", "meeting": 1})
            conversations.save(self.connection, address.id, waiting)
        inbox.store(self.connection, self.bot, [inbox.Arrival("1", who, NOW, {})], NOW)
        [row] = inbox.waiting(self.connection, [self.bot])
        incoming = Incoming(kind, who, tap_id="1" if kind == "tap" else None, message_id="1", **said)
        return dispatch.handle(self.connection, Heard(row.id, self.bot, incoming, NOW), NOW, RULES)

    def actions(self, name: str, entry: Entry) -> Iterator[str]:
        """An action with all arguments that it could have about our cell."""
        parameters = list(inspect.signature(entry.handler, eval_str=True).parameters.values())[1:]
        for arguments in product(*(self._values(p.name, p.annotation) for p in parameters)):
            yield " ".join([name, *map(str, arguments)])

    def _values(self, name: str, kind: type) -> tuple[int | str, ...]:
        if issubclass(kind, Enum):
            return tuple(member.value for member in kind)[:2]
        return STRINGS[name] if kind is str else self.numbers.get(name, (0, 1))


@pytest.fixture
async def ground(database_url: str) -> AsyncIterator[Ground]:
    """Everything in one transaction, which is taken back at the end."""
    db = Database(database_url)
    async with db.engine.connect() as connection:
        await connection.execution_options(writes=True)
        await connection.begin()
        yield await connection.run_sync(_laid)
    await db.close()


def _laid(connection: Connection) -> Ground:
    ground = Ground(connection)
    ground.before = ground.held()
    return ground


ACTIONS = sorted(on.actions.items())
PERSONAL = [(name, entry) for name, entry in ACTIONS if entry.who is not Who.ANYONE]
HIGHER = [(name, entry) for name, entry in PERSONAL if entry.who is not Who.MEMBER]
FOREIGN = ("stranger", "member_beside", "secretary_beside", "secretary_far", "official_far")


def told(message: Message | None) -> str:
    return "" if message is None else " ".join([message.text, *(choice.label for choice in message.choices)])


def test_everything_says_who_may_use_it() -> None:
    declared = {**on.actions, **on.texts, **on.events}
    assert len(declared) > 100
    assert all(isinstance(entry.who, Who) for entry in declared.values())
    assert set(on.words.values()) <= set(on.actions)


async def test_a_stranger_is_told_how_to_join_and_nothing_else(ground: Ground) -> None:
    def story() -> None:
        hello = told(ground.does("stranger", action="home"))
        assert "Để bắt đầu, xin nhắn mã 9 số" in hello
        for name, entry in PERSONAL:
            for action in ground.actions(name, entry):
                assert told(ground.does("stranger", action=action)) == hello, action
        for name in on.texts:
            assert told(ground.does("stranger", "text", expects=name, text="abc xyz")) == hello, name
        for kind in ("document", "photo", "voice"):
            ground.does("stranger", kind, document=Document("F", "a.xlsx", 9) if kind == "document" else None)
            assert not ground.changed

    await greenlet_spawn(story)


async def test_a_member_may_not_do_what_is_the_secretarys(ground: Ground) -> None:
    def story() -> None:
        refused = told(ground.does("member", action=next(ground.actions(*HIGHER[0]))))
        assert "Việc này do bí thư làm." in refused
        for name, entry in HIGHER:
            for action in ground.actions(name, entry):
                assert told(ground.does("member", action=action)) == refused, action
                assert not ground.changed, action
        for name, entry in on.texts.items():
            if entry.who not in (Who.ANYONE, Who.MEMBER):
                assert told(ground.does("member", "text", expects=name, text="abc xyz")) == refused, name
        ground.does("member", "document", document=Document("F", "a.xlsx", 9))
        assert not ground.changed

    await greenlet_spawn(story)


async def test_a_secretary_may_not_do_what_is_the_officials(ground: Ground) -> None:
    def story() -> None:
        for name, entry in PERSONAL:
            if entry.who is Who.OFFICIAL:
                for action in ground.actions(name, entry):
                    assert "Việc này do" in told(ground.does("secretary", action=action)), action
                    assert not ground.changed, action

    await greenlet_spawn(story)


@pytest.mark.parametrize("who", FOREIGN)
async def test_others_neither_see_nor_change_anything_of_this_cell(ground: Ground, who: str) -> None:
    def story() -> None:
        for name, entry in ACTIONS:
            forged = list(ground.actions(name, entry))
            for action in (*forged, f"as {ground.numbers['person_id'][0]} {forged[0]}"):
                heard = told(ground.does(who, action=action))
                assert not [secret for secret in SECRETS if secret in heard], (action, heard)
                assert not ground.changed, action

    await greenlet_spawn(story)


@pytest.mark.parametrize("who", FOREIGN)
async def test_what_others_type_in_the_middle_of_something_changes_nothing_here(ground: Ground, who: str) -> None:
    def story() -> None:
        for name, text in product(on.texts, ("ngày 10", "19:30", "có", "1", "nhà văn hóa")):
            heard = told(ground.does(who, "text", expects=name, text=text))
            assert not [secret for secret in SECRETS if secret in heard], (name, heard)
            assert not ground.changed, (name, text)

    await greenlet_spawn(story)


async def test_whoever_may_can(ground: Ground) -> None:
    """The same numbers do something in the right hands; else the tests above would prove nothing."""

    def story() -> None:
        [meeting] = ground.numbers["meeting_id"]
        assert "Ma Văn Tình" in told(ground.does("secretary", action=f"missing {meeting}"))
        ground.does("member", action=f"answer {meeting} yes 1")
        assert ground.changed
        ground.does("official", action=f"notice_stop {ground.numbers['notice_id'][0]}")
        assert ground.changed

    await greenlet_spawn(story)


async def test_a_button_of_somebody_who_has_left_the_phone_does_nothing_for_the_others(ground: Ground) -> None:
    def story() -> None:
        [meeting] = ground.numbers["meeting_id"]
        lam = ground.numbers["person_id"][1]
        ground.does("member", action=f"as {lam} answer {meeting} yes 1")
        assert not ground.changed

    await greenlet_spawn(story)
