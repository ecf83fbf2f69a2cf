"""From what a month came to, to the table and the picture of docs/scale.md."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from bench import scale
from bench.scale import KINDS, Month, Place

VALUES = {
    "reminders, a member and month": 3.0,
    "notices, a member and month": 4.0,
    "taps, a member and month": 2.0,
    "answers, a tap": 1.5,
    "making the reminders of the invitations' evening due, a cell": 10.0,
    "bytes of a member on the roster": 500.0,
    "bytes a member and month: offers": 1500.0,
    "bytes a member and month: deliveries": 1400.0,
    "rows a member and month: deliveries": 7.0,
    "bytes a member and month: due_items": 2800.0,
    "bytes a member and month: notice_people": 480.0,
    "rows a member and month, as played": 24.0,
    **{f"CPU of a {kind}, {whose}": 1.0 for kind in KINDS for whose in ("the bot", "the database server")},
}
THOUSAND = Place("a thousand", 1000, 50)


def reckoned(name: str) -> str:
    return next(value(THOUSAND) for line, value, _ in scale.lines(Month(VALUES)) if line.startswith(name))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("messages a month", "10,000"),  # 3 + 4 + 2 taps x 1.5 answers
        ("the evening", "34 s"),  # 1000 / 29.56
        ("Zalo bots", "20, 7"),
        ("messages a month of a full Zalo bot", "500"),
        ("from 18:30 until the first", "0.5 s"),
        ("rows written", "30,000"),  # 24 as played, and one in, one out for each of 3 answers
        ("database", "16.4 MB"),  # 500 + 1500, and three months of 1400 + 2800 + 3 answers of 200
        ("and grows", "5.76 MB"),  # 12 x 480
        ("processor time a month, the bot", "19 s"),  # 3 + 4 + 2 taps + 10 forgotten, a millisecond each
    ],
)
def test_every_line_is_reckoned_as_it_says(line: str, value: str) -> None:
    assert reckoned(line) == value


def test_the_page_keeps_its_words_around_the_tables() -> None:
    page = f"before\n{scale.BEGIN}\nstale\n{scale.END}\nbetween\n{scale.MONTH}\nstale\n{scale.END_OF_MONTH}\nafter\n"
    figures = [{"figure": name, "value": value, "unit": "", "yardstick": 0.0} for name, value in VALUES.items()]
    page = scale.written(page, figures)
    assert page.startswith("before\n") and "\nbetween\n" in page and page.endswith("after\n")
    assert "stale" not in page
    assert "| messages a month | 200 | 4,600 | 600 thousand | 56.0 million | members × (" in page
    assert "| bytes a member and month: due_items | 2,800 |" in page


def test_the_picture_names_what_limits_and_keeps_names_apart() -> None:
    drawn = scale.picture(Month(VALUES))
    labels = [float(y) for y in re.findall(r'y="(\d+)" font-size="13"', drawn)]
    assert len(labels) == 4
    assert all(below - above >= scale.LABEL_GAP - 1 for above, below in pairwise(labels))
    assert "nan" not in drawn
