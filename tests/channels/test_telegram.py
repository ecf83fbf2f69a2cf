"""Telegram as a channel: what its refusals mean, what our messages become there, and what its updates say."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.request import RequestData

from channels.base import Document, Incoming, SendError
from channels.telegram import LONGEST, UPDATES, Telegram, keyboard, raw
from channels.transport import NotSentError, Transport
from content.message import Choice, File, Message

TOKEN = "1000:very-secret"
CHAT = {"id": 7, "type": "private", "first_name": "Tình"}
SENDER = {"id": 7, "is_bot": False, "first_name": "Tình"}
BOT = {"id": 1000, "is_bot": True, "first_name": "Bot", "username": "SuoiTrongBot"}
SENT = {"message_id": 42, "date": 1, "chat": CHAT}

Answer = tuple[int, Any] | Exception


class FarEnd:
    """Answers each call with the next prepared answer, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: list[dict[str, Any]] = []

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **named: Any
    ) -> tuple[int, bytes]:
        parts = urlsplit(url)
        values = {name: found[0] for name, found in parse_qs(parts.query).items()}
        if request_data:
            values |= request_data.json_parameters
            self.files.append(dict(request_data.multipart_data or {}))
        self.calls.append((parts.path.rpartition("/")[2], values))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()

    def will(self, result: Any) -> None:
        self.answers.append((200, {"ok": True, "result": result}))

    def will_refuse(self, code: int, description: str, **parameters: Any) -> None:
        body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
        self.answers.append((code, {name: value for name, value in body.items() if value != {}}))


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> FarEnd:
    made = FarEnd()
    monkeypatch.setattr(Transport, "do_request", lambda self, *args, **named: made.do_request(*args, **named))
    return made


async def paper(kind: str, arguments: tuple[int | str, ...]) -> bytes:
    if kind == "none":
        raise SendError("no right to this file any more", "final")
    return f"{kind} {arguments}".encode()


@pytest.fixture
async def telegram(far: FarEnd) -> AsyncIterator[Telegram]:
    made = Telegram(TOKEN, paper)
    far.will(BOT)
    await made.open()
    far.calls.clear()
    far.files.clear()
    yield made
    await made.close()


# ---- what a refusal means (channels.md) ----

MEANS = [
    # HTTP, description, parameters; outcome, and which of dead, stop, gone, retry_after it carries
    (403, "Forbidden: bot was blocked by the user", {}, "final", {"dead"}),
    (403, "Forbidden: user is deactivated", {}, "final", {"dead"}),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, "final", {"dead"}),
    (400, "Bad Request: chat not found", {}, "final", {"dead"}),
    (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1001}, "final", {"dead"}),
    (400, "Bad Request: message to edit not found", {}, "final", {"gone"}),
    (400, "Bad Request: message can't be edited", {}, "final", {"gone"}),
    (400, "Bad Request: MESSAGE_ID_INVALID", {}, "final", {"gone"}),
    (400, "Bad Request: message is too long", {}, "final", set()),
    (400, "Bad Request: BUTTON_DATA_INVALID", {}, "final", set()),
    (401, "Unauthorized", {}, "not_sent", {"stop"}),
    (404, "Not Found", {}, "not_sent", {"stop"}),
    (409, "Conflict: terminated by other getUpdates request", {}, "not_sent", {"stop"}),
    (429, "Too Many Requests: retry after 35", {"retry_after": 35}, "not_sent", {"retry_after"}),
    (500, "Internal Server Error", {}, "unknown", set()),
    (502, "Bad Gateway", {}, "unknown", set()),
]


def marks(error: SendError) -> set[str]:
    return {name for name in ("dead", "stop", "gone", "retry_after") if getattr(error, name)}


@pytest.mark.parametrize(("code", "description", "parameters", "outcome", "carries"), MEANS)
async def test_every_refusal_is_sorted(
    telegram: Telegram,
    far: FarEnd,
    code: int,
    description: str,
    parameters: dict[str, Any],
    outcome: str,
    carries: set[str],
) -> None:
    far.will_refuse(code, description, **parameters)
    with pytest.raises(SendError) as refused:
        await telegram.send("7", Message("Chào bác"))
    assert (refused.value.outcome, marks(refused.value)) == (outcome, carries)
    assert refused.value.retry_after == parameters.get("retry_after")
    assert TOKEN not in repr(refused.value) and refused.value.__cause__ is None
    assert len(refused.value.reason) <= 20


ODD = [
    (NotSentError("ClientConnectorError"), "not_sent"),
    (ConnectionResetError("after it was written"), "unknown"),
    (TimeoutError(), "unknown"),
    ((200, b"<html>Bad gateway</html>"), "unknown"),
    ((200, b'{"ok":true,"result":{"message_'), "unknown"),
    ((200, {"ok": False, "description": "Internal"}), "unknown"),
    ((200, {"ok": True, "result": 5}), "unknown"),
    ((200, []), "unknown"),
    ((502, b"<html>"), "unknown"),
    ((599, b""), "unknown"),
]


