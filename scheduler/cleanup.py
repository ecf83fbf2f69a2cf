"""Forgets what was kept only for the work: events that are done, wrong codes, old menus, drafts nobody goes on with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from db import conversations, inbox, joining


def clean(connection: Connection, now: datetime) -> int:
    """Once a day; how many rows went."""
    return sum(noun.clean(connection, now) for noun in (inbox, joining, conversations))
