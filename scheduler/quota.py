"""Tells the operator in time that a bot's messages of the month come to an end."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from db import quota
from db.rules import Rules

log = structlog.get_logger()


def warn(connection: Connection, now: datetime, rules: Rules) -> None:
    """One line of the log for each bot and month: at four fifths another bot can still be set up."""
    for use in quota.nearly(connection, now, rules):
        facts = {"channel": use.channel, "bot": use.bot_id, "sent": use.sent, "of": use.per_month}
        log.warning("A bot has nearly used up its messages of the month; then only answers and changes leave", **facts)
