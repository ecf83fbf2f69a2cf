"""Workers: the processes that share the work. Each lives in a row that it keeps beating.

Whether another one lives is judged by whoever watches, on his own clock that never jumps: a row whose beat stood still
for too long is taken away, and with it everything that its worker held. A worker that was only frozen finds its row
gone and can take nothing to the wire any more; the number of a row is never used again: it is the fencing token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from db.sql import insert
from db.tables import bots, workers

BEAT_S = 2.0
DEAD_S = 8.0  # four beats missed


class FencedError(Exception):
    """This worker was taken for dead, and what it held was given to others."""


class Watch:
    """What one worker has seen of the others' beats, and when by its own clock (monotonic seconds)."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, float]] = {}

    def look(self, beats: Mapping[int, int], at: float) -> dict[int, int]:
        """Take in the present beats; those that have stood still for too long: worker -> beat."""
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == beat else (beat, at)
            for worker, beat in beats.items()
        }
        return {worker: beat for worker, (beat, since) in self._seen.items() if at - since >= DEAD_S}


def enlist(connection: Connection, now: datetime) -> int:
    """A new worker; its number."""
    return insert(connection, workers, begun_at=now)


def beat(connection: Connection, worker_id: int) -> None:
    """Say that the worker lives; raises FencedError where nobody believes it any more."""
    mine = workers.update().where(workers.c.id == worker_id).values(beat=workers.c.beat + 1)
    if connection.execute(mine).rowcount != 1:
        raise FencedError


def beats(connection: Connection, but: int) -> dict[int, int]:
    """The beats of all other workers."""
    found = connection.execute(select(workers.c.id, workers.c.beat).where(workers.c.id != but))
    return {worker_id: count for worker_id, count in found.all()}


def hold(connection: Connection, worker_id: int) -> None:
    """Keep the worker from being taken for dead until this transaction ends; raises FencedError where it was."""
    if connection.execute(HELD, {"worker": worker_id}).first() is None:
        raise FencedError


HELD = select(workers.c.id).where(workers.c.id == bindparam("worker")).with_for_update(read=True, key_share=True)


def bury(connection: Connection, dead: Mapping[int, int]) -> int:
    """Take workers away whose beat is still the one that was seen; how many."""
    gone = 0
    for worker_id, count in dead.items():
        same = (workers.c.id == worker_id) & (workers.c.beat == count)
        gone += connection.execute(workers.delete().where(same)).rowcount
    return gone


def dismiss(connection: Connection, worker_id: int) -> None:
    """The worker has finished and holds nothing."""
    connection.execute(bots.update().where(bots.c.poller_id == worker_id).values(poller_id=None))
    connection.execute(workers.delete().where(workers.c.id == worker_id))


# ---- one poller a bot ----


def polls(connection: Connection, worker_id: int, bot_id: int) -> bool:
    """Whether this worker is the one that asks a platform for news: the first to ask, until it is gone."""
    hold(connection, worker_id)
    living = select(workers.c.id)
    free = bots.c.poller_id.is_(None) | (bots.c.poller_id == worker_id) | bots.c.poller_id.not_in(living)
    mine = bots.update().where(bots.c.id == bot_id, free).values(poller_id=worker_id)
    return connection.execute(mine).rowcount == 1
