"""The example roster of an invented commune, xã Suối Trong: 40 made-up people, in a file as untidy as real ones.

`python -m sheets.example` writes it again. The telephone numbers are all in an invented range; no name is anyone's.
"""

import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from sheets import words
from sheets.export import CREATED, local_phone
from sheets.roster import RosterRow
from sheets.values import DEFAULT_FORM, role_of, smartphone_of, standing_of

PATH = Path(__file__).parent.parent / "docs" / "examples" / "danh-sach-xa-suoi-trong.xlsx"
COMMUNE = "xã Suối Trong"
OFFICE_PHONE = "+84900000001"

# name | year of birth | role | last three digits of the phone | standing | form of address | smartphone
_TABLE = {
    "chi bộ thôn Khe Đào": """
        Hoàng Văn Lâm | 1974 | bí thư | 012 | | | có
        Nông Thị Hiền | 1985 | phó bí thư | 013 | | chị | có
        Hoàng Thị Duyên | 1993 | thư ký | 014 | | chị | có
        Ma Văn Tình | 1955 | | 045 | | bác | có
        Triệu Thị Mùi | 1957 | | 045 | | bà | không
        Đặng Thị Ghến | 1968 | | 034 | | cô | có
        Lý Văn Sinh | 1962 | | 021 | | bác | có
        Nông Văn Thắng | 1979 | | 052 | | anh | có
        Vàng A Sùng | 1958 | | | | ông | không
        Bàn Văn Út | 1990 | | 067 | | anh | có
        Chẩu Văn Đoàn | 1970 | | 015 | | chú | có
        Ma Thị Lụa | 1966 | | 016 | | cô | có
        Hoàng Văn Quyết | 1981 | | 017 | | anh | có
        Triệu Văn Phúc | 1960 | | 018 | | bác | không
        Giàng Thị Dợ | 1987 | | 019 | | chị | có
        Nông Thị Bích | 1972 | | 022 | | | có
        Ma Văn Khuê | 1938 | | | miễn sinh hoạt | cụ | không
        Hoàng Thị Sen | 1941 | | 023 | miễn sinh hoạt | cụ | không
        Đặng Văn Chìu | 1976 | | 024 | | | có
        Lý Thị Mẩy | 1999 | | 025 | dự bị | em | có
        Nguyễn Văn Hải | 1988 | | 026 | tạm thời | anh | có
        Chẩu Thị Thơm | 1964 | | 027 | | bác |
        Bàn Thị Liều | 1983 | | 028 | | chị | có
        Sùng A Páo | 2001 | | 029 | dự bị | em | có
    """,
    "chi bộ thôn Nà Lừa": """
        Quan Văn Tuyển | 1969 | bí thư | 101 | | | có
        Ma Thị Hoa | 1980 | phó bí thư | 102 | | chị | có
        Hoàng Văn Bảo | 1978 | | 103 | | anh | có
        Nông Văn Chức | 1959 | | 104 | | ông | không
        Ma Văn Thụ | 1949 | | | | cụ | không
        Lương Thị Nhung | 1992 | | 105 | | chị | có
        Chẩu Văn Hùng | 1984 | | 106 | | | có
        Triệu Thị Pham | 1971 | | 107 | | cô | có
    """,
    "chi bộ thôn Khuổi Phầy": """
        Bàn Văn Phấu | 1973 | bí thư | 201 | | | có
        Đặng Văn Sơn | 1986 | phó bí thư | 202 | | anh | có
        Triệu Thị Ghển | 1967 | | 203 | | cô | có
        Lý Văn Quan | 2000 | | 204 | dự bị | em | có
        Phùng Văn Lìn | 1950 | | | | ông | không
        Giàng A Chu | 1989 | | 205 | tạm thời | anh | có
    """,
    words.COMMUNE: """
        Nguyễn Thị Hương | 1982 | cán bộ xã | 002 | | | có
        Trần Văn Nghĩa | 1977 | cán bộ xã | 003 | | | có
    """,
}

_TITLES = ("ĐẢNG BỘ XÃ SUỐI TRONG", "DANH SÁCH ĐẢNG VIÊN CÁC CHI BỘ THÔN", "(danh sách ví dụ, mọi tên và số đều bịa)")
_HEADINGS = (
    "STT",
    "Họ và tên",
    "Năm sinh",
    "Chi bộ",
    "Chức vụ",
    "Loại đảng viên",
    "Điện thoại",
    "Có dùng điện thoại\nthông minh",
    "Xưng hô",
    "Ghi chú",
)
_WIDTHS = (5, 24, 9, 26, 13, 16, 15, 15, 11, 14)
_HEADING_ROW = len(_TITLES) + 2


