"""Papers for people whose channel carries no files: links that are sealed, run out, and list nothing.

An address is `https://public/giay/<token>`. It opens a page with one button, and only the button fetches the paper:
what looks at addresses by itself (a preview of the chat, a HEAD) makes no paper and sees none. The token holds all that
there is to know, encrypted and authenticated, so that an address, a log of a proxy or a history says nothing about
anybody. The right to the paper is asked again each time; a link that has run out, was forged, or whose reader has lost
the right gets one and the same page (410).
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from cryptography.fernet import Fernet, InvalidToken
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from content import render
from content.message import File
from db.engine import AWAY

log = structlog.get_logger()

VALID = timedelta(hours=24)  # design.md
LONGEST_TOKEN = 1024
LARGEST = 20 * 1024 * 1024
OPEN_S = 30.0
AT_ONCE = 2  # a sheet takes a processor for a second: whoever has a link shall not stop the answers

TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@dataclass(frozen=True)
class Paper:
    """What a link stands for: a recipe, the chat that it was made for, and until when it is good."""

    file: File
    chat: str
    until: datetime


@dataclass(frozen=True)
class Links:
    """Makes and reads the addresses of papers under `public`, the address under which people reach this machine."""

    secret: str
    public: str
    clock: Callable[[], datetime]

    def __call__(self, file: File, chat: str) -> str | None:
        """The link to a paper for one chat; None where nobody reaches this machine from outside."""
        if not self.public or not self.secret:
            return None
        until = int((self.clock() + VALID).timestamp())
        told = [file.kind, list(file.arguments), file.name, chat, until]
        return f"{self.public}/giay/{self._box.encrypt(json.dumps(told, separators=(',', ':')).encode()).decode()}"

    def read(self, token: str) -> Paper | None:
        """What a token stands for; None where it is none of ours or has run out."""
        if not self.secret or len(token) > LONGEST_TOKEN:
            return None
        try:
            body = self._box.decrypt(token)
        except (InvalidToken, ValueError):
            return None
        kind, arguments, name, chat, until = json.loads(body)
        paper = Paper(File(kind, tuple(arguments), name), chat, datetime.fromtimestamp(until, UTC))
        return paper if self.clock() < paper.until else None

    @property
    def _box(self) -> Fernet:
        key = hmac.digest(self.secret.encode(), b"papers", "sha256")
        return Fernet(base64.urlsafe_b64encode(key))


@dataclass(frozen=True)
class Papers:
    """The pages behind the links. `open_paper` gives None to whoever has no right to the paper any more."""

    links: Links
    open_paper: Callable[[File, str], Awaitable[bytes | None]]
    zone: tzinfo
    turns: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, AT_ONCE))

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/giay/{token}", self._look, methods=["GET"]),
            Route("/giay/{token}/tai", self._fetch, methods=["GET"]),
        ]

    async def _look(self, request: Request) -> Response:
        token = request.path_params["token"]
        paper = self.links.read(token)
        if paper is None:
            return self._over()
        # Not the address as it was asked for: whatever stands in front may have another prefix.
        return self._page("paper_page", 200, f"{token}/tai", file=paper.file, until=paper.until)

    async def _fetch(self, request: Request) -> Response:
        paper = self.links.read(request.path_params["token"])
        if paper is None:
            return self._over()
        if request.method == "HEAD":
            return _attached(paper.file, b"")
        try:
            content = await self._opened(paper)
        except (*AWAY, TimeoutError):
            return self._page("paper_later", 503)
        except Exception as error:
            # The traceback may hold what stands on the paper.
            log.error("A paper could not be opened", kind=paper.file.kind, error=type(error).__name__)
            return self._page("paper_later", 500)
        return self._over() if content is None else _attached(paper.file, content)

    async def _opened(self, paper: Paper) -> bytes | None:
        async with asyncio.timeout(OPEN_S), self.turns:
            content = await self.open_paper(paper.file, paper.chat)
        if content is not None and len(content) > LARGEST:
            raise ValueError("the paper is too large")
        return content

    def _over(self) -> Response:
        return self._page("paper_over", 410)

    def _page(self, template: str, status: int, download: str = "", **context: Any) -> Response:
        message = render(template, now=self.links.clock().astimezone(self.zone), **context)
        lines = message.text.split("\n")  # escaped by their own template
        return HTMLResponse(_skeleton().render(lines=lines, download=download), status, HEADERS)


@cache
def _skeleton() -> Template:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("paper.html")


def _attached(file: File, content: bytes) -> Response:
    """A paper to keep, under its name: in plain letters for old programs, whole for others (RFC 5987)."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in file.name
    )
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    kind = TYPES.get(Path(file.name).suffix, "application/octet-stream")
    return Response(content, headers={**HEADERS, "Content-Disposition": named}, media_type=kind)
