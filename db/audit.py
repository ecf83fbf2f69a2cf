"""One line for every act that changes something for others: who, what, about which row. No words of people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db.sql import insert
from db.tables import audit


def note(
    connection: Connection,
    person_id: int | None,
    act: str,
    now: datetime,
    *,
    unit_id: int | None = None,
    subject: int | None = None,
) -> int:
    """The number of the line."""
    return insert(connection, audit, person_id=person_id, act=act, at=now, unit_id=unit_id, subject=subject)
