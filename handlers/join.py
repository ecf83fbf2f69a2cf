from __future__ import annotations

from handlers.router import Router

on = Router()


def digits(turn):  # type: ignore[no-untyped-def]
    """Nine typed digits are an invitation's, whoever types them and whatever else is open."""
    return


def stranger(turn):  # type: ignore[no-untyped-def]
    """What somebody whom we do not know has written."""
    return
