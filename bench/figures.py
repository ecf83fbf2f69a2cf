"""The form of a figure: one line of JSON, its yardstick measured in the same run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` is value / yardstick; `target` is what the value is to stay below (or above, as `figure` says)."""

    figure: str
    value: float
    unit: str
    yardstick: float
    target: float

    def line(self) -> str:
        ratio = round(self.value / self.yardstick, 3) if self.yardstick else None
        return json.dumps({**asdict(self), "ratio": ratio})

    def words(self) -> str:
        times = f", {self.value / self.yardstick:.2f} x the yardstick" if self.yardstick else ""
        return f"{self.figure}: {self.value:g} {self.unit} (target {self.target:g}{times})"


def report(figures: list[Figure], *, as_json: bool) -> None:
    for figure in figures:
        print(figure.line() if as_json else figure.words())
