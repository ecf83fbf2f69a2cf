"""Typed words side by side with their folded form, so that a small grammar can read both ways of typing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vietnamese.text import fold, is_marked, nfc

# Numbers stand alone even inside a word ("19h30", "t7"), because there they are what matters.
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[/:.\-?]")


@dataclass(frozen=True)
class Token:
    """One word, number or separator: as typed in lower case, folded, and where it stood."""

    typed: str
    bare: str
    start: int
    end: int

    def says(self, *names: str) -> bool:
        """Whether this is one of these correctly spelled words, typed with all its marks or with none.

        A word with other marks is another word: "tôi" does not say "tối", and "bà" does not say "ba".
        """
        return any(self.typed == name or (self.bare == fold(name) and not is_marked(self.typed)) for name in names)

    @property
    def value(self) -> int | None:
        """The number in digits, None for a word."""
        return int(self.bare) if self.bare.isascii() and self.bare.isdecimal() and len(self.bare) <= 4 else None


def tokens(text: str) -> list[Token]:
    """All words, numbers and separators of a text, in order; positions count in the text's composed form."""
    composed = nfc(text).lower()
    return [Token(found[0], fold(found[0]), found.start(), found.end()) for found in _TOKEN.finditer(composed)]


_UNITS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
# Fifteen is "mười lăm"; "mười năm" would be ten years, so năm is left out here.
_AFTER_TEN = {name: value for name, value in _UNITS.items() if name != "năm"} | {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5}


def number(row: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The whole number from 0 to 9999 that begins at a place, in digits or in words below a hundred, and its length.

    "12" → (12, 1); "mười hai" → (12, 2); "hai mươi mốt" → (21, 3); "hăm ba" → (23, 2).
    """
    if at >= len(row):
        return None
    if (digits := row[at].value) is not None:
        return digits, 1
    if row[at].says("mười", "hăm"):
        tens = 20 if row[at].says("hăm") else 10
        unit = _unit(row, at + 1, _AFTER_TEN)
        return (tens + unit, 2) if unit else (tens, 1)
    if (unit := _unit(row, at, _UNITS)) is None:
        return None
    return _tens(row, at, unit)


def _tens(row: Sequence[Token], at: int, unit: int) -> tuple[int, int]:
    if at + 1 < len(row) and row[at + 1].says("mươi"):
        rest = _unit(row, at + 2, _AFTER_TEN)
        return (unit * 10 + rest, 3) if rest else (unit * 10, 2)
    return unit, 1


def _unit(row: Sequence[Token], at: int, names: dict[str, int]) -> int | None:
    if at >= len(row):
        return None
    return next((value for name, value in names.items() if row[at].says(name)), None)


def said(row: Sequence[Token], at: int, phrase: str) -> bool:
    """Whether the words of a correctly spelled phrase stand at a place: said(row, 0, "thứ bảy")."""
    names = phrase.split()
    return at + len(names) <= len(row) and all(row[at + i].says(name) for i, name in enumerate(names))


def longest(row: Sequence[Token], at: int, phrases: Iterable[str]) -> str | None:
    """The longest of the phrases that stands at a place, None if none does."""
    return max((p for p in phrases if said(row, at, p)), key=lambda p: len(p.split()), default=None)


_SUNDAY = ("chủ nhật", "chúa nhật", "cn")
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "bốn": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}


def weekday(row: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The weekday (0 is Monday) named at a place and its length in words: "thứ Bảy", "t7", "thu 7", "CN"."""
    if sunday := longest(row, at, _SUNDAY):
        return 6, len(sunday.split())
    if at + 1 >= len(row) or not row[at].says("thứ", "t"):
        return None
    value = row[at + 1].value
    if value is not None:
        return (value - 2, 2) if 2 <= value <= 7 else None
    named = _unit(row, at + 1, _WEEKDAYS)
    return (named, 2) if named is not None else None
