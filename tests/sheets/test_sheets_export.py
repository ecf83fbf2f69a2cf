"""The list that goes out: it comes back the same, and nothing in it is ever a formula."""

from dataclasses import replace
from io import BytesIO

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.export import SAMPLES, local_phone, roster_xlsx, template_xlsx
from sheets.roster import RosterRow, read_roster
from sheets.values import name_trouble
from vietnamese.names import FORMS, clean_name

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậớờởỡợỳýỹAĐÊÔƯ 0123456789=+-@#*$_<>&\"'\\/;,.()"
NAMES = st.builds(
    lambda start, rest: clean_name(start + rest), st.sampled_from(["", "=", "+", "-", "@", "'"]), st.text(LETTERS)
).filter(lambda name: not name_trouble(name) and not name.endswith("(ví dụ)"))
CELLS = st.sampled_from(["chi bộ thôn Khe Đào", "chi bộ bản Nà Lừa", "chi bộ tổ dân phố 5", "chi bộ Trường học"])
PHONES = st.none() | st.integers(0, 9_999_999).map(lambda number: f"+8490{number:07}") | st.just("+8562055123456")


@st.composite
def people(draw: st.DrawFn) -> RosterRow:
    cell = draw(st.none() | CELLS)
    roles = [None, "official", *(("secretary", "deputy", "recorder") if cell else ())]
    return RosterRow(
        row_number=0,
        code=None,
        name=draw(NAMES),
        cell=cell,
        role=draw(st.sampled_from(roles)),
        phone=draw(PHONES),
        standing=draw(st.sampled_from(["official", "probationary", "temporary", "exempt"])),
        form=draw(st.sampled_from(FORMS)),
        smartphone=draw(st.sampled_from([None, True, False])),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(people(), min_size=1, max_size=8))
def test_our_own_list_is_read_back_the_same(listed: list[RosterRow]) -> None:
    coded = [replace(person, code=f"K{number}") for number, person in enumerate(listed)]
    told_apart = [replace(person, name=f"{person.name} {number}") for number, person in enumerate(coded)]
    file = read_roster(roster_xlsx(told_apart), "danh-sach.xlsx")
    assert file.problems == []
    assert [replace(row, row_number=0) for row in file.rows] == told_apart


def test_no_name_becomes_a_formula_or_an_address() -> None:
    names = ["=1+1", "=HYPERLINK(A)", "+A", "-A", "@SUM(A)", "https://example.org", "{=A1}", "=CMD|' /C calc'!A0"]
    sheet = openpyxl.load_workbook(BytesIO(roster_xlsx([replace(SAMPLES[0], name=name) for name in names]))).active
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row if cell.value in names]
    assert [cell.value for cell in cells] == names
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)


def test_the_list_helps_whoever_corrects_it() -> None:
    sheet = openpyxl.load_workbook(BytesIO(roster_xlsx(SAMPLES))).active
    choices = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert choices["F5"] == '"chính thức,dự bị,tạm thời,miễn sinh hoạt"'
    assert choices["D5"] == '"bí thư,phó bí thư,thư ký,cán bộ xã"'
    assert sheet.freeze_panes == "C5"
    assert [cell.value for cell in sheet[4]][:3] == ["Mã", "Họ và tên", "Chi bộ"]


def test_the_same_people_give_the_same_bytes() -> None:
    assert roster_xlsx(SAMPLES) == roster_xlsx(SAMPLES)
    assert template_xlsx() == template_xlsx()


def test_the_empty_form_shows_how_a_line_is_filled_in() -> None:
    sheet = openpyxl.load_workbook(BytesIO(template_xlsx())).active
    assert [cell.value for cell in sheet[5]][1:5] == [
        "Lò Văn Đào (ví dụ)",
        "chi bộ thôn Khe Đào",
        "bí thư",
        "0900 000 098",
    ]
    assert sheet.max_row == 6


def test_numbers_are_grouped_as_people_read_them() -> None:
    assert local_phone("+84900000012") == "0900 000 012"
    assert local_phone("+8562055123456") == "+8562055123456"
