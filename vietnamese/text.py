"""Letters, words and small numbers as people type them, with or without diacritics."""

import re
import unicodedata

# U+20E3 and U+FE0F turn a digit into a key-cap emoji: "1️⃣" is the digit one and these two.
_KEYCAP = dict.fromkeys((0x20E3, 0xFE0F, 0xFE0E))
_D_LETTERS = str.maketrans("đĐðÐ", "dddd")
_WORD = re.compile(r"\w+")


def nfc(text: str) -> str:
    """The composed form, so that "ă" + acute and "ắ" are the same string."""
    return unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """What a person has written, as it is kept: composed letters, line breaks, no other control signs, nothing unseen.

    Unseen are the signs that turn the writing direction or join letters without a width: they make one word look
    like another, and hide words from whoever looks for them.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return nfc("".join(letter if letter.isprintable() else _seen(letter) for letter in lines)).strip()


def _seen(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in {"Cf", "Cs"}:
        return ""
    if letter == "\n" or category in {"Zl", "Zp"}:
        return "\n"
    return " " if category in {"Cc", "Zs"} else letter


def unmarked(text: str) -> str:
    """Without tone and vowel marks and with d for đ, letter case and spacing kept."""
    decomposed = unicodedata.normalize("NFD", text)
    return nfc("".join(c for c in decomposed if not unicodedata.combining(c)).translate(_D_LETTERS))


def fold(text: str) -> str:
    """How people type in a hurry: no marks, lower case, single spaces. "Đồng  chí" → "dong chi"."""
    return " ".join(unmarked(text).lower().split())


def is_marked(text: str) -> bool:
    """Whether the text carries any Vietnamese mark at all; "vang" does not, "vâng" and "đi" do."""
    return unmarked(text) != nfc(text)


def words(text: str) -> list[str]:
    """The words in lower case, marks kept, punctuation and emoji dropped: "Vâng, đi!" → ["vâng", "đi"]."""
    return _WORD.findall(nfc(text).lower())


def syllables(text: str) -> list[str]:
    """The tiếng of the reading check: tokens between spaces that hold a letter or a digit."""
    return [token for token in text.split() if _WORD.search(token)]


def capital(text: str) -> str:
    """With a capital first letter and the rest untouched; a leading emoji or bracket is passed over."""
    for place, letter in enumerate(text):
        if letter.isalnum():
            return text[:place] + letter.upper() + text[place + 1 :]
    return text


# What may stand around a number without changing it.
_BEFORE = {"số", "so", "chọn", "chon", "bấm", "bam", "nhắn", "nhan", "câu", "cau", "tôi", "toi", "bác", "bac", "em"}
_AFTER = {"ạ", "a", "ah", "nhé", "nhe", "nha", "nhá", "thôi", "thoi"}
_NUMBER_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
_NUMBER_WORDS |= {"mười": 10}
# Typed without marks, alone, these could hardly be another word; "sau" (after), "nam" (south), "bay" (to fly) could.
_BARE_NUMBERS = {"mot": 1, "bon": 4}


def word_number(text: str) -> int | None:
    """The choice that a short reply names: "2", "2.", "số 2", "hai", "2️⃣", "so 2 nhe" → 2.

    None when anything more is said ("1 tiếng"), and for more than three digits, which are codes and phone numbers.
    """
    left = words(unicodedata.normalize("NFKC", text).translate(_KEYCAP))
    named = False
    while left and left[0] in _BEFORE:
        named = named or left[0] in {"so", "số"}
        left = left[1:]
    while len(left) > 1 and left[-1] in _AFTER:
        left = left[:-1]
    return _one_number(left[0], named) if len(left) == 1 else None


def _one_number(word: str, named: bool) -> int | None:
    if word.isdecimal():
        return int(word) if len(word) <= 3 else None
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    if named:
        return next((value for name, value in _NUMBER_WORDS.items() if fold(name) == word), None)
    return _BARE_NUMBERS.get(word)
