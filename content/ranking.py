"""Which known phrase is a typed question nearest to: n-gram TF-IDF with kernel ridge regression.

People type without diacritics, in short forms, or with the letters of a Telex keyboard left raw, so the text is first
brought to one plain spelling. Then a phrase is a vector of the letter groups (2-5, within words), the words and the
word pairs in it, and ridge regression learns one weight vector a label. numpy is imported on first use only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING

from vietnamese.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

LONGEST_GROUP = 5  # letters
# Chosen by cross-validation among 0.1, 0.3, 0.5 and 1: as often right as any, with the fewest confident mistakes.
RIDGE = 1.0
RAREST = 2  # a gram of one phrase only says nothing about other phrases, and these are two thirds of all grams

# How people shorten the words of this field; folded spellings on both sides.
SHORT = dict(
    pair.strip().split(" ", 1)
    for pair in [
        "k khong",
        " ko khong",
        " kg khong",
        " hok khong",
        " hem khong",
        " dc duoc",
        " dk duoc",
        " j gi",
        " r roi",
        " vs voi",
        " bn bao nhieu",
        "ntn the nao",
        " trc truoc",
        " bh bao gio",
        " z vay",
        " mn moi nguoi",
        " ng nguoi",
        " cb chi bo",
        " cbo chi bo",
        " bt bi thu",
        "pbt pho bi thu",
        " dv dang vien",
        " sh sinh hoat",
        " shcb sinh hoat chi bo",
        " nq nghi quyet",
        " bb bien ban",
        " tl tai lieu",
        "cd chuyen de",
        " dp dang phi",
        " xp xin phep",
        " cty cong ty",
        " app ung dung",
        " h gio",
        " p phut",
        " tb thong bao",
    ]
)
# Raw Telex and VNI: doubled vowels and d, the letter w, digits after a letter, a tone letter where no Vietnamese
# syllable has one (before the final consonant, or at the end).
_DOUBLED = re.compile(r"(a)a|(e)e|(o)o|(d)d")
_TONE = re.compile(r"(?<=[aeiouy])[sfrxj](?=[aeiouyngcmhpt])|(?<=[aeiouyngcmhpt])[sfrxj]$")
_VNI = re.compile(r"(?<=[a-z])\d+")


def plain(text: str) -> str:
    """One spelling for what people type: "cb họp đc ko" and "chi bộ họp được không" become the same words."""
    tokens = re.findall(r"\w+", fold(text).replace("d/c", "dong chi"))
    return " ".join(SHORT.get(token) or SHORT.get(untyped := _untyped(token)) or untyped for token in tokens)


def _untyped(token: str) -> str:
    """A token without the marks that a keyboard method should have turned into diacritics: "hopj" → "hop"."""
    if len(token) < 3 or not token.isascii() or token[0].isdigit():  # "7h30" is a time, not VNI
        return token
    token = _VNI.sub("", token).replace("w", "")
    return _TONE.sub("", _DOUBLED.sub(lambda twice: twice.group()[0], token))


def _grams(text: str) -> Iterator[str]:
    words = text.split()
    for word in words:
        padded = f" {word} "
        for length in range(2, LONGEST_GROUP + 1):
            yield from (padded[start : start + length] for start in range(len(padded) - length + 1))
    # Words and pairs begin with a mark that no letter group has.
    yield from (f"#{word}" for word in words)
    yield from (f"#{first} {second}" for first, second in pairwise(words))


Phrase = tuple[str, str]  # label, text


class Ranking:
    """Learns labelled phrases once and then scores a text in about 0.2 ms."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        """`phrases` are (label, text) pairs; a label may stand for any number of them."""
        import numpy as np  # noqa: PLC0415  20 MB and 0.1 s that a process which is asked nothing never pays

        counted = [Counter(_grams(plain(text))) for _, text in phrases]
        spread = Counter(gram for counts in counted for gram in counts)
        kept = [gram for gram, times in spread.items() if times >= RAREST]
        self.labels: tuple[str, ...] = ()
        self._place = {gram: place for place, gram in enumerate(kept)}
        self._rarity = [math.log((1 + len(counted)) / (1 + spread[gram])) + 1 for gram in kept]
        self._weights = np.zeros((len(kept), 0), np.float32)
        self._learn(phrases, counted)

    def with_more(self, phrases: Sequence[Phrase]) -> Ranking:
        """The same, and these phrases learned on top: only what the first ones get wrong of them is corrected.

        Grams that no earlier phrase had count as the rarest ones do.
        """
        counted = [Counter(_grams(plain(text))) for _, text in phrases]
        fresh = dict.fromkeys(gram for counts in counted for gram in counts if gram not in self._place)
        more = copy(self)
        more._place = self._place | {gram: len(self._place) + place for place, gram in enumerate(fresh)}
        more._rarity = [*self._rarity, *([max(self._rarity)] * len(fresh))]
        more._learn(phrases, counted)
        return more

    def _learn(self, phrases: Sequence[Phrase], counted: Sequence[Counter[str]]) -> None:
        """Ridge regression on what the weights so far miss of these phrases."""
        import numpy as np  # noqa: PLC0415  as above

        self.labels = tuple(dict.fromkeys([*self.labels, *(label for label, _ in phrases)]))
        grown = np.zeros((len(self._place), len(self.labels)), np.float32)
        grown[: self._weights.shape[0], : self._weights.shape[1]] = self._weights
        known = np.stack([self._vector(counts) for counts in counted])
        missed = -(known @ grown)
        for row, (label, _) in enumerate(phrases):
            missed[row, self.labels.index(label)] += 1
        kernel = known @ known.T + RIDGE * np.eye(len(phrases), dtype=np.float32)
        self._weights = grown + known.T @ np.linalg.solve(kernel, missed)

    def scores(self, text: str) -> dict[str, float]:
        """How near the text is to each label: about 1 for a phrase that was learned, about 0 for a stranger."""
        found = self._vector(Counter(_grams(plain(text)))) @ self._weights
        return dict(zip(self.labels, found.tolist(), strict=True))

    def _vector(self, counts: Counter[str]) -> NDArray[numpy.float32]:
        import numpy as np  # noqa: PLC0415  as above

        vector = np.zeros(len(self._place), np.float32)
        for gram, times in counts.items():
            if (place := self._place.get(gram)) is not None:
                vector[place] = (1 + math.log(times)) * self._rarity[place]
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector
