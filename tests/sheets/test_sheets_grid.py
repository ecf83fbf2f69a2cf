"""Files as they arrive: every encoding Excel has used, and the files that were made to harm or by mistake."""

import re
import struct
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from sheets.grid import MAX_BYTES, MAX_PARTS, MAX_UNPACKED, UnreadableRoster, plain
from sheets.roster import read_roster

SHEET = "xl/worksheets/sheet1.xml"
TEXT = "Họ tên{0}Chi bộ{0}Số điện thoại\r\nĐặng Thị Ghến{0}thôn Khe Đào{0}0900000034\r\n"
# The old Windows page writes a tone as a sign of its own after the vowel.
OLD = TEXT.replace("ọ", "o\u0323").replace("ộ", "ô\u0323").replace("ố", "ô\u0301").replace("ệ", "ê\u0323")
OLD = OLD.replace("ạ", "a\u0323").replace("ặ", "ă\u0323").replace("ị", "i\u0323").replace("ế", "ê\u0301")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
def test_csv_of_every_encoding_and_separator(encoding: str, separator: str) -> None:
    data = (OLD if encoding == "cp1258" else TEXT).format(separator).encode(encoding)
    (row,) = read_roster(data, "Danh sách.CSV").rows
    assert (row.name, row.cell, row.phone) == ("Đặng Thị Ghến", "chi bộ thôn Khe Đào", "+84900000034")


def test_quoted_fields_may_hold_the_separator_and_line_ends() -> None:
    data = 'Họ tên,Chi bộ,"Số\nđiện thoại"\r\nBàn Văn Út,"Khe Đào","0900 000 067\n"\r\n'.encode()
    assert [row.phone for row in read_roster(data, "a.csv").rows] == ["+84900000067"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (912345678.0, "912345678"),
        (912345678, "912345678"),
        (1.5, "1.5"),
        (None, ""),
        (True, "có"),
        (False, "không"),
        ("  Ma\u00a0Văn \n Tình\u200b\u202e ", "Ma Văn Tình"),
        ("Ti\u0300nh", "Tình"),
    ],
)
def test_cells_become_clean_text(value: object, text: str) -> None:
    assert plain(value) == text


def test_numbers_that_lost_their_zero_and_became_floats_are_phones_again(xlsx) -> None:
    rows = [["Họ tên", "Chi bộ", "SĐT"]]
    rows += [[f"Bàn Văn {n}", "Khe Đào", n] for n in (912345678, 912345678.0, 84912345678, "0912.345.678")]
    assert {row.phone for row in read_roster(xlsx(rows), "a.xlsx").rows} == {"+84912345678"}


def kind_of(data: bytes, filename: str = "a.xlsx") -> str:
    with pytest.raises(UnreadableRoster) as trouble:
        read_roster(data, filename)
    return trouble.value.kind


@pytest.fixture
def workbook(xlsx) -> bytes:
    return xlsx([["Họ tên", "Chi bộ"], ["Bàn Văn Út", "Khe Đào"]])


def with_part(workbook: bytes, name: str, text: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same workbook with one part replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, text)
    return out.getvalue()


def test_what_is_no_spreadsheet_is_refused() -> None:
    assert kind_of(b"") == "not_a_sheet"
    assert kind_of("Họ tên,Chi bộ".encode(), "a.xlsx") == "not_a_sheet"
    assert kind_of(b"%PDF-1.7", "a.pdf") == "not_a_sheet"
    assert kind_of(b"PK\x03\x04 and no more") == "not_a_sheet"
    assert kind_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv") == "not_a_sheet"
    assert kind_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls") == "not_a_sheet"
    assert kind_of(b"", "a.csv") == "no_heading"


def test_a_line_that_never_ends_is_refused() -> None:
    assert kind_of(b'"' + b"a" * 200_000, "a.csv") == "not_a_sheet"


