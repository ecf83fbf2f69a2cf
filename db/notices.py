"""Notices of a commune: written, sent to a snapshot of its people, and who has said that he knows.

A draft is a row too, so that every button speaks of one text that cannot change any more. Recipients are chosen inside
the database; who is few is written down at once, who is many slice by slice (`carry_on`): `listed_to` and `told_to` say
how far that has come. Whenever the notice is paused, goes on or is stopped, `told_to` begins anew and brings everybody
in line with it. Who cannot be reached gets nothing until he can be (`catch_up`), as long as it is worth reading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, or_, select

from db import audience, audit, fanout, outbox, people, units
from db.columns import among, moment
from db.fanout import KIND, WORTH, Stretch
from db.rules import Rules
from db.secrecy import secret_mark
from db.sql import insert, many, measure, one
from db.tables import BUSY, addresses, due_items, links, notice_people, notices, roles
from db.tables import people as people_table
from db.tables import units as units_table
from db.units import Unit

OFFICIALS = ("official",)
LONGEST = 1500  # letters
KEPT_DRAFT = timedelta(days=1)
SLICE = 4000  # people at a time: on a slow machine with SQLite that locks others out for less than 50 ms
MOST_REFUSALS = 20  # in a row; then something is wrong with the notice or the bot, and its author is asked
ASKED_FOR = timedelta(days=7)  # so long it is of use to tell him


@dataclass(frozen=True)
class Notice:
    """`state`: draft, sending, paused or stopped; `audience` and `send_after` are set when it is sent.

    `listed_to`, `told_to`: up to which person it has been written down for whom it is meant, and become due for them;
    both end at `listed_end`. `refusals`: how many the platform has refused in a row. The rest belongs to receipts.
    """

    id: int
    unit_id: int
    author_id: int
    text: str
    audience: str | None
    cell_id: int | None
    state: str
    made_at: datetime
    send_after: datetime | None
    drawn: str | None
    listed_to: int = 0
    listed_end: int = 0
    told_to: int = 0
    refusals: int = 0
    figures: str | None = None
    counting: str | None = None
    counted_to: int = 0
    count_at: datetime | None = None
    rests_until: datetime | None = None

    @property
    def title(self) -> str:
        """What the notice is called in a sentence: its first line, without "Việc gì:" and the full stop."""
        first = next(line for line in self.text.splitlines() if line.strip())
        return re.sub(r"^\s*việc gì\s*:\s*", "", first, flags=re.IGNORECASE).strip().rstrip(".")

    def is_open(self, now: datetime) -> bool:
        """Whether people are still brought to hear it."""
        return self.state == "sending" and self.send_after is not None and now < self.send_after + WORTH

    @property
    def is_listed(self) -> bool:
        """Whether it is written down for everybody for whom it is meant."""
        return self.listed_to >= self.listed_end


# ---- drafts ----


def unit_of(connection: Connection, person_id: int) -> Unit | None:
    """The unit in whose name an official speaks; None for anybody else."""
    held = [unit_id for role, unit_id in people.roles_of(connection, person_id) if role in OFFICIALS]
    return units.get(connection, held[0]) if held else None


def write(connection: Connection, person_id: int, text: str, now: datetime) -> Notice:
    """Keep a text as a draft of this official; ValueError where it may not be sent, LookupError for anybody else."""
    unit = unit_of(connection, person_id)
    if unit is None:
        raise LookupError("not an official")
    if not text.strip() or len(text) > LONGEST or secret_mark(text):
        raise ValueError("not a text for a notice")
    row = {"unit_id": unit.id, "author_id": person_id, "text": text, "state": "draft", "made_at": now}
    return _known(connection, insert(connection, notices, **row))


def draft_of(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    mine = (notices.c.id == notice_id) & (notices.c.author_id == person_id) & (notices.c.state == "draft")
    return one(Notice, connection.execute(select(notices).where(mine)).first())


def drop(connection: Connection, notice_id: int, person_id: int) -> None:
    """Give a draft up."""
    mine = (notices.c.id == notice_id) & (notices.c.author_id == person_id)
    connection.execute(notices.delete().where(mine, notices.c.state == "draft"))


def sweep(connection: Connection, now: datetime) -> None:
    """Forget drafts that nobody has gone on with."""
    old = (notices.c.state == "draft") & (notices.c.made_at < now - KEPT_DRAFT)
    connection.execute(notices.delete().where(old))


# ---- sending ----


def send(
    connection: Connection,
    draft: Notice,
    to: str,
    cell_id: int | None,
    now: datetime,
    rules: Rules,
) -> Notice | None:
    """Send a draft to the people whom the audience holds at this moment, at the next allowed time.

    None where it is no draft any more: a second tap sends nothing. ValueError for an unknown audience.
    """
    if to not in audience.AUDIENCES:
        raise ValueError("no such audience")
    newest = select(func.coalesce(func.max(people_table.c.id), 0)).scalar_subquery()
    values = {"state": "sending", "audience": to, "cell_id": cell_id, "send_after": rules.next_allowed(now)}
    mine = notices.update().where(notices.c.id == draft.id, notices.c.state == "draft")
    if connection.execute(mine.values(**values, listed_end=newest)).rowcount != 1:
        return None
    audit.note(connection, draft.author_id, "notice.send", now, unit_id=draft.unit_id, subject=draft.id)
    return _at_once(connection, draft.id, now)


def carry_on(connection: Connection, now: datetime, most: int = SLICE) -> bool:
    """Bring one slice of people in line with their notice, the oldest first; whether there may be more to do.

    Safe to repeat, and for several processes at once: each takes another notice.
    """
    unfinished = select(notices).where(BUSY, notices.c.told_to < notices.c.listed_end).order_by(notices.c.id)
    row = connection.execute(unfinished.limit(1).with_for_update(skip_locked=True)).first()
    notice = one(Notice, row)
    if notice is None:
        return False
    if not notice.told_to:
        measure(connection, people_table, links, addresses, notice_people, due_items)
    # Taking messages back from the queue costs twice what putting people on the list does.
    step = most if notice.state == "sending" else max(most // 2, 1)
    stretch = Stretch(notice.told_to, min(notice.told_to + step, notice.listed_end))
    _bring(connection, notice, stretch, _meant(connection, notice, one_by_one=True), now)
    return True


def _at_once(connection: Connection, notice_id: int, now: datetime) -> Notice:
    """Bring everybody in line now where they are few; else the ticks do it, and let others write in between."""
    notice = _known(connection, notice_id)
    whom = _meant(connection, notice)
    if audience.is_at_most(connection, whom, SLICE):
        _bring(connection, notice, Stretch(0, notice.listed_end), whom, now)
    return _known(connection, notice_id)


def _meant(connection: Connection, notice: Notice, *, one_by_one: bool = False) -> ColumnElement[bool]:
    unit = units.get(connection, notice.unit_id)
    return audience.meant(unit, notice.audience or "", notice.cell_id, one_by_one=one_by_one)


def _bring(connection: Connection, notice: Notice, stretch: Stretch, whom: ColumnElement[bool], now: datetime) -> None:
    if stretch.to > notice.listed_to:
        fresh = Stretch(max(stretch.after, notice.listed_to), stretch.to)
        fanout.enlist(connection, notice.id, whom, fresh)
    if notice.state == "paused":
        fanout.hold(connection, notice.id, stretch, now)
    elif notice.state == "stopped":
        fanout.cancel(connection, notice.id, stretch, now)
    elif notice.send_after and notice.is_open(now):
        if stretch.after < notice.listed_to:
            fanout.release(connection, notice.id, notice.send_after, stretch)
        fanout.tell(connection, notice.id, notice.send_after, stretch, now)
    come = {"told_to": stretch.to, "listed_to": max(notice.listed_to, stretch.to)}
    connection.execute(notices.update().where(notices.c.id == notice.id).values(**come))
    if stretch.to == notice.listed_end:
        touched(connection, notice.id, now)


def catch_up(connection: Connection, person_id: int, now: datetime) -> None:
    """Somebody can be reached again, or at last: what was meant for him and is still on its way becomes due."""
    open_ = (notices.c.state == "sending") & (notices.c.send_after > now - WORTH)
    mine = select(notices).join(notice_people, notice_people.c.notice_id == notices.c.id)
    found = connection.execute(mine.where(notice_people.c.person_id == person_id, open_)).all()
    for notice in many(Notice, found):
        at = notice.send_after or now
        if not fanout.tell(connection, notice.id, at, Stretch(person_id - 1, person_id), now):
            outbox.revive(connection, person_id, KIND, notice.id, 1, at)
        touched(connection, notice.id, now)


# ---- pausing and stopping ----


def went(connection: Connection, outcomes: Sequence[tuple[int, bool]], now: datetime) -> None:
    """Count how the platform took messages: (notice, whether it was accepted), in order, of final outcomes alone.

    A notice that is refused time after time is paused, and its author is asked.
    """
    series: dict[int, list[bool]] = {}
    for notice_id, accepted in outcomes:
        series.setdefault(notice_id, []).append(accepted)
    taken = [notice_id for notice_id, results in series.items() if all(results)]
    if taken:
        connection.execute(_TAKEN_AGAIN, {"taken": taken})
    for notice_id in sorted(series.keys() - set(taken)):
        _count_refusals(connection, notice_id, series[notice_id], now)


_TAKEN_AGAIN = (
    notices.update()
    .where(among(notices.c.id, "taken"), notices.c.refusals > 0, notices.c.state != "paused")
    .values(refusals=0)
)


def _count_refusals(connection: Connection, notice_id: int, results: Sequence[bool], now: datetime) -> None:
    mine = notices.c.id == notice_id
    row = connection.execute(select(notices).where(mine).with_for_update()).first()
    notice = one(Notice, row)
    if notice is None:
        return
    streak = worst = notice.refusals
    for accepted in results:
        streak = 0 if accepted else streak + 1
        worst = max(worst, streak)
    pauses = worst >= MOST_REFUSALS and notice.state == "sending"
    # The count of a paused notice stays: it is why.
    if notice.state != "paused":
        connection.execute(notices.update().where(mine).values(refusals=worst if pauses else streak))
    if pauses:
        pause(connection, notice, now)


def pause(connection: Connection, notice: Notice, now: datetime) -> None:
    """Let nothing else leave until the author has decided; he is told once a pause."""
    _turn(connection, notice, ("sending",), now, state="paused")
    audit.note(connection, None, "notice.pause", now, unit_id=notice.unit_id, subject=notice.id)
    same = (due_items.c.kind == "notice_paused") & (due_items.c.subject == notice.id)
    before = connection.execute(select(func.count()).select_from(due_items).where(same)).scalar_one()
    times = {"due_at": now, "worthless_after": now + ASKED_FOR, "now": now}
    outbox.due(connection, [notice.author_id], "notice_paused", notice.id, revision=before + 1, **times)


def resume(connection: Connection, notice: Notice, person_id: int, now: datetime, rules: Rules) -> None:
    """Go on with a paused notice; from now on it is worth reading for another day."""
    values = {"state": "sending", "refusals": 0, "send_after": rules.next_allowed(now)}
    if _turn(connection, notice, ("paused",), now, **values):
        audit.note(connection, person_id, "notice.resume", now, unit_id=notice.unit_id, subject=notice.id)


def stop(connection: Connection, notice: Notice, person_id: int, now: datetime) -> None:
    """Let nobody else hear it. What is on the wire already arrives."""
    if _turn(connection, notice, ("sending", "paused"), now, state="stopped"):
        audit.note(connection, person_id, "notice.stop", now, unit_id=notice.unit_id, subject=notice.id)


def _turn(connection: Connection, notice: Notice, before: tuple[str, ...], now: datetime, **values: Any) -> bool:
    """Make something else of a notice and bring its people in line with that; False where it is not so any more."""
    mine = notices.update().where(notices.c.id == notice.id, notices.c.state.in_(before))
    if connection.execute(mine.values(**values, told_to=0)).rowcount == 0:
        return False
    _at_once(connection, notice.id, now)
    return True


def set_aside(connection: Connection, delivery_ids: Sequence[int]) -> None:
    """Of messages that are not sent after all: whoever was to hear a paused notice waits for its author."""
    paused = select(notices.c.id).where(notices.c.id == due_items.c.subject, notices.c.state == "paused")
    its = due_items.c.delivery_id.in_(delivery_ids) & (due_items.c.kind == KIND) & exists(paused)
    connection.execute(due_items.update().where(its).values(state="held", delivery_id=None))


# ---- who knows ----


def acknowledge(connection: Connection, notice_id: int, person_id: int, now: datetime) -> bool | None:
    """Note that a recipient knows; whether that was new, None where it was never meant for him."""
    mine = (notice_people.c.notice_id == notice_id) & (notice_people.c.person_id == person_id)
    fresh = notice_people.update().where(mine, notice_people.c.acknowledged_at.is_(None))
    if connection.execute(fresh.values(acknowledged_at=now)).rowcount:
        touched(connection, notice_id, now)
        return True
    return False if connection.execute(select(notice_people.c.person_id).where(mine)).first() else None


def for_recipient(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    mine = select(notices).join(notice_people, notice_people.c.notice_id == notices.c.id)
    found = mine.where(notices.c.id == notice_id, notice_people.c.person_id == person_id)
    return one(Notice, connection.execute(found).first())


def touched(connection: Connection, notice_id: int, now: datetime) -> None:
    """Its figures have changed: they are counted as soon as the last count has rested."""
    soon = func.coalesce(notices.c.rests_until, moment(now))
    unplanned = or_(notices.c.count_at.is_(None), notices.c.count_at > soon)
    connection.execute(notices.update().where(notices.c.id == notice_id, unplanned).values(count_at=soon))


# ---- for officials ----


def get(connection: Connection, notice_id: int) -> Notice | None:
    return one(Notice, connection.execute(_GET, {"notice": notice_id}).first())


_GET = select(notices).where(notices.c.id == bindparam("notice"))


def for_official(connection: Connection, notice_id: int, person_id: int) -> Notice | None:
    """A notice that has been sent in a unit on which the person is an official; None for any other."""
    return next(iter(_for_officials(connection, _reached_by(person_id) & (notices.c.id == notice_id))), None)


def sent_by(connection: Connection, person_id: int, skip: int, most: int) -> list[Notice]:
    """The notices of the person's units, the newest first."""
    return _for_officials(connection, _reached_by(person_id), skip, most)


def _reached_by(person_id: int) -> ColumnElement[bool]:
    """SQL, for a query over notices and their units: the person is an official of the unit or of one above it."""
    above = units_table.alias("above")
    held = select(roles.c.person_id).join(above, above.c.id == roles.c.unit_id)
    mine = held.where(roles.c.person_id == person_id, roles.c.role.in_(OFFICIALS))
    return exists(mine.where(units_table.c.path.startswith(above.c.path)))


def _for_officials(connection: Connection, which: ColumnElement[bool], skip: int = 0, most: int = 1) -> list[Notice]:
    sent = select(notices).join(units_table, units_table.c.id == notices.c.unit_id)
    found = sent.where(notices.c.state != "draft", which).order_by(notices.c.send_after.desc(), notices.c.id.desc())
    return many(Notice, connection.execute(found.offset(skip).limit(most)).all())


def _known(connection: Connection, notice_id: int) -> Notice:
    notice = get(connection, notice_id)
    if notice is None:
        raise LookupError(f"no notice {notice_id}")
    return notice
