"""What a person's own words answer to "bác có dự được không?".

Rules find evidence, clause by clause; what it comes to together with all other words is learned from labelled replies
(reply_model). A wrong promise is the one mistake that matters: "sẽ dự" for someone who will be absent, or the reverse.
So an answer is only taken where much speaks for it and little for any other; else the person is asked back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from vietnamese import reply_model
from vietnamese.reply_features import grams, marks
from vietnamese.reply_rules import Evidence, Understanding, weigh
from vietnamese.text import words

__all__ = ["Understanding", "understand"]

# Chosen by cross-validation over said.tsv: see docs/understanding.md.
# An answer is asked back if less than the first speaks for it, or something else comes nearer than the second.
APART = (0.6, 0.35)
AGREED = (0.45, 0.25)  # where the rules alone come to the same
_PROMISES = ("present", "absent", "late", "leave_early")
_ANSWERS = (*_PROMISES, "unsure")
_ASKED_BACK = frozenset({"ambiguous", "proxy", "correct"})


def understand(text: str, *, asked: str | None = "attendance", earlier: Sequence[str] = ()) -> Understanding:
    """Reads a reply; `asked` is the question put last, `earlier` what the person wrote just before, oldest first.

    Without the attendance question a bare "có", "1" or "vâng" answers something else and is "other".
    """
    attendance = asked == "attendance"
    found = _meaning(" ".join([*_begun(earlier), text]), attendance)
    return found if found.intent != "other" or not earlier else _meaning("\n".join([*earlier, text]), attendance)


def _begun(earlier: Sequence[str]) -> list[str]:
    """The last messages of one or two words: many send a sentence in pieces ("không", then "đi được")."""
    pieces = takewhile(lambda piece: len(words(piece)) <= 2, reversed(earlier))
    return list(pieces)[::-1]


def _meaning(text: str, attendance: bool) -> Understanding:
    found = weigh(text, attendance)
    if found.certain:
        return found.meaning
    return _learned(text, found) if attendance else _unasked(text, found.meaning)


def _unasked(text: str, heard: Understanding) -> Understanding:
    """Nobody has asked: what the rules take for an answer is one if the weights take it for the same."""
    if heard.intent not in _ANSWERS:
        return heard
    learned = _meaning(text, attendance=True)
    if learned.intent in ("question", "other"):
        return learned
    return replace(heard, ask_back=heard.ask_back or learned.ask_back or learned.intent != heard.intent)


def _learned(text: str, found: Evidence) -> Understanding:
    said, model = " ".join(found.clauses).split(), reply_model.load()
    # A single word, or nothing but strange ones: their letters say nothing that the rules do not know.
    if not model.knows(said) or (len(said) == 1 and found.meaning.intent == "other"):
        return found.meaning
    intents, reasons = model.scores(grams(text, found), marks(found))
    intent = _most(intents)
    reason = _most(reasons) if intent == "absent" else None
    return Understanding(intent, reason, _ask_back(intent, intents, found), found.meaning.needs)


def _ask_back(intent: str, intents: Mapping[str, float], found: Evidence) -> bool:
    if intent in _ASKED_BACK or (found.meaning.ask_back and found.meaning.intent == intent):
        return True
    if intent not in _PROMISES:
        return False
    if found.meaning.intent in (*_PROMISES, "ambiguous") and found.meaning.intent != intent:
        return True
    sure, ahead = AGREED if found.meaning.intent == intent else APART
    rival = max(score for other, score in intents.items() if other != intent)
    return intents[intent] < sure or intents[intent] - rival < ahead


def _most(scores: Mapping[str, float]) -> str:
    return max(scores, key=scores.__getitem__)
