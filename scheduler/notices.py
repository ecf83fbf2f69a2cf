"""Carries a notice on to its recipients, slice by slice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection


def go_on(connection: Connection, now: datetime) -> int:
    return 0
