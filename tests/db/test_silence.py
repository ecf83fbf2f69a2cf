"""A network between the bot and its server that carries nothing any more, and says nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import OperationalError

from db import units
from db.engine import HEAD, Database, is_away, passes, version
from db.tables import units as unit_rows

PATIENCE_S = 1.0
LONGEST_S = 20.0


class Network:
    """Leads from one socket to another. What is connected when it goes `dead` stays so, but is never hung up."""

    def __init__(self, far: Path) -> None:
        self.far = far
        self._cut: list[asyncio.Event] = []
        self._ends: list[asyncio.StreamWriter] = []
        self._ways: list[asyncio.Task[None]] = []

    def go_dead(self) -> None:
        for cut in self._cut:
            cut.set()

    async def hang_up(self) -> None:
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._ways)

    async def lead(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_unix_connection(self.far)
        cut = asyncio.Event()
        self._cut.append(cut)
        self._ends += [near_out, far_out]
        self._ways += [
            asyncio.create_task(_carry(near_in, far_out, cut)),
            asyncio.create_task(_carry(far_in, near_out, cut)),
        ]


async def _carry(from_: asyncio.StreamReader, to: asyncio.StreamWriter, cut: asyncio.Event) -> None:
    with suppress(OSError):
        while words := await from_.read(65536):
            if not cut.is_set():
                to.write(words)
    to.transport.abort()


@asynccontextmanager
async def network(url: str, folder: Path) -> AsyncIterator[tuple[Network, Database]]:
    """The network before a database, and the database beyond it."""
    name = ".s.PGSQL.5432"
    made = Network(Path(str(make_url(url).query["host"])) / name)
    near = make_url(url).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
    async with await asyncio.start_unix_server(made.lead, folder / name), asyncio.timeout(LONGEST_S):
        db = Database(near, PATIENCE_S)
        yield made, db
        await db.close()
        await made.hang_up()


async def test_a_statement_that_is_never_answered_means_that_the_server_is_away(
    server_url: str, tmp_path: Path
) -> None:
    async with network(server_url, tmp_path) as (between, db):
        assert await db.read(version) == HEAD
        between.go_dead()
        with pytest.raises(OperationalError) as error:
            await db.read(version)
        assert is_away(error.value) and passes(error.value)
        assert await db.read(version) == HEAD


async def test_what_has_happened_is_written_down_though_the_network_died_under_it(
    server_url: str, tmp_path: Path
) -> None:
    async with network(server_url, tmp_path) as (between, db):
        tried: list[str] = []

        def happened(connection: Connection) -> None:
            units.add(connection, "commune", "xã Suối Trong")
            if not tried:
                between.go_dead()
            tried.append("once")

        await db.surely(happened)
        assert tried == ["once", "once"]
        assert await db.read(lambda c: c.execute(select(unit_rows.c.name)).scalars().all()) == ["xã Suối Trong"]


async def test_a_listener_that_hears_nothing_asks_whether_anybody_is_there(server_url: str, tmp_path: Path) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with network(server_url, tmp_path) as (between, db):
        listening = asyncio.create_task(db.listen(lambda: heard.put_nowait("something")))
        await heard.get()
        between.go_dead()
        await heard.get()  # said by a new connection
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
