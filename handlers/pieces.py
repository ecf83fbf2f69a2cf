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


def earlier(turn: Turn) -> list[str]:
    """What the person wrote just before, oldest first."""
    kept = turn.draft.get(PIECES, [])
    return [piece for at, piece in kept if turn.now - datetime.fromisoformat(at) <= TOGETHER]


def keep(turn: Turn) -> None:
    """Remember this message for the next one, if it is a piece; a longer one begins anew."""
    said = words(fold(turn.text))
    kept = [[at, piece] for at, piece in turn.draft.get(PIECES, []) if piece in earlier(turn)]
    forget(turn)
    if 0 < len(said) <= LONGEST and _PLAIN.issuperset(said):
        turn.draft[PIECES] = [*kept, [turn.now.isoformat(), turn.text]][-4:]


def forget(turn: Turn) -> None:
    turn.draft.pop(PIECES, None)
