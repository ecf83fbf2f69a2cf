"""The far end's own ceiling: a client that only writes prepared bytes and reads answers, over so many connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bench.looping import Send, main
from bench.text import TOKEN

BODY = b"chat_id=%d&text=" + b"x" * 400


class Line(asyncio.Protocol):
    """One connection with one request on it at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.answered: asyncio.Future[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  for the type checker
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.answered.set_result(None)  # an answer is small enough to come in one piece

    async def ask(self, chat: int) -> None:
        self.answered = asyncio.get_running_loop().create_future()
        body = BODY % chat
        head = b"POST /bot%s/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        self.transport.write(head % (TOKEN.encode(), len(body)) + body)
        await self.answered


@asynccontextmanager
async def raw(base_url: str, in_flight: int) -> AsyncIterator[Send]:
    address, loop = urlsplit(base_url), asyncio.get_running_loop()
    free: list[Line] = []
    for _ in range(in_flight):
        _, line = await loop.create_connection(Line, address.hostname or "", address.port or 0)
        free.append(line)

    async def send(chat: int) -> None:
        line = free.pop()
        await line.ask(chat)
        free.append(line)

    yield send
    for line in free:
        line.transport.close()


if __name__ == "__main__":
    main({"raw": raw})