def test_a_file_behind_a_password_is_named_as_such(workbook: bytes) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert kind_of(ole) == "locked"
    flagged = bytearray(workbook)
    flagged[workbook.rindex(b"PK\x01\x02") + 8] |= 1
    assert kind_of(bytes(flagged)) == "locked"


def test_a_large_file_is_refused_before_it_is_looked_at() -> None:
    assert kind_of(b"x" * (MAX_BYTES + 1), "a.csv") == "too_big"


def test_a_bomb_is_refused_by_the_size_it_declares(workbook: bytes) -> None:
    bomb = with_part(workbook, "xl/sharedStrings.xml", b" " * (MAX_UNPACKED + 1))
    assert len(bomb) < MAX_BYTES
    assert kind_of(bomb) == "too_big"


def test_a_bomb_that_lies_about_its_size_is_never_unpacked(workbook: bytes) -> None:
    bomb = with_part(workbook, "xl/theme/theme1.xml", b" " * (MAX_UNPACKED + 1))
    true_size, lie = struct.pack("<I", MAX_UNPACKED + 1), struct.pack("<I", 100)
    tracemalloc.start()
    assert kind_of(bomb.replace(true_size, lie)) == "not_a_sheet"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MAX_UNPACKED / 4


def test_many_parts_or_two_of_one_name_are_refused(workbook: bytes) -> None:
    crowd = workbook
    out = BytesIO(crowd)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(MAX_PARTS):
            archive.writestr(f"xl/{number}.xml", b"<a/>")
    assert kind_of(out.getvalue()) == "too_big"
    out = BytesIO(crowd)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<a/>")
    assert kind_of(out.getvalue()) == "not_a_sheet"


ENTITY = '<?xml version="1.0"{}?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(("declared", "encoding"), [("", "utf-8"), (' encoding="utf-16"', "utf-16")])
def test_document_types_and_their_entities_are_refused(workbook: bytes, declared: str, encoding: str) -> None:
    text = ENTITY.format(declared).encode(encoding)
    assert kind_of(with_part(workbook, SHEET, text)) == "not_a_sheet"


def test_damaged_parts_are_refused_not_raised(workbook: bytes) -> None:
    for part in ("xl/workbook.xml", SHEET, "[Content_Types].xml", "xl/styles.xml"):
        assert kind_of(with_part(workbook, part, b"<broken")) == "not_a_sheet"


def sheet_text(workbook: bytes) -> str:
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        return archive.read(SHEET).decode()


def test_rows_and_columns_beyond_excels_own_do_not_make_it_count_for_ever(workbook: bytes) -> None:
    far = re.sub(r'r="2"', 'r="99999999999"', sheet_text(workbook))
    assert kind_of(with_part(workbook, SHEET, far.encode())) == "no_rows"
    wide = sheet_text(workbook).replace('r="B2"', 'r="XFD2"')
    file = read_roster(with_part(workbook, SHEET, wide.encode()), "a.xlsx")
    assert [problem.kind for problem in file.problems] == ["cell_empty"]


def test_a_wrong_declared_size_hides_nobody(workbook: bytes) -> None:
    small = sheet_text(workbook).replace('ref="A1:B2"', 'ref="A1"')
    assert small != sheet_text(workbook)
    file = read_roster(with_part(workbook, SHEET, small.encode()), "a.xlsx")
    assert [row.name for row in file.rows] == ["Bàn Văn Út"]


def test_merged_ranges_without_end_fill_only_what_is_there(workbook: bytes) -> None:
    ranges = "".join(f'<mergeCell ref="B{n}:B1048576"/>' for n in range(2, 20_000)) + '<mergeCell ref="ZZZ1:ZZZ9"/>'
    text = sheet_text(workbook).replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>")
    file = read_roster(with_part(workbook, SHEET, text.encode()), "a.xlsx")
    assert [row.cell for row in file.rows] == ["chi bộ Khe Đào"]
