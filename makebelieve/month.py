"""One month of chi bộ thôn Khe Đào, as its people live it: who taps, who types, who forgets, who is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from db import joining, units
from makebelieve.commune import households
from makebelieve.phones import Phone
from makebelieve.world import World
from sheets.example import COMMUNE, OFFICE_PHONE, example_xlsx
from simulator import open_phone
from simulator.params import Upload

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Line = dict[str, Any]
OFFICIAL, CELL = "Nguyễn Thị Hương", "thôn Khe Đào"


def at(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


START = at(20, 11, 8)


@dataclass
class Recorder:
    """Tells every message as it passes, in order: {"at","phone","role","channel","direction","text","choices"}."""

    world: World
    tell: Callable[[Line], None]
    seen: int = 0

    def said(self, phone: Phone, text: str) -> None:
        self._tell(phone.handset.user.id, self.world.now, "in", text, [])

    def catch_up(self) -> None:
        """Tell what has reached the phones since the last time."""
        for row in self.world.simulator.ledger.after(self.seen):
            self.seen = row["seq"]
            text = row["text"] or (f"📄 {row['file']}" if row.get("file") else "")
            if row["accepted"] and text:
                labels = [choice["label"] for choice in row.get("choices") or []]
                self._tell(int(row["chat"]), datetime.fromisoformat(row["at"]), "out", text, labels)

    def _tell(self, user_id: int, moment: datetime, direction: str, text: str, choices: list[str]) -> None:
        user = self.world.simulator.users[user_id]
        line = {"at": moment.astimezone(ZONE).isoformat(), "phone": user.name, "role": user.role}
        self.tell({**line, "channel": user.channel, "direction": direction, "text": text, "choices": choices})


@dataclass
class Stage:
    """Where the month is played: every word and every tap is told before the bot answers it."""

    world: World
    recorder: Recorder

    async def says(self, name: str, text: str) -> None:
        self.recorder.said(self.world.phones[name], text)
        await self.world.phones[name].says(text)
        self.recorder.catch_up()

    async def picks(self, name: str, *labels: str) -> None:
        for label in labels:
            self.recorder.said(self.world.phones[name], f"[{label}]")
            await self.world.phones[name].picks(label)
            self.recorder.catch_up()

    async def sends_roster(self, name: str) -> None:
        phone = self.world.phones[name]
        self.recorder.said(phone, "📄 danh-sach.xlsx")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        phone.handset.send_document(Upload("danh-sach.xlsx", kind, example_xlsx()))
        await self.world.settle()
        self.recorder.catch_up()

    async def until(self, moment: datetime) -> None:
        await self.world.forward(moment)
        self.recorder.catch_up()

    async def joins(self, name: str) -> None:
        """By the nine digits on the paper; whoever shares the phone agrees in turn."""
        digits = (await self.world.app.db.read(lambda c: _papers(c, self.world)))[name]
        await self.says(name, digits)
        await self.picks(name, "Đúng là tôi")
        while "Tôi đồng ý" in self.world.phones[name].choices:
            await self.picks(name, "Tôi đồng ý")


def _papers(connection: Connection, world: World) -> dict[str, str]:
    """What stands on the printed sheet of the cell: each name with its digits."""
    cell = _cell(connection)
    [channel] = world.app.channels.values()
    lines = joining.join_lines(connection, cell, world.app.rules.secret, world.now, channel.username)
    return {name: line.digits for line in lines for name in line.names}


def _cell(connection: Connection) -> units.Unit:
    commune = units.root(connection)
    cell = units.find_cell(connection, commune, CELL) if commune else None
    if cell is None:
        raise LookupError(CELL)
    return cell


async def play(world: World, recorder: Recorder) -> None:
    """Two weeks before the meeting until the evening of it."""
    stage = Stage(world, recorder)
    await _commune_begins(stage)
    await _people_join(stage)
    await _the_cell_meets_on_the_third(stage)
    await _invitations_are_answered(stage)
    await _questions_and_a_notice(stage)
    await _the_last_days(stage)


async def _commune_begins(stage: Stage) -> None:
    """The first official claims the installation by the code that `init` printed, and sends her list."""
    world = stage.world

    def found(connection: Connection) -> str:
        units.add(connection, "commune", COMMUNE, phone=OFFICE_PHONE)
        return joining.new_claim_code(connection, world.app.rules.secret, world.now)

    code = await world.app.db.write(found)
    world.simulator.put_user(99, name=OFFICIAL, role="Cán bộ xã")
    world.phones[OFFICIAL] = Phone(world, open_phone(world.simulator, 99))
    await stage.says(OFFICIAL, "/start")
    await stage.says(OFFICIAL, code)
    await stage.says(OFFICIAL, OFFICIAL)
    await stage.picks(OFFICIAL, "Tôi đồng ý")
    await stage.sends_roster(OFFICIAL)


async def _people_join(stage: Stage) -> None: ...


async def _the_cell_meets_on_the_third(stage: Stage) -> None: ...


async def _invitations_are_answered(stage: Stage) -> None: ...


async def _questions_and_a_notice(stage: Stage) -> None: ...


async def _the_last_days(stage: Stage) -> None: ...
