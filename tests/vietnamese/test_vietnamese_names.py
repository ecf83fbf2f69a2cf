import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.names import FORMS, called, called_fully, clean_name, form_of, given_name, short_name, sort_key


def test_a_roster_is_in_order_of_given_names() -> None:
    in_order = [
        "Lò Văn An",
        "Hà Thị Ấm",
        "Nông Văn Bàn",
        "Bàn Văn Bảo",
        "Ma Văn Dũng",
        "Lý Thị Đào",
        "Triệu Văn Hà",
        "Triệu Văn Hạ",
        "Đặng Thị Hoa",
        "Ma Thị Hoa",
        "Ma Văn Hoa",
        "Đặng Văn Hòa",
        "Lý Văn Hoan",
        "Hoàng Văn Lâm",
        "Vàng A Sùng",
        "Ma Văn Tình",
        "Ma Văn Tĩnh",
        "Ma Văn Tính",
        "Ma Văn Tịnh",
        "Bàn Văn Út",
        "Lê Văn Ươm",
    ]
    assert sorted(reversed(in_order), key=sort_key) == in_order


def test_case_spaces_and_spelling_form_do_not_change_the_order() -> None:
    assert sort_key("MA  VĂN TÌNH") == sort_key(unicodedata.normalize("NFD", "ma văn tình"))
    assert sort_key("Lý Văn Nam (B)") == sort_key("Lý Văn Nam")
    assert sort_key("") == "00"


@given(st.text())
def test_a_sort_key_is_digits_so_that_no_collation_can_disturb_it(name: str) -> None:
    assert sort_key(name).isascii()
    assert sort_key(name).isdecimal()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  LÝ   VĂN SINH ", "Lý Văn Sinh"),
        ("nguyễn thị đào", "Nguyễn Thị Đào"),
        ("Vàng A Sùng", "Vàng A Sùng"),
        (unicodedata.normalize("NFD", "Triệu Thị Mùi"), "Triệu Thị Mùi"),
        ("Ma\u200b Văn\nTình\t", "Ma Văn Tình"),
        ("H'HEN NIÊ", "H'Hen Niê"),
    ],
)
def test_typed_names_get_one_spelling(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


def test_people_are_called_by_their_last_name() -> None:
    assert called("bác", "Ma Văn Tình") == "bác Tình"
    assert called_fully("bà", "Triệu Thị Mùi") == "bà Triệu Thị Mùi"
    assert given_name("Lý Văn Nam (B)") == "Nam"
    assert given_name("(B)") == "(B)"
    assert given_name(" ") == ""


@pytest.mark.parametrize(
    ("full", "label"),
    [
        ("Ma Văn Tình", "Ma Văn Tình"),
        ("Nguyễn Thị Thanh Hương", "N. T. Thanh Hương"),
        ("Nguyễn Hoàng Phương Nghiêng Nghiêng", "N. H. P. N. Nghiêng"),
        ("Nguyễn Xxxxxxxxxxxxxxxxxxxxxxxxxxx", "Xxxxxxxxxxxxxxxxxxx…"),
    ],
)
def test_a_name_fits_a_button(full: str, label: str) -> None:
    assert short_name(full) == label
    assert len(label) <= 20


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("bác", "bác"),
        (" BÁC ", "bác"),
        ("bac", "bác"),
        ("Đ/c", "đồng chí"),
        ("d/c", "đồng chí"),
        ("đc.", "đồng chí"),
        ("dc", "đồng chí"),
        ("Đồng chí", "đồng chí"),
        ("dong  chi", "đồng chí"),
        ("đồng chi", "đồng chí"),
        ("Ong", "ông"),
        ("chi", "chị"),
        ("cố", None),
        ("chủ", None),
        ("bạn", None),
        ("quý vị", None),
        ("", None),
    ],
)
def test_forms_of_address_are_read_kindly_but_never_guessed(raw: str, form: str | None) -> None:
    assert form_of(raw) == form


def test_every_form_reads_itself() -> None:
    assert [form_of(form.upper()) for form in FORMS] == list(FORMS)
