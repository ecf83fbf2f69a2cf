"""Papers behind links, over HTTP: opened by a button, for a day, by whoever still has the right."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlalchemy import Connection
from starlette.applications import Starlette
from structlog.testing import capture_logs

from content.message import File
from db import addresses, consent, people, units
from db.engine import Database
from db.rules import Rules
from files import Opener
from web import files
from web.files import Links, Papers
from web.server import listen, serve

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
SHEET = File("join_sheet", (4, 17, 1), "giay-moi-thon-khe-dao.pdf")
CHAT = "6ede9afa66b88fe6d6a9"
PDF = b"%PDF-1.7 names and digits"
OVER = "Đường dẫn này không còn dùng được"


@dataclass
class Desk:
    """The bot's own web server, and what it was asked to open. `paper` is what it finds; None: no right to it."""

    url: str
    http: aiohttp.ClientSession
    now: datetime = NOW
    paper: bytes | Exception | None = PDF
    opened: list[tuple[File, str]] = field(default_factory=list)

    @property
    def links(self) -> Links:
        return Links("a secret", self.url, lambda: self.now)

    def link(self, file: File = SHEET) -> str:
        made = self.links(file, CHAT)
        assert made is not None
        return made

    async def open_paper(self, file: File, chat: str) -> bytes | None:
        self.opened.append((file, chat))
        if isinstance(self.paper, Exception):
            raise self.paper
        return self.paper

    async def get(self, address: str, method: str = "GET") -> tuple[aiohttp.ClientResponse, bytes]:
        async with self.http.request(method, address) as answer:
            return answer, await answer.read()

    async def page(self, address: str) -> tuple[int, str]:
        answer, body = await self.get(address)
        return answer.status, body.decode()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    bound = listen(("127.0.0.1", 0))
    async with aiohttp.ClientSession() as http:
        made = Desk(f"http://127.0.0.1:{bound.getsockname()[1]}", http)
        routes = Papers(made.links, made.open_paper, ZoneInfo("Asia/Ho_Chi_Minh")).routes
        task = asyncio.create_task(serve(Starlette(routes=routes), bound))
        yield made
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def button(page: str) -> str:
    found = re.search(r'<a href="([^"]+)"', page)
    assert found, page
    return found[1]


async def test_whoever_opens_the_link_and_takes_the_button_has_the_paper(desk: Desk) -> None:
    link = desk.link()
    status, page = await desk.page(link)
    assert status == 200
    assert "Giấy mời tham gia" in page and "trưa thứ Năm, ngày 26 tháng 11" in page
    answer, body = await desk.get(urljoin(link, button(page)))
    assert (answer.status, body, answer.headers["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="giay-moi-thon-khe-dao.pdf"')
    assert desk.opened == [(SHEET, CHAT)]


async def test_a_vietnamese_name_is_kept_whole(desk: Desk) -> None:
    answer, _ = await desk.get(desk.link(File("roster", (4, 17), 'Danh sách "Đào".xlsx')) + "/tai")
    named = answer.content_disposition
    assert named is not None and named.filename == 'Danh sách "Đào".xlsx'
    assert 'filename="Danh_s_ch____o_.xlsx"' in answer.headers["Content-Disposition"]


async def test_what_looks_by_itself_opens_nothing(desk: Desk) -> None:
    link = desk.link()
    for method, address in (("GET", link), ("HEAD", link), ("HEAD", f"{link}/tai")):
        answer, body = await desk.get(address, method)
        assert answer.status == 200 and PDF not in body
    assert desk.opened == []
    assert (await desk.get(f"{link}/tai"))[1] == PDF  # and it is as good as before


async def test_nothing_of_it_is_kept_shown_elsewhere_or_found(desk: Desk) -> None:
    link = desk.link()
    for address in (link, f"{link}/tai"):
        headers = (await desk.get(address))[0].headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
    for path in ("/", "/giay", "/giay/", f"/giay/{SHEET.name}/x"):
        assert (await desk.get(desk.url + path))[0].status in (404, 410)


async def test_over_forged_and_no_right_are_one_page_that_says_what_to_do(desk: Desk) -> None:
    link = desk.link()
    desk.now = NOW + DAY - timedelta(seconds=1)
    assert (await desk.page(link))[0] == 200
    desk.paper = None
    status, over = await desk.page(f"{link}/tai")
    assert status == 410 and OVER in over and "chọn lại tờ giấy ấy" in over
    desk.now, desk.paper = NOW + DAY, PDF
    assert await desk.page(link) == await desk.page(f"{link}/tai") == (410, over)
    desk.now, desk.opened = NOW, []
    for forged in _forged(link):
        assert await desk.page(forged) == await desk.page(f"{forged}/tai") == (410, over), forged
    assert desk.opened == []


def _forged(link: str) -> list[str]:
    head, _, token = link.rpartition("/")
    other = Links("another secret", head.removesuffix("/giay"), lambda: NOW)(SHEET, CHAT)
    changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in (0, 21, 40, len(token) - 3)]
    broken = ["x", "AAAA", "Mã", "%00", token[:20], token[:-4], token + "AAAA", "A" * 5000, "=", "a.b"]
    return [str(other), *(f"{head}/{one}" for one in [*changed, *broken])]


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(TimeoutError(), 503), (OSError("the database is away"), 503), (ValueError("of Ma Văn Tình"), 500)],
)
async def test_trouble_is_ours_and_the_log_names_nobody(desk: Desk, trouble: Exception, status: int) -> None:
    desk.paper, link = trouble, desk.link()
    with capture_logs() as logged:
        found, page = await desk.page(f"{link}/tai")
    assert found == status and "thử lại sau 5 phút" in page
    assert "Tình" not in str(logged) and link.rpartition("/")[2] not in str(logged)


