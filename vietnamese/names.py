"""Personal names and forms of address: order, length and spelling of a Vietnamese roster."""

import re
import unicodedata

from vietnamese.text import fold, is_marked, nfc

# The whole list a person may be called by (voice.md, principle 1).
FORMS = ("đồng chí", "cụ", "ông", "bà", "bác", "cô", "chú", "anh", "chị", "em")

_ABBREVIATIONS = {"d/c": "đồng chí", "dc": "đồng chí", "d.c": "đồng chí"}
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Two digits a letter, from 10 up, so that every database collation orders the key as we do.
_LETTER_CODE = {letter: f"{10 + place}" for place, letter in enumerate(_ALPHABET)}
# Grave, hook, tilde, acute, dot below: the order of tones in a Vietnamese dictionary, after the level tone.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_BRACKETS = re.compile(r"\s*\([^)]*\)")


def clean_name(raw: str) -> str:
    """One spelling of a typed name: composed letters, single spaces, "LÝ VĂN SINH" → "Lý Văn Sinh"."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in nfc(raw))
    name = " ".join(visible.split())
    return name.title() if name.isupper() or name.islower() else name


def given_name(full: str) -> str:
    """The last syllable, by which people are called; a remark in brackets is no name: "Lý Văn Nam (B)" → "Nam"."""
    parts = _BRACKETS.sub("", full).split() or full.split()
    return parts[-1] if parts else ""


def sort_key(full: str) -> str:
    """Orders a roster as a Vietnamese reader expects: given name, then the names before it, letters before tones.

    Digits only, so that it can be stored and ordered by any database: two for a letter, then two for the tone.
    """
    given = given_name(full)
    before = _BRACKETS.sub("", full).split()[:-1]
    return "".join(_syllable_key(part) for part in [given, *before])


def _syllable_key(syllable: str) -> str:
    tone, letters = 0, ""
    for mark in unicodedata.normalize("NFD", syllable.lower()):
        tone = _TONES.get(mark, tone)
        letters += "" if mark in _TONES else mark
    codes = (_LETTER_CODE.get(letter, "09") for letter in nfc(letters))
    return f"{''.join(codes)}0{tone}"


def short_name(full: str, longest: int = 20) -> str:
    """A name for a button: whole if it fits, else the last two syllables after initials ("N. T. Thanh Hương")."""
    if len(full) <= longest:
        return full
    parts = full.split()
    for kept in (2, 1):
        initials = [f"{part[0]}." for part in parts[:-kept]]
        short = " ".join([*initials, *parts[-kept:]])
        if len(short) <= longest:
            return short
    return f"{parts[-1][: longest - 1]}…" if len(parts[-1]) > longest else parts[-1]


def form_of(raw: str) -> str | None:
    """The form of address that a roster cell or a person names, or None: "BÁC", "bac", "đ/c" are understood."""
    typed = " ".join(nfc(raw).lower().strip(" .,:").split())
    folded = fold(typed)
    if typed in FORMS or folded in _ABBREVIATIONS:
        return _ABBREVIATIONS.get(folded, typed)
    # A marked single syllable that is not in the list is another word: "cố" is not "cô".
    if is_marked(typed) and " " not in typed:
        return None
    return next((form for form in FORMS if fold(form) == folded), None)


def called(form: str, name: str) -> str:
    """How a person is spoken to: "bác Tình"."""
    return f"{form} {given_name(name)}"


def called_fully(form: str, name: str) -> str:
    """How a person is spoken to on a shared phone, where the reader may be the other one: "bà Triệu Thị Mùi"."""
    return f"{form} {name}"
