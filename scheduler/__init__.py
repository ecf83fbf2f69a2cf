"""What happens when time passes: due rows become messages. Every tick is safe to repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import meetings, outbox
from db.rules import Rules
from scheduler import notices, plan, remind
from scheduler.cleanup import clean

__all__ = ["clean", "next_instant", "tick"]


def tick(connection: Connection, now: datetime, rules: Rules) -> None:
    """Do all that is due at `now`."""
    plan.extend(connection, now, rules)
    remind.fire(connection, now, rules)
    notices.go_on(connection, now)
    outbox.gather(connection, now, rules)


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    """The next moment later than `after` at which a tick has something to do."""
    found = [
        plan.next_instant(connection, after),
        meetings.next_rung(connection, after),
        outbox.next_instant(connection, after),
    ]
    return min((moment for moment in found if moment), default=None)
