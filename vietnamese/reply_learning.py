"""Learns the weights of reply_model from labelled replies: `python -m vietnamese.reply_learning` writes replies.npz.

Ridge regression over the grams of each reply. Replies that the rules themselves were written on say nothing about how
far the rules can be trusted: of these (style "seed") the rules' marks are left out.
"""

from __future__ import annotations

import csv
import hashlib
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vietnamese.reply_features import grams, marks
from vietnamese.reply_model import INTENTS, REASONS, WEIGHTS, Model, vector
from vietnamese.reply_rules import weigh
from vietnamese.text import fold, is_marked

Floats = NDArray[np.float32]

SAID = Path(__file__).with_name("said.tsv")
# What the rules hear is learned from as well.
LEARNED_WITH = (
    *("reply_learning", "reply_features", "reply_rules", "reply_evidence", "reply_requests", "reply_reasons"),
    *("patterns", "typed", "text"),
)
RIDGE = 0.15
RAREST = 2  # a gram of one reply only says nothing about others
SEED = "seed"


# Everyday answers put together from their parts, so that the plainest words of all are known in every order.
_DAYS = ("", "thứ năm", "tối mai", "hôm đó", "tối ấy", "mai", "buổi này", "t5")
_WHO = ("", "tôi", "em", "bác", "cháu", "mình")
_SAID = {
    "present": ("đi", "có đi", "sẽ dự", "có mặt", "đi được", "đi họp", "vẫn đi", "tham gia được"),
    "absent": ("vắng", "xin vắng", "không đi", "không đi được", "nghỉ", "xin nghỉ", "không dự được"),
    "late": ("đến muộn", "đi muộn một tí", "đến chậm 15 phút", "đi nhưng muộn"),
    "leave_early": ("xin về sớm", "đi nhưng về trước", "dự rồi xin về trước"),
    "unsure": ("chưa biết", "chưa chắc đi được", "chắc đi được", "chắc không đi được", "chưa rõ"),
}
_TWO_WORDS = {"vâng", "vắng", "bận", "vâng,", "vắng,"}
_EVERYDAY = 500  # of all that can be put together


@dataclass(frozen=True)
class Reply:
    """A labelled reply; `reason` is "-" unless it is absent, and unknown ("") for seeds."""

    text: str
    intent: str
    reason: str
    style: str


def read(path: Path = SAID) -> list[Reply]:
    with path.open(encoding="utf-8") as table:
        return [Reply(**row) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]


def everyday() -> list[Reply]:
    """Some of the plain answers that the parts above make, always the same ones."""
    made = [
        Reply(" ".join(part for part in (day, who, words) if part), intent, "none" if intent == "absent" else "-", SEED)
        for intent, phrases in _SAID.items()
        for day, who, words in product(_DAYS, _WHO, phrases)
    ]
    return random.Random(2).sample(made, _EVERYDAY)  # noqa: S311  a choice of sentences, no secret


def unmarked(replies: Sequence[Reply]) -> list[Reply]:
    """The same replies typed without marks, but for those that would mean something else then."""
    marked = [reply for reply in replies if reply.style != SEED and is_marked(reply.text)]
    same = [reply for reply in marked if not _TWO_WORDS & set(reply.text.lower().split())]
    return [replace(reply, text=fold(reply.text)) for reply in same]


def learned(replies: Sequence[Reply]) -> Model:
    """The weights that these replies teach."""
    counted = [_counted(reply) for reply in replies]
    spread = Counter(gram for counts, _ in counted for gram in counts)
    kept = sorted(gram for gram, times in spread.items() if times >= RAREST)
    ruled = sorted({f"rule {mark}" for _, found in counted for mark in found})
    places = {gram: place for place, gram in enumerate([*kept, *ruled])}
    rarity = [math.log((1 + len(replies)) / (1 + spread[gram])) + 1 for gram in kept] + [1.0] * len(ruled)
    rare = np.array(rarity, np.float32)
    table = np.zeros((len(replies), len(places)), np.float32)
    for row, (counts, found) in enumerate(counted):
        columns, shares = vector(places, rare, counts, found)
        table[row, columns] = shares
    intents = _regressed(table, [INTENTS.index(reply.intent) for reply in replies], len(INTENTS))
    known = [row for row, reply in enumerate(replies) if reply.reason in REASONS]
    reasons = _regressed(table[known], [REASONS.index(replies[row].reason) for row in known], len(REASONS))
    return Model(places, rare, np.hstack([intents, reasons]))


def _counted(reply: Reply) -> tuple[Counter[str], list[str]]:
    evidence = weigh(reply.text, attendance=True)
    return grams(reply.text, evidence), [] if reply.style == SEED else marks(evidence)


def _regressed(table: Floats, labels: Sequence[int], width: int) -> Floats:
    wanted = np.zeros((len(labels), width), np.float32)
    wanted[np.arange(len(labels)), labels] = 1
    kernel = table @ table.T
    kernel[np.diag_indices(len(labels))] += RIDGE
    found: Floats = table.T @ np.linalg.solve(kernel, wanted)
    return found


def digest() -> str:
    """What the weights were made from, so that a test can tell when they have to be made anew."""
    files = [SAID, *(SAID.with_name(f"{module}.py") for module in LEARNED_WITH)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def write(model: Model, path: Path = WEIGHTS) -> None:
    np.savez_compressed(
        path,
        grams=np.frombuffer("\n".join(model.places).encode(), np.uint8),
        rarity=model.rarity.astype(np.float16),
        weights=model.weights.astype(np.float16),
        made_from=np.frombuffer(digest().encode(), np.uint8),
    )


if __name__ == "__main__":
    said = read()
    write(learned([*said, *unmarked(said), *everyday()]))
