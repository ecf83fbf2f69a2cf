"""The roster of an office, as it is: every spelling is read, every doubt is named, nobody is lost or invented."""

import subprocess
import sys
import unicodedata

import pytest

from sheets.export import template_xlsx
from sheets.headings import column_of
from sheets.roster import MAX_ROWS, RosterFile, RosterRow, RowProblem, UnreadableRoster, read_roster

HEAD = ["Họ tên", "Chi bộ", "Chức vụ", "Số điện thoại", "Loại đảng viên", "Cách xưng hô", "Dùng Zalo", "Mã"]
LAM = RosterRow(2, "K7", "Hoàng Văn Lâm", "chi bộ thôn Khe Đào", "secretary", "+84900000012", "official", "bác", True)


def csv(*rows: list[str], separator: str = ",") -> bytes:
    return "\r\n".join(separator.join(row) for row in rows).encode()


def read_csv(*rows: list[str]) -> RosterFile:
    return read_roster(csv(*rows), "danh sách.csv")


def test_a_plain_list_is_read_whole() -> None:
    row = ["Hoàng Văn Lâm", "Chi bộ thôn Khe Đào", "Bí thư", "0900 000 012", "chính thức", "bác", "có", "K7"]
    file = read_csv(HEAD, row)
    assert (file.rows, file.problems) == ([LAM], [])
    assert file.headings["phone"] == "Số điện thoại" and file.headings["code"] == "Mã"


SPELLINGS = {
    "name": ["Họ tên", "HỌ VÀ TÊN", "ho va ten", "Tên đảng viên", "Họ và tên:", " Họ  tên ", "Họ và tên (in hoa)"],
    "cell": ["Chi bộ", "Thôn", "BẢN", "Tổ dân phố", "Đơn vị", "don vi", "Chi bộ/thôn", "Thôn, bản", "TDP", "chi bo"],
    "role": ["Chức vụ", "chuc vu", "CHỨC VỤ ĐẢNG"],
    "phone": ["Số điện thoại", "SĐT", "sdt", "Điện thoại", "Di động", "Số ĐT", "ĐTDĐ", "so dien thoai"],
    "standing": ["Loại đảng viên", "Loại", "Đối tượng", "loai dang vien", "Loại ĐV*"],
    "form": ["Cách xưng hô", "Xưng hô", "cach xung ho"],
    "smartphone": ["Có dùng điện thoại thông minh", "Smartphone", "Dùng Zalo", "dung zalo?", "Điện thoại thông minh"],
    "code": ["Mã", "Mã số", "MÃ NGƯỜI", "ma"],
}


@pytest.mark.parametrize(("column", "heading"), [(column, word) for column, all_ in SPELLINGS.items() for word in all_])
def test_headings_are_known_in_every_spelling(column: str, heading: str) -> None:
    assert column_of(heading) == column
    assert column_of(unicodedata.normalize("NFD", heading)) == column


@pytest.mark.parametrize(
    "heading", ["STT", "Năm sinh", "Ngày sinh", "Số thẻ đảng", "Ghi chú", "Tên", "", "Mã đảng viên"]
)
def test_other_columns_are_read_past(heading: str) -> None:
    assert column_of(heading) is None


def test_columns_stand_in_any_order_and_birth_years_are_not_kept(xlsx) -> None:
    rows = [["TT", "SĐT", "Năm sinh", "Thôn", "Họ và tên"], [1, "0900000034", 1968, "Khe Đào", "Đặng Thị Ghến"]]
    file = read_roster(xlsx(rows), "a.xlsx")
    assert file.rows == [RosterRow(2, None, "Đặng Thị Ghến", "chi bộ thôn Khe Đào", phone="+84900000034")]
    assert "1968" not in repr(file)


def test_titles_empty_lines_numbered_columns_and_trailing_spaces_are_normal(xlsx) -> None:
    rows = [
        ["ĐẢNG BỘ XÃ SUỐI TRONG"],
        [],
        ["Số TT", "Họ và tên", "Chi bộ"],
        ["(1)", "(2)", "(3)"],
        [1, "LÝ VĂN SINH  ", " Chi bộ thôn Khe Đào "],
        [],
        [2, unicodedata.normalize("NFD", "Nông  Văn Thắng"), "CB thôn khe đào"],
        [3, None, None],
    ]
    file = read_roster(xlsx(rows, merged=["A1:C1"]), "a.xlsx")
    assert [(row.row_number, row.name) for row in file.rows] == [(5, "Lý Văn Sinh"), (7, "Nông Văn Thắng")]
    assert {row.cell for row in file.rows} == {"chi bộ thôn Khe Đào"}
    assert file.problems == []


