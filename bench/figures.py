"""The form of a figure: one line of JSON, its yardstick measured in the same run."""

from __future__ import annotations

import json
import operator
from dataclasses import asdict, dataclass

_SIGNS = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Figure:
    """`target`: "value <= 2" or "ratio >= 0.6", where the ratio is value / yardstick; empty where there is none.

    A yardstick of 0 means that there is nothing to compare with.
    """

    figure: str
    value: float
    unit: str
    yardstick: float = 0.0
    target: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.yardstick if self.yardstick else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if not self.target:
            return None
        what, sign, bound = self.target.split()
        found = self.value if what == "value" else self.ratio
        return None if found is None else bool(_SIGNS[sign](found, float(bound)))

    def line(self) -> str:
        ratio = None if self.ratio is None else round(self.ratio, 3)
        return json.dumps({**asdict(self), "ratio": ratio, "met": self.met})

    def words(self) -> str:
        times = f", {self.ratio:.3g} x the yardstick of {self.yardstick:g}" if self.ratio is not None else ""
        wanted = f" (target: {self.target}{'' if self.met else ', MISSED'})" if self.target else ""
        return f"{self.figure}: {self.value:g} {self.unit}{times}{wanted}"


def report(figures: list[Figure], *, as_json: bool) -> None:
    for figure in figures:
        print(figure.line() if as_json else figure.words(), flush=True)
