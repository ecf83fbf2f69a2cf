"""Copies of an SQLite database: made beside a running bot, looked at before they are trusted, put in place whole.

Both ways go through a file beside the goal that is renamed when it is complete: whenever the power fails, there is the
old file or the new one. Every copy says that it is one, so that it starts on hold (db/lineage.py).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from db import lineage
from db.engine import HEAD

PAGES = 1024  # a step; progress is told after each
_SIDE_FILES = ("-wal", "-shm", "-journal")

Tell = Callable[[int, int], None]  # pages left, pages in all


class UnfitError(Exception):
    """The file is no whole database of ours; `reason`: broken, foreign, newer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def back_up(database: Path, goal: Path, tell: Tell) -> None:
    """Copy a database as it is at this moment, whoever writes to it meanwhile.

    Raises FileExistsError, UnfitError where the database itself is damaged, OSError or sqlite3.Error where there is no
    room or no right. The copy is one file, for its owner alone.
    """
    if goal.exists():
        raise FileExistsError(goal)
    with _part(goal) as part:
        with _understanding(), closing(_open(database)) as live, closing(_open(part)) as copy:
            # An open reading keeps one moment in view; without it every write from elsewhere begins the copy anew.
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=PAGES, progress=lambda _, left, total: tell(left, total))
        _finish(part)
        if goal.exists():
            raise FileExistsError(goal)


def restore(file: Path, database: Path, aside: Path) -> bool:
    """Put a copy in the place of a database that nobody runs; the present one, if any, goes `aside`: whether it did.

    Raises UnfitError before anything has changed, OSError or sqlite3.Error where there is no room or no right.
    """
    with _part(database) as part:
        shutil.copyfile(file, part)
        if (written := _side(file, "-wal")).exists():  # a bare copy of a file that was in use
            shutil.copyfile(written, _side(part, "-wal"))
        _finish(part)
        return database.exists() and _put_aside(database, aside)


@contextmanager
def _part(goal: Path) -> Iterator[Path]:
    """A file to be filled, which takes its place at the goal in the end, or is gone."""
    part = goal.with_name(f".{goal.name}.part")
    _clear(part)  # what a kill has left there
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        _flush(part)
        part.replace(goal)
        _flush(goal.parent)
    finally:
        _clear(part)


def _clear(part: Path) -> None:
    for suffix in ("", *_SIDE_FILES):
        _side(part, suffix).unlink(missing_ok=True)


def _finish(part: Path) -> None:
    """Make sure of a copy, mark it, and leave it as a single file."""
    with _understanding(), closing(_open(part)) as copy:
        [[verdict]] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise UnfitError("broken")
        _check_version(copy)
        _mark(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _understanding() -> Iterator[None]:
    """What the engine calls malformed is unfit; whatever else it says may pass."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise UnfitError("broken") from error
        raise


def _check_version(copy: sqlite3.Connection) -> None:
    """Raises UnfitError unless `run` can bring the tables up to date."""
    known = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = copy.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    if row is None:
        raise UnfitError("foreign")
    if row[0] > HEAD:
        raise UnfitError("newer")


def _mark(copy: sqlite3.Connection) -> None:
    engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
    with engine.connect() as connection:
        lineage.mark(connection, lineage.BACKUP)


def _put_aside(database: Path, aside: Path) -> bool:
    """Keep the present database under another name, with everything that was written to it.

    Until the new one is renamed over it the old one stays where it is, whole.
    """
    if aside.exists():
        raise FileExistsError(aside)
    try:
        with closing(_open(database)) as present:
            present.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        pass  # It is damaged, and kept as it is.
    for suffix in _SIDE_FILES:
        if _side(database, suffix).exists():
            _side(database, suffix).rename(_side(aside, suffix))
    try:
        os.link(database, aside)
    except OSError:  # a disk that knows no second names
        database.rename(aside)
    return True


def _open(path: Path) -> sqlite3.Connection:
    """A plain connection that opens no transaction by itself and makes no file."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None)
    connection.execute("PRAGMA busy_timeout=30000")
    return connection


def _side(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
