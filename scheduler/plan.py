"""Keeps the occurrences of every fixed meeting three months ahead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db.rules import Rules


def extend(connection: Connection, now: datetime, rules: Rules) -> int:
    return 0


def next_instant(connection: Connection, after: datetime) -> datetime | None:
    return None
