"""The cable to a database server, which can be cut: for good, or just when the server says that it has committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url

COMMITTED = b"COMMIT\0"  # what the server says of a transaction that it has kept


class Cable:
    """Leads from a socket in a folder to the one in another.

    `deaf_after`: words of a statement; the first time that a transaction with them is committed, the answer is lost
    and its connection gone. `lost`: whether that has happened.
    """

    def __init__(self, far: Path) -> None:
        self.far = far
        self.deaf_after = b""
        self.lost = False
        self._is_cut = False
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """No connection is left, and none can be made."""
        self._is_cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def lead(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_unix_connection(self.far)
        ends = {near_out, far_out}
        self._ends |= ends
        try:
            if not self._is_cut:
                await self._both_ways(near_in, near_out, far_in, far_out)
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _both_ways(
        self,
        near_in: asyncio.StreamReader,
        near_out: asyncio.StreamWriter,
        far_in: asyncio.StreamReader,
        far_out: asyncio.StreamWriter,
    ) -> None:
        """Until either side hangs up."""
        deaf = False

        async def out() -> None:
            nonlocal deaf
            while words := await near_in.read(65536):
                deaf = deaf or (bool(self.deaf_after) and self.deaf_after in words)
                far_out.write(words)

        async def back() -> None:
            while words := await far_in.read(65536):
                if deaf and not self.lost and COMMITTED in words:
                    self.lost = True
                    return
                near_out.write(words)

        ways = [asyncio.create_task(way()) for way in (out, back)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    await way


@asynccontextmanager
async def cable(url: str, folder: Path) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to the server of a database, and the address of the database by way of it."""
    name = ".s.PGSQL.5432"
    made = Cable(Path(str(make_url(url).query["host"])) / name)
    # A connection that is closed for good is found closed by its own task a moment later.
    async with await asyncio.start_unix_server(made.lead, folder / name):
        yield made, make_url(url).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
        made.cut()
