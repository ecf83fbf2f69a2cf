"""Takes the pictures of the README and the guides anew: `python -m tests.pages.pictures`.

Every word in them is the bot's own: each picture is a phone of the page just after somebody has done something there.
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import typst
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

import logs
from commands import demo
from db import joining
from makebelieve import Phone, World, open_world
from makebelieve.month import NOTICE, OFFICIAL, SECRETARY, START, at, papers
from sheets import paper
from sheets.example import COMMUNE, example_xlsx
from simulator.params import Upload
from tests import browser as machine
from tests.pages.commune import founded

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PHONE_WIDTH = 396
ROOMY = 2000  # px, more than any phone needs; what is spare is taken off again
PAPER_WIDTH = 794  # A4 at 96 dots an inch
# A guide shows what stands on a real phone, not what the page has for trying things out.
NOT_ON_A_PHONE = ".owner, .phone header label"
CODE_ON_PAPER = "482 913 057"  # the example that is never anybody's code
ASKED = "bao giờ xã sửa cái cầu treo đầu bản hả cháu"
ANSWER = "Tháng 3 sang năm thì làm. Bí thư sẽ nói ở buổi họp tới."
ACKNOWLEDGED = ("Lý Văn Sinh", "Nông Văn Thắng", "Ma Thị Lụa")


@dataclass(frozen=True)
class Studio:
    """Where phones are photographed: the page of a make-believe world, in a browser."""

    world: World
    browser: Browser

    async def take(self, phone: Phone, name: str, messages: int = 1) -> None:
        """One phone as it stands, just high enough for its newest messages."""
        async with self._page(f"#{phone.handset.user.id}", PHONE_WIDTH, ROOMY, scale=1.5) as page:
            await expect(
                page.locator(f'[data-message-id="{max(phone.handset.conversation.messages)}"]')
            ).to_be_visible()
            await page.locator(NOT_ON_A_PHONE).evaluate_all("found => found.forEach(one => { one.hidden = true; })")
            await page.set_viewport_size({"width": PHONE_WIDTH, "height": ROOMY - await _spare(page, messages)})
            await page.get_by_test_id("messages").evaluate("list => { list.scrollTop = list.scrollHeight; }")
            await page.get_by_test_id("phone").screenshot(path=IMAGES / f"{name}.png")

    async def take_all(self, names: tuple[str, ...], name: str) -> None:
        """The whole page, with the phones of these people side by side."""
        users = [self.world.phones[person].handset.user.id for person in names]
        async with self._page(f"#{','.join(map(str, users))}", 1420, 1100, scale=1.1) as page:
            for user in users:
                phone = page.locator(f'[data-testid="phone"][data-user="{user}"]')
                await expect(phone.get_by_test_id("message").last).to_be_in_viewport()
            await page.screenshot(path=IMAGES / f"{name}.png")

    async def take_paper(self, sheet: bytes, name: str, height: int) -> None:
        """The upper part of a printed page, `height` px of it."""
        async with self._page("", PAPER_WIDTH, height, scale=1.5) as page:
            await page.goto("about:blank")  # the make-believe page lets no picture in from elsewhere
            source = base64.b64encode(sheet).decode()
            await page.set_content(f'<body style="margin:0"><img width="100%" src="data:image/png;base64,{source}">')
            await page.screenshot(path=IMAGES / f"{name}.png")

    @asynccontextmanager
    async def _page(self, fragment: str, width: int, height: int, *, scale: float) -> AsyncIterator[Page]:
        size = ViewportSize(width=width, height=height)
        context = await self.browser.new_context(viewport=size, device_scale_factor=scale)
        page = await context.new_page()
        await page.goto(f"{self.world.url}/{fragment}")
        yield page
        await context.close()


async def _spare(page: Page, messages: int) -> int:
    """How many px the list of messages is higher than these newest ones of it."""
    box = await page.get_by_test_id("messages").bounding_box()
    first = await page.get_by_test_id("message").nth(-messages).bounding_box()
    if box is None or first is None:
        raise LookupError("the phone shows fewer messages")
    return round(first["y"] - box["y"]) - 10


async def beginning(studio: Studio) -> None:
    """A new installation: the first official, her list, the invitations, and the secretary who joins."""
    world = studio.world
    code = await founded(world)
    huong = world.new_phone(99, "telegram", OFFICIAL)
    await huong.says("/start")
    await huong.says(joining.grouped(code))
    await studio.take(huong, "can-bo-nhan-quyen", 3)
    await huong.says(OFFICIAL)
    await huong.picks("Tôi đồng ý")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    huong.handset.send_document(Upload("danh-sach-xa-suoi-trong.xlsx", kind, example_xlsx()))
    await world.settle()
    await studio.take(huong, "can-bo-danh-sach", 2)
    await huong.picks("Cập nhật 40 người")
    await studio.take_paper(_invitations(), "giay-moi", 560)

    lam = world.new_phone(100, "telegram", SECRETARY)
    await lam.says("/start")
    await lam.says((await papers(world))[SECRETARY])
    await studio.take(lam, "bi-thu-ma", 3)
    await lam.picks("Đúng là tôi")
    await studio.take(lam, "bi-thu-dong-y")
    await lam.picks("Tôi đồng ý")
    await lam.says("Đặt, đổi lịch họp")
    await studio.take(lam, "bi-thu-dat-lich")


async def under_way(studio: Studio) -> None:
    """Three days before the meeting: what the README, the secretary and the official see."""
    await demo.month_under_way(studio.world)
    lam, huong = studio.world.phones[SECRETARY], studio.world.phones[OFFICIAL]
    await lam.picks("Tôi sẽ dự")
    await lam.says("Xem ai dự, ai vắng")
    await studio.take(lam, "bi-thu-tinh-hinh")
    await _in_the_readme(studio, huong)
    await _of_the_secretary(studio, lam)
    await _of_the_official(studio, huong)
    await _of_a_question(studio, huong, studio.world.phones["Nông Văn Thắng"])


async def _in_the_readme(studio: Studio, huong: Phone) -> None:
    """An official looks at her cells, a secretary at his screen; one answers in words, two share a phone."""
    phones = studio.world.phones
    await huong.says("Xem các chi bộ")
    await studio.take(huong, "can-bo-chi-bo")
    await phones["Lý Văn Sinh"].says("toi den muon 15 phut")
    await studio.take(phones["Lý Văn Sinh"], "zalo-tra-loi", 3)
    await phones["Ma Văn Tình"].picks("Tôi sẽ dự")
    await studio.world.forward(at(30, 11, 18, 41))
    await studio.take_all((OFFICIAL, SECRETARY, "Lý Văn Sinh", "Ma Văn Tình"), "phones")


async def _of_the_secretary(studio: Studio, lam: Phone) -> None:
    await lam.picks(next(label for label in lam.choices if label.startswith("Gọi ")))
    await studio.take(lam, "bi-thu-goi")
    await lam.picks("Giàng Thị Dợ")
    await lam.picks("Sẽ dự")
    await studio.take(lam, "bi-thu-ghi", 2)
    await lam.says("Chuẩn bị buổi họp")
    await studio.take(lam, "bi-thu-chuan-bi")
    await lam.says("Đặt, đổi lịch họp")
    for label in ("Đổi một buổi", "Thứ Năm, ngày 3/12", "Đổi ngày, giờ", "Thứ Sáu, ngày 4/12", "Mưa bão"):
        await lam.picks(label)
    await studio.take(lam, "bi-thu-doi-buoi")
    await lam.picks("Thôi, giữ ngày cũ")
    await lam.says("hop it nhat bao nhieu phut")
    await studio.take(lam, "bi-thu-hoi", 2)


async def _of_the_official(studio: Studio, huong: Phone) -> None:
    world = studio.world
    await huong.says("Gửi thông báo")
    await huong.says(NOTICE)
    await huong.picks("Một chi bộ")
    await huong.picks("Thôn Khe Đào")
    await studio.take(huong, "can-bo-thong-bao", 2)
    await huong.picks(next(label for label in huong.choices if label.startswith("Gửi cho ")))
    for name in ACKNOWLEDGED:
        await world.phones[name].picks("Tôi đã nắm")
    await world.forward(at(30, 11, 18, 55))
    await studio.take(huong, "can-bo-da-nam")


async def _of_a_question(studio: Studio, huong: Phone, member: Phone) -> None:
    """A member's question comes to the official; she answers, and adds it to what everybody may ask."""
    await member.says(ASKED)
    await member.picks("Không đúng câu nào")
    await member.picks("Chuyển câu hỏi giúp")
    await studio.world.forward(at(30, 11, 18, 56))
    await studio.take(huong, "can-bo-cau-hoi")
    await huong.picks("Trả lời ngay")
    await huong.says(ANSWER)
    await studio.take(huong, "can-bo-tra-loi")
    await huong.picks("Gửi câu trả lời")
    await huong.picks("Đưa vào hỏi đáp")
    await huong.picks("Chưa có, thêm mới")
    await huong.says("Bao giờ xã sửa cầu treo?")
    for label in ("Dùng tên ấy", "Dùng câu trả lời ấy", "Không có văn bản"):
        await huong.picks(label)
    await studio.take(huong, "can-bo-hoi-dap")


