"""Zalo as the bot sees it: against the make-believe platform over HTTP, and its texts cut into pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from structlog.testing import capture_logs

from channels import plain
from channels.base import Incoming, Kind, SendError
from channels.zalo import LONGEST, Zalo, raw
from content.message import Choice, File, Message
from simulator import Clock, Simulator, open_phone, running
from simulator.model import Bot
from simulator.zalo.phone import ZaloPhone
from tests.channels.far_end import Line, far_end

TOKEN = "900:zalo-secret"
LINK = "https://bot.example.vn/giay/abc"
START = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
SHEET = File("roster", (1,), "danh-sach.xlsx")


class Place(NamedTuple):
    simulator: Simulator
    bot: Bot
    zalo: Zalo
    phone: ZaloPhone

    def rows(self) -> list[dict[str, Any]]:
        return [row for row in self.simulator.ledger.after(0) if row["bot"] == self.bot.id]

    def said(self) -> list[str]:
        return [row["text"] for row in self.rows() if row["accepted"]]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    simulator = Simulator(Clock(START, flowing=False))
    async with running(simulator) as url:
        bot = simulator.put_bot(TOKEN, name="Bot Trợ lý chi bộ", channel="zalo")
        zalo = Zalo(TOKEN, lambda file, chat: f"{LINK}/{chat}", base_url=f"{url}/zalo/bot")
        await zalo.open()
        await zalo.poll(0)
        phone = open_phone(simulator, 7)
        assert isinstance(phone, ZaloPhone)
        yield Place(simulator, bot, zalo, phone)
        await zalo.close()


async def test_it_learns_its_name(place: Place) -> None:
    assert (place.zalo.username, place.zalo.external) == ("Bot Trợ lý chi bộ", "900")


@pytest.mark.parametrize(("code", "stop"), [(401, True), (404, True), (400, True), (403, False), (503, False)])
async def test_a_token_that_nobody_knows_stops_the_bot(code: int, stop: bool) -> None:
    async def refuse(line: Line) -> None:
        await line.hear()
        line.answer(b'{"ok": false, "error_code": %d, "description": "x"}' % code)

    async with far_end(refuse) as port:
        zalo = Zalo(TOKEN, lambda file, chat: None, base_url=f"http://127.0.0.1:{port}/bot")
        with pytest.raises(SendError) as refused:
            await zalo.open()
        await zalo.close()
    assert refused.value.stop is stop


async def test_a_crowd_is_shown_one_sign_of_typing_at_a_time() -> None:
    asked: list[str] = []
    heard, let_go = asyncio.Event(), asyncio.Event()

    async def hold(line: Line) -> None:
        asked.append((await line.hear()).decode())
        heard.set()
        await let_go.wait()
        line.answer(b'{"ok": true, "result": true}')

    async with far_end(hold) as port:
        zalo = Zalo(TOKEN, lambda file, chat: None, base_url=f"http://127.0.0.1:{port}/bot")
        zalo.api.open()
        first = asyncio.create_task(zalo.seen(Incoming("text", "7"), None))
        await heard.wait()
        await zalo.seen(Incoming("text", "8"), None)
        let_go.set()
        await first
        await zalo.close()
    assert len(asked) == 1


async def test_words_come_one_by_one_each_once(place: Place) -> None:
    for word in ("Chào", "Có"):
        place.phone.say(word)
    heard = [raw for _ in range(3) for raw in await place.zalo.poll(0)]
    assert [place.zalo.read(one.payload) for one in heard] == [
        Incoming("text", "7", text="Chào"),
        Incoming("text", "7", text="Có"),
    ]
    assert len({one.event_key for one in heard}) == 2
    assert {(one.chat, one.said_at) for one in heard} == {("7", START)}


async def test_an_answer_arrives_and_has_an_id(place: Place) -> None:
    place.phone.say("Chào")
    [part] = place.zalo.parts(Message("<b>Chào bác</b> &amp; cả nhà", choices=(Choice("Có", "yes"),)))
    assert await place.zalo.send("7", part)
    assert place.said() == ["Chào bác & cả nhà\n1. Có\nNhắn lại số 1."]


@pytest.mark.parametrize("chat", ["7", "8"])
async def test_a_paper_is_a_link_for_its_reader(place: Place, chat: str) -> None:
    open_phone(place.simulator, int(chat)).say("Chào")
    paper, words = place.zalo.parts(Message("Gửi bác.", files=(SHEET,)))
    await place.zalo.send(chat, paper)
    await place.zalo.send(chat, words)
    link, said = place.said()
    assert f"{LINK}/{chat}" in link.split("\n")
    assert said == "Gửi bác."


async def test_where_nobody_reaches_us_a_paper_is_a_sentence(place: Place) -> None:
    place.phone.say("Chào")
    place.zalo.link_to = lambda file, chat: None
    await place.zalo.send("7", place.zalo.parts(Message("Gửi bác.", files=(SHEET,)))[0])
    [said] = place.said()
    assert "Telegram" in said
    assert "http" not in said


async def test_whoever_writes_sees_that_somebody_is_writing_back(place: Place) -> None:
    place.phone.say("Chào")
    await place.zalo.seen(Incoming("text", "7", text="Chào"), None)
    assert place.phone.conversation.typing_until > 0
    await place.zalo.seen(Incoming("text", "12345", text="Chào"), None)  # refused, and nobody is told


async def test_a_bot_that_polls_says_once_what_is_lost(place: Place) -> None:
    polling = Zalo(TOKEN, lambda file, chat: None, base_url=f"{place.simulator.url}/zalo/bot")
    polling.api.open()
    with capture_logs() as lines:
        await polling.poll(0)
        await polling.poll(0)
    await polling.close()
    assert [(line["log_level"], line["bot"]) for line in lines] == [("warning", "900")]


async def test_a_webhook_is_set_seen_and_taken_away(place: Place) -> None:
    assert (await place.zalo.listening()).url == ""
    await place.zalo.unlisten()  # where none is, none is taken away
    await place.zalo.listen("https://bot.example.vn/zalo/1", "eight-signs")
    assert (await place.zalo.listening()).url == "https://bot.example.vn/zalo/1"
    with pytest.raises(SendError) as refused:
        await place.zalo.poll(0)
    assert refused.value.outcome == "final"
    await place.zalo.unlisten()
    assert (await place.zalo.listening()).url == ""
    assert await place.zalo.poll(0) == []


async def test_a_stranger_and_a_blocker_are_not_written_to_again(place: Place) -> None:
    place.phone.say("Chào")
    place.phone.block(True)
    for chat in ("7", "12345"):
        with pytest.raises(SendError) as refused:
            await place.zalo.send(chat, Message("Chào"))
        assert (refused.value.outcome, refused.value.dead) == ("final", True)


# ---- what comes, by its shape ----


def event(name: str, **fields: Any) -> dict[str, Any]:
    head = {"from": {"id": "7", "display_name": "Tình", "is_bot": False}, "chat": {"id": "7", "chat_type": "PRIVATE"}}
    message = {**head, "message_id": "2d758cb5", "date": 1793667600123, **fields}
    return {"event_name": f"message.{name}.received", "message": message}


def read(payload: dict[str, Any]) -> Incoming | None:
    return Zalo(TOKEN, lambda file, chat: None).read(raw(payload).payload)


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        (event("text", text=" Có\u202e mặt "), "text", "Có mặt"),
        (event("text", text="  "), "other", ""),
        (event("text"), "other", ""),
        (event("image", photo="https://x.example/1.jpg", caption="Đơn"), "photo", ""),
        (event("image", photo_url="https://x.example/1.jpg"), "photo", ""),
        (event("sticker", sticker="8b2a", url="https://x.example/1"), "sticker", ""),
        (event("voice", voice_url="https://x.example/1.aac"), "voice", ""),
        (event("unsupported"), "unsupported", ""),
        (event("newest"), "other", ""),
    ],
)
def test_every_kind_flat_and_wrapped(payload: dict[str, Any], kind: Kind, text: str) -> None:
    for shape in (payload, {"ok": True, "result": payload}):
        assert read(shape) == Incoming(kind, "7", text=text)


@pytest.mark.parametrize(
    "fields",
    [
        {"chat": {"id": "70", "chat_type": "GROUP"}, "text": "Chào"},
        {"from": {"id": "900", "is_bot": True}, "text": "Chào"},
    ],
)
def test_groups_and_bots_are_not_listened_to(fields: dict[str, Any]) -> None:
    assert read(event("text", **fields)) is None


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (1793667600123, datetime(2026, 11, 3, 1, 0, 0, 123000, tzinfo=UTC)),
        (None, None),
        ("today", None),
        (-1, None),
        (10**30, None),
        (True, None),
    ],
)
def test_the_time_is_in_milliseconds(date: object, moment: datetime | None) -> None:
    found = raw(event("text", date=date))
    assert found.said_at == moment
    assert (found.event_key, found.chat) == ("2d758cb5", "7")


# ---- texts that are too long ----

CHOICES = tuple(Choice(f"Lựa chọn số {number} của bác", f"pick {number}") for number in range(1, 6))


def cut(message: Message) -> list[str]:
    found = Zalo(TOKEN, lambda file, chat: None).parts(message)
    assert all(0 < plain.units(part.text) <= LONGEST for part in found)
    return [part.text for part in found]


def test_a_text_of_exactly_the_limit_is_one() -> None:
    assert cut(Message("a" * LONGEST)) == ["a" * LONGEST]
    assert len(cut(Message("😀" * (LONGEST // 2)))) == 1
    assert len(cut(Message("😀" * (LONGEST // 2) + "a"))) == 2


@pytest.mark.parametrize("mark", ["\n", " "])
def test_a_text_is_cut_between_lines_else_words_and_loses_nothing(mark: str) -> None:
    words = [f"{number}chữ" for number in range(900)]
    pieces = cut(Message(mark.join(words)))
    assert len(pieces) > 1
    assert mark.join(pieces).split(mark) == words


def test_choices_stay_with_the_last_words() -> None:
    first, last = cut(Message("từ " * 900, choices=CHOICES))
    assert "1. " not in first
    assert last.startswith("từ ")
    assert last.endswith("5. Lựa chọn số 5 của bác\nNhắn lại một số. Số 0: về đầu.")


def test_choices_that_do_not_fit_there_go_alone() -> None:
    words, choices = cut(Message("a" * LONGEST, choices=CHOICES))
    assert words == "a" * LONGEST
    assert choices.startswith("1. Lựa chọn số 1 của bác\n2. ")
    assert choices.endswith("Nhắn lại một số. Số 0: về đầu.")


def test_a_number_that_is_asked_for_brings_no_numbered_choices() -> None:
    *_, last = cut(Message("từ " * 900, choices=CHOICES, wants_number=True))
    assert "1. " not in last
    assert "Số 0" in last


def test_the_button_for_the_own_number_is_no_choice_here() -> None:
    message = Message("Xin nhắn mã.", choices=(Choice("Tôi chưa có mã", "no_code"),), phone_button="Gửi số của tôi")
    assert cut(message) == ["Xin nhắn mã.\n1. Tôi chưa có mã\nNhắn lại số 1."]


@pytest.mark.parametrize(
    ("before", "times", "matters", "anew"),
    [
        ("3 dự", 0, "4 dự", True),
        (None, 1, "4 dự", True),
        ("3 dự", 2, "4 dự", False),
        ("4 dự", 0, "4 dự", False),
        ("4 dự", 0, "", False),
    ],
)
def test_a_live_screen_comes_again_for_news_twice_a_day(
    before: str | None, times: int, matters: str, anew: bool
) -> None:
    assert Zalo(TOKEN, lambda file, chat: None).redraws(before, times, Message("S2", matters=matters)) is anew
