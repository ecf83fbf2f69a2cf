"""The one writer of an SQLite file: a thread in which waiting functions share a commit, each in a savepoint.

A commit costs a flush of the disk, a function a fraction of that; so whatever waits when a commit is done goes into the
next one. A function that raises leaves no trace and costs the others nothing.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from db.checkpoints import Checkpoints

SHARED_S = 0.02  # so long others may join a commit; short, because another process may be waiting for the file


@dataclass(frozen=True)
class Job:
    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


@dataclass(frozen=True)
class Outcome:
    job: Job
    value: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.job.done.done():
            return  # whoever asked has gone
        if self.error is None:
            self.job.done.set_result(self.value)
        else:
            self.job.done.set_exception(self.error)


class Writer:
    """Runs functions on a connection, in the order in which they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._checkpoints = Checkpoints(engine.url.database or "")
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        """What `work` returns, once it is committed. Cancelled before its turn, it does not run at all."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        job = Job(work, loop, loop.create_future())
        self._jobs.put(job)
        return await job.done

    async def close(self) -> None:
        """Commit what waits, and let go of the file."""
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        await asyncio.to_thread(self._checkpoints.close)
        self._engine.dispose()

    def _run(self) -> None:
        while job := self._jobs.get():
            done = self._together(job)
            self._checkpoints.written()
            try:
                job.loop.call_soon_threadsafe(_tell, done)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more

    def _together(self, first: Job) -> list[Outcome]:
        """One transaction for the first job and for those that come in time."""
        group: list[Outcome] = []
        taken = [first]
        try:
            with self._engine.begin() as connection:
                # A deferred transaction that reads and then writes fails at once, whatever the busy timeout.
                _say(connection, "BEGIN IMMEDIATE")
                until = time.monotonic() + SHARED_S
                job: Job | None = first
                while job:
                    if not job.done.cancelled():
                        group.append(_one(connection, job))
                    job = self._next(until)
                    if job:
                        taken.append(job)
        except BaseException as error:
            # What was not committed did not happen, for none of them.
            return [Outcome(job, error=error) for job in taken]
        return group

    def _next(self, until: float) -> Job | None:
        if time.monotonic() >= until:
            return None
        try:
            job = self._jobs.get_nowait()
        except queue.Empty:
            return None
        if job is None:
            self._jobs.put(None)  # the end comes after this commit
        return job


def _one(connection: Connection, job: Job) -> Outcome:
    _say(connection, "SAVEPOINT one")
    try:
        value = job.work(connection)
    except Exception as error:
        _say(connection, "ROLLBACK TO one")
        _say(connection, "RELEASE one")
        return Outcome(job, error=error)
    _say(connection, "RELEASE one")
    return Outcome(job, value)


def _say(connection: Connection, words: str) -> None:
    """Past SQLAlchemy, which takes six times as long to pass on words that change nothing and answer nothing."""
    raw: Any = connection.connection.driver_connection
    try:
        raw.execute(words)
    except sqlite3.OperationalError as error:
        raise OperationalError(words, None, error) from error  # as SQLAlchemy says it: locked, full, away


def _tell(done: list[Outcome]) -> None:
    for outcome in done:
        outcome.tell()