def test_cells_merged_downwards_count_for_all_their_rows(xlsx) -> None:
    rows = [["Họ tên", "Thôn", "SĐT"], ["", "", "di động"], ["Ma Văn Tình", "Khe Đào", "0900000045"]]
    rows += [["Triệu Thị Mùi", None, None], ["Quan Văn Tuyển", "Nà Lừa", None]]
    file = read_roster(xlsx(rows, merged=["A1:A2", "B1:B2", "B3:B4", "C3:C4"]), "a.xlsx")
    assert file.problems == []
    assert [(row.name, row.cell, row.phone) for row in file.rows] == [
        ("Ma Văn Tình", "chi bộ thôn Khe Đào", "+84900000045"),
        ("Triệu Thị Mùi", "chi bộ thôn Khe Đào", "+84900000045"),
        ("Quan Văn Tuyển", "chi bộ thôn Nà Lừa", None),
    ]


def test_the_first_sheet_with_a_heading_row_is_taken_and_hidden_ones_are_not(xlsx) -> None:
    right, old = [["Họ tên", "Chi bộ"], ["Bàn Văn Út", "Khe Đào"]], [["Họ tên", "Chi bộ"], ["Người Cũ", "Khe Đào"]]
    file = read_roster(xlsx([["Hướng dẫn"]], hidden=["cu"], cu=old, moi=right), "a.xlsx")
    assert [row.name for row in file.rows] == ["Bàn Văn Út"]


def test_formulas_count_by_their_kept_value_only(xlsx) -> None:
    file = read_roster(
        xlsx([["Họ tên", "Chi bộ"], ['=HYPERLINK("x")', "Khe Đào"], ["Bàn Văn Út", "Khe Đào"]]), "a.xlsx"
    )
    assert [problem.kind for problem in file.problems] == ["name_empty"]
    assert [row.name for row in file.rows] == ["Bàn Văn Út"]


PROBLEMS = [
    ({"Số điện thoại": "09123"}, "phone", "09123", "phone_short"),
    ({"Số điện thoại": "0123456789012"}, "phone", "0123456789012", "phone_bad"),
    ({"Số điện thoại": "hỏi con trai"}, "phone", "hỏi con trai", "phone_bad"),
    ({"Loại đảng viên": "ct moi"}, "standing", "ct moi", "standing_unknown"),
    ({"Họ tên": ""}, "name", "", "name_empty"),
    ({"Họ tên": "???"}, "name", "???", "name_bad"),
    ({"Họ tên": "A" * 101}, "name", "A" * 40, "name_bad"),
    ({"Chi bộ": ""}, "cell", "", "cell_empty"),
    ({"Chi bộ": "Chi bộ"}, "cell", "Chi bộ", "cell_empty"),
    ({"Chức vụ": "bí thư Đoàn"}, "role", "bí thư Đoàn", "role_unknown"),
    ({"Chi bộ": "Đảng ủy xã"}, "role", "Bí thư", "role_needs_cell"),
    ({"Cách xưng hô": "quý vị"}, "form", "quý vị", "form_unknown"),
    ({"Dùng Zalo": "máy Nokia"}, "smartphone", "máy Nokia", "smartphone_unknown"),
]


@pytest.mark.parametrize(("wrong", "column", "value", "kind"), PROBLEMS)
def test_a_wrong_value_is_named_and_its_row_left_out(wrong: dict[str, str], column: str, value: str, kind: str) -> None:
    right = dict(zip(HEAD, ["Hoàng Văn Lâm", "Khe Đào", "Bí thư", "0900000012", "CT", "bác", "có", ""], strict=True))
    other = ["Bàn Văn Út", "Khe Đào", "", "", "", "", "", ""]
    file = read_csv(HEAD, list((right | wrong).values()), other)
    assert file.problems == [RowProblem(2, column, value, kind)]
    assert [row.name for row in file.rows] == ["Bàn Văn Út"]


def test_every_trouble_of_a_row_is_told_at_once() -> None:
    file = read_csv(HEAD, ["", "", "vua", "12", "?", "mày", "chịu", ""], ["Bàn Văn Út", "Khe Đào"])
    assert {problem.kind for problem in file.problems} == {
        "name_empty",
        "cell_empty",
        "role_unknown",
        "phone_short",
        "standing_unknown",
        "form_unknown",
        "smartphone_unknown",
    }


def test_of_two_numbers_the_first_is_read_and_the_second_reported() -> None:
    file = read_csv(["Họ tên", "Chi bộ", "SĐT"], ["Ma Văn Tình", "Khe Đào", "0900000045 / 0900000046"])
    assert file.rows[0].phone == "+84900000045"
    assert file.problems == [RowProblem(2, "phone", "0900000045 / 0900000046", "two_phones")]


REPEATED = [
    (["Lý Văn Sinh", "Khe Đào", "0900000021", ""], ["ly van sinh", "CB Khe Đào", "0900 000 021", ""], "name"),
    (["Lý Văn Sinh", "Khe Đào", "", ""], ["Lý Văn Sinh", "Khe Đào", "", ""], "name"),
    (["Lý Văn Sinh", "Khe Đào", "", "K7"], ["Bàn Văn Út", "Nà Lừa", "", "K7"], "code"),
]


