"""What became of messages: accepted, refused for now or for good, or unknown; settled many in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from channels.base import SendError
from content.message import Message
from db import addresses, conversations, notices, outbox, wire
from db.outbox import Delivery
from db.rules import Rules
from db.wire import Arrived
from delivery.render import trouble

log = structlog.get_logger()

RESEND_AFTER = timedelta(seconds=30)  # what troubles the platform is seldom over at once


@dataclass(frozen=True)
class Outgoing:
    """A claimed row, rendered, with where it goes. `notice`: the official's notice that it carries."""

    row: Delivery
    bot_id: int
    chat: str
    message: Message
    edit: str | None
    notice: int | None


@dataclass(frozen=True)
class Outcome:
    """When a row left, and either the message's id there or what went wrong."""

    outgoing: Outgoing
    left_at: datetime
    message_id: str = ""
    error: SendError | None = None


def settle(connection: Connection, group: Sequence[Outcome], now: datetime, rules: Rules) -> None:
    """Write down what became of a group of rows."""
    by_worker: dict[int, list[Arrived]] = {}
    for outcome in group:
        if outcome.error is None:
            by_worker.setdefault(outcome.outgoing.row.worker_id or 0, []).append(_letter(outcome))
    for worker_id, letters in by_worker.items():
        wire.arrived(connection, letters, worker_id, now)
    for outcome in group:
        if outcome.error:
            _refused(connection, outcome, outcome.error, now, rules)
    final = [o for o in group if o.outgoing.notice and (o.error is None or o.error.outcome == "final")]
    if final:
        notices.went(connection, [(o.outgoing.notice or 0, o.error is None) for o in final], now)


def _letter(outcome: Outcome) -> Arrived:
    message = outcome.outgoing.message
    choices = [vars(choice) for choice in message.choices]
    return Arrived(outcome.outgoing.row, outcome.message_id, outcome.left_at, choices, message.screen, message.matters)


def _refused(connection: Connection, outcome: Outcome, error: SendError, now: datetime, rules: Rules) -> None:
    outgoing, row = outcome.outgoing, outcome.outgoing.row
    if error.reason != "held":
        log.warning("A message was not accepted", delivery=row.id, reason=error.reason, outcome=error.outcome)
    if error.gone and outgoing.message.screen:
        conversations.unshow(connection, row.address_id, outgoing.message.screen)
        wire.put_back(connection, row, error.reason)
    elif error.outcome == "not_sent":
        wire.put_back(connection, row, error.reason)
    elif error.outcome == "unknown":
        _unknown(connection, outgoing, now, error.reason)
    else:
        _given_up(connection, outgoing, error, now, rules)


def _unknown(connection: Connection, outgoing: Outgoing, now: datetime, why: str) -> None:
    wire.unknown(connection, outgoing.row, now, why, again_at=now + RESEND_AFTER)
    if outgoing.message.choices:
        # It may well have come: a number typed as its answer is to be understood.
        choices = [vars(choice) for choice in outgoing.message.choices]
        offer = conversations.Offer(now, None, outgoing.row.kind == "answer", choices)
        conversations.offered(connection, [(outgoing.row.address_id, offer)])


def _given_up(connection: Connection, outgoing: Outgoing, error: SendError, now: datetime, rules: Rules) -> None:
    row = outgoing.row
    wire.finish(connection, row, "failed", now, error.reason)
    if error.dead:
        addresses.mark_dead(connection, row.address_id, error.reason, now)
        wire.reroute(connection, row.id, now)
    elif row.kind == "answer" and outgoing.message.files:
        # Whoever asked for a paper is not left without a word when it cannot be made.
        sorry = trouble(connection, row, now, rules)
        outbox.answer(connection, row.address_id, sorry.to_json(), now)


def orphaned(connection: Connection, now: datetime) -> int:
    """Settle what workers that are no more left on the wire; how many rows nobody knows about."""
    rows = wire.orphans(connection)
    for row in rows:
        log.warning("A crash left it unknown whether this was sent", delivery=row.id, since=row.dispatched_at)
        wire.unknown(connection, row, now, "crash", again_at=now)
    return len(rows)
