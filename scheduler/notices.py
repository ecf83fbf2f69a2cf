"""Carries notices on to their people, slice by slice, and keeps the screens of their authors up to date."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import notices, receipts


def go_on(connection: Connection, now: datetime) -> bool:
    """One slice of each; whether there may be more to do, once others have written in between."""
    carried = notices.carry_on(connection, now)
    counted = receipts.count_on(connection, now)
    return carried or counted


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    """When the figures of a notice are to be counted again."""
    return receipts.next_count(connection, after)
