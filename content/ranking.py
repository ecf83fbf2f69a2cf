"""Which known phrase is a typed question nearest to: n-gram TF-IDF with kernel ridge regression.

A phrase is a vector of its grams. Two phrases are as near as the cosine of their vectors and its square say (the square
counts what they have in common by twos), and ridge regression learns how much each known phrase speaks for each label.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.grams import grams

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
Phrase = tuple[str, str]  # label, text

# Chosen by cross-validation over all phrasings (python -m bench.faq): a kernel without the square, a ridge of 0.25 or
# 1 and three times the square find fewer.
SQUARE = 5.0
RIDGE = 0.5
RAREST = 2  # a gram of one phrase only says nothing about other phrases, and these are two thirds of all grams
FREQUENT = 60  # a gram of more phrases gets a row of a matrix; of the others the few pairs are added one by one
BLOCK = 256  # rows that are solved at once
INDEX = ("grams", "rarity", "bounds", "phrases", "shares", "count")  # the fields that are written
UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Index:
    """gram -> the phrases that have it, and how much it weighs in each.

    Gram n, of the most frequent first, is in `phrases[bounds[n] : bounds[n + 1]]` with `shares` of the same places; the
    squares of the shares of one of the `count` phrases add up to one.
    """

    grams: Sequence[str]
    rarity: Doubles
    bounds: Places
    phrases: Places
    shares: Floats
    count: int

    @cached_property
    def place(self) -> Mapping[str, int]:
        return {gram: place for place, gram in enumerate(self.grams)}

    @cached_property
    def _table(self) -> Floats:
        """A row of numbers for each frequent gram, one for each phrase."""
        frequent = int(np.sum(np.diff(self.bounds) > FREQUENT))
        table = np.zeros((frequent, self.count), np.float32)
        for place in range(frequent):
            phrases, shares = self._filed(place)
            table[place, phrases] = shares
        return table

    def _filed(self, place: int) -> tuple[Places, Floats]:
        at = slice(self.bounds[place], self.bounds[place + 1])
        return self.phrases[at], self.shares[at]

    def likeness(self, counts: Counter[str]) -> Floats:
        """The cosine of a text with every phrase."""
        _, places, shares = _weighed([counts], self.place, self.rarity)
        frequent = places < len(self._table)
        found: Floats = shares[frequent] @ self._table[places[frequent]]
        for place, share in zip(places[~frequent], shares[~frequent], strict=True):
            phrases, weights = self._filed(place)
            found[phrases] += share * weights
        return found

    def likenesses(self) -> Floats:
        """The cosines of all phrases with each other."""
        found: Floats = self._table.T @ self._table
        for place in range(len(self._table), len(self.grams)):
            phrases, shares = self._filed(place)
            found[phrases[:, None], phrases] += np.outer(shares, shares)
        return found


def indexed(counted: Sequence[Counter[str]], known: Index | None = None) -> Index:
    """The index of phrases; `known` says how rare their grams are, for a few phrases know no rarity of their own."""
    spread = Counter(chain.from_iterable(counted))
    least = 1 if known else RAREST
    kept = {gram: phrases for gram, phrases in spread.most_common() if phrases >= least}
    rarity = _rarity(list(kept), known) if known else np.log((1 + len(counted)) / (1 + np.array([*kept.values()]))) + 1
    rows, places, shares = _weighed(counted, {gram: place for place, gram in enumerate(kept)}, rarity)
    order = np.argsort(places, kind="stable")
    bounds = np.searchsorted(places[order], np.arange(len(kept) + 1))
    return Index(list(kept), rarity, bounds, rows[order], shares[order], len(counted))


def _rarity(kept: Sequence[str], known: Index) -> Doubles:
    """What is not known counts as the rarest."""
    rarest = known.rarity.max(initial=0.0)
    return np.array([known.rarity[known.place[gram]] if gram in known.place else rarest for gram in kept])


def _weighed(
    counted: Sequence[Counter[str]], place: Mapping[str, int], rarity: Doubles
) -> tuple[Places, Places, Floats]:
    """Text, gram and its share in the text, one after another."""
    known = [[(place[gram], times) for gram, times in counts.items() if gram in place] for counts in counted]
    rows = np.repeat(np.arange(len(known)), [len(pairs) for pairs in known])
    places, times = np.array(list(chain.from_iterable(known)), np.intp).reshape(-1, 2).T
    weights = (1 + np.log(times)) * rarity[places]
    lengths = np.sqrt(np.bincount(rows, weights * weights))
    return rows, places, (weights / lengths[rows]).astype(np.float32)


@dataclass(frozen=True)
class Ranking:
    """What was learned: how much each phrase of `index` speaks for each label, on top of what is `below`."""

    labels: tuple[str, ...]
    index: Index
    weights: Floats
    below: Ranking | None = None

    def scores(self, text: str) -> dict[str, float]:
        """How near the text is to each label: about 1 for a phrase that was learned, about 0 for a stranger."""
        return dict(zip(self.labels, self._scores(grams(text)).tolist(), strict=True))

    def _scores(self, counts: Counter[str]) -> Floats:
        found: Floats = _kernel(self.index.likeness(counts)) @ self.weights
        if self.below:
            found[: len(self.below.labels)] += self.below._scores(counts)
        return found

    def with_more(self, phrases: Sequence[Phrase]) -> Ranking:
        """The same, and these few phrases learned on top, in a moment instead of a second."""
        return learned(phrases, below=self) if phrases else self

    def write(self, path: Path) -> None:
        """Into a file for `read`; what is below is not written."""
        index = {name: getattr(self.index, name) for name in INDEX}
        with path.open("xb") as file:
            np.savez(file, labels=np.array(self.labels), weights=self.weights, **index)


def read(path: Path) -> Ranking:
    """What `Ranking.write` wrote; one of UNREADABLE if that is not there or damaged."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        index = {name: stored[name] for name in INDEX}
        index |= {"grams": index["grams"].tolist(), "count": int(index["count"])}
        return Ranking(tuple(stored["labels"].tolist()), Index(**index), stored["weights"])


