"""Copies of a database: whole however it is written to meanwhile, never over another file, never of a damaged one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import copies
from db.copies import UnfitError
from tests.conftest import copy_of


def silent(left: int, total: int) -> None:
    assert 0 <= left <= total


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    return copy_of(migrated, tmp_path / "bot.db")


def plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def fill(path: Path, pairs: int) -> None:
    with closing(plain(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN")
        for _ in range(pairs):
            pair(connection)
        connection.execute("COMMIT")


def pair(connection: sqlite3.Connection) -> None:
    """Two rows that are always written together."""
    row = "INSERT INTO installation (claim_hash, claim_wrong) VALUES (hex(randomblob(30)), ?)"
    connection.execute(row, (1,))
    connection.execute(row, (-1,))


def seen(path: Path) -> tuple[str, int, int, str]:
    """The verdict on a file, its rows, what they add up to, and its mark."""
    with closing(plain(path)) as connection:
        [[verdict]] = connection.execute("PRAGMA integrity_check").fetchall()
        [[rows, total]] = connection.execute("SELECT count(*), sum(claim_wrong) FROM installation").fetchall()
        [[origin]] = connection.execute("SELECT origin FROM lineage").fetchall()
    return verdict, rows, total, origin


@pytest.fixture
def busy(path: Path) -> Iterator[threading.Event]:
    """Somebody who writes to the database all the time, as fast as it goes; set when he has begun."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        with closing(plain(path)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            while not enough.is_set():
                connection.execute("BEGIN IMMEDIATE")
                pair(connection)
                connection.execute("COMMIT")
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    yield begun
    enough.set()
    writer.join()


def test_a_copy_is_of_one_moment_while_another_writes(path: Path, tmp_path: Path, busy: threading.Event) -> None:
    assert busy.wait(20)
    steps: list[int] = []
    for number in range(5):
        fill(path, 8000)
        copies.back_up(path, tmp_path / f"{number}.db", lambda left, _: steps.append(left))
    assert len(steps) > 5, "it was never copied in more than one step"
    for number in range(5):
        verdict, rows, total, origin = seen(tmp_path / f"{number}.db")
        assert (verdict, rows % 2, total, origin) == ("ok", 0, 0, "backup")
        assert rows >= 16000 * (number + 1)


def test_a_copy_is_one_file_for_its_owner_alone(path: Path, tmp_path: Path) -> None:
    fill(path, 10)
    goal = tmp_path / "kept" / "bản chép 1.db"
    goal.parent.mkdir()
    copies.back_up(path, goal, silent)
    assert [file.name for file in goal.parent.iterdir()] == [goal.name]
    assert goal.stat().st_mode & 0o777 == 0o600
    assert seen(goal) == ("ok", 20, 0, "backup")


def test_a_copy_never_takes_the_place_of_a_file(path: Path, tmp_path: Path) -> None:
    goal = tmp_path / "letter.txt"
    goal.write_text("Kính gửi")
    with pytest.raises(FileExistsError):
        copies.back_up(path, goal, silent)
    with pytest.raises(FileExistsError):
        copies.back_up(path, tmp_path / "late.db", lambda *_: (tmp_path / "late.db").touch())
    assert goal.read_text() == "Kính gửi"
    assert (tmp_path / "late.db").stat().st_size == 0
    assert not list(tmp_path.glob(".*")), "an unfinished copy was left behind"


def test_what_a_killed_copy_left_behind_is_no_part_of_the_next(path: Path, tmp_path: Path) -> None:
    for name in (".a.db.part", ".a.db.part-wal", ".a.db.part-journal"):
        (tmp_path / name).write_bytes(os.urandom(9000))
    copies.back_up(path, tmp_path / "a.db", silent)
    assert seen(tmp_path / "a.db")[0] == "ok"
    assert not list(tmp_path.glob(".*"))


