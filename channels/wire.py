"""Calls over HTTP that say what became of them: never left, no answer in time, lost on the way, or answered.

Shared by the channels. No message of an error holds an address, because addresses hold the token, and none holds what
was answered, because answers hold people's words.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client import ClientRequest

if TYPE_CHECKING:
    from aiohttp.client_middlewares import ClientHandlerType
    from aiohttp.connector import Connection

CONNECT_S = 10.0
READ_S = 30.0  # a slow answer is better than not knowing whether a message went (delivery.md)
POOL_S = 10.0
LONGEST_READS = 4  # an answer that comes in drops is given up after so many times the wait for its first
KEPT_S = 15.0  # an idle connection is closed here before the other side may close it under a request

_AS_JSON = {"Content-Type": "application/json"}


class NothingLeftError(Exception):
    """Nothing of the request was written: no connection was there, or it was gone before."""


class NoAnswerError(Exception):
    """The request may have arrived; its answer did not come in time."""


class LostError(Exception):
    """The request may have arrived; the connection broke."""


def session(connections: int, agent: str) -> aiohttp.ClientSession:
    """A pool of at most `connections` kept-alive connections."""
    pool = aiohttp.TCPConnector(limit=connections, ttl_dns_cache=300, keepalive_timeout=KEPT_S)
    return aiohttp.ClientSession(
        connector=pool,
        headers={"User-Agent": agent},
        cookie_jar=aiohttp.DummyCookieJar(),
        request_class=Request,
        middlewares=(_telling_what_left,),
    )


async def ask(
    pool: aiohttp.ClientSession,
    method: str,
    url: str,
    body: Mapping[str, Any],
    waits: aiohttp.ClientTimeout,
    proxy: str | None = None,
) -> tuple[int, bytes]:
    """One request; (HTTP status, body). Raises NothingLeftError, NoAnswerError or LostError."""
    try:
        # A page that a network on the way puts before everything is not where the token belongs.
        async with pool.request(method, url, **body, timeout=waits, proxy=proxy, allow_redirects=False) as answer:
            return answer.status, await _whole(answer, waits.sock_read)
    except TimeoutError:
        raise NoAnswerError from None
    except (aiohttp.ClientError, OSError) as error:
        raise LostError(type(error).__name__) from None


def as_json(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body for `ask`: to escape Vietnamese would take longer, and a lone surrogate must not stop anything."""
    return {"data": json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"), "headers": _AS_JSON}


def parsed(payload: bytes) -> dict[str, Any] | None:
    """The JSON object that was answered; None where it is something else."""
    try:
        found = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class Request(ClientRequest):
    """Knows whether anything of it may have left."""

    left = False

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        self.left = _is_open(conn)
        return await super().send(conn)

    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
    ) -> None:
        # Head and body are written together, from here; a kept connection may have been closed since it was taken.
        self.left = _is_open(conn)
        await super().write_bytes(writer, conn, content_length)


def _is_open(conn: Connection) -> bool:
    return conn.protocol is not None and conn.protocol.is_connected()


async def _telling_what_left(request: ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
    """Whatever goes wrong while nothing was written yet: name resolution, pool, connection, handshake, proxy."""
    try:
        return await handler(request)
    except (aiohttp.ClientError, OSError) as error:
        if isinstance(request, Request) and not request.left:
            raise NothingLeftError(type(error).__name__) from None
        raise


async def _whole(answer: aiohttp.ClientResponse, read_s: float | None) -> bytes:
    """The body. It mostly came with the head; one that comes in drops is given up in the end."""
    if read_s is None or answer.content.is_eof():
        return await answer.read()
    async with asyncio.timeout(read_s * LONGEST_READS):
        return await answer.read()
