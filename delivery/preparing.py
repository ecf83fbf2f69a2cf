"""From a taken row to what goes over the wire; a row that has become useless is settled on the spot."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from content import Message
from db import conversations, fanout, notices, wire
from db.engine import passes
from db.wire import Taken
from delivery.outcomes import Outgoing
from delivery.render import Desk

log = structlog.get_logger()

RESENT_MARK = "(gửi lại)"


def prepare(desk: Desk, group: Sequence[Taken], *, one_by_one: bool) -> list[Outgoing]:
    """What of these rows goes over the wire. Raises what a template or a query raises.

    Then they are to be taken again `one_by_one`: the row that cannot be drawn keeps none of the others from leaving.
    """
    made = _alone if one_by_one else _prepare
    return [ready for taken in group if (ready := made(desk, taken))]


def _alone(desk: Desk, taken: Taken) -> Outgoing | None:
    try:
        with desk.connection.begin_nested():
            return _prepare(desk, taken)
    except Exception as error:
        if passes(error):
            raise
        log.exception("A message could not be drawn", delivery=taken.row.id)
        wire.finish(desk.connection, taken.row, "failed", desk.now, type(error).__name__)
        return None


def _prepare(desk: Desk, taken: Taken) -> Outgoing | None:
    row = taken.row
    message = desk.render(row)
    edit = _stands(desk, taken, message)
    # A live screen is drawn anew only where it still stands.
    if message is None or (row.kind == "screen" and edit is None):
        # What a notice holds back that its author has to decide about is not given up.
        notices.set_aside(desk.connection, [row.id])
        wire.finish(desk.connection, row, "cancelled", desk.now)
        return None
    if row.resent and edit is None:
        message = message.resent(RESENT_MARK)
    notice = next((item.subject for item in desk.items(row) if item.kind == fanout.KIND), None)
    return Outgoing(row, row.bot_id, taken.chat, message, edit, notice)


def _stands(desk: Desk, taken: Taken, message: Message | None) -> str | None:
    """The message in which a live screen stands already."""
    if message is None or not message.screen:
        return None
    return conversations.screen_message(desk.connection, taken.row.address_id, message.screen)
