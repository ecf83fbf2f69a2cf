"""The invented commune of docs/examples: its roster, its fixed meetings, and who has joined by phone already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from sqlalchemy import Connection

from db import addresses, consent, joining, people, roster, series, units
from db.engine import Database
from db.people import Person
from db.rules import Rules
from db.units import Unit
from sheets.example import COMMUNE, OFFICE_PHONE, example_xlsx
from sheets.roster import read_roster
from vietnamese.recurrence import MonthlyDay

EVENING = time(19, 30)

# Who has Zalo; all others have Telegram, and whoever is ON_BOTH has a phone on each.
ON_ZALO = frozenset(
    {
        "Quan Văn Tuyển",  # a secretary
        "Đặng Thị Ghến",
        "Lý Văn Sinh",
        "Chẩu Văn Đoàn",
        "Triệu Văn Phúc",
        "Nông Thị Bích",
        "Hoàng Thị Sen",
        "Chẩu Thị Thơm",
        "Hoàng Văn Bảo",
        "Triệu Thị Pham",
        "Bàn Văn Phấu",
        "Giàng A Chu",
    }
)
ON_BOTH = frozenset({"Nông Thị Hiền"})


async def found_commune(database: str, now: datetime) -> None:
    """A database with the whole commune on its roster and nobody on the phone yet."""
    db = Database(database)
    await db.migrate()
    await db.write(lambda c: import_example(c, now))
    await db.close()


def import_example(connection: Connection, now: datetime) -> Unit:
    """The commune with the people of the example file, by the same import as any other file."""
    commune = units.root(connection) or units.add(connection, "commune", COMMUNE, phone=OFFICE_PHONE)
    file = read_roster(example_xlsx(), "danh-sach.xlsx")
    roster.apply(connection, roster.plan(connection, commune, file.rows), None, now)
    return commune


def keep_the_third(connection: Connection, commune: Unit, now: datetime, rules: Rules) -> None:
    """Every cell meets on the third of the month, at half past seven in the evening."""
    for cell in units.cells(connection, commune):
        place = f"Nhà văn hóa {cell.name}"
        series.set_rule(connection, cell, MonthlyDay(3), EVENING, place, by=None, now=now, rules=rules)


def households(connection: Connection, commune: Unit) -> list[list[Person]]:
    """Who could join: everybody with a phone number, people with the same one together."""
    everybody = [
        p for unit in (commune, *units.cells(connection, commune)) for p in people.of_cell(connection, unit.id)
    ]
    return joining.households(p for p in everybody if p.phone)


def link(connection: Connection, bot_id: int, chat: str, persons: Iterable[Person], now: datetime) -> None:
    """These people have agreed at this chat, as after joining by their paper."""
    address = addresses.heard_from(connection, bot_id, chat, now)
    for person in persons:
        consent.ask(connection, person.id, address.id, now)
        consent.agree(connection, person.id, address.id, now)
