"""Rosters going out: our own list with its Mã column, which can be corrected and sent back, and the empty form.

A person's text is written as text only, so that "=HYPERLINK(...)" stays a strange name and never becomes a formula.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from sheets import words
from sheets.headings import Column
from sheets.roster import SAMPLE_MARK, RosterRow
from vietnamese.names import FORMS

# Written into every file, so that the same people always give the same bytes.
CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 -- xlsxwriter takes no zone; it is a mark, not a moment
_HEADING_ROW = 3
_WIDTHS: dict[Column, int] = {
    "code": 9,
    "name": 28,
    "cell": 28,
    "role": 14,
    "phone": 17,
    "standing": 18,
    "form": 15,
    "smartphone": 18,
}
_CHOICES: dict[Column, list[str]] = {
    "role": list(words.ROLES.values()),
    "standing": list(words.STANDINGS.values()),
    "form": list(FORMS),
    "smartphone": [words.YES, words.NO],
}
# Rows below the last person where the lists of choices still open, for people added by hand.
_SPARE_ROWS = 200

SAMPLES = (
    RosterRow(0, None, f"Lò Văn Đào {SAMPLE_MARK}", "chi bộ thôn Khe Đào", "secretary", "+84900000098", form="bác"),
    RosterRow(0, None, f"Sùng Thị Mơ {SAMPLE_MARK}", "chi bộ thôn Khe Đào", None, None, "probationary", "cô", False),
)


def roster_xlsx(people: Iterable[RosterRow]) -> bytes:
    """The list of these people as a workbook that `read_roster` reads back the same (row numbers apart)."""
    return _workbook(words.ROSTER_TITLE, words.ROSTER_NOTE, list(people))


def template_xlsx() -> bytes:
    """The empty form with two sample lines, which `read_roster` passes over."""
    return _workbook(words.FORM_TITLE, words.FORM_NOTE, SAMPLES)


def local_phone(number: str) -> str:
    """A number as people here read it, 4-3-3: "+84900000012" → "0900 000 012"; a foreign one stays as it is."""
    digits = number.removeprefix("+84")
    if digits == number:
        return number
    return f"0{digits[:3]} {digits[3:6]} {digits[6:]}"


def _workbook(title: str, note: str, people: Sequence[RosterRow]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 -- heavy, and most starts of the program write no workbook

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": title, "created": CREATED})
    sheet = book.add_worksheet(words.SHEET)
    _write_head(book, sheet, title, note)
    for place, person in enumerate(people, start=_HEADING_ROW + 1):
        for column, text in enumerate(_texts(person)):
            sheet.write_string(place, column, text)
    _offer_choices(sheet, last_row=_HEADING_ROW + len(people) + _SPARE_ROWS)
    book.close()
    return out.getvalue()


def _write_head(book: Any, sheet: Any, title: str, note: str) -> None:
    """Title, note, headings; they stay in view while the list scrolls, and print on every page."""
    last = len(words.HEADINGS) - 1
    sheet.merge_range(0, 0, 0, last, title, book.add_format({"bold": True, "font_size": 16, "align": "center"}))
    sheet.merge_range(1, 0, 1, last, note, book.add_format({"italic": True, "text_wrap": True, "valign": "top"}))
    sheet.set_row(1, 32)
    heading = book.add_format(
        {"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EEE4", "valign": "vcenter"}
    )
    # "@" is Excel's text format: a number typed into such a column keeps its leading zero.
    as_text = book.add_format({"num_format": "@", "font_size": 12})
    for place, (column, text) in enumerate(words.HEADINGS.items()):
        sheet.set_column(place, place, _WIDTHS[column], as_text)
        sheet.write_string(_HEADING_ROW, place, text, heading)
    sheet.freeze_panes(_HEADING_ROW + 1, 2)
    sheet.repeat_rows(_HEADING_ROW)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _texts(person: RosterRow) -> list[str]:
    """The cells of one person, in the order of the headings."""
    smartphone = {None: "", True: words.YES, False: words.NO}[person.smartphone]
    texts: dict[Column, str] = {
        "code": person.code or "",
        "name": person.name,
        "cell": person.cell or words.COMMUNE,
        "role": words.ROLES[person.role] if person.role else "",
        "phone": local_phone(person.phone) if person.phone else "",
        "standing": words.STANDINGS[person.standing],
        "form": person.form,
        "smartphone": smartphone,
    }
    return [texts[column] for column in words.HEADINGS]


def _offer_choices(sheet: Any, last_row: int) -> None:
    """Lists to choose from, as a help only: whatever else is typed is judged when the file comes back."""
    for place, column in enumerate(words.HEADINGS):
        if column in _CHOICES:
            rule = {"validate": "list", "source": _CHOICES[column], "error_type": "warning"}
            sheet.data_validation(_HEADING_ROW + 1, place, last_row, place, rule)
