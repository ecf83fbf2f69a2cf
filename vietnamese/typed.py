"""Replies as they are really typed, brought to one spelling: raw Telex and VNI, misplaced tones, teencode, dialect."""

import re
import unicodedata
from functools import lru_cache

from vietnamese.text import nfc, unmarked

_TONE_MARKS = "\u0301\u0300\u0309\u0303\u0323"
_TELEX_TONES = dict(zip("sfrxj", _TONE_MARKS, strict=True))
_VNI_TONES = dict(zip("12345", _TONE_MARKS, strict=True))
_VNI_LETTERS = {"uo7": "ươ", "d9": "đ", "a6": "â", "e6": "ê", "o6": "ô", "a8": "ă", "o7": "ơ", "u7": "ư"}

_VOWELS = "aăâeêioôơuưy"
_SYLLABLE = re.compile(
    rf"(ngh|ng|nh|gh|gi(?=[{_VOWELS}])|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx]?)([{_VOWELS}]{{1,3}})(ch|ng|nh|[cmnpt]?)"
)
# One spelling for what is typed in many: teencode, tails of politeness, words of the centre and the south.
_SHORTHAND = {
    "không": "k ko kh kg khg kô hok hong hông hổng hem hk khum kong nỏ",
    "được": "dc đc dk đk dx đuợc đựợc dươc đượk",
    "gì": "j",
    "rồi": "r rùi rui ròi",
    "đi": "ik",
    "em": "e",
    "tôi": "t tui tau tao tớ mk mik",
    "vậy": "z v zậy rứa dậy",
    "với": "vs",
    "cũng": "cx cg",
    "làm": "lm",
    "ừ": "uh uhm ukm uk ừm ừa ừh ờ",
    "ok": "oke okie oki okla okê okey okay",
    "luôn": "lun",
    "xíu": "xĩu xiu",
    "mới": "ms",
    "thôi": "thui",
    "trước": "trc",
    "vâng": "vg",
    "vắng": "vắg",
    "về": "dìa",
    "đâu": "mô",
    "ạ": "ah ạk",
    "nhé": "nhá nhe nghen",
    "số điện thoại": "sđt sdt đt",
    "đồng chí": "đ/c d/c",
    "công ty": "cty",
    "công tác": "ctác ctac",
    "sinh hoạt": "sh",
    "bao nhiêu": "bn",
    "thế nào": "ntn",
    "nhà văn hóa": "nvh",
    "xin phép": "xp",
    "vắng có lý do": "vcld vclđ",
    "giờ": "dờ h",
    "lý": "lí",
    "vợ chồng": "vc",
    "nội dung": "nd",
    "có mặt": "cómặt comat",
}
_WRITTEN_OUT = {short: full for full, shorts in _SHORTHAND.items() for short in shorts.split()}
# Beside digits letters are units and weekdays: "19h30", "30p", "t5".
_BESIDE_DIGITS = {"h": "giờ", "g": "giờ", "p": "phút", "t": "thứ"}
# Variation selectors and the key-cap sign, which only dress the character before them.
_INVISIBLE = dict.fromkeys((0xFE0F, 0xFE0E, 0x20E3, 0x200B, 0x200D))
# A word may not run on: "dượccccc", "đii", "nhaaa".
_RUN = re.compile(r"(.)\1{2,}")
_TWICE = re.compile(r"(.)\1")
_WORD = re.compile(r"[đd]/c\b|\w+|[^\w\s]")
_NOT_VNI = re.compile(r"(so|t|cau)\d+")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


def spoken(text: str) -> list[str]:
    """The words and signs of a typed text in lower case and one spelling: "tooi k ddi dcc" → tôi không đi được."""
    composed = nfc(unicodedata.normalize("NFKC", text).translate(_INVISIBLE)).lower()
    return [word for raw in _WORD.findall(composed) for word in _one(raw).split()]


@lru_cache(maxsize=20_000)
def _one(raw: str) -> str:
    if raw in _WRITTEN_OUT:
        return _WRITTEN_OUT[raw]
    short = _RUN.sub(r"\1", raw)
    word = _canonical(short) or _vni(short) or _telex(short) or _canonical(_TWICE.sub(r"\1", short)) or short
    if word.isalpha():
        return _WRITTEN_OUT.get(word, word)
    return " ".join(_BESIDE_DIGITS.get(part, part) for part in _PARTS.findall(word)) or word


def _canonical(word: str) -> str | None:
    """The word with its tone on the right vowel ("mụôn" → muộn, "hoá" → hóa), None if it is no syllable."""
    letters, tones = "", ""
    for mark in unicodedata.normalize("NFD", word):
        letters += "" if mark in _TONE_MARKS else mark
        tones += mark if mark in _TONE_MARKS else ""
    return _with_tone(nfc(letters), tones) if len(tones) <= 1 else None


def _with_tone(letters: str, tone: str) -> str | None:
    found = _SYLLABLE.fullmatch(letters)
    # No Vietnamese syllable ends in ă or â.
    if found is None or letters[-1] in "ăâ" or found[2][:2] in ("aa", "ee", "oo", "ii"):
        return None
    onset, vowels, coda = found.groups()
    place = _tone_place(vowels, coda) + 1
    return nfc(f"{onset}{vowels[:place]}{tone}{vowels[place:]}{coda}")


def _tone_place(vowels: str, coda: str) -> int:
    shaped = [place for place, vowel in enumerate(vowels) if vowel in "ăâêôơư"]
    if shaped:
        return shaped[-1]
    if coda:
        return len(vowels) - 1
    return 1 if len(vowels) == 3 else 0


def _telex(word: str) -> str | None:
    """What a Telex keyboard left raw ("ddi" → đi, "baanj" → bận, "dduwocj" → được), None if it did not."""
    if not word.isascii() or not word.isalpha():
        return None
    letters, tone = "", ""
    for key in word:
        if key in _TELEX_TONES and any(vowel in letters for vowel in _VOWELS):
            tone += _TELEX_TONES[key]
        else:
            letters = _telex_key(letters, key)
    made = _with_tone(letters.replace("ưo", "ươ"), tone) if len(tone) <= 1 else None
    return made if made != word else None


def _telex_key(letters: str, key: str) -> str:
    """The letters after one more key, which may reach back: "vang" and w make văng."""
    if key == "d" and letters.startswith("d"):
        return f"đ{letters[1:]}"
    if key in "aeo" and key in letters:
        return letters.replace(key, {"a": "â", "e": "ê", "o": "ô"}[key])
    if key == "w":
        shaped = {"uo": "ươ", "a": "ă", "o": "ơ", "u": "ư"}
        plain = next((plain for plain in shaped if plain in letters), None)
        return letters.replace(plain, shaped[plain]) if plain else f"{letters}ư"
    return letters + key


def _vni(word: str) -> str | None:
    """What a VNI keyboard left raw ("kho6ng" → không), None if it did not."""
    if not word[:1].isalpha() or word.isalpha() or unmarked(word) != word or _NOT_VNI.fullmatch(word):
        return None
    letters = word
    for raw, meant in _VNI_LETTERS.items():
        letters = letters.replace(raw, meant)
    if letters in _WRITTEN_OUT:
        return _WRITTEN_OUT[letters]
    tones = [letter for letter in letters if letter in _VNI_TONES]
    bare = "".join(letter for letter in letters if letter not in _VNI_TONES).replace("ưo", "ươ").replace("uơ", "ươ")
    return _with_tone(bare, _VNI_TONES[tones[0]] if tones else "") if len(tones) <= 1 else None
