"""The far end of the benches: a Bot API server of canned answers, fast enough never to be the bottleneck.

It runs as a process of its own: `python -m bench.farend '{"port": 0, "delay": 0.05}'` prints its address. Requests are
parsed no further than needed; every message is written down with its moment, so that pace and latencies are judged
here and not by the sender. `Ledger` keeps what happened, `FarEnd` knows the rules, `Wire` speaks HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.ledger import Ledger

BOT = {"id": 1000, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CHAT = re.compile(rb'chat_id(?:=|"\r\n\r\n|": *"?)(-?\d+)')
OFFSET = re.compile(rb"offset=(\d+)")
TIMEOUT = re.compile(rb"timeout=(\d+)")
MOST_UPDATES = 100  # as Telegram gives at most in one answer
# What a real answer carries: who wrote, where to, the text as the server understood it.
SENT = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":1000,"is_bot":true,"first_name":"bench","username":"bench_bot"}'
    b',"chat":{"id":%d,"first_name":"An","type":"private"},"date":1790000000,"text":"'
    + ("Tiêm phòng dại cho chó, mèo. " * 8).encode()
    + b'","entities":[{"offset":0,"length":30,"type":"bold"}]}}'
)
DONE = b'{"ok":true,"result":true}'
KNOWN = {
    b"getme": json.dumps({"ok": True, "result": BOT}).encode(),
    b"getwebhookinfo": b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}',
}


@dataclass
class Rules:
    """How the far end behaves: seconds before an answer, messages in any sliding second, seconds of punishment."""

    port: int = 0
    delay: float = 0.0
    per_second: int = 0  # 0: no limit
    punishment: int = 3


@dataclass
class FarEnd:
    rules: Rules
    ledger: Ledger = field(default_factory=Ledger)
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    next_update: int = 1
    message_id: int = 100
    blocked_until: float = 0.0
    recent: deque[float] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, chat: int) -> tuple[int, bytes]:
        """(HTTP status, body) for a message to a chat."""
        now = time.monotonic()
        if wait := self._refusal(now):
            self.ledger.refused.append(now)
            said = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {wait}"}
            return 429, json.dumps({**said, "parameters": {"retry_after": wait}}).encode()
        self.message_id += 1
        self.ledger.accepted(chat, now)
        return 200, SENT % (self.message_id, chat)

    def _refusal(self, now: float) -> int:
        """Seconds to wait; 0 where the message is welcome. Within a punishment everything is refused."""
        if not self.rules.per_second:
            return 0
        if now < self.blocked_until:
            return int(self.blocked_until - now) + 1
        while self.recent and self.recent[0] <= now - 1:
            self.recent.popleft()
        if len(self.recent) >= self.rules.per_second:
            self.blocked_until = now + self.rules.punishment
            return self.rules.punishment
        self.recent.append(now)
        return 0

    # ---- taps ----

    async def tap(self, taps: list[tuple[int, str]], every: float) -> None:
        """Let each chat press its button: all at once, or one by one `every` seconds."""
        for chat, action in taps:
            self.updates.append(self._pressed(chat, action))
            self.ledger.tapped(chat)
            if every:
                self.news.set()
                await asyncio.sleep(every)
        self.news.set()

    def _pressed(self, chat: int, action: str) -> dict[str, Any]:
        number, self.next_update = self.next_update, self.next_update + 1
        person = {"id": chat, "is_bot": False, "first_name": "An"}
        here = {"id": chat, "type": "private", "first_name": "An"}
        message = {"message_id": 1, "date": int(time.time()), "chat": here, "from": BOT, "text": "?"}
        tap = {"id": str(number), "from": person, "chat_instance": "1", "data": action, "message": message}
        return {"update_id": number, "callback_query": tap}

    async def give(self, offset: int, wait_s: float) -> bytes:
        """getUpdates: what came since, or nothing after a while."""
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        if not self.updates and wait_s:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), wait_s)
        some = [self.updates[at] for at in range(min(MOST_UPDATES, len(self.updates)))]
        return json.dumps({"ok": True, "result": some}).encode()

    # ---- for the bench itself ----

    async def control(self, what: str, wish: dict[str, Any]) -> dict[str, Any]:
        if what == "rules":
            self.rules = Rules(**{**asdict(self.rules), **wish})
            self.ledger = Ledger()
            self.updates.clear()
            self.recent.clear()
            self.blocked_until = 0.0
        elif what == "tap":
            task = asyncio.create_task(self.tap(**wish))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif what == "until":
            await self.ledger.until(wish["sends"], wish["answers"], wish["most_s"])
        return self.ledger.report(full=bool(wish.get("full")))


class Wire(asyncio.Protocol):
    """HTTP/1.1 with kept-alive connections, one request at a time, bodies with a length."""

    def __init__(self, far_end: FarEnd) -> None:
        self.far_end = far_end
        self.waiting = b""
        self.transport: asyncio.Transport
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  for the type checker
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self.tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (head := self.waiting.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self.waiting, 0, head)
            end = head + 4 + (int(found[1]) if found else 0)
            if len(self.waiting) < end:
                return
            request, self.waiting = self.waiting[:end], self.waiting[end:]
            self._asked(request, head)

    def _asked(self, request: bytes, head: int) -> None:
        path = request[: request.index(b" HTTP/")].partition(b" ")[2]
        method = path.rpartition(b"/")[2].partition(b"?")[0].lower()
        if method == b"sendmessage":
            chat = CHAT.search(request, head)
            self._later(*self.far_end.send(int(chat[1]) if chat else 0))
        elif method == b"getupdates":
            offset, timeout = OFFSET.search(request), TIMEOUT.search(request)
            wanted = int(offset[1]) if offset else 0, float(timeout[1]) if timeout else 0.0
            self._when_done(self.far_end.give(*wanted))
        elif path.startswith(b"/bench/"):
            self._when_done(self._control(method.decode(), request[head + 4 :]))
        else:
            self._later(200, KNOWN.get(method, DONE))

    async def _control(self, what: str, body: bytes) -> bytes:
        return json.dumps(await self.far_end.control(what, json.loads(body))).encode()

    def _when_done(self, work: Any) -> None:
        async def answer() -> None:
            self._answer(200, await work)

        task = asyncio.get_running_loop().create_task(answer())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _later(self, status: int, body: bytes) -> None:
        if delay := self.far_end.rules.delay:
            asyncio.get_running_loop().call_later(delay, self._answer, status, body)
        else:
            self._answer(status, body)

    def _answer(self, status: int, body: bytes) -> None:
        if not self.transport.is_closing():
            kind = b"Content-Type: application/json\r\nContent-Length: "
            self.transport.write(b"HTTP/1.1 %d .\r\n%s%d\r\n\r\n%s" % (status, kind, len(body), body))


async def serve(rules: Rules, ready: Callable[[int], None]) -> None:
    far_end = FarEnd(rules)
    server = await asyncio.get_running_loop().create_server(
        lambda: Wire(far_end), "127.0.0.1", rules.port, backlog=1024
    )
    ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def main() -> None:
    rules = Rules(**json.loads(sys.argv[1]))
    asyncio.run(serve(rules, lambda port: print(f"http://127.0.0.1:{port}", flush=True)))


if __name__ == "__main__":
    main()
