"""Far ends that speak on bare connections, so that a test can break the wire at any byte."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

UNTRUSTED = Path(__file__).parent / "untrusted.pem"
RESET = struct.pack("ii", 1, 0)
FINE = b'{"ok": true, "result": {"message_id": 1}}'


class Line:
    """One connection as the far end holds it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> bytes:
        """A whole request; empty where the other side has hung up."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        return head + await self.reader.readexactly(int(length.partition(b":")[2]))

    def answer(self, body: bytes, status: str = "200 OK", length: int | None = None, *headers: str) -> None:
        size = len(body) if length is None else length
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""])
        self.writer.write(head.encode() + body)

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()

    async def silence(self) -> None:
        """Say nothing until the other side gives up."""
        while await self.reader.read(4096):
            pass


Script = Callable[[Line], Awaitable[None]]


@asynccontextmanager
async def far_end(script: Script, *, tls: bool = False) -> AsyncIterator[int]:
    """A server that plays the script on every connection; its port on 127.0.0.1."""
    playing: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = asyncio.current_task()
        assert mine
        playing.add(mine)
        try:
            await script(Line(reader, writer))
        except (OSError, EOFError):
            pass  # the other side has hung up
        finally:
            writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0, ssl=_certified() if tls else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        await server.wait_closed()


def _certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(UNTRUSTED)
    return context
