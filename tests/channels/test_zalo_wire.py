"""Every answer of Zalo's platform, and every way in which a call can break, by what became of the message."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels import wire
from channels.base import SendError
from channels.zalo_api import QUOTA_PAUSE_S, ZaloApi
from tests.channels.far_end import Line, Script, far_end

TOKEN = "900:very-secret"
WORDS = "Bác Tình nói riêng"
OPEN, SEALED = "http://127.0.0.1", "https://127.0.0.1"
FINE = b'{"ok": true, "result": {"message_id": "2d758cb5", "date": 1793667600123}}'

Call = Callable[[ZaloApi], Awaitable[object]]


def send(api: ZaloApi) -> Awaitable[object]:
    return api.send_message("7", WORDS)


@asynccontextmanager
async def client(address: str) -> AsyncIterator[ZaloApi]:
    api = ZaloApi(TOKEN, f"{address}/bot", connections=1)
    api.open()
    try:
        yield api
    finally:
        await api.close()


def saying(body: str | bytes, status: str = "200 OK") -> Script:
    async def say(line: Line) -> None:
        while await line.hear():
            line.answer(body.encode() if isinstance(body, str) else body, status, None, "Location: https://x.example/")

    return say


async def error_of(api: ZaloApi, call: Call = send) -> SendError:
    """The error of one call; neither it nor what it came from may say the token or anybody's words."""
    with pytest.raises(SendError) as raised:
        await call(api)
    told: BaseException | None = raised.value
    while told:
        assert "very-secret" not in f"{told!r} {told}" and WORDS not in f"{told!r} {told}"
        told = told.__cause__
    assert len(raised.value.reason) <= 20  # as the table of addresses keeps it
    return raised.value


def refused(code: object, description: str = "x") -> str:
    return json.dumps({"ok": False, "error_code": code, "description": description})


FINAL, UNKNOWN = {"outcome": "final"}, {"outcome": "unknown"}
DEAD = {"outcome": "final", "dead": True}
STOP = {"outcome": "not_sent", "stop": True}
PAUSE = {"outcome": "not_sent", "retry_after": QUOTA_PAUSE_S}

ANSWERS = [
    # HTTP, body, what it means for a message
    ("400 Bad Request", refused(400, "Bad request: text is empty"), FINAL),
    ("400 Bad Request", refused(400, f"Bad request: {WORDS}"), FINAL),
    ("400 Bad Request", refused(400, "Bad Request: Chat not found"), DEAD),
    ("400 Bad Request", refused(400, "Bad request: the user does not receive messages"), DEAD),
    ("400 Bad Request", refused(400, "User has not interacted with the bot"), DEAD),
    ("401 Unauthorized", refused(401, "Unauthorized"), STOP),
    ("403 Forbidden", refused(403, "Internal server error"), UNKNOWN),
    ("404 Not Found", refused(404, "Not Found"), FINAL),
    ("404 Not Found", refused(404, "User not found"), DEAD),
    ("408 Request Timeout", refused(408, "Request timeout"), UNKNOWN),
    ("409 Conflict", refused(409, "Conflict"), STOP),
    ("413 Too Large", refused(413, "Too large"), FINAL),
    ("429 Too Many Requests", refused(429, "Quota exceeded"), PAUSE),
    ("429 Too Many Requests", "<html>slow down</html>", PAUSE),
    ("500 Internal Server Error", refused(500), UNKNOWN),
    ("503 Service Unavailable", refused(503), UNKNOWN),
    # a refusal in the clothes of a success
    ("200 OK", refused(400, "Bad request: chat not found"), DEAD),
    ("200 OK", refused(401), STOP),
    ("200 OK", refused(403), UNKNOWN),
    ("200 OK", refused(404), FINAL),
    ("200 OK", refused(408), UNKNOWN),
    ("200 OK", refused(429), PAUSE),
    ("200 OK", refused(500), UNKNOWN),
    ("200 OK", refused("400"), UNKNOWN),
    ("200 OK", refused(-216), UNKNOWN),
    ("200 OK", '{"ok": false}', UNKNOWN),
    # HTTP says it, the body does not
    ("400 Bad Request", '{"ok": false, "description": "x"}', FINAL),
    ("401 Unauthorized", '{"ok": false}', STOP),
    # the body knows better than HTTP
    ("500 Internal Server Error", refused(429), PAUSE),
    # not the platform's word: a page of somebody on the way declares no chat dead and no token wrong
    ("401 Unauthorized", f"<html>{WORDS}</html>", UNKNOWN),
    ("403 Forbidden", f"<html>{WORDS}</html>", UNKNOWN),
    ("404 Not Found", f"<html>{WORDS}</html>", UNKNOWN),
    ("502 Bad Gateway", "<html></html>", UNKNOWN),
    ("504 Gateway Timeout", "", UNKNOWN),
    ("302 Found", WORDS, UNKNOWN),
    ("200 OK", f"<html>{WORDS}</html>", UNKNOWN),
    ("200 OK", "", UNKNOWN),
    ("200 OK", '{"ok": true, "result": {"message_id": "2d7', UNKNOWN),
    ("200 OK", f'["{WORDS}"]', UNKNOWN),
    ("200 OK", "[" * 100_000, UNKNOWN),
    ("200 OK", '{"ok": "true", "result": {"message_id": "1"}}', UNKNOWN),
    ("200 OK", '{"ok": true}', UNKNOWN),
    ("200 OK", '{"ok": true, "result": true}', UNKNOWN),
    ("200 OK", '{"ok": true, "result": {"date": 1}}', UNKNOWN),
    ("500 Internal Server Error", FINE.decode(), UNKNOWN),
]


