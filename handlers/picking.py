"""Which of the choices that a chat has been shown a typed text means: by number, by label, by part of a label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from db.conversations import Offer
from vietnamese.names import FORMS
from vietnamese.text import fold, is_marked, word_number, words

Choice = Mapping[str, str]

# A promise, a consent and a farewell are never read out of half a label; reasons and calls are read as sentences.
WHOLE_ONLY = frozenset(
    {"answer", "instead", "absent", "reason", "called", "agree", "decline", "stop", "erase", "erase_me"}
)
# What a plain yes does where it is the first choice; a plain no is then the last one, the safe way out.
ASKED = frozenset({"call_me", "remind_now", "roster_apply", "materials", "resume", "stop", "notice_send"})
_YES = frozenset({"co", "co a", "vang", "vang a", "da", "da co", "dung", "dung roi", "dong y", "duoc", "ok", "u"})
_NO = frozenset({"khong", "khong a", "ko", "k", "chua", "khong can", "chua a"})
NAMING = frozenset({"call", "told"})  # their labels are names of people
# A list that is longer than a screen: the labels that lead on or back, and what people type for them, folded.
_PAGING = (
    ({"tiep", "xem tiep"}, {"tiep", "xem tiep", "tiep theo", "tiep tuc", "nua", "xem nua", "xem them", "trang sau"}),
    ({"xem phan truoc"}, {"truoc", "xem truoc", "phan truoc", "trang truoc"}),
)
_POLITE = {"a", "di", "nhe"}
_OPENING = {"toi", "la", *(word for form in FORMS for word in fold(form).split())}


def picked(offers: Sequence[Offer], text: str) -> str | None:
    """The action of the choice of the first offer that a text names; None where it names none, or two."""
    choices = offers[0].choices if offers else []
    number = word_number(text)
    if number is not None and 1 <= number <= len(choices):
        return choices[number - 1]["action"]
    whole = labelled(offers[:1], text) or turned(choices, text)
    return whole or _only(choice for choice in choices if _means(choice, choices, text))


def labelled(offers: Iterable[Offer], text: str) -> str | None:
    """The action of the newest choice whose whole label was typed, with or without marks and commas."""
    said = words(fold(text))
    shown = (choice for offer in offers for choice in offer.choices)
    return next((choice["action"] for choice in shown if said == words(fold(choice["label"]))), None)


def turned(choices: Sequence[Choice], text: str) -> str | None:
    """The action of the choice that turns the page, where a text asks for more, or for what was before."""
    said = words(fold(text))
    while said and said[-1] in _POLITE:
        said = said[:-1]
    asked = [labels for labels, typed in _PAGING if " ".join(said) in typed]
    return next((choice["action"] for choice in choices for labels in asked if fold(choice["label"]) in labels), None)


def yes_or_no(offers: Sequence[Offer], text: str) -> str | None:
    """The action of a plain yes or no to the newest message, where it asked about one act."""
    choices, said = (offers[0].choices if offers else []), fold(text).strip(" .!")
    if len(choices) < 2 or _verb(choices[0]) not in ASKED or said not in _YES | _NO:
        return None
    if _verb(choices[0]) == "stop" and said == "dung":  # dừng, or đúng
        return None
    return choices[0 if said in _YES else -1]["action"]


def way_out(offers: Sequence[Offer]) -> str | None:
    """The choice of the newest message that begins with "Thôi": what "thôi" means there."""
    choices = offers[0].choices if offers else []
    return next((choice["action"] for choice in choices if words(choice["label"])[:1] == ["thôi"]), None)


def _means(choice: Choice, choices: Sequence[Choice], text: str) -> bool:
    """Whether a text is the beginning of a label, what stands behind its comma, or the given name that it is."""
    if _is_name(choice, choices):
        name, said = words(fold(choice["label"])), words(fold(text))
        while said and said[0] in _OPENING:
            said = said[1:]
        return bool(said) and said == name[-len(said) :]
    if _verb(choice) in WHOLE_ONLY:
        return False
    marked = is_marked(text)
    said, whole, *parts = (_spelt(part, marked) for part in (text, choice["label"], *choice["label"].split(",")))
    return len("".join(said)) > 1 and (said == whole[: len(said)] or said in parts)


def _spelt(text: str, marked: bool) -> list[str]:
    """The words to compare: with marks where they were typed, so that "đúng" is not "Dừng lại"."""
    return words(text if marked else fold(text))


def _is_name(choice: Choice, choices: Sequence[Choice]) -> bool:
    """Whether its label is somebody's name: to be called, or of those who share a phone."""
    if _verb(choice) in NAMING:
        return True
    acts = [other["action"].split(maxsplit=2) for other in choices]
    return len(acts) > 1 and all(act[0] == "as" for act in acts) and len({act[2] for act in acts}) == 1


def _verb(choice: Choice) -> str:
    act = choice["action"].split()
    return act[2] if act[0] == "as" else act[0]


def _only(found: Iterable[Choice]) -> str | None:
    actions = {choice["action"] for choice in found}
    return actions.pop() if len(actions) == 1 else None
