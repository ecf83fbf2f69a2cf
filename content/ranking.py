"""Which known phrase is a typed question nearest to: n-gram TF-IDF with kernel ridge regression.

People type without diacritics, in short forms, or with the letters of a Telex keyboard left raw, so the text is first
brought to one plain spelling. Then a phrase is a vector of the letter groups (2-4, within words), the words and the
word pairs in it. Two phrases are as near as the cosine of their vectors and its square say (the square counts what
they have in common by twos), and ridge regression learns how much each known phrase speaks for each label. numpy is
imported on first use only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from vietnamese.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]

# Chosen by cross-validation over all phrasings (python -m bench.faq): letter groups up to 5 and a kernel without the
# square find fewer, a ridge of 0.25 or 1 and three times the square as many.
LONGEST_GROUP = 4  # letters
SQUARE = 5.0
RIDGE = 0.5
RAREST = 2  # a gram of one phrase only says nothing about other phrases, and these are two thirds of all grams
FREQUENT = 30  # a gram of more phrases gets a column of a matrix; of the others the few pairs are added one by one
NEAR = 0.03  # what has less in common with a text has no say about it
BLOCK = 256  # rows that are solved at once

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


@lru_cache(maxsize=20_000)
def _groups(word: str) -> tuple[str, ...]:
    """The letter groups of a word and the word itself, which is marked as no letter group is."""
    padded = f" {word} "
    groups = [padded[at : at + n] for n in range(2, LONGEST_GROUP + 1) for at in range(len(padded) - n + 1)]
    return (*groups, f"#{word}")


def _grams(text: str) -> Counter[str]:
    words = plain(text).split()
    counts = Counter(chain.from_iterable(map(_groups, words)))
    counts.update(f"#{first} {second}" for first, second in pairwise(words))
    return counts


Phrase = tuple[str, str]  # label, text


class Ranking:
    """Learns labelled phrases once and then scores a text in less than a millisecond."""

    def __init__(self, phrases: Sequence[Phrase], below: Ranking | None = None) -> None:
        """`phrases` are (label, text) pairs; a label may stand for any number of them.

        `below`: what was learned before; of these phrases only what it gets wrong is learned then.
        """
        counted = [_grams(text) for _, text in phrases]
        self._below = below
        before = below.labels if below else ()
        self.labels: tuple[str, ...] = tuple(dict.fromkeys([*before, *(label for label, _ in phrases)]))
        self._learn_grams(counted)
        self._file(counted)
        self._learn(phrases)

    def with_more(self, phrases: Sequence[Phrase]) -> Ranking:
        """The same, and these few phrases learned on top, in a moment instead of a second."""
        return Ranking(phrases, below=self) if phrases else self

    def scores(self, text: str) -> dict[str, float]:
        """How near the text is to each label: about 1 for a phrase that was learned, about 0 for a stranger."""
        likeness = self._likeness(_grams(text))
        near = likeness > NEAR
        found = self._kernel(likeness[near]) @ self._weights[near]
        before = self._below.scores(text) if self._below else {}
        return {label: float(score) + before.get(label, 0.0) for label, score in zip(self.labels, found, strict=True)}

    def _learn_grams(self, counted: Sequence[Counter[str]]) -> None:
        """The grams that count, and how rare each is; a few phrases know no rarity of their own."""
        spread = Counter(gram for counts in counted for gram in counts)
        known = self._below._rarity if self._below else {}
        rarest = max(known.values(), default=0.0)
        least = 1 if self._below else RAREST
        self._rarity: dict[str, float] = {
            gram: known.get(gram, rarest) or math.log((1 + len(counted)) / (1 + times)) + 1
            for gram, times in spread.items()
            if times >= least
        }

    def _file(self, counted: Sequence[Counter[str]]) -> None:
        """gram -> the phrases that have it, and how much it weighs in each."""
        import numpy as np  # noqa: PLC0415  20 MB and 0.1 s that a process which is asked nothing never pays

        filed: dict[str, tuple[list[int], list[float]]] = {gram: ([], []) for gram in self._rarity}
        for row, counts in enumerate(counted):
            for gram, weight in self._weighed(counts):
                filed[gram][0].append(row)
                filed[gram][1].append(weight)
        self._rows = len(counted)
        self._filed = {g: (np.array(rows), np.array(weights, np.float32)) for g, (rows, weights) in filed.items()}

    def _weighed(self, counts: Counter[str]) -> list[tuple[str, float]]:
        """The grams of a text with their share in it; the squares of the shares add up to one."""
        rarity = self._rarity
        weighed = [(gram, (1 + math.log(n)) * rarity[gram]) for gram, n in counts.items() if gram in rarity]
        length = math.sqrt(sum(weight * weight for _, weight in weighed))
        return [(gram, weight / length) for gram, weight in weighed]

    def _likeness(self, counts: Counter[str]) -> Floats:
        """The cosine of a text with every phrase."""
        import numpy as np  # noqa: PLC0415  as above

        found = [(self._filed[gram], weight) for gram, weight in self._weighed(counts)]
        if not found:
            return np.zeros(self._rows, np.float32)
        rows = np.concatenate([rows for (rows, _), _ in found])
        shares = np.concatenate([weights * np.float32(weight) for (_, weights), weight in found])
        return np.bincount(rows, shares, self._rows).astype(np.float32)

    @staticmethod
    def _kernel(likeness: Floats) -> Floats:
        return likeness + SQUARE * likeness * likeness

    def _learn(self, phrases: Sequence[Phrase]) -> None:
        """Ridge regression on what is not known of these phrases yet."""
        import numpy as np  # noqa: PLC0415  as above

        place = {label: at for at, label in enumerate(self.labels)}
        missed = np.zeros((len(phrases), len(place)), np.float32)
        for row, (label, text) in enumerate(phrases):
            for other, score in (self._below.scores(text) if self._below else {}).items():
                missed[row, place[other]] -= score
            missed[row, place[label]] += 1
        kernel = self._kernel(self._likenesses())
        kernel[np.diag_indices(len(phrases))] += RIDGE
        self._weights = _solved(kernel, missed)

    def _likenesses(self) -> Floats:
        """The cosines of all phrases with each other."""
        import numpy as np  # noqa: PLC0415  as above

        frequent = [filed for filed in self._filed.values() if len(filed[0]) > FREQUENT]
        table = np.zeros((self._rows, len(frequent)), np.float32)
        for column, (rows, weights) in enumerate(frequent):
            table[rows, column] = weights
        found: Floats = table @ table.T
        rare = [filed for filed in self._filed.values() if len(filed[0]) <= FREQUENT]
        for rows, weights in rare:
            found[rows[:, None], rows] += np.outer(weights, weights)
        return found


def _solved(matrix: Floats, wanted: Floats) -> Floats:
    """x of matrix · x = wanted for a symmetric positive matrix, by Cholesky: half the work of numpy's own solve."""
    import numpy as np  # noqa: PLC0415  as above

    lower = np.linalg.cholesky(matrix)
    return _substituted(lower.T[::-1, ::-1], _substituted(lower, wanted)[::-1])[::-1]


def _substituted(lower: Floats, wanted: Floats) -> Floats:
    """x of lower · x = wanted, block by block from above."""
    import numpy as np  # noqa: PLC0415  as above

    found = wanted.copy()
    for at in range(0, len(found), BLOCK):
        end = at + BLOCK
        found[at:end] = np.linalg.solve(lower[at:end, at:end], found[at:end] - lower[at:end, :at] @ found[:at])
    return found