def damage(path: Path) -> None:
    """A page in the middle goes bad; the head, by which a database is known, stays."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 8192)


def test_a_damaged_database_is_not_passed_off_as_a_copy(path: Path, tmp_path: Path) -> None:
    fill(path, 2000)
    damage(path)
    with pytest.raises(UnfitError) as refused:
        copies.back_up(path, tmp_path / "a.db", silent)
    assert refused.value.reason == "broken"
    assert not (tmp_path / "a.db").exists()


# ---- and back ----


def test_a_copy_is_put_in_place_and_the_present_one_aside(path: Path, tmp_path: Path) -> None:
    fill(path, 10)
    copies.back_up(path, tmp_path / "a.db", silent)
    fill(path, 5)
    assert copies.restore(tmp_path / "a.db", path, tmp_path / "aside")
    assert seen(path)[:3] == ("ok", 20, 0)
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(plain(tmp_path / "aside")) as connection:
        assert connection.execute("SELECT count(*) FROM installation").fetchone() == (30,)
    assert seen(tmp_path / "a.db")[:3] == ("ok", 20, 0), "the copy is still there for another time"


def test_what_a_killed_bot_had_written_is_kept_aside_and_not_mixed_in(path: Path, tmp_path: Path) -> None:
    copies.back_up(path, tmp_path / "a.db", silent)
    with closing(plain(path)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        pair(running)
        for file in (path, path.with_name("bot.db-wal")):
            shutil.copy(file, tmp_path / f"killed{file.name[3:]}")
    killed = tmp_path / "killed.db"
    assert copies.restore(tmp_path / "a.db", killed, tmp_path / "aside")
    assert seen(killed)[1] == 0
    with closing(plain(tmp_path / "aside")) as connection:
        assert connection.execute("SELECT count(*) FROM installation").fetchone() == (2,)


def test_a_bare_copy_of_a_file_in_use_comes_with_what_lay_beside_it(path: Path, tmp_path: Path) -> None:
    with closing(plain(path)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        pair(running)
        for file in (path, path.with_name("bot.db-wal")):
            shutil.copy(file, tmp_path / f"bare{file.name[3:]}")
        assert not copies.restore(tmp_path / "bare.db", tmp_path / "new.db", tmp_path / "aside")
    assert seen(tmp_path / "new.db") == ("ok", 2, 0, "backup")
    assert not (tmp_path / "aside").exists()


def test_a_damaged_database_gives_way_to_a_copy(path: Path, tmp_path: Path) -> None:
    fill(path, 2000)
    copies.back_up(path, tmp_path / "a.db", silent)
    path.write_bytes(b"no database any more" * 500)
    path.with_name("bot.db-wal").write_bytes(os.urandom(5000))
    assert copies.restore(tmp_path / "a.db", path, tmp_path / "aside")
    assert seen(path)[:3] == ("ok", 4000, 0)
    assert (tmp_path / "aside").read_bytes().startswith(b"no database any more")
    assert not path.with_name("bot.db-wal").exists()


@pytest.mark.parametrize("reason", ["broken", "torn", "text", "foreign", "empty", "newer"])
def test_what_is_not_fit_changes_nothing(path: Path, tmp_path: Path, reason: str) -> None:
    fill(path, 2000)
    file = tmp_path / "a.db"
    copies.back_up(path, file, silent)
    match reason:
        case "broken":
            damage(file)
        case "torn":
            os.truncate(file, file.stat().st_size // 3)
        case "text":
            file.write_text("Danh sách đảng viên")
        case "foreign" | "empty":
            file.unlink()
            with closing(plain(file)) as other:
                other.execute("CREATE TABLE t (a)" if reason == "foreign" else "PRAGMA user_version = 0")
        case "newer":
            with closing(plain(file)) as later:
                later.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(UnfitError) as refused:
        copies.restore(file, path, tmp_path / "aside")
    assert refused.value.reason == {"torn": "broken", "text": "broken", "empty": "foreign"}.get(reason, reason)
    assert path.read_bytes() == before
    assert not (tmp_path / "aside").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_name_that_is_taken_is_not_written_over(path: Path, tmp_path: Path) -> None:
    copies.back_up(path, tmp_path / "a.db", silent)
    (tmp_path / "aside").write_text("từ lần trước")
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        copies.restore(tmp_path / "a.db", path, tmp_path / "aside")
    assert path.read_bytes() == before
    assert (tmp_path / "aside").read_text() == "từ lần trước"
