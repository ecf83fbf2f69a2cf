"""Every way in which a request can fail, by cause: certainly not sent, or of unknown outcome (delivery.md's table)."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest
from aiohttp import ClientResponse
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from channels import transport, wire
from channels.base import SendError
from channels.telegram import sorting
from channels.transport import NotSentError, Transport
from tests.channels.far_end import FINE, Line, Script, far_end

TOKEN = "1000:very-secret"
WORDS = "Bác Tình nói riêng"
OPEN = "http://127.0.0.1"
SEALED = "https://127.0.0.1"


async def kind_of(request: Transport, url: str, **limits: Any) -> type[Exception]:
    """The error of one call; neither it nor what it came from may say the token or what was answered."""
    with pytest.raises(Exception) as raised:
        await request.post(f"{url}/bot{TOKEN}/sendMessage", **limits)
    told: BaseException | None = raised.value
    while told:
        assert TOKEN not in f"{told!r} {told}" and WORDS not in f"{told!r} {told}"
        told = told.__cause__
    return raised.type


async def hang_up(line: Line) -> None:
    line.writer.close()


async def say_nothing(line: Line) -> None:
    await line.silence()


async def reset_at_once(line: Line) -> None:
    await line.reader.read(1)
    line.reset()


async def reset_after_hearing(line: Line) -> None:
    await line.hear()
    line.reset()


async def close_after_hearing(line: Line) -> None:
    await line.hear()


async def hear_and_say_nothing(line: Line) -> None:
    await line.hear()
    await line.silence()


async def break_off(line: Line) -> None:
    await line.hear()
    line.answer(FINE[:9], length=len(FINE))


async def drip(line: Line) -> None:
    """Bytes enough to keep a wait for the next one alive, for ever."""
    await line.hear()
    line.answer(b"", length=10**6)
    while True:
        line.writer.write(b" ")
        await line.writer.drain()
        await asyncio.sleep(0.02)


async def babble(line: Line) -> None:
    await line.hear()
    line.writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize(
    ("script", "tls", "url", "error"),
    [
        # the handshake: nothing of the request has left
        (hang_up, False, SEALED, NotSentError),
        (babble, False, SEALED, NotSentError),
        (reset_at_once, False, SEALED, NotSentError),
        (say_nothing, False, SEALED, NotSentError),
        (say_nothing, True, SEALED, NotSentError),  # a certificate that nobody trusts
        # the request was on its way, or there
        (hang_up, False, OPEN, NetworkError),
        (reset_at_once, False, OPEN, NetworkError),
        (reset_after_hearing, False, OPEN, NetworkError),
        (close_after_hearing, False, OPEN, NetworkError),
        (break_off, False, OPEN, NetworkError),
        (babble, False, OPEN, NetworkError),
        (hear_and_say_nothing, False, OPEN, TimedOut),
        (drip, False, OPEN, TimedOut),
    ],
)
async def test_a_wire_that_breaks(
    script: Script, tls: bool, url: str, error: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "POOL_S", 0.1)
    monkeypatch.setattr(transport, "CONNECT_S", 0.1)
    async with far_end(script, tls=tls) as port, Transport(1) as request:
        assert await kind_of(request, f"{url}:{port}", read_timeout=0.1) is error


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with Transport(1) as request:
        assert await kind_of(request, "http://telegram.example") is NotSentError


async def test_an_address_that_takes_no_connection() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with Transport(1) as request:
            assert await kind_of(request, f"{OPEN}:{nobody.getsockname()[1]}") is NotSentError
            assert await kind_of(request, "http://127.0.0.1:not-a-port") is NetworkError


async def refuse(line: Line) -> None:
    await line.hear()
    line.answer(WORDS.encode(), "407 Proxy Authentication Required")


async def drop(line: Line) -> None:
    await line.hear()
    line.reset()


@pytest.mark.parametrize(
    ("script", "url", "error"),
    [
        # to a sealed far end the proxy first makes a connection: whatever fails there, the request has not left
        (refuse, "https://telegram.example", NotSentError),
        (drop, "https://telegram.example", NotSentError),
        (hang_up, "https://telegram.example", NotSentError),
        (say_nothing, "https://telegram.example", NotSentError),
        # to an open one it is handed the request itself
        (refuse, "http://telegram.example", NetworkError),
        (drop, "http://telegram.example", NetworkError),
    ],
)
async def test_a_proxy_that_fails(script: Script, url: str, error: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "POOL_S", 0.2)
    async with far_end(script) as port, Transport(1, proxy=f"{OPEN}:{port}") as request:
        assert await kind_of(request, url, read_timeout=0.2) is error


async def test_a_proxy_that_is_not_there() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with Transport(1, proxy=f"{OPEN}:{nobody.getsockname()[1]}") as request:
            assert await kind_of(request, "https://telegram.example") is NotSentError


# ---- a connection that was kept ----


async def answer_once(line: Line) -> None:
    await line.hear()
    line.answer(FINE)
    await line.writer.drain()


async def answer_once_then_reset(line: Line) -> None:
    await answer_once(line)
    await reset_after_hearing(line)


async def test_a_kept_connection_that_was_closed_meanwhile_is_not_used() -> None:
    async with far_end(answer_once) as port, Transport(1) as request:
        for _ in range(3):
            assert await request.post(f"{OPEN}:{port}/bot{TOKEN}/getMe") == {"message_id": 1}
            await noticed_closed(request)


async def noticed_closed(request: Transport) -> None:
    """Until the news that the other side has hung up has come to the pool."""
    assert request._session and request._session.connector
    for line in list(request._session.connector._conns.values()):
        for kept, _ in line:
            if kept.closed:
                await kept.closed


@pytest.mark.parametrize("said", [None, RequestData([RequestParameter("text", "Dạ", None)])])
async def test_a_kept_connection_found_closed_before_a_byte_was_written(
    said: RequestData | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unlucky(wire.Request):
        """The news that the other side has hung up comes between taking the connection and writing on it."""

        async def send(self, conn: Any) -> ClientResponse:
            if not first and said is None:
                conn.transport.close()
            answer = await super().send(conn)
            if not first and said:
                conn.transport.close()
            return answer

    first = True
    monkeypatch.setattr(wire, "Request", Unlucky)
    async with far_end(answer_once_then_reset) as port, Transport(1) as request:
        assert await request.post(f"{OPEN}:{port}/bot{TOKEN}/getMe")
        first = False
        assert await kind_of(request, f"{OPEN}:{port}", request_data=said) is NotSentError


async def test_a_kept_connection_that_heard_the_request_before_it_broke() -> None:
    async with far_end(answer_once_then_reset) as port, Transport(1) as request:
        assert await request.post(f"{OPEN}:{port}/bot{TOKEN}/getMe")
        assert await kind_of(request, f"{OPEN}:{port}") is NetworkError


# ---- answers that are not what was promised ----


@pytest.mark.parametrize(
    ("status", "body", "error", "outcome"),
    [
        ("200 OK", '{"ok": true, "result": {"message_id": 1, "text": "Bác Tình nói riêng', NetworkError, "unknown"),
        ("200 OK", '{"ok":true,"result":{"message_id":1,"text":"Bác Tình nói riêng', Exception, "unknown"),
        ("200 OK", "<html>Bác Tình nói riêng</html>", NetworkError, "unknown"),
        ("200 OK", '["Bác Tình nói riêng"]', NetworkError, "unknown"),
        ("200 OK", '{"ok": true}', NetworkError, "unknown"),
        ("200 OK", "", NetworkError, "unknown"),
        ("200 OK", '{"ok": false, "error_code": 500, "description": "x"}', NetworkError, "unknown"),
        ("200 OK", '{"ok": false}', NetworkError, "unknown"),
        ("200 OK", '{"ok": false, "error_code": 403, "description": "x"}', Forbidden, "final"),
        ("200 OK", '{"ok": false, "error_code": 400, "description": "x"}', BadRequest, "final"),
        ("204 No Content", "", NetworkError, "unknown"),
        ("302 Found", "Bác Tình nói riêng", NetworkError, "unknown"),
        ("400 Bad Request", '{"ok": false, "error_code": 400, "description": "x"}', BadRequest, "final"),
        ("403 Forbidden", '{"ok": false, "error_code": 403, "description": "x"}', Forbidden, "final"),
        ("401 Unauthorized", '{"ok": false, "error_code": 401, "description": "x"}', InvalidToken, "not_sent"),
        ("404 Not Found", '{"ok": false, "error_code": 404, "description": "x"}', InvalidToken, "not_sent"),
        ("409 Conflict", '{"ok": false, "error_code": 409, "description": "x"}', Conflict, "not_sent"),
        ("413 Too Large", '{"ok": false, "error_code": 413, "description": "x"}', BadRequest, "final"),
        # a page of somebody on the way must not be taken for the platform's word on an address or a token
        ("401 Unauthorized", "<html>Bác Tình nói riêng</html>", NetworkError, "unknown"),
        ("403 Forbidden", "<html>Bác Tình nói riêng</html>", NetworkError, "unknown"),
        ("404 Not Found", "<html>Bác Tình nói riêng</html>", NetworkError, "unknown"),
        ("500 Internal Server Error", '{"ok": false, "error_code": 500, "description": "x"}', NetworkError, "unknown"),
        ("502 Bad Gateway", "<html>Bác Tình nói riêng</html>", NetworkError, "unknown"),
        ("504 Gateway Timeout", "", NetworkError, "unknown"),
    ],
)
async def test_answers(status: str, body: str, error: type, outcome: str, caplog: pytest.LogCaptureFixture) -> None:
    async def say(line: Line) -> None:
        while await line.hear():
            line.answer(body.encode(), status, None, "Location: https://elsewhere.example/")

    with caplog.at_level(logging.DEBUG):
        async with far_end(say) as port, Transport(1) as request:
            with pytest.raises(SendError) as refused, sorting():
                assert issubclass(await kind_of(request, f"{OPEN}:{port}"), error)
                await request.post(f"{OPEN}:{port}/bot{TOKEN}/sendMessage")
    assert refused.value.outcome == outcome
    assert WORDS not in caplog.text and TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "wait"),
    [
        ("429 Too Many Requests", '{"ok": false, "error_code": 429, "parameters": {"retry_after": 35}}', 35),
        ("429 Too Many Requests", '{"ok": false, "error_code": 429, "parameters": {"retry_after": 3600}}', 3600),
        ("429 Too Many Requests", '{"ok": false, "error_code": 429, "parameters": {"retry_after": 0}}', 0),
        ("200 OK", '{"ok": false, "error_code": 429, "parameters": {"retry_after": 5}}', 5),
        # a refusal for haste is one, also where it is not the platform's or does not say how long
        ("429 Too Many Requests", '{"ok": false, "error_code": 429}', transport.PAUSE_S),
        ("429 Too Many Requests", "<html>slow down</html>", transport.PAUSE_S),
    ],
)
async def test_haste_is_refused_for_exactly_so_long(status: str, body: str, wait: float) -> None:
    async def say(line: Line) -> None:
        while await line.hear():
            line.answer(body.encode(), status)

    async with far_end(say) as port, Transport(1) as request:
        assert await kind_of(request, f"{OPEN}:{port}") is RetryAfter
        with pytest.raises(SendError) as refused, sorting():
            await request.post(f"{OPEN}:{port}/bot{TOKEN}/sendMessage")
    assert (refused.value.outcome, refused.value.retry_after) == ("not_sent", wait)


async def test_a_file_is_handed_over_as_it_is() -> None:
    async def give(line: Line) -> None:
        assert (await line.hear()).startswith(b"GET ")
        line.answer(b"<html>a document that looks like a page</html>")

    async with far_end(give) as port, Transport(1) as request:
        assert await request.retrieve(f"{OPEN}:{port}/file/bot{TOKEN}/1") == (
            b"<html>a document that looks like a page</html>"
        )


@pytest.mark.parametrize(
    ("status", "error"), [("200 OK", None), ("404 Not Found", NetworkError), ("500 Oh", NetworkError)]
)
async def test_a_file_that_is_not_there(status: str, error: type | None) -> None:
    async def give(line: Line) -> None:
        await line.hear()
        line.answer(b"\x00\xff", status)

    async with far_end(give) as port, Transport(1) as request:
        if error is None:
            assert await request.retrieve(f"{OPEN}:{port}/file/bot{TOKEN}/1") == b"\x00\xff"
            return
        with pytest.raises(error) as raised:
            await request.retrieve(f"{OPEN}:{port}/file/bot{TOKEN}/1")
    assert TOKEN not in repr(raised.value)