@pytest.mark.parametrize(("answer", "outcome"), ODD, ids=range(len(ODD)))
async def test_whatever_else_comes_back_is_sorted_too(
    telegram: Telegram, far: FarEnd, answer: Answer, outcome: str
) -> None:
    far.answers.append(answer)
    with pytest.raises(SendError) as refused:
        await telegram.send("7", Message("Chào bác"))
    assert refused.value.outcome == outcome
    far.answers.append(answer)
    with pytest.raises(SendError):
        await telegram.poll(0)
    far.answers.append(answer)
    await telegram.seen(Incoming("tap", "7", tap_id="1"), "Đã ghi")


async def test_a_refused_token_is_in_no_error(far: FarEnd) -> None:
    far.will_refuse(401, "Unauthorized")
    bot = Telegram(TOKEN, paper)
    with pytest.raises(SendError) as refused:
        await bot.open()
    await bot.close()
    assert refused.value.stop
    assert TOKEN not in f"{refused.value} {refused.value.__cause__} {refused.value.reason}"
    assert refused.value.__suppress_context__


async def test_refused_markup_goes_out_as_plain_words(telegram: Telegram, far: FarEnd) -> None:
    far.will_refuse(400, 'Bad Request: can\'t parse entities: Unsupported start tag "họ"')
    far.will(SENT)
    message = Message("<b>Họp</b> &lt;lúc 7 giờ", choices=(Choice("Về đầu", "home"),))
    assert await telegram.send("7", message) == "42"
    (_, first), (_, second) = far.calls
    assert (first["text"], first["parse_mode"]) == (message.text, "HTML")
    assert second["text"] == "Họp <lúc 7 giờ" and "parse_mode" not in second
    assert "home" in second["reply_markup"]


# ---- what our messages become ----


async def test_an_edit_keeps_its_number_and_a_screen_that_is_right_already_is_done(
    telegram: Telegram, far: FarEnd
) -> None:
    far.will(SENT)
    far.will_refuse(400, "Bad Request: message is not modified: specified new message content is the same")
    message = Message("Dự: 3", choices=(Choice("Xem lại", "status 1"),))
    assert [await telegram.send("7", message, "42") for _ in range(2)] == ["42", "42"]
    assert {method for method, _ in far.calls} == {"editMessageText"}
    assert far.calls[0][1]["message_id"] == "42"


async def test_a_paper_is_a_call_of_its_own_before_the_words(telegram: Telegram, far: FarEnd) -> None:
    file = File("join_sheet", (4, 2, 1), "giay-moi.pdf")
    message = Message("Giấy mời", choices=(Choice("Về đầu", "home"),), files=(file,))
    parts = telegram.parts(message)
    far.will(SENT)
    far.will({**SENT, "message_id": 43})
    assert [await telegram.send("7", part) for part in parts] == ["42", "43"]
    assert [method for method, _ in far.calls] == ["sendDocument", "sendMessage"]
    [(name, content, _)] = far.files[0].values()
    assert (name, content) == ("giay-moi.pdf", b"join_sheet (4, 2, 1)")
    assert "reply_markup" not in far.calls[0][1] and "home" in far.calls[1][1]["reply_markup"]


async def test_a_paper_that_cannot_be_made_asks_nothing_of_the_platform(telegram: Telegram, far: FarEnd) -> None:
    first, *_ = telegram.parts(Message("Giấy mời", files=(File("none", (), "giay-moi.pdf"),)))
    with pytest.raises(SendError) as refused:
        await telegram.send("7", first)
    assert refused.value.outcome == "final"
    assert far.calls == []


def labels(message: Message) -> list[list[str]]:
    found = keyboard(message)
    if isinstance(found, InlineKeyboardMarkup):
        return [[button.text for button in row] for row in found.inline_keyboard]
    assert isinstance(found, ReplyKeyboardMarkup)
    return [[button.text for button in row] for row in found.keyboard]


def choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, f"pick {place}") for place, name in enumerate(names))


ROWS = [
    (("Tôi sẽ dự", "Tôi xin vắng"), [["Tôi sẽ dự"], ["Tôi xin vắng"]]),
    (("Có", "Không"), [["Có", "Không"]]),
    (("Có", "Không", "Về đầu"), [["Có", "Không"], ["Về đầu"]]),
    (("Mười chữ 10", "Có"), [["Mười chữ 10"], ["Có"]]),
    (("1234567890", "0987654321"), [["1234567890", "0987654321"]]),
    (("Có", "Chưa biết được đâu", "Không"), [["Có"], ["Chưa biết được đâu"], ["Không"]]),
]