@pytest.mark.parametrize(("status", "body", "means"), ANSWERS)
async def test_refusals(status: str, body: str, means: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    async with far_end(saying(body, status)) as port, client(f"{OPEN}:{port}") as api:
        with caplog.at_level(logging.DEBUG):
            error = await error_of(api)
    found = {"outcome": error.outcome, "dead": error.dead, "stop": error.stop, "retry_after": error.retry_after}
    assert found == {"dead": False, "stop": False, "retry_after": None, **means}
    assert WORDS not in caplog.text and "very-secret" not in caplog.text


# ---- a wire that breaks ----


async def hang_up(line: Line) -> None:
    line.writer.close()


async def say_nothing(line: Line) -> None:
    await line.silence()


async def reset_after_hearing(line: Line) -> None:
    await line.hear()
    line.reset()


async def hear_and_say_nothing(line: Line) -> None:
    await line.hear()
    await line.silence()


async def break_off(line: Line) -> None:
    await line.hear()
    line.answer(FINE[:9], length=len(FINE))


@pytest.mark.parametrize(
    ("script", "tls", "url", "outcome"),
    [
        (hang_up, False, SEALED, "not_sent"),
        (say_nothing, False, SEALED, "not_sent"),
        (say_nothing, True, SEALED, "not_sent"),  # a certificate that nobody trusts
        (reset_after_hearing, False, OPEN, "unknown"),
        (hear_and_say_nothing, False, OPEN, "unknown"),
        (break_off, False, OPEN, "unknown"),
    ],
)
async def test_a_wire_that_breaks(
    script: Script, tls: bool, url: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POOL_S", "CONNECT_S", "READ_S"):
        monkeypatch.setattr(wire, name, 0.1)
    async with far_end(script, tls=tls) as port, client(f"{url}:{port}") as api:
        assert (await error_of(api)).outcome == outcome


async def test_nobody_there_and_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with client(f"{OPEN}:{nobody.getsockname()[1]}") as api:
            assert (await error_of(api)).outcome == "not_sent"

    async def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with client("http://zalo.example") as api:
        assert (await error_of(api)).outcome == "not_sent"


async def test_a_full_pool_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold(line: Line) -> None:
        await line.hear()
        arrived.set()
        await let_go.wait()
        line.answer(FINE)

    async with far_end(hold) as port, client(f"{OPEN}:{port}") as api:
        first = asyncio.ensure_future(send(api))
        await arrived.wait()
        monkeypatch.setattr(wire, "POOL_S", 0.01)
        assert (await error_of(api)).outcome == "not_sent"
        let_go.set()
        assert await first == "2d758cb5"


# ---- the methods ----


METHODS: list[tuple[str, Call, dict[str, str], object, object]] = [
    # name, call, body, result, what is made of it
    ("getMe", lambda a: a.get_me(), {}, {"id": "900"}, {"id": "900"}),
    ("getUpdates", lambda a: a.get_updates(20), {"timeout": "20"}, {"event_name": "x"}, {"event_name": "x"}),
    ("getUpdates", lambda a: a.get_updates(0), {"timeout": "0"}, None, None),
    ("getUpdates", lambda a: a.get_updates(0), {"timeout": "0"}, {}, None),
    (
        "setWebhook",
        lambda a: a.set_webhook("https://x.example/zalo", "eight-signs"),
        {"url": "https://x.example/zalo", "secret_token": "eight-signs"},
        {"url": "https://x.example/zalo"},
        {"url": "https://x.example/zalo"},
    ),
    ("deleteWebhook", lambda a: a.delete_webhook(), {}, {"url": ""}, None),
    ("getWebhookInfo", lambda a: a.get_webhook_info(), {}, {"url": "u"}, {"url": "u"}),
    ("sendMessage", send, {"chat_id": "7", "text": WORDS}, {"message_id": "a1"}, "a1"),
    ("sendMessage", send, {"chat_id": "7", "text": WORDS}, {"message_id": 5}, "5"),
    (
        "sendPhoto",
        lambda a: a.send_photo("7", "https://x.example/1.png", "Ảnh"),
        {"chat_id": "7", "photo": "https://x.example/1.png", "caption": "Ảnh"},
        {"message_id": "a1"},
        "a1",
    ),
    (
        "sendSticker",
        lambda a: a.send_sticker("7", "8b2a"),
        {"chat_id": "7", "sticker": "8b2a"},
        {"message_id": "a1"},
        "a1",
    ),
    (
        "sendVoice",
        lambda a: a.send_voice("7", "https://x.example/1.aac"),
        {"chat_id": "7", "voice_url": "https://x.example/1.aac"},
        {"message_id": "a1"},
        "a1",
    ),
    ("sendChatAction", lambda a: a.send_chat_action("7"), {"chat_id": "7", "action": "typing"}, True, None),
]


@pytest.mark.parametrize(("name", "call", "body", "result", "made"), METHODS)
async def test_methods(name: str, call: Call, body: dict[str, str], result: object, made: object) -> None:
    asked: list[tuple[bytes, Any]] = []

    async def answer(line: Line) -> None:
        head, _, said = (await line.hear()).partition(b"\r\n\r\n")
        asked.append((head.split(b"\r\n")[0], json.loads(said)))
        line.answer(json.dumps({"ok": True, "result": result}).encode())

    async with far_end(answer) as port, client(f"{OPEN}:{port}") as api:
        assert await call(api) == made
    assert asked == [(f"POST /bot{TOKEN}/{name} HTTP/1.1".encode(), body)]


@pytest.mark.parametrize("status", ["200 OK", "408 Request Timeout"])
@pytest.mark.parametrize("body", [refused(408), "<html></html>"])
async def test_nothing_came_is_no_error_of_a_poll(status: str, body: str) -> None:
    async with far_end(saying(body, status)) as port, client(f"{OPEN}:{port}") as api:
        if status.startswith("200") and body.startswith("<"):
            assert (await error_of(api, lambda a: a.get_updates(0))).outcome == "unknown"
        else:
            assert await api.get_updates(0) is None


async def test_where_no_webhook_is_set_the_platform_says_404() -> None:
    async with far_end(saying(refused(404), "404 Not Found")) as port, client(f"{OPEN}:{port}") as api:
        assert await api.get_webhook_info() is None


async def test_a_client_must_be_open() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        await ZaloApi(TOKEN).get_me()