async def test_a_paper_beyond_all_measure_is_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    assert (await desk.page(f"{desk.link()}/tai"))[0] == 500


def test_an_address_says_nothing_of_anybody() -> None:
    link = Links("a secret", "https://xa.example", lambda: NOW)(SHEET, CHAT)
    assert link is not None
    token = link.rpartition("/")[2]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert re.fullmatch(r"https://xa\.example/giay/[A-Za-z0-9_-]{60,300}", link)
    assert not any(word in raw for word in (b"join", b"giay", b"17", CHAT.encode()))


@pytest.mark.parametrize(("secret", "public"), [("", "https://xa.example"), ("a secret", "")])
def test_no_link_where_nobody_could_open_it_or_anybody_could_forge_it(secret: str, public: str) -> None:
    links = Links(secret, public, lambda: NOW)
    assert links(SHEET, CHAT) is None
    assert links.read("A" * 60) is None


async def test_the_right_is_asked_again_at_the_phone_that_it_was_for(database: Database) -> None:
    """A secretary's sheet: good at his own chat, not at another, and not once his phone is detached."""

    def found(c: Connection) -> tuple[int, int, int, int]:
        commune = units.add(c, "commune", "xã Suối Trong", phone="+84900000001")
        cell = units.add(c, "cell", "thôn Khe Đào", commune)
        lam = people.add(c, cell, "Hoàng Văn Lâm")
        people.give_role(c, lam, cell, "secretary")
        bot = addresses.bot(c, "zalo", "2000", "Bot Trợ lý Suối Trong")
        here = addresses.heard_from(c, bot, CHAT, NOW)
        addresses.heard_from(c, bot, "another", NOW)
        consent.ask(c, lam.id, here.id, NOW)
        consent.agree(c, lam.id, here.id, NOW)
        return cell.id, lam.id, bot, here.id

    cell, lam, bot, here = await database.write(found)
    opener = Opener(database, lambda: NOW, Rules(secret=b"for tests"))
    form, roster = File("roster_form", (), "mau.xlsx"), File("roster", (cell, lam), "danh-sach.xlsx")
    sheet = File("join_sheet", (cell, lam, bot), "giay-moi.pdf")
    assert all([await opener.for_chat(file, CHAT) for file in (form, roster, sheet)])
    assert [await opener.for_chat(file, "another") for file in (roster, sheet)] == [None, None]
    await database.write(lambda c: addresses.mark_dead(c, here, "blocked", NOW))
    assert await opener.for_chat(roster, CHAT) is None
    assert await opener.for_chat(File("minutes", (), "x.docx"), CHAT) is None
