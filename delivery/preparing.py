"""From a taken row to what goes over the wire; a row that has become useless is settled on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from content import Message
from db import conversations, fanout, notices, wire
from db.conversations import Shown
from db.engine import passes
from db.outbox import Delivery
from db.sql import all_or_nothing
from db.wire import Taken
from delivery.outcomes import Outgoing
from delivery.render import Desk

log = structlog.get_logger()

RESENT_MARK = "(gửi lại)"


class Redraws(Protocol):
    """Channel.redraws."""

    def __call__(self, before: str | None, times: int, message: Message) -> bool: ...


def prepare(desk: Desk, group: Sequence[Taken], redraws: Redraws, *, one_by_one: bool) -> list[Outgoing]:
    """What of these rows goes over the wire. Raises what a template or a query raises.

    Then they are to be taken again `one_by_one`: the row that cannot be drawn keeps none of the others from leaving.
    """
    made = _alone if one_by_one else _prepare
    return [ready for taken in group if (ready := made(desk, taken, redraws))]


def _alone(desk: Desk, taken: Taken, redraws: Redraws) -> Outgoing | None:
    try:
        with all_or_nothing(desk.connection):
            return _prepare(desk, taken, redraws)
    except Exception as error:
        if passes(error):
            raise
        log.exception("A message could not be drawn", delivery=taken.row.id)
        wire.finish(desk.connection, taken.row, "failed", desk.now, type(error).__name__)
        return None


def _prepare(desk: Desk, taken: Taken, redraws: Redraws) -> Outgoing | None:
    row = taken.row
    message = desk.render(row)
    stands = _stands(desk, row, message)
    if message is None or (row.kind == "screen" and not _redrawn(desk, row, stands, message, redraws)):
        # What a notice holds back that its author has to decide about is not given up.
        notices.set_aside(desk.connection, [row.id])
        wire.finish(desk.connection, row, "cancelled", desk.now)
        return None
    edit = stands.message_id if stands else None
    if row.resent and edit is None:
        message = message.resent(RESENT_MARK)
    notice = next((item.subject for item in desk.items(row) if item.kind == fanout.KIND), None)
    return Outgoing(row, row.bot_id, taken.chat, message, edit, notice)


def _stands(desk: Desk, row: Delivery, message: Message | None) -> Shown | None:
    """Where a live screen stands already."""
    if message is None or not message.screen:
        return None
    return conversations.standing(desk.connection, row.address_id, message.screen)


def _redrawn(desk: Desk, row: Delivery, stands: Shown | None, message: Message, redraws: Redraws) -> bool:
    """A live screen is drawn anew only where it still stands, and where that is worth it."""
    if stands is None or message.screen is None:
        return False
    today = desk.rules.local(desk.now).date().isoformat()
    if not redraws(stands.matters, stands.told if stands.told_on == today else 0, message):
        return False
    conversations.told(desk.connection, row.address_id, message.screen, today)
    return True
