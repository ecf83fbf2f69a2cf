"""What a typed question is compared by: one plain spelling, and the letter groups, words and word pairs in it.

People type without diacritics, in short forms, or with the letters of a Telex keyboard left raw, so the text is first
brought to one plain spelling.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain, pairwise

from vietnamese.text import fold

LONGEST_GROUP = 4  # letters; groups of up to 5 find fewer (python -m bench.faq)

# How people shorten the words of this field; folded spellings on both sides.
SHORT = dict(
    pair.strip().split(" ", 1)
    for pair in [
        "k khong",
        " ko khong",
        " kg khong",
        " hok khong",
        " hem khong",
        " dc duoc",
        " dk duoc",
        " j gi",
        " r roi",
        " vs voi",
        " bn bao nhieu",
        "ntn the nao",
        " trc truoc",
        " bh bao gio",
        " z vay",
        " mn moi nguoi",
        " ng nguoi",
        " cb chi bo",
        " cbo chi bo",
        " bt bi thu",
        "pbt pho bi thu",
        " dv dang vien",
        " sh sinh hoat",
        " shcb sinh hoat chi bo",
        " nq nghi quyet",
        " bb bien ban",
        " tl tai lieu",
        "cd chuyen de",
        " dp dang phi",
        " xp xin phep",
        " cty cong ty",
        " app ung dung",
        " h gio",
        " p phut",
        " tb thong bao",
    ]
)
# Raw Telex and VNI: doubled vowels and d, the letter w, digits after a letter, a tone letter where no Vietnamese
# syllable has one (before the final consonant, or at the end).
_DOUBLED = re.compile(r"(a)a|(e)e|(o)o|(d)d")
_TONE = re.compile(r"(?<=[aeiouy])[sfrxj](?=[aeiouyngcmhpt])|(?<=[aeiouyngcmhpt])[sfrxj]$")
_VNI = re.compile(r"(?<=[a-z])\d+")


def plain(text: str) -> str:
    """One spelling for what people type: "cb họp đc ko" and "chi bộ họp được không" become the same words."""
    tokens = re.findall(r"\w+", fold(text).replace("d/c", "dong chi"))
    return " ".join(SHORT.get(token) or SHORT.get(untyped := _untyped(token)) or untyped for token in tokens)


def _untyped(token: str) -> str:
    """A token without the marks that a keyboard method should have turned into diacritics: "hopj" → "hop"."""
    if len(token) < 3 or not token.isascii() or token[0].isdigit():  # "7h30" is a time, not VNI
        return token
    token = _VNI.sub("", token).replace("w", "")
    return _TONE.sub("", _DOUBLED.sub(lambda twice: twice.group()[0], token))


@lru_cache(maxsize=20_000)
def _groups(word: str) -> tuple[str, ...]:
    """The letter groups of a word and the word itself, which is marked as no letter group is."""
    padded = f" {word} "
    groups = [padded[at : at + n] for n in range(2, LONGEST_GROUP + 1) for at in range(len(padded) - n + 1)]
    return (*groups, f"#{word}")


def grams(text: str) -> Counter[str]:
    """What is in a text, and how often: letter groups of 2 to LONGEST_GROUP within words, words, and pairs of words."""
    words = plain(text).split()
    counts = Counter(chain.from_iterable(map(_groups, words)))
    counts.update(f"#{first} {second}" for first, second in pairwise(words))
    return counts
