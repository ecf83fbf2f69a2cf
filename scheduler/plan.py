"""Keeps the occurrences of every fixed meeting three months ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from db import series
from db.rules import Rules

CELLS_AT_ONCE = 4  # so that others may write in between


def extend(connection: Connection, now: datetime, rules: Rules) -> bool:
    """Add the meetings that have come within three months, of a few cells; whether there are more."""
    return series.extend(connection, now, rules, CELLS_AT_ONCE) >= CELLS_AT_ONCE


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    """When the window grows again: noon UTC on the first of a month, by when the month has begun everywhere."""
    if not series.any_kept(connection):
        return None
    noon = after.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    first = noon.replace(day=1)
    return first if first > after else (first + timedelta(days=31)).replace(day=1)
