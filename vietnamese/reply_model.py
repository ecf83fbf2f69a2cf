"""How much each gram of a reply speaks for each intent and each reason: weights learned from labelled replies.

The weights lie in replies.npz, made from said.tsv by `python -m vietnamese.reply_learning`. numpy is imported with the
first reply that needs them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]

WEIGHTS = Path(__file__).with_name("replies.npz")
INTENTS: tuple[str, ...] = ("present", "absent", "late", "leave_early", "unsure", "ambiguous", "ack", "proxy")
INTENTS += ("correct", "question", "help", "call", "opt_out", "other")
REASONS = ("health", "work", "family", "away", "official", "exempt", "moved", "none")
MARK = 0.2  # how much a mark of the rules weighs beside the grams, which weigh one together


@dataclass(frozen=True)
class Model:
    """`places`: gram -> row of `weights`, of which the first columns are intents and the rest reasons."""

    places: dict[str, int]
    rarity: Floats
    weights: Floats

    def knows(self, words: Sequence[str]) -> bool:
        """Whether any of these words stood in a reply that was learned: of strange ones letters say nothing."""
        return any(f"w {word}" in self.places for word in words)

    def scores(self, counts: Counter[str], marks: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
        """How much speaks for each intent and for each reason: about 1 for a reply that was learned."""
        rows, shares = vector(self.places, self.rarity, counts, marks)
        found = (shares @ self.weights[rows]).tolist()
        return dict(zip(INTENTS, found, strict=False)), dict(zip(REASONS, found[len(INTENTS) :], strict=True))


def vector(
    places: dict[str, int], rarity: Floats, counts: Counter[str], marks: Sequence[str]
) -> tuple[NDArray[numpy.intp], Floats]:
    """The rows of the known grams and their shares; the squares of the grams' shares add up to one."""
    import numpy as np  # noqa: PLC0415  as the module says

    known = [(place, n) for gram, n in counts.items() if (place := places.get(gram)) is not None]
    rows = np.array([place for place, _ in known], np.intp)
    shares = np.array([1 + math.log(n) for _, n in known], np.float32) * rarity[rows]
    length = float(np.linalg.norm(shares)) or 1.0
    marked = [place for mark in marks if (place := places.get(f"rule {mark}")) is not None]
    weighed = np.concatenate([shares / np.float32(length), np.full(len(marked), MARK, np.float32)])
    return np.concatenate([rows, np.array(marked, np.intp)]), weighed


@cache
def load() -> Model:
    """The weights that come with the code, read once a process."""
    import numpy as np  # noqa: PLC0415  as the module says

    with np.load(WEIGHTS) as kept:
        grams = bytes(kept["grams"]).decode().split("\n")
        places = {gram: place for place, gram in enumerate(grams)}
        return Model(places, kept["rarity"].astype(np.float32), kept["weights"].astype(np.float32))
