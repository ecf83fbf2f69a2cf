"""One month of chi bộ thôn Khe Đào, as its people live it: who taps, who types, who forgets, who is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from db import joining, people, units
from db.people import Person
from makebelieve.phones import Phone, numbered
from makebelieve.world import World, bot_on
from sheets.example import COMMUNE, OFFICE_PHONE, example_xlsx
from simulator.params import Upload

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Line = dict[str, Any]
OFFICIAL, CELL = "Nguyễn Thị Hương", "thôn Khe Đào"


def at(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


START = at(20, 11, 8)
SECRETARY = "Hoàng Văn Lâm"
JOIN_AT_ONCE = (
    SECRETARY,
    "Ma Văn Tình",  # his wife Triệu Thị Mùi answers on the same phone
    "Lý Văn Sinh",
    "Nông Văn Thắng",
    "Đặng Thị Ghến",
    "Hoàng Văn Quyết",
    "Hoàng Thị Duyên",
    "Ma Thị Lụa",
    "Triệu Văn Phúc",
    "Giàng Thị Dợ",
)
NOTICE = (
    "Việc gì: tiêm phòng dại cho chó, mèo.\nKhi nào: 7 giờ sáng thứ Ba, ngày 1 tháng 12, tại nhà văn hóa thôn.\n"
    "Cần làm: xích chó, đeo rọ mõm, đưa đến đúng giờ."
)


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
                labels = [choice["label"] for choice in row.get("choices") or []] or numbered(text)
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
        phone = self.world.phones[name]
        for label in labels:
            self.recorder.said(phone, f"[{label}]" if phone.buttons else str(phone.choices.index(label) + 1))
            await phone.picks(label)
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

    async def taps_again(self, name: str, label: str) -> None:
        """The same button of the same message once more, as a trembling finger does."""
        phone = self.world.phones[name]
        self.recorder.said(phone, f"[{label}]")
        await phone.taps(*phone.button(label))
        self.recorder.catch_up()

    async def declines(self, name: str) -> None:
        await self.says(name, await self._digits(name))
        await self.picks(name, "Đúng là tôi", "Tôi không đồng ý")

    async def joins(self, name: str) -> None:
        """By the nine digits on the paper; whoever shares the phone agrees in turn."""
        await self.says(name, await self._digits(name))
        await self.picks(name, self.world.phones[name].choices[0])
        while "đồng ý không" in self.world.phones[name].last:
            await self.picks(name, "Tôi đồng ý")

    async def _digits(self, name: str) -> str:
        return (await papers(self.world))[name]


async def papers(world: World) -> dict[str, str]:
    """What stands on the printed sheet of the cell: each name with its digits."""
    username = world.app.channels[bot_on(world.app, "telegram")].username

    def work(connection: Connection) -> list[joining.JoinLine]:
        return joining.join_lines(connection, _cell(connection), world.app.rules.secret, world.now, username)

    return {name: line.digits for line in await world.app.db.write(work) for name in line.names}


def _cell(connection: Connection) -> units.Unit:
    commune = units.root(connection)
    cell = units.find_cell(connection, commune, CELL) if commune else None
    if cell is None:
        raise LookupError(CELL)
    return cell


async def play(world: World, recorder: Recorder) -> None:
    """Two weeks before the meeting until the evening of it."""
    stage = Stage(world, recorder)
    for scene in (
        _the_commune_begins,
        _people_join,
        _the_cell_meets_on_the_third,
        _invitations_are_answered,
        _a_notice_and_a_question,
        _three_days_before,
        _the_day_before,
        _the_day_itself,
    ):
        await scene(stage)


async def _the_commune_begins(stage: Stage) -> None:
    """The first official claims the installation by the code that `init` printed, and sends her list."""
    world = stage.world

    def found(connection: Connection) -> str:
        units.add(connection, "commune", COMMUNE, phone=OFFICE_PHONE)
        return joining.new_claim_code(connection, world.app.rules.secret, world.now)

    code = await world.app.db.write(found)
    world.phones[OFFICIAL] = world.new_phone(99, "telegram", OFFICIAL, "Cán bộ xã")
    await stage.says(OFFICIAL, "/start")
    await stage.says(OFFICIAL, code)
    await stage.says(OFFICIAL, OFFICIAL)
    await stage.picks(OFFICIAL, "Tôi đồng ý")
    await stage.sends_roster(OFFICIAL)
    await stage.picks(OFFICIAL, "Cập nhật 40 người", "In giấy mời tham gia", "Thôn Khe Đào")


async def _people_join(stage: Stage) -> None:
    """Most join by the digits on their paper; two share a phone; one does not agree; one joins a week late."""
    world = stage.world

    def of_the_cell(connection: Connection) -> list[list[Person]]:
        return joining.households(p for p in people.of_cell(connection, _cell(connection).id) if p.phone)

    await world.give_phones(await world.app.db.read(of_the_cell))
    await stage.until(at(20, 11, 17))
    for name in JOIN_AT_ONCE:
        await stage.joins(name)
    await stage.declines("Chẩu Văn Đoàn")


async def _the_cell_meets_on_the_third(stage: Stage) -> None:
    await stage.until(at(21, 11, 9))
    await stage.says(SECRETARY, "Đặt, đổi lịch họp")
    await stage.picks(SECRETARY, "Lưu lịch này")


async def _invitations_are_answered(stage: Stage) -> None:
    """By tap, by number, in words, by a word with two meanings, twice, late, for two at once, and never."""
    await stage.until(at(26, 11, 18, 45))
    await stage.picks(SECRETARY, "Trả lời buổi họp", "Tôi sẽ dự")
    await stage.picks("Ma Văn Tình", "Tôi sẽ dự", "Tất cả chúng tôi")
    await stage.says("Lý Văn Sinh", "1")
    await stage.says("Nông Văn Thắng", "toi di lam ve muon, den tre 15 phut")
    await stage.says("Đặng Thị Ghến", "vang")
    await stage.picks("Đặng Thị Ghến", "Tôi xin vắng", "Vì việc nhà")
    await stage.picks("Hoàng Văn Quyết", "Tôi chưa rõ")
    await stage.picks("Hoàng Thị Duyên", "Tôi sẽ dự")
    await stage.taps_again("Hoàng Thị Duyên", "Tôi sẽ dự")
    await stage.says("Ma Thị Lụa", "bố tôi ốm báo vắng hộ")
    await stage.says("Ma Thị Lụa", "có ạ")
    await stage.says(SECRETARY, "Xem ai dự, ai vắng")


async def _a_notice_and_a_question(stage: Stage) -> None:
    await stage.until(at(27, 11, 8))
    await stage.says(OFFICIAL, "Gửi thông báo")
    await stage.says(OFFICIAL, NOTICE)
    await stage.picks(OFFICIAL, "Một chi bộ", "Thôn Khe Đào")
    await stage.picks(OFFICIAL, next(c for c in stage.world.phones[OFFICIAL].choices if c.startswith("Gửi cho")))
    await stage.until(at(27, 11, 8, 10))
    await stage.picks("Lý Văn Sinh", "Tôi đã nắm")
    await stage.picks("Nông Văn Thắng", "Tôi đã nắm")
    await stage.says("Triệu Văn Phúc", "hop it nhat bao nhieu phut vay")
    await stage.says("Hoàng Thị Duyên", "mấy giờ họp")


async def _three_days_before(stage: Stage) -> None:
    await stage.until(at(30, 11, 19))
    await stage.joins("Bàn Văn Út")
    await stage.until(at(1, 12, 18, 45))
    await stage.picks(SECRETARY, "Đã đăng rồi")


async def _the_day_before(stage: Stage) -> None:
    """The silent are asked once more; the secretary calls those who remain, and writes down what they say."""
    await stage.until(at(2, 12, 19, 35))
    await stage.picks("Hoàng Văn Quyết", "Tôi sẽ dự")
    calls = next(c for c in stage.world.phones[SECRETARY].choices if c.startswith("Gọi "))
    await stage.picks(SECRETARY, calls, "Giàng Thị Dợ", "Sẽ dự")
    await stage.picks(SECRETARY, "Ghi người tiếp theo", "Nông Thị Bích", "Không nghe máy")


async def _the_day_itself(stage: Stage) -> None:
    """One changes his mind in the morning; the secretary hears of it five minutes later."""
    await stage.until(at(3, 12, 7))
    await stage.picks("Lý Văn Sinh", "Tôi xin vắng", "Vì sức khỏe")
    await stage.until(at(3, 12, 7, 10))
    await stage.says(SECRETARY, "Xem ai dự, ai vắng")
    await stage.until(at(3, 12, 21, 45))
    await stage.says("Triệu Văn Phúc", "tôi đến được")
