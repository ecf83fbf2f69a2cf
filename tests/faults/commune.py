"""A commune with people who have agreed, and something that is due for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import Flag, auto

from sqlalchemy import Connection, insert, select

from db import addresses, meetings, notices, outbox, people, units
from db.engine import Database
from db.meetings import Meeting
from db.rules import Rules
from db.tables import addresses as address_table
from db.tables import links
from db.tables import people as people_table
from db.units import Unit
from simulator import Phone, Simulator, open_phone
from vietnamese.names import sort_key
from vietnamese.text import fold

TOKEN = "1000:a-secret-of-the-bot"
FIRST_USER = 500
NOTICE = "Tiêm phòng dại"
INVITATION = "mời"


class Load(Flag):
    """What is due for everybody."""

    NOTHING = 0
    INVITATION = auto()
    NOTICE = auto()
    BOTH = INVITATION | NOTICE


async def settle_in(
    database: Database, simulator: Simulator, persons: int, load: Load, meeting_in: timedelta = timedelta(days=3)
) -> tuple[list[Phone], Meeting]:
    """Everybody's phone, started, and the meeting that they are invited to."""
    phones = [open_phone(simulator, FIRST_USER + number) for number in range(persons)]
    for phone in phones:
        phone.conversation.started = True
    return phones, await database.write(lambda c: _found(c, phones, load, meeting_in))


def _found(connection: Connection, phones: list[Phone], load: Load, meeting_in: timedelta) -> Meeting:
    now = datetime.now(UTC)
    commune = units.add(connection, "commune", "xã Suối Trong", phone="+84900000001")
    cell = units.add(connection, "cell", "thôn Khe Đào", commune)
    official = people.add(connection, commune, "Nguyễn Thị Hương")
    people.give_role(connection, official, commune, "official")
    invited = _members(connection, cell, phones, now)
    meeting = meetings.add(connection, cell, now + meeting_in, "Nhà văn hóa thôn Khe Đào", now)
    if Load.INVITATION in load:
        times = {"due_at": now - timedelta(minutes=1), "worthless_after": meeting.starts_at, "now": now}
        outbox.due(connection, invited, "invite", meeting.id, **times)
    if Load.NOTICE in load:
        draft = notices.write(connection, official.id, f"{NOTICE} cho chó, mèo", now)
        notices.send(connection, draft, "members", None, now, Rules(quiet_from=time(0), quiet_until=time(0)))
    return meeting


def _members(connection: Connection, cell: Unit, phones: list[Phone], now: datetime) -> list[int]:
    """Members of a cell, each with a phone of his own; written many at a time, because there may be thousands."""
    bot_id = addresses.bot(connection, "telegram", TOKEN.partition(":")[0], "bot")
    names = [f"Ma Văn Thử {number}" for number in range(len(phones))]
    fixed = {"unit_id": cell.id, "form": "bác", "standing": "official"}
    rows = [{**fixed, "name": name, "folded": fold(name), "sort_key": sort_key(name)} for name in names]
    connection.execute(insert(people_table), rows)
    connection.execute(
        insert(address_table),
        [{"bot_id": bot_id, "chat": str(phone.user.id), "last_in_at": now} for phone in phones],
    )
    person = select(people_table.c.id).where(people_table.c.unit_id == cell.id).order_by(people_table.c.id)
    persons = list(connection.execute(person).scalars())
    address = select(address_table.c.id).order_by(address_table.c.id)
    pairs = zip(persons, connection.execute(address).scalars(), strict=True)
    agreed = {"consent": "agreed", "asked_at": now, "decided_at": now}
    connection.execute(insert(links), [{"person_id": p, "address_id": a, **agreed} for p, a in pairs])
    return persons
