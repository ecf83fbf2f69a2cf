"""Keeps the occurrences of every fixed meeting three months ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from db import series
from db.rules import Rules


def extend(connection: Connection, now: datetime, rules: Rules) -> int:
    """Add the meetings that have come within three months; one query where there is nothing to do."""
    return series.extend(connection, now, rules)


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    """When the window grows again: noon UTC on the first of a month, by when the month has begun everywhere."""
    if not series.any_kept(connection):
        return None
    noon = after.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    first = noon.replace(day=1)
    return first if first > after else (first + timedelta(days=31)).replace(day=1)