def _invitations() -> bytes:
    """The first invitation of a sheet, with a code and a square that lead nowhere."""
    line = paper.JoinLine(1, (SECRETARY,), CODE_ON_PAPER, "https://example.org/")
    facts = ("chi bộ thôn Khe Đào", COMMUNE, "0900 000 001", [line], date(2026, 12, 19))
    inputs = paper.sheet_inputs(*facts, assistant=paper.Assistant(telegram="@TroLySuoiTrongBot", zalo=""))
    drawn: bytes = typst.compile(
        paper.TEMPLATE.read_bytes(), format="png", ppi=192.0, sys_inputs=inputs, ignore_system_fonts=True
    )
    return drawn


@asynccontextmanager
async def _studio(browser: Browser, start: datetime) -> AsyncIterator[Studio]:
    with tempfile.TemporaryDirectory(prefix="tro-ly-") as folder:
        async with open_world(Path(folder), start) as world:
            yield Studio(world, browser)


async def _all(chromium: str | None) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        async with _studio(browser, START) as studio:
            await beginning(studio)
        async with _studio(browser, demo.START) as studio:
            await under_way(studio)
        await browser.close()


def main() -> None:
    logs.set_up(quiet=True)
    IMAGES.mkdir(exist_ok=True)
    asyncio.run(_all(machine.find()))


if __name__ == "__main__":
    main()
