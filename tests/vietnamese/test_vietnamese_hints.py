"""Signs in a reply that decide what is asked back."""

from __future__ import annotations

import pytest

from vietnamese.hints import has_bare_vang, leaning, names_person, speaks_of_self


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("chắc không đi được", "no"),
        ("chac khong di dc", "no"),
        ("chắc là tôi vắng", "no"),
        ("khả năng là bận", "no"),
        ("có khi tôi nghỉ", "no"),
        ("chắc đi được", "yes"),
        ("có lẽ đi được", "yes"),
        ("chưa chắc đi được", None),
        ("không chắc", None),
        ("chắc chắn đi", None),
        ("chắc đi hay không chưa biết", None),
        ("chắc đi được không", None),
        ("để xem đã", None),
        ("", None),
    ],
)
def test_which_way_an_unsure_reply_leans(text: str, side: str | None) -> None:
    assert leaning(text) == side


@pytest.mark.parametrize(
    ("text", "bare"), [("vang", True), ("Vang ạ", True), ("vâng", False), ("vắng", False), ("vàng", False)]
)
def test_vang_without_marks_has_two_meanings(text: str, bare: bool) -> None:
    assert has_bare_vang(text) is bare


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("bà Mùi xin vắng nhé", True),
        ("ba mui xin vang", True),
        ("chị Mùi, nhà tôi, ốm", True),
        ("triệu thị mùi vắng", True),
        ("mùi quá", False),
        ("bà Mười xin vắng", False),
    ],
)
def test_somebody_is_named_by_form_or_by_whole_name(text: str, named: bool) -> None:
    assert names_person(text, "Triệu Thị Mùi") is named


def test_the_writer_names_himself() -> None:
    assert speaks_of_self("bà Mùi ốm nên tôi xin vắng")
    assert not speaks_of_self("bà Mùi xin vắng")
