"""Moving an installation from its file to a server: every table, every type; everything, or nothing at all."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, text, update

from db import lineage, units, workers
from db.columns import metadata
from db.engine import Database
from db.lineage import MovedError
from db.tables import deliveries, people
from db.transfer import DifferenceError, NotEmptyError, RefusedError, transfer
from tests.db.filling import contents, fill

NOW = datetime(2026, 11, 26, 5, tzinfo=UTC)


def silent(table: str, done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
async def file(database_url: str) -> AsyncIterator[Database]:
    db = Database(database_url)
    yield db
    await db.close()


@pytest.fixture
async def server(server_url: str) -> AsyncIterator[Database]:
    db = Database(server_url)
    yield db
    await db.close()


async def is_untouched(file: Database, server: Database) -> bool:
    """Nothing has arrived, and the file goes on as before."""
    assert await lineage.start(file, NOW) is None
    return not any((await server.read(contents)).values())


async def test_everything_arrives_as_it_was(file: Database, server: Database) -> None:
    await file.write(lambda c: fill(c, 30))
    before = await file.read(contents)
    assert all(before.values()), "a table without rows proves nothing"
    moved = await transfer(file, server, NOW, silent)
    assert await server.read(contents) == before
    assert moved == {**{name: len(rows) for name, rows in before.items()}, "lineage": 1}
    assert set(moved) == set(metadata.tables)


async def test_the_server_goes_on_and_the_file_does_not(file: Database, server: Database) -> None:
    await file.write(lambda c: fill(c, 30))
    await file.write(lambda c: c.execute(update(deliveries).where(deliveries.c.id == 7).values(worker_id=90_000)))
    await transfer(file, server, NOW, silent)
    assert await lineage.start(server, NOW) is None
    with pytest.raises(MovedError):
        await lineage.start(file, NOW)
    added = await server.write(lambda c: units.add(c, "cell", "thôn Khe Đào"))
    assert added.id == 31
    assert await server.write(lambda c: workers.enlist(c, NOW)) == 90_001, "the number of a worker was used again"


async def test_more_than_one_batch_of_every_table(
    file: Database, server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.transfer.BATCH", 10)
    await file.write(lambda c: fill(c, 27))
    told: list[tuple[str, int, int]] = []
    await transfer(file, server, NOW, lambda *step: told.append(step))
    assert await server.read(contents) == await file.read(contents)
    assert [done for name, done, _ in told if name == "people"] == [0, 10, 20, 27]
    assert {total for name, _, total in told if name != "lineage"} == {27}


async def test_an_empty_installation_can_be_moved(file: Database, server: Database) -> None:
    await transfer(file, server, NOW, silent)
    added = await server.write(lambda c: units.add(c, "cell", "thôn Khe Đào"))
    assert added.id == 1


async def test_a_copy_is_moved_as_what_it_is(file: Database, server: Database) -> None:
    await file.write(lambda c: lineage.mark(c, lineage.BACKUP))
    await transfer(file, server, NOW, silent)
    assert await lineage.start(server, NOW + timedelta(days=1)) == NOW


async def test_a_target_with_something_else_in_it_is_refused(file: Database, server: Database) -> None:
    await file.write(lambda c: fill(c, 5))
    await server.write(lambda c: units.add(c, "commune", "xã khác"))
    with pytest.raises(NotEmptyError):
        await transfer(file, server, NOW, silent)
    assert await server.read(lambda c: c.execute(select(func.count()).select_from(people)).scalar_one()) == 0
    assert await lineage.start(file, NOW) is None


class Crash(BaseException):
    """The process is gone."""


async def test_a_kill_before_the_mark_leaves_only_the_mark_to_make(
    file: Database, server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(connection: Connection, origin: str) -> None:
        raise Crash

    await file.write(lambda c: fill(c, 30))
    with monkeypatch.context() as dying:
        dying.setattr(lineage, "mark", dies)
        with pytest.raises(Crash):
            await transfer(file, server, NOW, silent)
    before = await server.read(contents)
    assert before == await file.read(contents)
    again = await transfer(file, server, NOW, silent)
    assert again["people"] == 30
    assert await server.read(contents) == before
    with pytest.raises(MovedError):
        await lineage.start(file, NOW)


async def test_once_a_bot_has_run_on_the_file_again_the_server_is_not_taken_for_it(
    file: Database, server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file.write(lambda c: fill(c, 5))
    with monkeypatch.context() as dying:
        dying.setattr(lineage, "mark", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await transfer(file, server, NOW, silent)
    await file.write(lambda c: c.execute(update(people).where(people.c.id == 1).values(name="Ma Văn Tình")))
    with pytest.raises(NotEmptyError):
        await transfer(file, server, NOW, silent)


async def test_a_moved_file_is_not_moved_again(file: Database, server: Database) -> None:
    await transfer(file, server, NOW, silent)
    with pytest.raises(MovedError):
        await transfer(file, server, NOW, silent)


async def test_a_row_that_arrives_changed_undoes_everything(file: Database, server: Database) -> None:
    await file.write(lambda c: fill(c, 30))
    await server.write(_spoil)
    with pytest.raises(DifferenceError) as difference:
        await transfer(file, server, NOW, silent)
    assert difference.value.table == "people"
    assert await is_untouched(file, server)


def _spoil(connection: Connection) -> None:
    """A server that writes something else than it was told, in one row of thirty."""
    connection.execute(
        text(
            "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.form := 'cụ'; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
    )
    connection.execute(
        text("CREATE TRIGGER spoil BEFORE INSERT ON people FOR EACH ROW WHEN (NEW.id = 17) EXECUTE FUNCTION spoil()")
    )


@pytest.mark.parametrize("name", ["Ma Văn\x00Tình", "Ma Văn " + "T" * 200])
async def test_a_row_that_the_server_does_not_take_undoes_everything(
    file: Database, server: Database, name: str
) -> None:
    await file.write(lambda c: fill(c, 30))
    await file.write(lambda c: c.execute(update(people).where(people.c.id == 17).values(name=name)))
    with pytest.raises(RefusedError) as refused:
        await transfer(file, server, NOW, silent)
    assert refused.value.table == "people"
    assert name not in str(refused.value)
    assert await is_untouched(file, server)


async def test_nobody_else_writes_to_the_file_meanwhile(file: Database, server: Database) -> None:
    await file.write(lambda c: fill(c, 5))
    tried: list[str] = []

    def tell(table: str, done: int, total: int) -> None:
        if not tried:
            tried.append(_try_to_write(file.url.database or ""))

    await transfer(file, server, NOW, tell)
    assert tried == ["database is locked"]


def _try_to_write(path: str) -> str:
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("INSERT INTO installation (claim_wrong) VALUES (1)")
        except sqlite3.OperationalError as error:
            return str(error)
    return "written"
