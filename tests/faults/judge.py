"""The judge of all fault runs: the far end's own ledger against the outbox, explained row by row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from db.tables import addresses, deliveries, due_items
from tests.faults.commune import INVITATION, NOTICE
from tests.faults.living import Living

CRASH = "A crash left it unknown whether this was sent"
REFUSED = "A message was not accepted"
WORDS = {"invite": INVITATION, "notice": NOTICE}
ARRIVED = ("sent", "uncertain")


@dataclass(frozen=True)
class Row:
    """A delivery, the chat that it was for, and the kinds of what it carried."""

    id: int
    chat: int
    kinds: tuple[str, ...]
    state: str
    resent: bool
    tries: int
    message_id: int | None
    left_at: datetime | None
    worthless_after: datetime | None

    @property
    def named(self) -> bool:
        return self.resent or self.state == "uncertain"


@dataclass
class Verdict:
    """The figures of one run; `named` counts rows of which nobody knew whether they had gone."""

    rows: int
    sent: int
    named: int
    twice: int
    never_came: int
    most_named_at_once: int
    refused: int
    busiest_second: int
    lost: list[Any] = field(default_factory=list)
    unexplained: list[Any] = field(default_factory=list)
    stale: list[Any] = field(default_factory=list)


async def judge(bot: Living, *, dropped: tuple[str, ...] = ()) -> Verdict:
    """What became of everything that was due; `dropped`: states in which an item may rightly have ended otherwise."""
    rows = await bot.database.read(_rows)
    told = bot.told()
    copies: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for message in told:
        copies[message["chat"]].append(message)
    verdict = Verdict(
        rows=len(rows),
        sent=sum(row.state == "sent" for row in rows),
        named=sum(row.named for row in rows),
        twice=0,
        never_came=0,
        most_named_at_once=max((_named_by(bot, worker) for worker in bot.workers), default=0),
        refused=sum(str(row["error"]).startswith("Too Many") for row in bot.simulator.ledger.after(0)),
        busiest_second=busiest([row.left_at for row in rows if row.state == "sent" and row.left_at]),
        lost=await bot.database.read(lambda c: _lost(c, dropped)),
        stale=[row for row in rows if _is_stale(row)],
    )
    logged = {event["delivery"] for event in bot.events() if event["event"] in (CRASH, REFUSED)}
    verdict.unexplained += [("not in the log", row) for row in rows if row.named and row.id not in logged]
    for chat, mine in _by_chat(rows).items():
        _explain(chat, mine, copies.pop(chat, []), verdict)
    verdict.unexplained += [("from nobody", chat, found) for chat, found in copies.items()]
    return verdict


def passed(bot: Living, verdict: Verdict, *, refused: int = 0) -> dict[str, Any]:
    """Hold a run against what must never happen; its figures."""
    assert verdict.lost == [], "lost"
    assert verdict.unexplained == [], "sent twice, or never, without being named"
    assert verdict.stale == [], "sent when it was worth nothing any more"
    assert verdict.busiest_second <= bot.rate, "faster than the limit"
    assert verdict.refused <= refused, "the platform found it too fast"
    return {name: value for name, value in asdict(verdict).items() if isinstance(value, int)}


def busiest(moments: list[datetime]) -> int:
    """The most that fall into any second."""
    times = sorted(moment.timestamp() for moment in moments)
    first, most = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _explain(chat: int, rows: list[Row], copies: list[dict[str, Any]], verdict: Verdict) -> None:
    """Match what a chat was told with the rows for it: by the message's number, the rest by the words of named rows."""
    by_number = {message["message_id"]: message for message in copies}
    for row in rows:
        if row.state == "sent" and by_number.pop(row.message_id, None) is None:
            verdict.unexplained.append(("never arrived", row))
    for row in rows:
        # Each time on the wire may have brought a copy; the one that was heard of is accounted for already.
        more = (row.tries - (row.state == "sent")) if row.named else 0
        mine = [number for number, message in by_number.items() if _speaks(row, message["text"])][:more]
        for number in mine:
            del by_number[number]
        verdict.twice += len(mine) - (row.state == "uncertain" and bool(mine))
        verdict.never_came += row.state == "uncertain" and not mine
    verdict.unexplained += [("a copy too many", chat, message) for message in by_number.values()]


def _speaks(row: Row, text: str) -> bool:
    """Whether a message may be a copy of a row; an answer may say anything but what comes by itself."""
    if row.kinds:
        return all(WORDS[kind] in text for kind in row.kinds)
    return NOTICE not in text


def _is_stale(row: Row) -> bool:
    late = row.left_at is not None and row.worthless_after is not None and row.left_at > row.worthless_after
    return late and row.state in ARRIVED


def _named_by(bot: Living, worker: Any) -> int:
    return sum(event["event"] == CRASH for event in bot.events(worker))


def _by_chat(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.chat].append(row)
    return found


def _lost(connection: Connection, dropped: tuple[str, ...]) -> list[Any]:
    """Due items whose delivery has not arrived, as far as anybody knows."""
    found = (
        select(due_items.c.person_id, due_items.c.kind, due_items.c.state, deliveries.c.state)
        .outerjoin(deliveries, deliveries.c.id == due_items.c.delivery_id)
        .where(func.coalesce(deliveries.c.state, due_items.c.state).not_in([*ARRIVED, *dropped]))
    )
    return [tuple(row) for row in connection.execute(found).all()]


def _rows(connection: Connection) -> list[Row]:
    """Everything that the outbox holds, but drawings of screens, which may be edits."""
    kinds: dict[int, set[str]] = defaultdict(set)
    for delivery_id, kind in connection.execute(select(due_items.c.delivery_id, due_items.c.kind)):
        kinds[delivery_id].add(kind)
    columns = (deliveries, addresses.c.chat)
    found = select(*columns).join(addresses, addresses.c.id == deliveries.c.address_id)
    return [
        Row(
            id=row.id,
            chat=int(row.chat),
            kinds=tuple(sorted(kinds[row.id])),
            state=row.state,
            resent=row.resent,
            tries=row.tries,
            message_id=int(row.message_id) if row.message_id else None,
            left_at=row.dispatched_at,
            worthless_after=row.worthless_after,
        )
        for row in connection.execute(found.where(deliveries.c.kind != "screen")).all()
    ]
