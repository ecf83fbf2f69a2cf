"""What happens when someone speaks: one file for each thing a person can do, listed here."""

from handlers import (
    admit,
    agree,
    answer,
    ask,
    brief,
    cells,
    claim,
    home,
    join,
    move,
    notice,
    plan,
    privacy,
    roster,
    status,
)
from handlers.router import Router

on = Router().join(
    home.on,
    join.on,
    agree.on,
    admit.on,
    claim.on,
    privacy.on,
    roster.on,
    cells.on,
    plan.on,
    move.on,
    answer.on,
    status.on,
    brief.on,
    ask.on,
    notice.on,
)
