"""When something goes wrong: the platform, a handler, what arrives. Nobody is forgotten, nothing stops the others."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

import logs
from db import inbox, wire
from db.engine import LONGEST_WAIT_S
from db.tables import conversations, deliveries, join_attempts, offers, received
from handlers import on
from simulator.faults import Fault
from tests.stories.village import TOKEN, Phone, Village, at, only_on


def order(village: Village, kind: str, times: int = 1, phone: Phone | None = None, method: str = "sendMessage") -> None:
    user = phone.handset.user.id if phone else None
    village.simulator.faults.waiting.append(Fault(method, kind, times=times, retry_after=60, user=user))


def refusals(village: Village) -> int:
    return sum(not row["accepted"] for row in village.simulator.ledger.after(0))


async def three(village: Village) -> list[Phone]:
    names = ("Ma Văn Tình", "Lý Văn Sinh", "Nông Thị Hiền")
    return [await village.join(await village.add(name, "bác")) for name in names]


async def states(village: Village) -> set[str]:
    found = select(deliveries.c.state).distinct()
    return set(await village.write(lambda c: c.execute(found).scalars().all()))


# ---- the platform ----


async def test_a_pause_holds_everything_that_leaves_through_the_bot(village: Village) -> None:
    tinh, *others = phones = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, "429", phone=tinh)
    await village.forward(to=at(26, 11, 18, 30))
    told = sum(len(phone.new()) for phone in phones)
    assert tinh.heard == []
    others[0].handset.say("1")
    await village.forward(seconds=58)
    assert sum(len(phone.new()) for phone in phones) == 0
    await village.forward(seconds=5)
    assert refusals(village) == 1
    assert told + sum(len(phone.new()) for phone in phones) == len(phones) + 1
    assert len(tinh.heard) == 1
    assert await states(village) == {"sent"}


async def test_a_refused_token_loses_nothing_and_stops_nobody_from_writing(village: Village) -> None:
    phones = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, "401")
    await village.forward(to=at(26, 11, 18, 31))
    before = sum(len(phone.heard) for phone in phones)
    assert before < len(phones)
    phones[0].handset.say("0")
    await village.settle()
    assert await village.write(lambda c: inbox.waiting(c, village.app.channels)) == []
    assert sum(len(phone.heard) for phone in phones) == before
    await village.forward(minutes=11)
    assert sum(len(phone.heard) for phone in phones) == len(phones) + 1
    assert refusals(village) == 1
    assert await states(village) == {"sent"}


async def test_whoever_answers_a_message_of_which_nobody_knows_gets_no_second_one(village: Village) -> None:
    [tinh, *_] = await three(village)
    await village.plan(at(3, 12, 19, 30))
    tinh.new()
    village.simulator.faults.waiting.append(Fault("sendMessage", "reset_after", user=tinh.handset.user.id))
    await village.forward(to=at(26, 11, 18, 30))
    assert "mời" in tinh.last
    await tinh.picks("Tôi sẽ dự")
    await village.forward(minutes=2)
    assert len([said for said in tinh.new() if "mời" in said]) == 1
    # A tap proves that the message came; of a typed number it is only known that nothing more is to be asked.
    assert await states(village) == ({"sent"} if village.buttons else {"sent", "cancelled"})


@pytest.mark.parametrize("kind", ["500", "502_after", "reset_after", "truncated", "html200", "ok_false_200", "reset"])
async def test_what_may_not_have_arrived_is_said_once_more_and_marked(village: Village, kind: str) -> None:
    tinh, sinh, hien = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, kind, phone=tinh)
    await village.forward(to=at(26, 11, 18, 30))
    assert [len(phone.heard) for phone in (sinh, hien)] == [1, 1]
    await village.forward(minutes=1)
    assert "(gửi lại)" in tinh.last
    arrived = kind in {"502_after", "reset_after", "truncated"}
    assert len(tinh.heard) == 1 + arrived
    assert await states(village) == {"sent"}


async def test_a_platform_that_is_down_spends_no_message(village: Village) -> None:
    phones = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, "500", times=6)
    await village.forward(to=at(26, 11, 18, 45))
    assert [len(phone.heard) for phone in phones] == [1, 1, 1]
    assert refusals(village) == 6
    assert await states(village) == {"sent"}


@only_on("telegram", "blocking")
async def test_a_dead_phone_hears_again_as_soon_as_it_writes(village: Village) -> None:
    tinh, *_ = await three(village)
    await village.plan(at(3, 12, 19, 30))
    tinh.handset.block(True)
    await village.forward(to=at(26, 11, 18, 31))
    assert tinh.heard == []
    tinh.handset.block(False)
    await village.settle()
    await village.forward(to=at(30, 11, 18, 31))
    assert len(tinh.heard) == 1


async def test_who_may_not_be_told_again_is_not_told_by_a_late_row(village: Village) -> None:
    tinh, *_ = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, "429", phone=tinh)
    await village.forward(to=at(26, 11, 18, 30))
    tinh.handset.say("dừng nhận tin")
    await village.forward(minutes=5)
    assert ["họp tháng 12" in words for words in tinh.heard] == [False] * len(tinh.heard)


@only_on("telegram", "files")
async def test_a_paper_that_cannot_be_made_leaves_a_word(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    monkeypatch.setattr("files.template_xlsx", lambda: 1 / 0)
    assert "Trợ lý gặp trục trặc." in await huong.says("bản mẫu")
    assert await huong.papers() == []
    assert len(huong.heard) == 1
    monkeypatch.undo()
    await huong.says("bản mẫu")
    assert len(await huong.papers()) == 1


# ---- what arrives ----


def push(village: Village, **update: Any) -> None:
    """Something that the platform may send, whether or not we asked for it."""
    [bot] = village.simulator.bots.values()
    bot.last_update_id += 1
    bot.updates.append({"update_id": bot.last_update_id, **update})


@only_on("telegram", "updates")
async def test_what_cannot_be_read_keeps_nobody_waiting(village: Village) -> None:
    [tinh, *_] = await three(village)
    mine = {"id": tinh.handset.user.id, "type": "private", "first_name": "Tình"}
    push(village, message={"nonsense": True})
    push(village, message={"message_id": 1, "date": 1, "chat": mine, "text": {"not": "words"}})
    push(village, something_new={"chat": mine})
    push(village, edited_message={"message_id": 1, "date": 1, "chat": mine, "text": "sửa lại"})
    push(village, channel_post={"message_id": 1, "date": 1, "chat": {"id": -9, "type": "channel"}, "text": "tin"})
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")
    assert len(tinh.heard) == 1
    open_ = select(func.count()).select_from(received).where(received.c.state == "waiting")
    assert await village.write(lambda c: c.execute(open_).scalar_one()) == 0


@only_on("telegram", "updates")
async def test_a_group_is_never_answered(village: Village) -> None:
    [tinh, *_] = await three(village)
    group = {"id": -100, "type": "supergroup", "title": "Bà con"}
    village.simulator.put_group(-100, "Bà con")
    sender = tinh.handset.user.as_user()
    push(village, message={"message_id": 1, "date": 1, "chat": group, "from": sender, "text": "/start"})
    message = {"message_id": 1, "date": 1, "chat": group}
    push(village, callback_query={"id": "1", "from": sender, "chat_instance": "1", "data": "home", "message": message})
    joined = {"user": {"id": 1000, "is_bot": True, "first_name": "Bot"}, "status": "member"}
    change = {"chat": group, "from": sender, "date": 1, "old_chat_member": joined, "new_chat_member": joined}
    push(village, my_chat_member=change)
    await village.settle()
    assert village.simulator.ledger.after(0) == []


async def test_a_handler_that_fails_is_told_and_stops_nobody(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    tinh, sinh, _ = await three(village)
    broken = dataclasses.replace(on.actions["help"], handler=lambda turn: 1 / 0)
    monkeypatch.setitem(on.actions, "help", broken)
    tinh.handset.say("trợ giúp")
    tinh.handset.say("0")
    assert "Bác Sinh cần việc gì ạ?" in await sinh.says("0")
    trouble, home = tinh.heard
    assert "Trợ lý gặp trục trặc." in trouble
    assert "Bác Tình cần việc gì ạ?" in home
    [poisoned] = await village.write(_poisoned)
    assert f"đọc số {poisoned.id}." in trouble
    assert (poisoned.error, poisoned.tries) == ("ZeroDivisionError", inbox.TRIES)
    assert "trợ giúp" in json.dumps(poisoned.payload, ensure_ascii=False)
    await village.forward(days=8)
    assert await village.write(_poisoned) == []


def _poisoned(connection: Connection) -> Any:
    return connection.execute(select(received).where(received.c.state == "poisoned")).all()


@only_on("telegram", "buttons")
async def test_a_tap_that_fails_stops_spinning(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    [tinh, *_] = await three(village)
    await tinh.says("0")
    monkeypatch.setitem(on.actions, "help", dataclasses.replace(on.actions["help"], handler=lambda turn: 1 / 0))
    await tinh.taps(1, "help")
    assert "Trợ lý gặp trục trặc." in tinh.last
    assert not village.simulator.taps


@only_on("telegram", "offsets")
async def test_what_could_not_be_kept_is_asked_for_again(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    [tinh, *_] = await three(village)
    [bot_id] = village.app.channels
    store, away = inbox.store, OperationalError("INSERT", {}, Exception("database is locked"))

    def locked(*args: Any) -> int:
        monkeypatch.setattr(inbox, "store", store)
        raise away

    monkeypatch.setattr(inbox, "store", locked)
    tinh.handset.say("0")
    with pytest.raises(OperationalError):
        await village.app.inbound.receive(bot_id, 0)
    [bot] = village.simulator.bots.values()
    assert len(bot.updates) == 1, "the platform was told that it is kept"
    await village.settle()
    assert "Bác Tình cần việc gì ạ?" in tinh.last


async def test_a_settlement_waits_until_the_database_is_back(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    [tinh, *_] = await three(village)
    arrived, left = wire.arrived, iter([True, True])

    def locked(*args: Any, **named: Any) -> None:
        if next(left, False):
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        arrived(*args, **named)

    monkeypatch.setattr(wire, "arrived", locked)
    await tinh.says("0")
    assert len(tinh.heard) == 1
    assert await states(village) == {"sent"}
    assert LONGEST_WAIT_S <= 30


# ---- strange words ----

NASTY = [
    "x" * 4096,
    "họp " * 1024,
    "😀" * 2048,
    "0\u200b",
    "\u202e0",
    "1\n2\n3",
    "\u0000\u0007",
    "\u200b\u200b",
    "{{ 7 * 7 }} {% raw %}",
    "<b>đậm</b> & <script>",
    "' OR 1=1 --",
    "\u2028",
    "/start",
    "/",
    "as 1 answer 1 yes 1",
    "٣",
    "１",
    "-1",
    "9" * 400,
]


@pytest.mark.parametrize("words", NASTY, ids=range(len(NASTY)))
async def test_whatever_is_typed_gets_an_answer(village: Village, words: str) -> None:
    [tinh, *_] = await three(village)
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, 11, 18, 31))
    tinh.new()
    push_text(village, tinh, words)
    await village.settle()
    stranger = village.phone(999)
    push_text(village, stranger, words)
    await village.settle()
    assert len(tinh.new()) == 1
    assert len(stranger.heard) == 1
    assert not any("trục trặc" in said for said in (*tinh.heard, *stranger.heard))


def push_text(village: Village, phone: Phone, words: str) -> None:
    """Words as a phone's keyboard would never, but a program can, send them."""
    phone.has_written()
    handset, now = phone.handset, village.now.timestamp()
    if village.buttons:
        chat, sender = handset.conversation.chat, handset.user.as_user()
        push(village, message={"message_id": 9000, "date": int(now), "chat": chat, "from": sender, "text": words})
        return
    sender = {"id": str(handset.user.id), "display_name": handset.user.name, "is_bot": False}
    chat = {"id": sender["id"], "chat_type": "PRIVATE"}
    said = {
        "message_id": f"strange-{sender['id']}",
        "date": int(now * 1000),
        "chat": chat,
        "from": sender,
        "text": words,
    }
    push(village, event_name="message.text.received", message=said)


