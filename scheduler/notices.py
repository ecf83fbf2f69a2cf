"""Carries notices on to their people, slice by slice, and keeps the screens of their authors up to date."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import notices, receipts


def go_on(connection: Connection, now: datetime) -> int:
    """How many people have become due to hear a notice."""
    notices.sweep(connection, now)
    made = notices.carry_on(connection, now)
    receipts.redraw(connection, now)
    return made