@pytest.mark.parametrize(("names", "laid"), ROWS)
def test_choices_stand_one_a_row_and_short_ones_two(names: tuple[str, ...], laid: list[list[str]]) -> None:
    message = Message("?", choices=choices(*names))
    assert labels(message) == laid
    found = keyboard(message)
    assert isinstance(found, InlineKeyboardMarkup)
    data = [button.callback_data for row in found.inline_keyboard for button in row]
    assert data == [choice.action for choice in message.choices]


def test_the_menu_stays_under_the_composer() -> None:
    found = keyboard(Message("?", choices=choices("Lịch họp", "Hỏi đáp"), menu=True))
    assert isinstance(found, ReplyKeyboardMarkup) and found.is_persistent and not found.one_time_keyboard
    assert labels(Message("?", choices=choices("Lịch họp", "Hỏi đáp"), menu=True)) == [["Lịch họp"], ["Hỏi đáp"]]


def test_the_own_number_is_shared_by_a_button() -> None:
    found = keyboard(Message("?", choices=choices("Tôi chưa có mã"), phone_button="Gửi số của tôi"))
    assert isinstance(found, ReplyKeyboardMarkup) and found.one_time_keyboard
    assert [[button.request_contact for button in row] for row in found.keyboard] == [[True], [None]]


def test_without_choices_there_is_no_keyboard() -> None:
    assert keyboard(Message("Chào bác")) is None


@pytest.mark.parametrize("action", ["a" * 65, "pick họp", "pick \N{PILE OF POO}"])
def test_an_action_that_no_button_can_hold_is_refused_when_it_is_made(action: str) -> None:
    with pytest.raises(ValueError, match="64 ASCII bytes"):
        Choice("Nhãn", action)


