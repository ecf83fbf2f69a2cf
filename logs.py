"""Structured logs: a sentence and fields, one JSON line each; no words of people, no secrets, no local variables."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict


def _name_only(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception by its kind and its place in our code: its message may hold what people wrote."""
    if event.pop("exc_info", None):
        kind, _error, trace = sys.exc_info()
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        event["exception"] = f"{kind.__name__ if kind else ''} {place}".strip()
    return event


def set_up(*, quiet: bool = False) -> None:
    """Log to stderr from here on; `quiet` leaves out all but warnings. Libraries' own chatter (it holds the token
    in addresses) is cut off below warnings."""
    level = logging.WARNING if quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _name_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in ("httpx", "httpcore", "telegram", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