FORGED = [
    "answer",
    "answer x yes 1",
    "answer 1 maybe 1",
    "answer -1 yes 1",
    "answer 1 yes 1 1",
    "as",
    "as 1",
    "as 1 as 1",
]
FORGED += [
    "answer 99999999999999999999 yes 1",
    "faq '",
    "faq ../../x",
    "role {{",
    "nothing",
    "x" * 64,
    "họp",
    "call 1 1",
]


@only_on("telegram", "buttons")
async def test_a_forged_button_gets_an_answer(village: Village) -> None:
    [tinh, *_] = await three(village)
    await tinh.says("0")
    for data in FORGED:
        tinh.new()
        await tinh.taps(1, data)
        assert len(tinh.new()) == 1, data
    assert not any("trục trặc" in said for said in tinh.heard)


async def test_marks_typed_apart_and_unseen_signs_change_nothing(village: Village) -> None:
    [tinh, *_] = await three(village)
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, 11, 18, 31))
    apart = unicodedata.normalize("NFD", "Tôi xin vắng")
    assert "Đã ghi: bác Tình xin vắng" in await tinh.says(apart.replace("v", "\u200bv"))


# ---- what is kept, and what is written down for the operator ----


@pytest.fixture
def written() -> Iterator[None]:
    logs.set_up()
    yield
    structlog.reset_defaults()


