"""A notation for phrases: written in correct spelling, matched in careless and unmarked typing too.

Every word of a pattern stands for itself, for itself with the tone left out, and for itself without any mark:
"vắng" also reads "văng" and "vang". A leading = takes the word with its marks only, for where the unmarked one has
another meaning: "=vắng", because a lone "vang" may be "vâng". "_" is up to four words, "#" a number, <NAME> a macro.
"""

import re
import unicodedata
from functools import cache

from vietnamese.text import fold, nfc

_TONES = "\u0301\u0300\u0309\u0303\u0323"
# Words that the pattern word with its tone left out must not be taken for: "tôi" is no careless "tối".
_DISTINCT = {"tôi", "cô", "đâu", "ba", "mai", "vâng", "dương", "đi", "em", "con", "ma", "không", "muôn", "bao", "to"}

_I = "tôi|em|cháu|bác|chú|cô|dì|cậu|mợ|anh|chị|ông|bà|cụ|con|mẹ|bố|mình|a|c"
_MACROS = {
    "I": _I,
    "TITLE": "đồng chí|bí thư|chi bộ|trợ lý",
    "TAIL": (
        f"họp|=dự|được|nhé|ạ|chứ|đầy đủ|=đủ|đúng|luôn|bình thường|ngay|sớm|thôi|=mà|sinh hoạt|hỉ|=lắm|đấy|=đó|"
        f"đây|buổi này|buổi họp|cuộc họp|chi bộ|nhà văn hóa|tối|thứ|lúc|mai|đồng chí|bí thư|=thì|vậy|bằng|này|"
        f"# giờ|{_I}"
    ),
    "END": "(?=$| (?:<TAIL>)(?: |$)| nha(?: a| ạ| anh| chị| bác| em)?$)",
    "GO": "đi|dự|có mặt|tham gia|tham dự|đến|tới|ra|sang|lên|qua|góp mặt",
    "VERB": (
        "đi|dự|đến|=tới|ra|về|sang|lên|xuống|qua|tham gia|tham dự|họp|có mặt|theo|vào|kịp|thu xếp|sắp xếp|bố trí|"
        "sinh hoạt|rời|thoát|góp mặt|xuất hiện|hiện diện"
    ),
    "NEG": "không|chẳng|chả|chưa|đếch|khó",
    "THIRD": "ông|bà|bố|mẹ|chồng|vợ|cụ|thằng|con trai|con gái|con dâu|anh trai|chị gái|em trai|em gái|hàng xóm",
    "KIN": "vợ|chồng|con|cháu|bố|mẹ|ông|bà|cụ|thằng|đứa|bố mẹ|người nhà|anh|chị|em|cậu|bác|chú|thím",
    "SICK": (
        "ốm|=đau|đau ốm|đau (?:chân|đầu|lưng|bụng|răng|mắt|khớp|người|tay|gối|tim|dạ dày|ruột|quá|lắm)|sốt|viện|=mổ|"
        "(?:mới|vừa|phải|đi) mổ|cấp cứu|khám|bệnh|tai nạn|gãy|ngã|nhập viện|mệt|yếu|bị ho|đẻ|sinh em bé|sinh cháu|"
        "(?:mới|sắp|vừa) sinh|sinh (?:con|bé)"
    ),
}

_MACRO = re.compile(r"<([A-Z]+)>")


@cache
def pattern(spelling: str) -> re.Pattern[str]:
    """The compiled pattern for a spelling in this module's notation; it matches whole words only."""
    while _MACRO.search(spelling):
        spelling = _MACRO.sub(lambda name: f"(?:{_MACROS[name[1]]})", spelling)
    built = re.sub(r"=?[^\W\d_]+", lambda word: _spellings(word[0]), spelling)
    built = built.replace("_", "(?:[^ ]+ ){0,4}?").replace("#", "[0-9]+")
    return re.compile(f"(?<![^ ])(?:{built})(?![^ ])")


def _spellings(word: str) -> str:
    if word.startswith("="):
        return word[1:]
    toneless = nfc("".join(mark for mark in unicodedata.normalize("NFD", word) if mark not in _TONES))
    known = [word, *(() if toneless in _DISTINCT else (toneless,)), fold(word)]
    return f"(?:{'|'.join(dict.fromkeys(known))})"


def has(text: str, *spellings: str) -> bool:
    """Whether any of the patterns stands in a text of `spoken` words joined by spaces."""
    return any(pattern(spelling).search(text) for spelling in spellings)
