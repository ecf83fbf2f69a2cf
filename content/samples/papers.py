"""Samples of papers that go as links, and of the pages behind them."""

from __future__ import annotations

from typing import Any

from content.message import File
from content.samples.cast import Sample, at, sample

LINK = "https://xa.suoitrong.example/giay/" + "aB3_-" * 30


def kinds(template: str, **context: Any) -> list[Sample]:
    """A sample for each kind of paper."""
    files = (File(kind, (), "giay.pdf") for kind in ("join_sheet", "roster", "roster_form"))
    return [sample(template, "official", file=file, **context) for file in files]


SAMPLES = (
    *kinds("paper_link", link=LINK),
    *kinds("paper_nowhere"),
    *kinds("paper_page", until=at(26, 11, 19, 5)),
    sample("paper_over", "stranger"),
    sample("paper_later", "stranger"),
)
