"""The transport keeps the contract that python-telegram-bot expects, and says what certainly never left."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest

from channels import transport
from channels.transport import NotSentError, Transport

TOKEN = "1000:very-secret"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def far_end(handler: Handler) -> AsyncIterator[str]:
    """A server that answers every request with `handler`."""
    app = web.Application(client_max_size=10**7)
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def wire(proxy: str | None = None) -> AsyncIterator[Transport]:
    async with Transport(4, proxy=proxy) as made:
        yield made


async def fine(request: web.Request) -> web.Response:
    return web.json_response({"ok": True, "result": True})


async def test_it_is_what_the_library_asks_for() -> None:
    assert issubclass(Transport, BaseRequest)
    assert Transport(1).read_timeout == 30
    with pytest.raises(RuntimeError, match="not initialized"):
        await Transport(1).do_request("http://127.0.0.1:1", "POST")


async def test_it_can_be_opened_and_closed_again_and_twice() -> None:
    made = Transport(1)
    for _ in range(2):
        await made.initialize()
        await made.initialize()
        await made.shutdown()
        await made.shutdown()


async def test_fields_and_files_arrive_as_they_are() -> None:
    seen: dict[str, object] = {}

    async def remember(request: web.Request) -> web.Response:
        fields = await (request.json() if request.content_type == "application/json" else request.post())
        seen.update({name: v.filename if isinstance(v, web.FileField) else v for name, v in fields.items()})
        chat = {"id": 7, "type": "private", "first_name": "Tình"}
        return web.json_response({"ok": True, "result": {"message_id": 1, "date": 0, "chat": chat}})

    async with far_end(remember) as url:
        bot = Bot(TOKEN, f"{url}/bot", request=Transport(1), get_updates_request=Transport(1))
        await bot._request[1].initialize()
        await bot.send_message(7, "Đồng ý & <b>đi</b>")
        assert seen == {"chat_id": "7", "text": "Đồng ý & <b>đi</b>"}
        seen.clear()
        await bot.send_document(7, InputFile(b"x", filename="giấy mời “Khe Đào”.pdf"), caption="Giấy mời")
        assert "giấy mời “Khe Đào”.pdf" in seen.values()
        assert seen["caption"] == "Giấy mời"
        await bot._request[1].shutdown()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, BadRequest),
        (429, {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 3}}, RetryAfter),
        (502, None, NetworkError),
    ],
)
async def test_answers_of_the_far_end_become_the_librarys_errors(status: int, body: object, error: type) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response(body, status=status) if body else web.Response(status=status, text="<html>")

    async with far_end(refuse) as url, wire() as request:
        with pytest.raises(error) as raised:
            await request.post(f"{url}/bot{TOKEN}/sendMessage")
    assert not isinstance(raised.value, NotSentError)


async def test_a_refused_connection_certainly_sent_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/bot{TOKEN}/sendMessage"
        async with wire() as request:
            with pytest.raises(NotSentError) as raised:
                await request.post(url)
    assert TOKEN not in repr(raised.value)


async def test_a_full_pool_certainly_sent_nothing() -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold(request: web.Request) -> web.Response:
        arrived.set()
        await let_go.wait()
        return web.json_response({"ok": True, "result": True})

    async with far_end(hold) as url, Transport(1) as request:
        first = asyncio.create_task(request.post(f"{url}/bot{TOKEN}/getMe"))
        await arrived.wait()
        with pytest.raises(NotSentError):
            await request.post(f"{url}/bot{TOKEN}/getMe", pool_timeout=0.01)
        let_go.set()
        assert await first is True


async def test_a_connection_lost_after_the_request_leaves_the_outcome_unknown() -> None:
    async def drop(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport
        request.transport.abort()
        return web.Response()

    async with far_end(drop) as url, wire() as request:
        with pytest.raises(NetworkError) as raised:
            await request.post(f"{url}/bot{TOKEN}/sendMessage")
    assert not isinstance(raised.value, NotSentError)
    assert TOKEN not in repr(raised.value)


async def test_an_answer_that_does_not_come_is_timed_out() -> None:
    for_ever = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await for_ever.wait()
        return web.Response()

    async with far_end(silent) as url, wire() as request:
        with pytest.raises(TimedOut):
            await request.post(f"{url}/bot{TOKEN}/sendMessage", read_timeout=0.05)
        for_ever.set()


async def test_a_proxy_is_used() -> None:
    asked: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append(request.headers["Host"])
        return web.json_response({"ok": True, "result": True})

    async with far_end(proxy) as url, wire(proxy=url) as request:
        assert await request.post("http://telegram.example/botX/getMe") is True
    assert asked == ["telegram.example"]


def test_reading_has_time_enough() -> None:
    assert transport.READ_S >= 30
