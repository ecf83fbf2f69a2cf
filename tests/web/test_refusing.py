"""What the webhook refuses: whoever has no secret, what is too long, what is no event; and what it tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.web.world import HEADER, SECRET, World, serving
from web import hooks
from web.hooks import LARGEST_BODY, Hook, Hooks

Heard = list[Mapping[str, Any]]
GOOD = {"update_id": 5, "message": {"text": "chuyện riêng"}}


async def speak(world: World, head: list[str], body: bytes = b"") -> int:
    """Send these bytes and nothing more; the status of the answer."""
    host, port = world.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"POST {world.hook.path} HTTP/1.1", f"Host: {host}", *head, "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


@pytest.mark.parametrize("secret", [None, "", "Shown-by_Telegram-onl", SECRET.lower(), SECRET + "x", "bí mật"])
async def test_whoever_does_not_show_the_secret_is_refused(world: World, heard: Heard, secret: str | None) -> None:
    assert await world.post(GOOD, secret) == 403
    assert heard == []
    assert world.hooks.counts == {"secret": 1}


async def test_the_secret_is_asked_for_before_the_body_is_read(world: World) -> None:
    assert await speak(world, [f"{HEADER}: wrong", "Content-Length: 100"]) == 403


async def test_a_body_that_says_it_is_too_long_is_not_read(world: World, heard: Heard) -> None:
    assert await speak(world, [f"{HEADER}: {SECRET}", f"Content-Length: {LARGEST_BODY + 1}"]) == 413
    assert heard == []
    assert world.hooks.counts == {"too_large": 1}


async def test_a_body_that_does_not_say_so_is_cut_off(world: World, heard: Heard) -> None:
    endless = chunk(b" " * LARGEST_BODY) + chunk(b"{")
    assert await speak(world, [f"{HEADER}: {SECRET}", "Transfer-Encoding: chunked"], endless) == 413
    assert heard == []
    assert world.hooks.counts == {"too_large": 1}


async def test_the_longest_body_is_taken(world: World, heard: Heard) -> None:
    body = b'{"update_id":5}'
    assert await world.post(body + b" " * (LARGEST_BODY - len(body))) == 200
    assert heard == [{"update_id": 5}]


async def test_a_body_that_does_not_come_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "BODY_S", 0)
    assert await speak(world, [f"{HEADER}: {SECRET}", "Content-Length: 100"], b"{") == 408
    assert world.hooks.counts == {"unfinished": 1}


NO_EVENTS = [
    b"",
    b"{",
    b'{"update_id": 5',
    b"[]",
    b"5",
    b'"update_id"',
    b"{}",
    b'{"update_id": "5"}',
    b'{"update_id": true}',
    b'{"update_id": -1}',
    b'{"update_id": 5.0}',
    b'{"update_id": 9223372036854775808}',
    b'{"update_id": ' + b"9" * 5000 + b"}",
    b'{"update_id": 5, "message": NaN}',
    b'{"update_id": 5, "message": ' + b"[" * 100_000,
    b'{"update_id": 5, "message": "\xff"}',
]


@pytest.mark.parametrize("body", NO_EVENTS, ids=lambda body: body[:24])
async def test_what_is_no_event_is_refused_and_counted(world: World, heard: Heard, body: bytes) -> None:
    assert await world.post(body) == 400
    assert heard == []
    assert world.hooks.counts == {"malformed": 1}


@pytest.mark.parametrize("path", ["/", "/telegram/", "/telegram/0123", "/telegram/1000:very-secret", "/zalo/x"])
async def test_nothing_else_is_there(world: World, path: str) -> None:
    async with world.http.post(world.url + path, json=GOOD, headers={HEADER: SECRET}) as answer:
        assert answer.status == 404


async def test_an_address_gives_nothing_away_and_is_nobody_elses(world: World) -> None:
    async def accept(event: Mapping[str, Any]) -> None: ...

    named = [("telegram", "1000", SECRET), ("telegram", "1001", SECRET), ("telegram", "1000", "other")]
    paths = {Hook(*name, accept).path for name in named}
    assert len(paths) == 3
    assert world.hook.path in paths
    assert not any(word in path for path in paths for word in ("1000", "1001", SECRET, "other"))


async def test_the_log_says_why_and_how_often_but_not_what(world: World) -> None:
    time = [0.0]

    async def accept(event: Mapping[str, Any]) -> None:
        raise ConnectionRefusedError("chuyện riêng")

    async def healthy() -> None: ...

    hook = Hook("telegram", "1000", SECRET, accept)
    quiet = Hooks([hook], healthy, lambda: time[0])
    async with serving(quiet) as url:
        ours = replace(world, url=url)
        with capture_logs() as lines:
            for moment in (0.0, 1.0, 59.0, 60.0):
                time[0] = moment
                await ours.post(GOOD, "wrong")
                await ours.post(GOOD)
    told = [(line["why"], line["times"]) for line in lines]
    assert told == [("secret", 1), ("away", 1), ("secret", 4), ("away", 4)]
    assert "chuyện riêng" not in str(lines)
    assert SECRET not in str(lines)
    assert quiet.counts == {"secret": 4, "away": 4}
