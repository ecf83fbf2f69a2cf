"""Forgets what was kept only for the work: what is finished, wrong codes, old menus, drafts nobody goes on with."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from db import conversations, joining, notices, questions, retention


def clean(connection: Connection, now: datetime, keep_days: int) -> bool:
    """Once a day, a slice at a time; whether more is left."""
    if retention.prune(connection, now, timedelta(days=keep_days)):
        return True
    joining.clean(connection, now)
    conversations.clean(connection, now)
    notices.sweep(connection, now)
    questions.sweep(connection, now)
    return False