@pytest.mark.parametrize(("one", "two", "column"), REPEATED)
def test_a_person_listed_twice_is_reported(one: list[str], two: list[str], column: str) -> None:
    file = read_csv(["Họ tên", "Chi bộ", "SĐT", "Mã"], one, two)
    assert [(problem.row_number, problem.column, problem.kind) for problem in file.problems] == [
        (3, column, "duplicate_row")
    ]
    assert len(file.rows) == 1


def test_two_people_of_one_name_and_two_on_one_phone_are_no_repetition() -> None:
    head = ["Họ tên", "Chi bộ", "SĐT"]
    same_name = [["Lý Văn Sinh", "Khe Đào", "0900000021"], ["Lý Văn Sinh", "Khe Đào", "0900000022"]]
    same_phone = [["Ma Văn Tình", "Khe Đào", "0900000045"], ["Triệu Thị Mùi", "Khe Đào", "0900000045"]]
    file = read_csv(head, *same_name, *same_phone)
    assert (len(file.rows), file.problems) == (4, [])


CELLS = [
    ("Chi bộ", ["Chi bộ thôn Khe Đào", "thôn Khe Đào", "Khe Đào", "KHE ĐÀO", "khe dao", "CB Thôn Khe Đào"], 1),
    ("Thôn", ["Khe Đào", "thôn Khe Đào", "thon khe dao"], 1),
    ("Chi bộ", ["thôn Khe Đào", "bản Khe Đào"], 2),
    ("Chi bộ", ["thôn Khe Đào", "bản Khe Đào", "Khe Đào"], 3),
    ("Tổ dân phố", ["5", "TDP 5", "tổ dân phố 5"], 1),
    ("Chi bộ", ["bản Thạch", "Bàn Thạch"], 2),
]


@pytest.mark.parametrize(("heading", "written", "cells"), CELLS)
def test_one_cell_is_one_cell_however_its_rows_spell_it(heading: str, written: list[str], cells: int) -> None:
    names = ["Lý Văn Sinh", "Bàn Văn Út", "Ma Văn Tình", "Nông Văn Thắng", "Vàng A Sùng", "Đặng Thị Ghến"]
    rows = [[name, cell] for name, cell in zip(names, written, strict=False)]
    assert len({row.cell for row in read_csv(["Họ tên", heading], *rows).rows}) == cells


COMMUNE = [
    ("Đảng ủy xã", "", None),
    ("Văn phòng Đảng ủy", "cán bộ xã", None),
    ("xã Suối Trong", "", None),
    ("UBND xã", "", None),
    ("", "cán bộ xã", None),
    ("xa Suoi Trong", "cán bộ xã", None),
    ("xa Phin", "", "chi bộ xa Phin"),
    ("Xà Phìn", "", "chi bộ Xà Phìn"),
    ("Chi bộ Cơ quan xã", "cán bộ xã", "chi bộ Cơ quan xã"),
]


@pytest.mark.parametrize(("cell", "role", "expected"), COMMUNE)
def test_the_communes_own_people_are_in_no_cell(cell: str, role: str, expected: str | None) -> None:
    file = read_csv(["Họ tên", "Chi bộ", "Chức vụ"], ["Nguyễn Thị Hương", cell, role])
    assert [row.cell for row in file.rows] == [expected]


def test_the_empty_form_holds_no_people_but_takes_them(xlsx) -> None:
    with pytest.raises(UnreadableRoster) as trouble:
        read_roster(template_xlsx(), "ban-mau.xlsx")
    assert trouble.value.kind == "no_rows"
    rows = [["Họ tên", "Chi bộ"], ["Lò Văn Đào (ví dụ)", "Khe Đào"], ["Bàn Văn Út", "Khe Đào"]]
    assert [row.name for row in read_roster(xlsx(rows), "a.xlsx").rows] == ["Bàn Văn Út"]


def test_one_row_too_many_is_named() -> None:
    rows = [[f"Bàn Văn {number}", "Khe Đào"] for number in range(MAX_ROWS + 1)]
    file = read_csv(["Họ tên", "Chi bộ"], *rows)
    assert len(file.rows) == MAX_ROWS
    assert [(problem.row_number, problem.kind) for problem in file.problems] == [(MAX_ROWS + 2, "too_many_rows")]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([["Họ tên", "Ngày sinh"], ["Bàn Văn Út", "1990"]], "no_heading"),
        ([["Bàn Văn Út", "Khe Đào"]], "no_heading"),
        ([["Họ tên", "Chi bộ"]], "no_rows"),
        ([["STT", "Họ tên", "Chi bộ"], ["1", "", ""], ["2", "", ""]], "no_rows"),
    ],
)
def test_a_file_that_holds_no_roster_is_refused_as_a_whole(xlsx, rows: list[list[str]], kind: str) -> None:
    for data, name in ((xlsx(rows), "a.xlsx"), (csv(*rows), "a.csv")):
        with pytest.raises(UnreadableRoster) as trouble:
            read_roster(data, name)
        assert trouble.value.kind == kind


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    heavy = "{'openpyxl', 'phonenumbers', 'xlsxwriter', 'typst', 'segno'}"
    check = f"import sys, sheets.export, sheets.paper, sheets.example; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
