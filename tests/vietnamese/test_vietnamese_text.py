import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.text import capital, fold, is_marked, nfc, syllables, word_number, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Đồng  chí", "dong chi"),
        ("\tNHÀ VĂN HÓA\n", "nha van hoa"),
        ("ÐẢNG ỦY", "dang uy"),
        (unicodedata.normalize("NFD", "Khe Đào"), "khe dao"),
        ("7 giờ rưỡi", "7 gio ruoi"),
        ("", ""),
    ],
)
def test_folding_is_how_people_type_in_a_hurry(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_folding_again_changes_nothing_and_spelling_form_does_not_matter(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(nfc(text))


def test_words_keep_their_marks_and_lose_their_dress() -> None:
    assert words("Vâng, bác ĐI được! 👍") == ["vâng", "bác", "đi", "được"]
    assert syllables("✅ Đã ghi: bác Tình – sẽ dự.") == ["Đã", "ghi:", "bác", "Tình", "sẽ", "dự."]
    assert [is_marked(word) for word in ("vang", "vâng", "đi", "di")] == [False, True, True, False]


def test_a_capital_goes_to_the_first_letter_only() -> None:
    assert capital("thứ Năm, ngày 3") == "Thứ Năm, ngày 3"
    assert capital("đồng chí") == "Đồng chí"
    assert capital("“ông Lâm”") == "“Ông Lâm”"
    assert capital("") == ""


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1),
        ("1.", 1),
        (" 1 ", 1),
        ("(2)", 2),
        ("số 1", 1),
        ("So 2 nhe", 2),
        ("so hai a", 2),
        ("so sau", 6),
        ("chọn 3 ạ", 3),
        ("tôi chọn số 4", 4),
        ("một", 1),
        ("mot", 1),
        ("hai", 2),
        ("ba", 3),
        ("Bốn", 4),
        ("1️⃣", 1),
        ("２", 2),
        ("12", 12),
        ("0", 0),
        ("1 tiếng", None),
        ("1 tiếng hay 2 tiếng?", None),
        ("12 3", None),
        ("482913057", None),
        ("0900000012", None),
        ("bà", None),
        ("sau", None),
        ("không", None),
        ("bác", None),
        ("số", None),
        ("", None),
        ("😂", None),
    ],
)
def test_a_short_reply_may_name_a_choice(typed: str, number: int | None) -> None:
    assert word_number(typed) == number