async def test_logs_hold_no_names_words_numbers_or_tokens(
    written: None, village: Village, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.set_up()  # onto the stream that is watched now
    tinh, _, hien = await three(village)
    await village.plan(at(3, 12, 19, 30))
    order(village, "429", phone=tinh)
    order(village, "500", phone=hien)
    order(village, "html200", method="answerCallbackQuery")
    await village.forward(to=at(26, 11, 18, 40))

    def raises(turn: Any) -> None:
        raise ValueError(f"{turn.person.name} said {turn.text}")

    monkeypatch.setitem(on.actions, "help", dataclasses.replace(on.actions["help"], handler=raises))
    await tinh.says("trợ giúp")
    hien.handset.block(True)
    await village.forward(to=at(3, 12, 19, 0))
    said = capsys.readouterr().err
    assert "An event could not be handled" in said and "The platform asks for a pause" in said
    assert "ValueError" in said
    secrets = [TOKEN, TOKEN.partition(":")[2], "trợ giúp", "Tình", "Hiền", "Khe Đào", "họp"]
    secrets += [str(phone.handset.user.id) for phone in (tinh, hien) if phone.handset.user.id > 500]
    lines = [json.loads(line) for line in said.splitlines()]
    values = {str(value) for line in lines for name, value in line.items() if name != "timestamp"}
    assert not [secret for secret in secrets if any(secret in value for value in values)]


async def test_queues_keep_words_only_as_long_as_the_work(village: Village) -> None:
    tinh, *_ = await three(village)
    for _ in range(8):
        await tinh.says("0")
        await tinh.says("xin hỏi lịch họp")

    def kept(connection: Connection) -> tuple[set[Any], set[Any], int]:
        payloads = set(connection.execute(select(received.c.payload)).scalars())
        messages = set(connection.execute(select(deliveries.c.message)).scalars())
        return payloads, messages, connection.execute(select(func.count()).select_from(offers)).scalar_one()

    payloads, messages, menus = await village.write(kept)
    assert payloads == messages == {None}
    assert menus <= 5


async def test_a_day_later_what_was_kept_for_the_work_is_gone(village: Village) -> None:
    tinh, *_ = await three(village)
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    await huong.says("gửi thông báo")
    stranger = village.phone(999)
    await stranger.says("482 913 050")
    await tinh.says("0")

    def kept(connection: Connection) -> list[Any]:
        waits = select(func.count()).select_from(conversations).where(conversations.c.expects.is_not(None))
        tables = [select(func.count()).select_from(table) for table in (received, join_attempts)]
        return [connection.execute(query).scalar_one() for query in (waits, *tables)]

    assert min(await village.write(kept)) > 0
    await village.forward(to=village.now + timedelta(days=3))
    assert await village.write(kept) == [0, 0, 0]
