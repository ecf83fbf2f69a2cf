"""One word at a time: what was written within the last minute belongs to what is written now.

"Không", then "đi", then "được" is one sentence, whose last word alone would promise the contrary.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.router import Turn
from vietnamese.names import FORMS
from vietnamese.text import fold, words

TOGETHER = timedelta(seconds=60)
LONGEST = 2  # words of a piece
PIECES = "pieces"  # in the draft: [[when, words], …], the oldest first
# Only words that tell nothing by themselves are kept, and none beyond the next message: no illness, no name.
_PLAIN = {"toi", "xin", "khong", "ko", "k", "kg", "hong", "co", "se", "di", "du", "hop", "den", "duoc", "dc"}
_PLAIN |= {"chua", "chac", "cung", "thi", "la", "phep", "phai", "muon", "cho", "nhe", "a", "da"}
_PLAIN |= {word for form in FORMS for word in fold(form).split()}


# What such a sentence may end with; any other word ("gọi") has nothing to do with the pieces before it.
_ENDING = _PLAIN | {"vang", "mat", "nghi", "ban", "om", "benh", "muon", "som", "roi", "ve", "nha", "viec"}


def earlier(turn: Turn) -> list[str]:
    """What the person wrote just before, oldest first; nothing where this message does not go on with it."""
    return [piece for _, piece in _recent(turn)] if _is_made_of(turn, _ENDING) else []


def keep(turn: Turn) -> None:
    """Remember this message for the next one, if it is a piece; anything else begins anew."""
    kept = _recent(turn)
    forget(turn)
    if _is_made_of(turn, _PLAIN):
        turn.draft[PIECES] = [*kept, [turn.now.isoformat(), turn.text]][-4:]


def _recent(turn: Turn) -> list[list[str]]:
    kept = turn.draft.get(PIECES, [])
    return [[at, piece] for at, piece in kept if turn.now - datetime.fromisoformat(at) <= TOGETHER]


def _is_made_of(turn: Turn, known: set[str]) -> bool:
    said = words(fold(turn.text))
    return 0 < len(said) <= LONGEST and known.issuperset(said)


def forget(turn: Turn) -> None:
    turn.draft.pop(PIECES, None)
