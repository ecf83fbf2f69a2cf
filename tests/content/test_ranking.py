"""What people type is brought to one spelling before it is compared."""

from __future__ import annotations

import pytest

from content.grams import plain
from content.ranking import learned


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Chi bộ họp được không?", "chi bo hop duoc khong"),
        ("cb họp đc ko", "chi bo hop duoc khong"),
        ("đ/c bt", "dong chi bi thu"),
        ("hopj chi booj dduwowcj khoong", "hop chi bo duoc khong"),
        ("ho5p chi bo65 d9u7o7c5 kho6ng", "hop chi bo duoc khong"),
        ("7h30 tối", "7h30 toi"),
        ("xin vắng", "xin vang"),
        ("…🙂", ""),
    ],
)
def test_one_spelling(typed: str, read: str) -> None:
    assert plain(typed) == read


def test_a_learned_phrase_is_near_its_label_and_a_stranger_near_none() -> None:
    ranking = learned(
        [("when", "họp ngày nào"), ("when", "ngày họp"), ("long", "họp bao lâu"), ("long", "họp lâu không")]
    )
    assert ranking.labels == ("when", "long")
    near = ranking.scores("ngay nao hop")
    assert near["when"] > near["long"]
    assert ranking.scores("xyz") == {"when": 0, "long": 0}
