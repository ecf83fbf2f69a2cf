"""Any spreadsheet file as lines of plain text: .xlsx, or .csv in the encodings and with the separators Excel writes.

What arrives was made by a stranger: sizes are capped before anything is unpacked, formulas are never computed,
document types (and with them external entities) are refused, and nothing touches the disk.
"""

import csv
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any, Literal, NamedTuple, TypeVar

from vietnamese.text import nfc

T = TypeVar("T")

MAX_BYTES = 2_000_000
MAX_UNPACKED = 40_000_000
MAX_PARTS = 500
MAX_SHEETS = 20
MAX_COLUMNS = 60
# Title and heading rows, 20,000 people (sheets.roster.MAX_ROWS) and one more line, by which too many are noticed.
MAX_LINES = 20_100
# The last row that Excel itself can hold; a file may name a later one only to make the reader count for ever.
LAST_ROW = 1_048_576

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Trouble = Literal["not_a_sheet", "no_heading", "no_rows", "too_big", "locked"]


class UnreadableRoster(Exception):  # noqa: N818 -- it names the file, not a fault of the program
    """The file as a whole cannot be read as a roster; `kind` says why."""

    def __init__(self, kind: Trouble) -> None:
        super().__init__(f"{type(self).__doc__} ({kind})")
        self.kind: Trouble = kind


class Merged(NamedTuple):
    """Cells merged into one: first and last row (from 1), first column (from 0)."""

    first: int
    last: int
    column: int


class Line(NamedTuple):
    """One row with something in it: its number as Excel shows it (from 1), its cells as clean text."""

    number: int
    cells: tuple[str, ...]


def sheets_of(data: bytes, filename: str) -> Iterator[list[Line]]:
    """The non-empty lines of each visible sheet, one sheet read at a time. Raises UnreadableRoster.

    A .csv is given once for each separator it might use: only the right one shows a heading row.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableRoster("too_big")
    if data.startswith(_OLE):
        raise UnreadableRoster("locked" if _ENCRYPTED in data else "not_a_sheet")
    if not data.startswith(_ZIP) and PurePath(filename).suffix.lower() not in (".csv", ".txt", ".tsv"):
        raise UnreadableRoster("not_a_sheet")
    try:
        yield from _worksheets(data) if data.startswith(_ZIP) else _separated(_decoded(data))
    except UnreadableRoster:
        raise
    except Exception as error:
        # A damaged or hostile file can fail anywhere inside the libraries, with any kind of error.
        raise UnreadableRoster("not_a_sheet") from error


def plain(value: object) -> str:
    """A cell as clean text: composed letters, single spaces, whole numbers without ".0", no invisible signs."""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = nfc("" if value is None else str(value))
    return " ".join((text if text.isprintable() else "".join(map(_visible, text))).split())


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp") else letter


def _lines(rows: Iterable[Sequence[object]]) -> list[Line]:
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        if number > LAST_ROW or len(lines) > MAX_LINES:
            break
        cells = tuple(plain(value) for value in row) if any(row) else ()
        if any(cells):
            lines.append(Line(number, cells))
    return lines


def _worksheets(data: bytes) -> Iterator[list[Line]]:
    import openpyxl  # noqa: PLC0415 -- heavy, and most starts of the program read no workbook

    flat, merged = _repacked(data)
    book = _quietly(lambda: openpyxl.load_workbook(flat, read_only=True, data_only=True, keep_links=False))
    for sheet in book.worksheets[:MAX_SHEETS]:
        if sheet.sheet_state == "visible":
            yield _quietly(partial(_worksheet, sheet, merged))


def _worksheet(sheet: Any, merged: Mapping[str, list[Merged]]) -> list[Line]:
    # The size that a file declares for itself is often wrong; the rows themselves are counted instead. (Any: the
    # stubs give a read-only sheet the type of an ordinary one, which has no declared size to forget.)
    sheet.reset_dimensions()
    lines = _lines(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True))
    return _filled(lines, merged.get(sheet._worksheet_path, []))


def _filled(lines: list[Line], merged: list[Merged]) -> list[Line]:
    """Cells merged downwards hold their text in the first row only; a reader sees it in all of them, and so do we."""
    waiting = sorted(merged, reverse=True)
    shown: dict[int, tuple[int, str]] = {}
    filled: list[Line] = []
    for line in lines:
        cells = list(line.cells)
        while waiting and waiting[-1].first <= line.number:
            start = waiting.pop()
            text = cells[start.column] if start.first == line.number else ""
            shown[start.column] = (start.last, text)
        for column, (last, text) in shown.items():
            if line.number <= last:
                cells[column] = cells[column] or text
        filled.append(Line(line.number, tuple(cells)))
    return filled


def _quietly(read: Callable[[], T]) -> T:
    """openpyxl warns of what it leaves out (styles, odd dates); nothing of that matters here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read()


def _repacked(data: bytes) -> tuple[BytesIO, dict[str, list[Merged]]]:
    """The parts of the workbook that hold text, stored flat, and the merged cells of each part.

    Stored flat, no lying size in a header can reach the reader behind.
    """
    flat, room = BytesIO(), MAX_UNPACKED
    merged: dict[str, list[Merged]] = {}
    with zipfile.ZipFile(BytesIO(data)) as packed, zipfile.ZipFile(flat, "w") as copy:
        parts = packed.infolist()
        _check_parts(parts)
        for part in parts:
            if PurePath(part.filename).suffix.lower() in (".xml", ".rels"):
                text = _part(packed, part, room)
                room -= len(text)
                copy.writestr(part.filename, text)
                found = (_merged(*ends) for ends in _MERGED.findall(text))
                merged[part.filename] = [cells for cells in found if cells.column < MAX_COLUMNS]
    return flat, merged


def _merged(column: bytes, first: bytes, last: bytes) -> Merged:
    """From the letters and numbers of a range such as B5:B16."""
    place = 0
    for letter in column:
        place = place * 26 + letter - ord("A") + 1
    return Merged(int(first), int(last), place - 1)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableRoster("locked")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableRoster("too_big")
    if len({part.filename for part in parts}) < len(parts):
        raise UnreadableRoster("not_a_sheet")


def _part(packed: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    with packed.open(part) as stream:
        # Never more than the part says it holds, whatever comes out of its packed bytes.
        text = stream.read(min(room, part.file_size) + 1)
    if len(text) > room:
        raise UnreadableRoster("too_big")
    if any(doctype in text for doctype in _DOCTYPES):
        raise UnreadableRoster("not_a_sheet")
    return text


def _decoded(data: bytes) -> str:
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return nfc(text)
    raise UnreadableRoster("not_a_sheet")


def _encodings(data: bytes) -> tuple[str, ...]:
    """UTF-16 shows by its mark, or by the zero beside each ASCII letter; the rest is UTF-8 or the old Windows page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" in data[:200]:
        return ("utf-16-le", "utf-16-be") if data[1:2] == b"\0" else ("utf-16-be", "utf-16-le")
    return ("utf-8-sig", "cp1258")


def _separated(text: str) -> Iterator[list[Line]]:
    for separator in (",", ";", "\t"):
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        yield _lines(row[:MAX_COLUMNS] for row in rows)
