"""The sheet to print: what stands on it is what was given, and a name is a name."""

import json
import re
from datetime import date

import pytest
import typst

from sheets.paper import TEMPLATE, Assistant, JoinLine, join_sheet, qr_png, sheet_inputs

LINK = "https://t.me/SuoiTrongTroLyBot?start=" + "aB3_-" * 8
PLACE = ("chi bộ thôn Khe Đào", "xã Suối Trong", "0900 000 001")
UNTIL, ASSISTANT = date(2026, 11, 30), Assistant("@SuoiTrongTroLyBot", "")
ZALO = "Bot Trợ lý chi bộ xã Suối Trong"
BOTH, ZALO_ONLY = Assistant(ASSISTANT.telegram, ZALO), Assistant("", ZALO)
HOSTILE = [
    '#eval("1")',
    "*bold*",
    "$x$",
    "#panic()",
    "<a>",
    "@ref",
    "\\ ]",
    "```",
    "// x",
    "</svg>",
    '"}',
    "Ẫ Ự",
    "= x",
]


def lines(count: int, link: str | None = LINK) -> list[JoinLine]:
    return [JoinLine(number, (f"Bàn Văn {number}",), "482 913 057", link) for number in range(1, count + 1)]


def pages(people: list[JoinLine], assistant: Assistant = ASSISTANT) -> list[bytes]:
    inputs = sheet_inputs(*PLACE, people, UNTIL, assistant=assistant)
    drawn = typst.compile(TEMPLATE.read_bytes(), format="svg", sys_inputs=inputs, ignore_system_fonts=True)
    return drawn if isinstance(drawn, list) else [drawn]


def headings(people: list[JoinLine], level: int, assistant: Assistant = ASSISTANT) -> list[str]:
    inputs = sheet_inputs(*PLACE, people, UNTIL, assistant=assistant)
    found = typst.query(TEMPLATE.read_bytes(), "heading", sys_inputs=inputs, ignore_system_fonts=True)
    return [text_of(heading["body"]) for heading in json.loads(found) if heading["level"] == level]


def text_of(content: dict) -> str:
    """The letters of a piece of the page; a piece that is anything but letters (a formula, a bold) fails."""
    inner = content.get("child") or content.get("body")
    return text_of(inner) if inner else content["text"]


def test_it_is_a_pdf_and_the_same_people_give_the_same_sheet() -> None:
    sheet = join_sheet(*PLACE, lines(3), UNTIL, assistant=ASSISTANT)
    assert sheet.startswith(b"%PDF-")
    assert sheet == join_sheet(*PLACE, lines(3), UNTIL, assistant=ASSISTANT)


def test_each_person_of_a_household_is_named() -> None:
    household = JoinLine(2, ("Ma Văn Tình", "Triệu Thị Mùi"), "482 913 057", LINK)
    assert headings([*lines(1), household], 2) == ["Bàn Văn 1", "Ma Văn Tình", "Triệu Thị Mùi"]


def test_names_are_never_read_as_markup() -> None:
    people = [JoinLine(number, (name,), name, LINK) for number, name in enumerate(HOSTILE, start=1)]
    assert headings(people, 2) == HOSTILE
    assert join_sheet(
        HOSTILE[0], HOSTILE[3], HOSTILE[2], people, UNTIL, assistant=Assistant(HOSTILE[1], HOSTILE[4])
    ).startswith(b"%PDF-")


@pytest.mark.parametrize(("people", "expected"), [(0, 1), (4, 1), (5, 2), (10, 2), (11, 3), (24, 5)])
def test_strips_fill_the_pages_and_none_is_broken(people: int, expected: int) -> None:
    assert len(pages(lines(people))) == expected


@pytest.mark.parametrize(("people", "expected"), [(0, 1), (3, 1), (4, 2)])
def test_a_sheet_for_both_channels_names_both_and_breaks_no_strip(people: int, expected: int) -> None:
    assert len(pages(lines(people), BOTH)) == expected


@pytest.mark.parametrize(("people", "expected"), [(4, 1), (6, 2)])
def test_a_sheet_for_zalo_has_no_square(people: int, expected: int) -> None:
    drawn = pages(lines(people, None), ZALO_ONLY)
    assert len(drawn) == expected
    assert not any(b"data:image" in page for page in drawn)
    assert any(b"data:image" in page for page in pages(lines(people)))


@pytest.mark.parametrize(
    ("assistant", "ways"),
    [
        (ASSISTANT, ["Cách một: ô vuông đen trắng", "Cách hai: nhắn 9 số"]),
        (BOTH, ["Nhắn 9 số trên Zalo", "Hoặc vào Telegram"]),
        (ZALO_ONLY, ["Nhắn 9 số trên Zalo"]),
    ],
)
def test_the_sheet_says_the_ways_that_there_are(assistant: Assistant, ways: list[str]) -> None:
    assert headings(lines(1), 3, assistant) == ways


def test_the_date_is_whole_and_the_cell_begins_with_a_capital() -> None:
    sheet = json.loads(sheet_inputs(*PLACE, lines(1), UNTIL, assistant=ASSISTANT)["sheet"])
    assert sheet["valid_until"] == "thứ Hai, ngày 30 tháng 11 năm 2026 (22 tháng 10 âm)"
    assert sheet["cell"] == "Chi bộ thôn Khe Đào"


@pytest.mark.parametrize(
    "word", ["qr", "click", "link", "chat", "bot", "app", "online", "đăng nhập", "mã vạch", "menu"]
)
def test_the_sheet_says_no_word_that_old_people_do_not_know(word: str) -> None:
    _, page = TEMPLATE.read_text().lower().split("#let way(", 1)
    assert not re.search(rf"\b{word}\b", page)


def test_the_square_is_a_picture_that_differs_by_link() -> None:
    assert qr_png(LINK).startswith(b"\x89PNG")
    assert qr_png(LINK) == qr_png(LINK) != qr_png(LINK + "x")