def learned(phrases: Sequence[Phrase], below: Ranking | None = None) -> Ranking:
    """Ridge regression on (label, text) pairs; a label may stand for any number of them.

    `below`: what was learned before; of these phrases only what it gets wrong is learned then.
    """
    before = below.labels if below else ()
    labels = tuple(dict.fromkeys([*before, *(label for label, _ in phrases)]))
    counted = [grams(text) for _, text in phrases]
    missed = np.zeros((len(phrases), len(labels)), np.float32)
    if below:
        missed[:, : len(before)] -= [below._scores(counts) for counts in counted]
    missed[np.arange(len(phrases)), [labels.index(label) for label, _ in phrases]] += 1
    index = indexed(counted, below.index if below else None)
    kernel = _kernel(index.likenesses())
    kernel[np.diag_indices(len(phrases))] += RIDGE
    return Ranking(labels, index, _solved(kernel, missed), below)


def _kernel(likeness: Floats) -> Floats:
    return likeness + np.float32(SQUARE) * likeness * likeness


def _solved(matrix: Floats, wanted: Floats) -> Floats:
    """x of matrix · x = wanted for a symmetric positive matrix, by Cholesky, block by block; both are written over.

    The products of blocks are what a processor does fastest: a third of the time of numpy's own decomposition.
    """
    blocks = [slice(at, at + BLOCK) for at in range(0, len(matrix), BLOCK)]
    corners = [_decomposed(matrix, block) for block in blocks]
    for block, corner in zip(blocks, corners, strict=True):
        wanted[block] = corner @ (wanted[block] - matrix[block, : block.start] @ wanted[: block.start])
    for block, corner in zip(reversed(blocks), reversed(corners), strict=True):
        wanted[block] = corner.T @ (wanted[block] - matrix[block.stop :, block].T @ wanted[block.stop :])
    return wanted


def _decomposed(matrix: Floats, block: slice) -> Floats:
    """The columns of a block become those of the lower factor; the inverse of what stands on the diagonal."""
    done = slice(block.start)
    matrix[block.start :, block] -= matrix[block.start :, done] @ matrix[block, done].T
    corner: Floats = np.linalg.inv(np.linalg.cholesky(matrix[block, block]))
    matrix[block.stop :, block] = matrix[block.stop :, block] @ corner.T
    return corner
