"""Carries what was committed from SQLite's log into its file, beside the writer.

SQLite does so by itself, in the commit that makes the log a thousand pages long: whoever commits then waits for two
flushes of the disk. Here another thread does it, and the writer goes on; only where it cannot keep up is the writer
made to wait, before the log grows without end.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading

PAUSE_S = 0.1  # often and little: a flush of much is what the writer's own flush would wait for
LONGEST_LOG = 16_000  # pages of 4 KiB
WAIT_S = 0.2  # for a reader, while the writer waits too
REST_S = 2.0  # after a reader was waited for in vain: it is the writer's turn


class Checkpoints:
    """One thread for one file; `path` as SQLite takes it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._written, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def written(self) -> None:
        """Something was committed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._written.set()

    def close(self) -> None:
        self._closing.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        # A file that is gone, full or none of ours is the writer's trouble, who says so.
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            while self._written.wait() and not self._closing.is_set():
                self._written.clear()
                self._closing.wait(_carried(connection))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)


def _carried(connection: sqlite3.Connection) -> float:
    """Carry what there is; after how many seconds to look again."""
    with contextlib.suppress(sqlite3.Error):
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if pages > LONGEST_LOG:
            # What was committed meanwhile is carried beside the writer too: he waits for the rest of the rest only.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            return REST_S if is_busy else PAUSE_S
    return PAUSE_S
