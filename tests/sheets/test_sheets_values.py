"""What offices write into the cells of a roster."""

import pytest

from sheets.values import form_in, phone_of, role_of, smartphone_of, standing_of

PHONES = [
    ("0912345678", "+84912345678", None),
    ("0912 345 678", "+84912345678", None),
    ("0912.345.678", "+84912345678", None),
    ("0912-345-678", "+84912345678", None),
    ("0912 - 345 - 678", "+84912345678", None),
    ("912,345,678", "+84912345678", None),
    ("912345678", "+84912345678", None),
    ("84912345678", "+84912345678", None),
    ("+84 912 345 678", "+84912345678", None),
    ("+840912345678", "+84912345678", None),
    ("0084912345678", "+84912345678", None),
    ("(0912) 345678", "+84912345678", None),
    ("ĐT: 0912345678", "+84912345678", None),
    ("0207 382 2123", "+842073822123", None),
    ("+856 20 55 123 456", "+8562055123456", None),
    ("0900000012", "+84900000012", None),
    ("", None, None),
    ("không có", None, None),
    ("KHÔNG", None, None),
    ("chưa có", None, None),
    ("-", None, None),
    ("0", None, None),
    ("09123", None, "phone_short"),
    ("9123", None, "phone_short"),
    ("091234567", None, "phone_short"),
    ("1", None, "phone_short"),
    ("09123456789", None, "phone_bad"),
    ("01681234567", None, "phone_bad"),
    ("abc", None, "phone_bad"),
    ("9,12346E+08", None, "phone_bad"),
    ("2.07123E+09", None, "phone_bad"),
    ("0912345678 / 0987654321", "+84912345678", "two_phones"),
    ("0912345678; 0987654321", "+84912345678", "two_phones"),
    ("0912345678, 0987654321", "+84912345678", "two_phones"),
    ("0912 345 678 hoặc 0987 654 321", "+84912345678", "two_phones"),
    ("0912345678 0987654321", "+84912345678", "two_phones"),
    ("0912 345 678 - 0987 654 321", "+84912345678", "two_phones"),
    ("09123 / 0987654321", None, "phone_bad"),
]


@pytest.mark.parametrize(("text", "number", "trouble"), PHONES)
def test_phone_numbers(text: str, number: str | None, trouble: str | None) -> None:
    assert tuple(phone_of(text)) == (number, trouble)


ROLES = [
    ("secretary", ["Bí thư", "BÍ THƯ CHI BỘ", "bi thu", "Bí thư - Trưởng thôn", "Bí thư kiêm trưởng thôn", "BT"]),
    ("deputy", ["Phó bí thư", "PBT", "P. Bí thư", "P.Bí thư", "Phó bí thư kiêm thư ký", "pho bi thu chi bo"]),
    ("recorder", ["Thư ký", "thu ky", "Chi ủy viên, thư ký"]),
    ("official", ["cán bộ xã", "Cán bộ Văn phòng Đảng ủy"]),
    (None, ["", "Đảng viên", "đảng viên", "Chi ủy viên", "Trưởng thôn", "-"]),
]


@pytest.mark.parametrize(("role", "text"), [(role, text) for role, texts in ROLES for text in texts])
def test_roles(role: str | None, text: str) -> None:
    assert role_of(text) == (role, None)


@pytest.mark.parametrize(
    "text",
    ["Bí thư Đoàn", "Bí thư Đảng ủy xã", "nguyên bí thư", "phó-bí thư cũ", "Bí thư kiêm cán bộ xã", "Chủ tịch hội"],
)
def test_a_right_is_never_guessed_from_an_unknown_word(text: str) -> None:
    assert role_of(text) == (None, "role_unknown")


STANDINGS = [
    ("official", ["", "Chính thức", "CT", "đảng viên chính thức", "Đảng viên", "chinh thuc"]),
    ("probationary", ["Dự bị", "DB", "đảng viên dự bị", "du bi"]),
    ("temporary", ["Tạm thời", "sinh hoạt tạm thời", "tam thoi"]),
    ("exempt", ["Miễn sinh hoạt", "Miễn", "mien", "được miễn sinh hoạt"]),
    (None, ["ct moi", "khác", "1"]),
]


@pytest.mark.parametrize(("standing", "text"), [(standing, text) for standing, texts in STANDINGS for text in texts])
def test_standings(standing: str | None, text: str) -> None:
    assert standing_of(text) == standing


@pytest.mark.parametrize(
    ("text", "form"),
    [("", "đồng chí"), ("BÁC", "bác"), ("đ/c", "đồng chí"), ("ba", "bà"), ("Ông", "ông"), ("bạn", None), ("cố", None)],
)
def test_forms_of_address(text: str, form: str | None) -> None:
    assert form_in(text) == form


@pytest.mark.parametrize(
    ("text", "smartphone", "trouble"),
    [
        ("có", True, None),
        ("x", True, None),
        ("Có.", True, None),
        ("1", True, None),
        ("không", False, None),
        ("Ko", False, None),
        ("chưa có", False, None),
        ("", None, None),
        ("iPhone", None, "smartphone_unknown"),
    ],
)
def test_smartphones(text: str, smartphone: bool | None, trouble: str | None) -> None:
    assert smartphone_of(text) == (smartphone, trouble)
