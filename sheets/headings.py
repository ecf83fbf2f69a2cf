"""Which column holds what: the heading row is found below any title rows, by the words offices use for each column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sheets.grid import Line
from vietnamese.text import fold

Column = Literal["code", "name", "cell", "role", "phone", "standing", "form", "smartphone"]

# Titles, an address and a date stand above the heading; a table that begins later is not a roster.
SEARCHED_LINES = 40

# Folded headings. A column that is not here (số thứ tự, năm sinh, số thẻ đảng ...) is read past and not kept.
_SPELLINGS: dict[Column, tuple[str, ...]] = {
    "code": ("ma", "ma so", "ma nguoi"),
    "name": (
        "ho ten",
        "ho va ten",
        "ho ten dang vien",
        "ho va ten dang vien",
        "ten dang vien",
        "ho ten khai sinh",
        "ho va ten khai sinh",
    ),
    "cell": (
        "chi bo",
        "ten chi bo",
        "chi bo sinh hoat",
        "sinh hoat tai chi bo",
        "chi bo thon",
        "chi bo thon ban",
        "thon",
        "ban",
        "xom",
        "thon ban",
        "thon xom",
        "thon ban to dan pho",
        "to dan pho",
        "thon to dan pho",
        "tdp",
        "don vi",
    ),
    "role": ("chuc vu", "chuc vu dang", "chuc vu trong chi bo", "chuc danh", "vai tro"),
    "phone": (
        "so dien thoai",
        "dien thoai",
        "so dien thoai di dong",
        "dien thoai di dong",
        "di dong",
        "so di dong",
        "sdt",
        "dtdd",
        "so dt",
        "dt",
        "sdt lien he",
        "so dien thoai lien he",
        "dien thoai lien he",
    ),
    "standing": ("loai dang vien", "loai dv", "loai", "doi tuong", "dien dang vien"),
    "form": ("cach xung ho", "xung ho", "cach goi", "danh xung"),
    "smartphone": (
        "co dung dien thoai thong minh",
        "dung dien thoai thong minh",
        "co dien thoai thong minh",
        "dien thoai thong minh",
        "co dung smartphone",
        "dung smartphone",
        "smartphone",
        "co dung zalo",
        "dung zalo",
        "co zalo",
    ),
}
_COLUMNS: dict[str, Column] = {spelling: column for column, all_ in _SPELLINGS.items() for spelling in all_}
_REMARK = re.compile(r"\([^)]*\)")
_MARKS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each known column stands (from 0) and how the file itself spells its heading."""

    places: Mapping[Column, int]
    words: Mapping[Column, str]


def column_of(heading: str) -> Column | None:
    """The column that a heading names, in any spelling: "HỌ VÀ TÊN:", "Sđt", "Chi bộ / thôn", "Loại (*)"."""
    bare = _MARKS.sub(" ", fold(_REMARK.sub(" ", heading))).strip()
    return _COLUMNS.get(bare)


def find_headings(lines: Sequence[Line]) -> tuple[Headings, Sequence[Line]] | None:
    """The first line that names both people and cells, and the lines below it; None when there is none.

    A heading said again (on each printed page, or in the second row of a tall heading) and a line that numbers the
    columns "(1) (2) (3)", as official forms have, are no people.
    """
    for place, line in enumerate(lines[:SEARCHED_LINES]):
        if _is_heading(line):
            below = [line for line in lines[place + 1 :] if not (_is_heading(line) or _is_numbering(line))]
            return _headings_in(line), below
    return None


def _is_heading(line: Line) -> bool:
    return {"name", "cell"} <= _headings_in(line).places.keys()


def _headings_in(line: Line) -> Headings:
    places: dict[Column, int] = {}
    words: dict[Column, str] = {}
    for place, heading in enumerate(line.cells):
        column = column_of(heading)
        # Where two columns bear the same name (điện thoại, di động), the first one counts.
        if column and column not in places:
            places[column], words[column] = place, heading
    return Headings(places, words)


def _is_numbering(line: Line) -> bool:
    numbers = [re.fullmatch(r"\(?(\d{1,2})\)?", cell) for cell in line.cells if cell]
    places = [int(number[1]) for number in numbers if number]
    return len(places) == len(numbers) > 1 and places == list(range(places[0], places[0] + len(places)))
