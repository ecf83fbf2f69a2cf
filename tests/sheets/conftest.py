"""Spreadsheets as an office would save them."""

from collections.abc import Callable, Sequence
from io import BytesIO

import openpyxl
import pytest

Rows = Sequence[Sequence[object]]


@pytest.fixture
def xlsx() -> Callable[..., bytes]:
    """Rows into an .xlsx; `merged` ranges are merged after writing, more sheets come by name."""

    def make(rows: Rows, *, merged: Sequence[str] = (), hidden: Sequence[str] = (), **more: Rows) -> bytes:
        book = openpyxl.Workbook()
        sheets = [(book.active, rows), *((book.create_sheet(name), its_rows) for name, its_rows in more.items())]
        for sheet, its_rows in sheets:
            for row in its_rows:
                sheet.append(list(row))
        for area in merged:
            book.active.merge_cells(area)
        for name in hidden:
            book[name].sheet_state = "hidden"
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    return make