class _Entry(NamedTuple):
    """A line of the table above, and the row of the file that it stands in."""

    row: int
    cell: str
    name: str
    born: int
    role: str
    phone: str
    standing: str
    form: str
    smartphone: str


def _entries() -> Iterator[_Entry]:
    """The people in the file's order; the columns' numbers follow the heading, an empty row follows each cell."""
    row = _HEADING_ROW + 2
    for cell, lines in _TABLE.items():
        for line in lines.strip().splitlines():
            name, born, role, ending, standing, form, smartphone = (part.strip() for part in line.split("|"))
            phone = f"+84900000{ending}" if ending else ""
            yield _Entry(row, cell, name, int(born), role, phone, standing, form, smartphone)
            row += 1
        row += 1


def _person(entry: _Entry) -> RosterRow:
    standing = standing_of(entry.standing)
    if standing is None:
        raise ValueError(f"no such standing: {entry.standing}")
    return RosterRow(
        row_number=entry.row,
        code=None,
        name=entry.name,
        cell=None if entry.cell == words.COMMUNE else entry.cell,
        role=role_of(entry.role)[0],
        phone=entry.phone or None,
        standing=standing,
        form=entry.form or DEFAULT_FORM,
        smartphone=smartphone_of(entry.smartphone)[0],
    )


PEOPLE: tuple[RosterRow, ...] = tuple(_person(entry) for entry in _entries())


def example_xlsx() -> bytes:
    """The file: title rows, numbered columns, empty rows, stray spaces, numbers written in four ways."""
    import xlsxwriter  # noqa: PLC0415 -- the demo uses PEOPLE alone and writes no workbook

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": _TITLES[1], "created": CREATED})
    sheet = book.add_worksheet("Đảng viên")
    _write_head(book, sheet)
    for number, entry in enumerate(_entries(), start=1):
        _write_entry(sheet, number, entry)
    book.close()
    return out.getvalue()


def _write_head(book: Any, sheet: Any) -> None:
    last = len(_HEADINGS) - 1
    centred = {"align": "center", "valign": "vcenter"}
    for row, title in enumerate(_TITLES):
        sheet.merge_range(row, 0, row, last, title, book.add_format({**centred, "bold": row < 2, "font_size": 13}))
    heading = book.add_format({**centred, "bold": True, "text_wrap": True, "border": 1})
    for place, (text, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(_HEADING_ROW - 1, place, text, heading)
        sheet.write_string(_HEADING_ROW, place, f"({place + 1})", heading)


def _write_entry(sheet: Any, number: int, entry: _Entry) -> None:
    """One person as several clerks would have typed it: every so often a space too many, or decomposed letters."""
    row = entry.row - 1
    name = unicodedata.normalize("NFD", entry.name) if number % 9 == 0 else entry.name
    sheet.write_number(row, 0, number)
    sheet.write_string(row, 1, f"{name}  " if number % 5 == 0 else name)
    sheet.write_number(row, 2, entry.born)
    sheet.write_string(row, 3, f" {entry.cell}" if number % 7 == 0 else entry.cell)
    sheet.write_string(row, 4, entry.role.capitalize() or ("Đảng viên" if number % 2 else ""))
    sheet.write_string(row, 5, entry.standing.capitalize() or ("Chính thức", "CT", "")[number % 3])
    _write_phone(sheet, row, number, entry.phone)
    sheet.write_string(row, 7, entry.smartphone)
    sheet.write_string(row, 8, entry.form.capitalize() if number % 3 else entry.form)


def _write_phone(sheet: Any, row: int, number: int, phone: str) -> None:
    if not phone:
        return
    spaced = local_phone(phone)
    if number % 4 == 1:
        # What Excel makes of a number typed into an ordinary cell: the zero in front is gone.
        sheet.write_number(row, 6, int(spaced.replace(" ", "")))
    else:
        sheet.write_string(row, 6, (spaced, spaced, spaced.replace(" ", "."), spaced.replace(" ", ""))[number % 4])


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_bytes(example_xlsx())