def test_a_long_text_is_sent_in_parts_with_the_choices_on_the_last() -> None:
    text = "<b>Thông báo</b>\n" + "họp 😀 " * 1500
    parts = Telegram(TOKEN, paper).parts(Message(text, choices=choices("Đã nắm")))
    assert len(parts) > 2
    assert all(len(part.text.encode("utf-16-le")) // 2 <= LONGEST for part in parts)
    assert [bool(part.choices) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert " ".join(part.text for part in parts).split() == text.replace("<b>", "").replace("</b>", "").split()


# ---- what arrives ----


def said(**content: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_780_000_000, "chat": CHAT, "from": SENDER, **content}
    return {"update_id": 1, "message": message}


def tapped(data: str = "answer 1 yes 1", **message: Any) -> dict[str, Any]:
    on = {"message_id": 9, "date": 1, "chat": CHAT, **message}
    return {
        "update_id": 2,
        "callback_query": {"id": "33", "from": SENDER, "chat_instance": "1", "data": data, "message": on},
    }


def member(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    def state(name: str) -> dict[str, Any]:
        return {"user": BOT, "status": name, **({"until_date": 0} if name == "kicked" else {})}

    change = {"chat": chat, "from": SENDER, "date": 1_780_000_000, "old_chat_member": state("member")}
    return {"update_id": 3, "my_chat_member": {**change, "new_chat_member": state(status)}}


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9}
GROUP = {"id": -5, "type": "group", "title": "Bà con"}
READ = [
    (said(text="Tôi xin vắng"), Incoming("text", "7", text="Tôi xin vắng")),
    (said(text=unicodedata.normalize("NFD", "Tôi xin vắng")), Incoming("text", "7", text="Tôi xin vắng")),
    (said(text="  1\u200b \r\n\u202e2\u0007 "), Incoming("text", "7", text="1 \n2")),
    (said(text="/help"), Incoming("text", "7", text="help")),
    (said(text="/start"), Incoming("start", "7")),
    (said(text="/start@SuoiTrongBot  abc_-9 "), Incoming("start", "7", text="abc_-9")),
    (said(text="/started"), Incoming("text", "7", text="started")),
    (said(text="\u200b"), Incoming("other", "7")),
    (said(text="/"), Incoming("text", "7")),
    (
        said(contact={"phone_number": "84900000045", "first_name": "T", "user_id": 7}),
        Incoming("contact", "7", text="84900000045", own_contact=True),
    ),
    (
        said(contact={"phone_number": "84900000046", "first_name": "S", "user_id": 8}),
        Incoming("contact", "7", text="84900000046"),
    ),
    (said(contact={"phone_number": "0900", "first_name": "S"}), Incoming("contact", "7", text="0900")),
    (
        said(document={**FILE, "file_name": "danh sách.xlsx"}, caption="gửi xã"),
        Incoming("document", "7", text="gửi xã", document=Document("F", "danh sách.xlsx", 9)),
    ),
    (
        said(document={"file_id": "F", "file_unique_id": "U"}),
        Incoming("document", "7", document=Document("F", "", None)),
    ),
    (said(photo=[{**FILE, "width": 1, "height": 1}]), Incoming("photo", "7")),
    (said(voice={**FILE, "duration": 2}), Incoming("voice", "7")),
    (
        said(sticker={**FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}),
        Incoming("sticker", "7"),
    ),
    (said(location={"latitude": 1.0, "longitude": 2.0}), Incoming("other", "7")),
    (tapped(), Incoming("tap", "7", action="answer 1 yes 1", message_id="9", tap_id="33")),
    (tapped(date=0), Incoming("tap", "7", action="answer 1 yes 1", message_id="9", tap_id="33")),
    (tapped(data="faq \u0000\u202ea"), Incoming("tap", "7", action="faq  a", message_id="9", tap_id="33")),
    (tapped(data=""), None),
    (tapped(chat=GROUP), None),
    (member("kicked"), Incoming("blocked", "7")),
    (member("member"), Incoming("unblocked", "7")),
    (member("member", GROUP), None),
    (said(text="chào", chat=GROUP), None),
    ({"update_id": 4, "edited_message": said(text="sửa")["message"]}, None),
    ({"update_id": 4, "channel_post": {**said(text="tin")["message"], "chat": {"id": -9, "type": "channel"}}}, None),
    ({"update_id": 4, "something_new": {"chat": CHAT}}, None),
    ({"update_id": 4}, None),
]


@pytest.mark.parametrize(("update", "incoming"), READ, ids=range(len(READ)))
def test_every_kind_of_update_is_read(update: dict[str, Any], incoming: Incoming | None) -> None:
    stored = json.loads(json.dumps(update))
    assert Telegram(TOKEN, paper).read(stored) == incoming


def test_what_arrived_knows_its_chat_and_its_time() -> None:
    then = datetime.fromtimestamp(1_780_000_000, UTC)
    kept = [raw(update) for update in (said(text="0"), tapped(), member("kicked"), {"update_id": 4, "new": {}})]
    assert [(row.event_key, row.chat, row.said_at) for row in kept] == [
        ("1", "7", then),
        ("2", "7", None),
        ("3", "7", then),
        ("4", "", None),
    ]


async def test_asking_again_tells_the_platform_what_is_kept(telegram: Telegram, far: FarEnd) -> None:
    far.will([said(text="0"), {"update_id": 8, "message": {"unreadable": True}}])
    far.will([])
    assert [row.event_key for row in await telegram.poll(20)] == ["1", "8"]
    assert await telegram.poll(20) == []
    (_, first), (_, second) = far.calls
    assert first == {"timeout": "20", "allowed_updates": json.dumps(UPDATES)}
    assert second["offset"] == "9"


async def test_a_failed_question_acknowledges_nothing(telegram: Telegram, far: FarEnd) -> None:
    far.will([said(text="0")])
    far.will_refuse(502, "Bad Gateway")
    far.will([])
    await telegram.poll(0)
    with pytest.raises(SendError):
        await telegram.poll(0)
    await telegram.poll(0)
    assert [values.get("offset") for _, values in far.calls] == [None, "2", "2"]


@pytest.mark.parametrize(("size", "most", "fits"), [(9, 9, True), (9, 8, False), (None, 8, False), (None, 9, True)])
async def test_a_document_is_fetched_up_to_a_size(
    telegram: Telegram, far: FarEnd, size: int | None, most: int, fits: bool
) -> None:
    far.will({"file_id": "F", "file_unique_id": "U", "file_size": size, "file_path": "documents/1.xlsx"})
    far.answers.append((200, b"ninebytes"))
    if fits:
        assert await telegram.fetch("F", most) == b"ninebytes"
        return
    with pytest.raises(SendError) as refused:
        await telegram.fetch("F", most)
    assert refused.value.outcome == "final"


async def test_a_toast_is_plain_and_short(telegram: Telegram, far: FarEnd) -> None:
    far.will(True)
    await telegram.seen(Incoming("tap", "7", tap_id="33"), "<b>Đã ghi</b> " + "x" * 300)
    [(method, values)] = far.calls
    assert method == "answerCallbackQuery"
    assert values["text"].startswith("Đã ghi x") and len(values["text"]) == 200
    await telegram.seen(Incoming("text", "7", text="0"), None)
    assert len(far.calls) == 1


@pytest.mark.parametrize(
    ("chat", "a_minute", "at_once"), [("7", 60, 3), ("-100200300", 18, 2)], ids=["a person", "a group"]
)
async def test_a_chat_is_written_to_as_fast_as_it_bears(
    telegram: Telegram, chat: str, a_minute: int, at_once: int
) -> None:
    rest, burst = telegram.pace(chat)
    assert (round(timedelta(minutes=1) / rest), burst) == (a_minute, at_once)
