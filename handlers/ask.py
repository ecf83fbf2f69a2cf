from __future__ import annotations

from handlers.router import Router

on = Router()


def about(turn):  # type: ignore[no-untyped-def]
    """An answer to a question about procedure or the calendar; None where the words ask nothing."""
    return
