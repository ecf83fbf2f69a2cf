"""Small signs in a reply that change what is asked back: a leaning, a word with two meanings, somebody else's name."""

import re

from vietnamese.names import FORMS, given_name
from vietnamese.text import fold, is_marked, nfc, words

_HEDGE = re.compile(r"\b(?<!chua )(?<!khong )(chac|co le|co khi|kha nang|e la|so la|hinh nhu)\b(?! chan)(?P<rest>.*)")
_STAYING = re.compile(r"\b(khong|ko|k|hong|chang|cha|vang|nghi|ban|kho)\b")
_COMING = re.compile(r"\b(di|du|den|toi|ra|co|duoc|dc)\b")
_EITHER = re.compile(r"\b(hay|hoac|(di|du|den|ra) (duoc )?(khong|ko|k)$)\b")
_ALL = re.compile(r"\b(ca (hai|2|nha|doi)|(hai|2) (vo chong|vc|bac chau|ong ba)|chung toi|deu di|cung di)\b")
_SELF = frozenset({"toi", "tui", "em", "chau", "con", "minh", "tau", "tao", "to"})


def leaning(text: str) -> str | None:
    """ "no" or "yes" where an unsure reply leans to one side: "chắc không đi được" → "no"; None for neither.

    Only for replies that were understood as unsure: it does not look for a promise.
    """
    folded = fold(text).strip(" .,!?")
    hedge = _HEDGE.search(folded)
    if hedge is None or _EITHER.search(folded):
        return None
    if _STAYING.search(hedge["rest"]):
        return "no"
    return "yes" if _COMING.search(hedge["rest"]) else None


def has_bare_vang(text: str) -> bool:
    """Whether "vang" stands there without marks: it may be vâng (yes) or vắng (absent)."""
    return "vang" in words(text)


def in_first_person(text: str, form: str) -> str:
    """ "bác ốm rồi" from somebody who is called "bác" is about himself: "tôi ốm rồi"; anything else as it is."""
    first, _, rest = nfc(text).strip().partition(" ")
    own = form if is_marked(text) else fold(form)
    return f"tôi {rest}" if rest and first.lower() == own else text


def speaks_of_self(text: str) -> bool:
    """Whether the writer names himself: "tôi", "em", "cháu" …"""
    return bool(_SELF & set(fold(text).split()))


def speaks_of_all(text: str) -> bool:
    """Whether the writer speaks for all who share the phone: "cả hai cùng đi", "hai vợ chồng tôi", "chúng tôi"."""
    return bool(_ALL.search(fold(text)))


def names_person(text: str, name: str) -> bool:
    """Whether a reply names somebody: by the whole name, or by a form of address and the given name ("bà Mùi")."""
    folded = f" {' '.join(words(fold(text)))} "
    given = fold(given_name(name))
    spoken = [fold(name), *(f"{fold(form)} {given}" for form in FORMS)]
    return any(f" {way} " in folded for way in spoken)
