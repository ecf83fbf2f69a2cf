"""A commune's roster, read from the spreadsheet that an office keeps anyway.

Pure and in memory: bytes in, rows and problems out. Nothing is guessed and nothing is dropped: a row that cannot be
read whole is a problem with its row number, and the importer refuses a file that has any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sheets.grid import Line, UnreadableRoster, sheets_of
from sheets.headings import Column, Headings, find_headings
from sheets.values import (
    DEFAULT_FORM,
    DEFAULT_STANDING,
    CellName,
    Kind,
    Role,
    Standing,
    cell_of,
    form_in,
    is_commune,
    name_trouble,
    phone_of,
    role_of,
    smartphone_of,
    standing_of,
)
from vietnamese.names import clean_name
from vietnamese.text import fold, is_marked

__all__ = ["Column", "Kind", "Role", "RosterFile", "RosterRow", "RowProblem", "Standing", "UnreadableRoster"]
__all__ += ["MAX_ROWS", "SAMPLE_MARK", "read_roster"]

MAX_ROWS = 20_000
# Names of the empty form's sample lines end with this; such lines are not people.
SAMPLE_MARK = "(ví dụ)"
LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person. `row_number` is Excel's; `cell` is "chi bộ thôn Khe Đào", or None for people of the commune itself.

    `phone` is E.164. `smartphone` is None where the file does not say. Cells are to be compared with `fold`.
    """

    row_number: int
    code: str | None
    name: str
    cell: str | None
    role: Role | None = None
    phone: str | None = None
    standing: Standing = DEFAULT_STANDING
    form: str = DEFAULT_FORM
    smartphone: bool | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one row: the column, what the file has there (shortened), and a word for what to do."""

    row_number: int
    column: Column
    value: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class RosterFile:
    """The rows that could be read and the problems of all others; with any problem, nothing should be imported.

    Rows with a problem are not in `rows`, but for "two_phones", where the first number is taken.
    `headings` tells how the file itself calls each column that was found.
    """

    rows: list[RosterRow]
    problems: list[RowProblem]
    headings: Mapping[Column, str]


@dataclass(slots=True)
class _Reading:
    """One row under way: its cells by column, and what was wrong so far."""

    number: int
    texts: Mapping[Column, str]
    headings: Headings
    problems: list[RowProblem] = field(default_factory=list)

    def text(self, column: Column) -> str:
        return self.texts.get(column, "")

    def blame(self, column: Column, kind: Kind | None) -> None:
        if kind:
            self.problems.append(RowProblem(self.number, column, self.text(column)[:LONGEST_SHOWN], kind))


def read_roster(data: bytes, filename: str) -> RosterFile:
    """The roster in an .xlsx or .csv: the first sheet with a heading row, whose columns may stand in any order.

    Needed are a column of names and one of cells; see sheets.headings for the spellings. Raises UnreadableRoster
    when the file as a whole cannot be read: not_a_sheet, no_heading, no_rows, too_big, locked.
    """
    for lines in sheets_of(data, filename):
        found = find_headings(lines)
        if found:
            return _read_below(*found)
    raise UnreadableRoster("no_heading")


def _read_below(headings: Headings, lines: Sequence[Line]) -> RosterFile:
    readings = [reading for line in lines if (reading := _reading(line, headings))]
    if not readings:
        raise UnreadableRoster("no_rows")
    read = [(reading, *_person(reading)) for reading in readings[:MAX_ROWS]]
    spelled = _one_spelling([cell for _, _, cell in read if cell])
    rows = [replace(row, cell=spelled[cell] if cell else None) for _, row, cell in read if row]
    problems = [problem for reading in readings for problem in reading.problems] + _repeated(rows)
    for reading in readings[MAX_ROWS : MAX_ROWS + 1]:
        problems.append(RowProblem(reading.number, "name", reading.text("name")[:LONGEST_SHOWN], "too_many_rows"))
    repeated = {problem.row_number for problem in problems if problem.kind == "duplicate_row"}
    kept = [row for row in rows if row.row_number not in repeated]
    return RosterFile(kept, sorted(problems, key=lambda problem: problem.row_number), headings.words)


def _reading(line: Line, headings: Headings) -> _Reading | None:
    """The known columns of a line; None for one that says nothing in them (a bare running number) or is a sample."""
    texts = {column: line.cells[place] for column, place in headings.places.items() if place < len(line.cells)}
    if not any(texts.values()) or fold(texts.get("name", "")).endswith(fold(SAMPLE_MARK)):
        return None
    return _Reading(line.number, texts, headings)


def _person(reading: _Reading) -> tuple[RosterRow | None, CellName | None]:
    """The person of one row with the cell apart, whose spelling is settled over the whole file."""
    name = clean_name(reading.text("name"))
    reading.blame("name", name_trouble(name))
    phone = phone_of(reading.text("phone"))
    reading.blame("phone", phone.trouble)
    role, unknown = role_of(reading.text("role"))
    reading.blame("role", unknown)
    smartphone, unknown = smartphone_of(reading.text("smartphone"))
    reading.blame("smartphone", unknown)
    standing = standing_of(reading.text("standing"))
    reading.blame("standing", None if standing else "standing_unknown")
    form = form_in(reading.text("form"))
    reading.blame("form", None if form else "form_unknown")
    cell = _cell(reading, role)
    if any(problem.kind != "two_phones" for problem in reading.problems) or not standing or not form:
        return None, cell
    code = reading.text("code") or None
    return RosterRow(reading.number, code, name, None, role, phone.number, standing, form, smartphone), cell


def _cell(reading: _Reading, role: Role | None) -> CellName | None:
    """The cell of a row, None for the commune's own people; a secretary without a cell would be one of nothing."""
    if is_commune(reading.text("cell"), role):
        reading.blame("role", "role_needs_cell" if role not in (None, "official") else None)
        return None
    cell = cell_of(reading.text("cell"), reading.headings.words["cell"])
    reading.blame("cell", None if cell else "cell_empty")
    return cell


def _one_spelling(cells: Sequence[CellName]) -> dict[CellName, str]:
    """One name for each cell of the file, though some rows leave out "thôn" or the marks.

    "Khe Đào" becomes "thôn Khe Đào" only if the file knows no other place of that name.
    """
    marked_first = sorted(set(cells), key=lambda cell: (not is_marked(cell.own), str(cell)))
    spelling: dict[tuple[str, str], CellName] = {}
    for cell in marked_first:
        spelling.setdefault((cell.place, fold(cell.own)), cell)
    places: dict[str, list[str]] = {}
    for place, own in spelling:
        if place:
            places.setdefault(own, []).append(place)
    whole: dict[CellName, str] = {}
    for cell in marked_first:
        own = fold(cell.own)
        named = places.get(own, [])
        place = named[0] if not cell.place and len(named) == 1 else cell.place
        whole[cell] = str(spelling[place, own])
    return whole


def _repeated(rows: Sequence[RosterRow]) -> list[RowProblem]:
    """Rows that name a person of an earlier row again: the same code, or the same name, cell and phone."""
    codes: set[str] = set()
    people: set[tuple[str, str, str | None]] = set()
    problems: list[RowProblem] = []
    for row in rows:
        person = (fold(row.name), fold(row.cell or ""), row.phone)
        if row.code and row.code in codes:
            problems.append(RowProblem(row.row_number, "code", row.code[:LONGEST_SHOWN], "duplicate_row"))
        elif person in people:
            problems.append(RowProblem(row.row_number, "name", row.name[:LONGEST_SHOWN], "duplicate_row"))
        codes.add(row.code or "")
        people.add(person)
    return problems
