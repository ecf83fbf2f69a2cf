"""Structured logs: a sentence and fields, one JSON line each; no words of people, no secrets, no local variables."""

from __future__ import annotations

import contextlib
import logging
import sys
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict

Trouble = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(*, quiet: bool = False) -> None:
    """Log to stderr from here on; `quiet` leaves out all but warnings. Libraries are heard from warnings on only."""
    level = logging.WARNING if quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _name_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Sturdy(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Sparing()], force=True)
    # It quotes whole answers of the platform where it cannot read them; we say ourselves what was wrong.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


class _Sturdy(structlog.PrintLogger):
    """A line that cannot be written is lost; the disk it goes to may be full, and what it tells of must go on."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = log = msg


class _Sparing(logging.Handler):
    """What a library says, by the form of its sentence: what it fills in may be a token or somebody's words."""

    def emit(self, record: logging.LogRecord) -> None:
        form, *_ = str(record.msg).splitlines() or [""]
        says = form if record.args else form.partition(":")[0]
        structlog.get_logger().log(
            record.levelno, "A library complains", library=record.name, says=says, exc_info=record.exc_info
        )


def _name_only(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception by its kind and its place in the code: its message may hold what people wrote."""
    found = event.pop("exc_info", None)
    if found:
        event["exception"] = _placed(sys.exc_info() if found is True else found)
    return event


def _placed(trouble: Trouble) -> str:
    kind, _, trace = trouble
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{kind.__name__ if kind else ''} {place}".strip()
