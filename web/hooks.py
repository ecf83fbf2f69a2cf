"""Webhooks: a platform posts what people did, and hears 200 only when it is a committed row.

Whoever finds the address must show the secret before a byte of the body is read. What is answered otherwise:
403 a wrong secret, 413 a body over a mebibyte, 408 one that does not come, 400 one that is no event, 503 while the
database is away. The platforms send what was not answered with 2xx again. A call by which a platform only tries whether
somebody is there hears 200, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.engine import AWAY

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
BODY_S = 10.0
HEALTH_S = 5.0
TOLD_EVERY_S = 60.0  # whoever knocks with wrong secrets shall not fill the disk with our log
MOST_UPDATE_ID = 2**63
LONGEST_MESSAGE_ID = 64  # as the table of what arrived keeps it

Verdict = Literal["accepted", "probe", "secret", "too_large", "unfinished", "malformed", "away"]
_STATUS: dict[Verdict, int] = {"secret": 403, "too_large": 413, "unfinished": 408, "malformed": 400, "away": 503}


@dataclass(frozen=True)
class Wire:
    """What differs between platforms: the header that carries the secret, what makes a body an event, who knocks."""

    header: str
    is_event: Callable[[Mapping[str, Any]], bool]
    probes: bool = False  # tries with a body that holds nothing whether somebody is there


def _has_update_id(body: Mapping[str, Any]) -> bool:
    found = body.get("update_id")
    return type(found) is int and 0 <= found < MOST_UPDATE_ID


def _has_message_id(body: Mapping[str, Any]) -> bool:
    """Zalo's documents show an event wrapped as a result, its webhooks bring it as it is: both are events."""
    event = body.get("result", body)
    message = event.get("message") if isinstance(event, Mapping) else None
    found = message.get("message_id") if isinstance(message, Mapping) else None
    if type(found) is int:
        return 0 <= found < MOST_UPDATE_ID
    return isinstance(found, str) and 0 < len(found) <= LONGEST_MESSAGE_ID


def path(channel: str, external: str, secret: str) -> str:
    """Where a bot's webhook listens: it follows from the secret, so every process finds it and nobody guesses it."""
    name = hmac.digest(secret.encode(), f"{channel}:{external}".encode(), hashlib.sha256)
    return f"/{channel}/{name.hex()[:32]}"


WIRES = {
    "telegram": Wire("X-Telegram-Bot-Api-Secret-Token", _has_update_id),
    "zalo": Wire("X-Bot-Api-Secret-Token", _has_message_id, probes=True),
}


_NOTHING = (b"", b"{}", b"null")


@dataclass(frozen=True)
class Hook:
    """One bot's webhook. `accept` returns when the event is a committed row; it may raise what db.engine.AWAY names."""

    channel: str  # a key of WIRES
    external: str  # the bot's own id on its platform
    secret: str
    accept: Callable[[Mapping[str, Any]], Awaitable[object]]

    @property
    def path(self) -> str:
        return path(self.channel, self.external, self.secret)


class Hooks:
    """The webhooks of some bots as one ASGI application, `app`; `counts` says how many calls ended in which way.

    `healthy` reads something from the database; it may raise what db.engine.AWAY names.
    """

    def __init__(
        self,
        hooks: Iterable[Hook],
        healthy: Callable[[], Awaitable[object]],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts: Counter[Verdict] = Counter()
        self._healthy, self._elapsed = healthy, elapsed
        self._told_at: dict[Verdict, float] = {}
        routes = [Route(hook.path, self._endpoint(hook), methods=["POST"]) for hook in hooks]
        self.app = Starlette(routes=[*routes, Route("/health", self._health, methods=["GET"])])

    def _endpoint(self, hook: Hook) -> Callable[[Request], Awaitable[Response]]:
        async def receive(request: Request) -> Response:
            return await self._receive(hook, WIRES[hook.channel], request)

        return receive

    async def _receive(self, hook: Hook, wire: Wire, request: Request) -> Response:
        shown = request.headers.get(wire.header, "")
        if not hmac.compare_digest(shown.encode("latin-1"), hook.secret.encode()):
            self._refuse(hook, "secret")
        content = await self._body(hook, request)
        if wire.probes and content.strip() in _NOTHING:
            self.counts["probe"] += 1
            return PlainTextResponse("ok")
        body = _event(content)
        if body is None or not wire.is_event(body):
            self._refuse(hook, "malformed")
        try:
            await hook.accept(body)
        except AWAY:
            # It stays with the platform, which sends it again until we have it.
            self._refuse(hook, "away")
        self.counts["accepted"] += 1
        return PlainTextResponse("ok")

    async def _body(self, hook: Hook, request: Request) -> bytes:
        if int(request.headers.get("Content-Length", 0)) > LARGEST_BODY:
            self._refuse(hook, "too_large")
        content = bytearray()
        try:
            async with asyncio.timeout(BODY_S):
                async for piece in request.stream():
                    content += piece
                    if len(content) > LARGEST_BODY:
                        self._refuse(hook, "too_large")
        except (TimeoutError, ClientDisconnect):
            self._refuse(hook, "unfinished")
        return bytes(content)

    def _refuse(self, hook: Hook, why: Verdict) -> NoReturn:
        """Count it, tell the log at most once a minute for each reason, and answer. Nothing of the call is repeated."""
        self.counts[why] += 1
        now = self._elapsed()
        if why not in self._told_at or now - self._told_at[why] >= TOLD_EVERY_S:
            self._told_at[why] = now
            log.warning("A webhook call was not accepted", channel=hook.channel, why=why, times=self.counts[why])
        raise HTTPException(_STATUS[why])

    async def _health(self, _: Request) -> Response:
        try:
            async with asyncio.timeout(HEALTH_S):
                await self._healthy()
        except AWAY:
            return PlainTextResponse("the database is away", 503)
        return PlainTextResponse("ok")


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_number(name: str) -> NoReturn:
    """Python reads NaN and Infinity, which no database keeps as JSON."""
    raise ValueError(name)
