"""What happens when time passes: due rows become messages. Every tick is safe to repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import gathering, lineage, meetings, outbox
from db.rules import Rules
from db.sql import only_one
from scheduler import notices, plan, remind
from scheduler.cleanup import clean
from scheduler.quota import warn

__all__ = ["clean", "next_instant", "tick", "warn"]

TICK = 1  # the number under which processes that share a server take turns


def tick(connection: Connection, now: datetime, rules: Rules) -> bool:
    """Do what is due at `now`, a slice of it at a time; whether more is left.

    Nothing on a copy of which nobody knows what has left already. Of several processes one does it, whichever comes
    first: there is no leader, because every step is safe to repeat.
    """
    if lineage.held(connection) or not only_one(connection, TICK):
        return False
    if plan.extend(connection, now, rules) or remind.fire(connection, now, rules):
        # What one evening has to say to a person is one message: it is gathered when all reminders have been made.
        gathering.go_on(connection, now, rules, up_to=outbox.CHANGE)
        return True
    spreading = notices.go_on(connection, now)
    return gathering.go_on(connection, now, rules) or spreading


def next_instant(connection: Connection, after: datetime, rules: Rules) -> datetime | None:
    """The next moment later than `after` at which a tick has something to do."""
    found = [
        plan.next_instant(connection, after),
        meetings.next_rung(connection, after),
        notices.next_instant(connection, after),
        outbox.next_instant(connection, after, rules),
    ]
    return min((moment for moment in found if moment), default=None)
