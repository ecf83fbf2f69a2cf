"""The reading check of voice.md for texts that people read: short, spoken, no office or machine words."""

from __future__ import annotations

import re

from vietnamese.text import syllables

LONGEST_SENTENCE = 20  # tiếng
LONGEST_MEAN = 14  # tiếng a sentence
EMOJI = "📅📍📞✅⚠📄"

# voice.md 1, 2, 9, 12, 15 and part 4: words of the machine, of the office, of blame, or too familiar.
FORBIDDEN = (
    *("click", "tap", "link", "bot", "chat", "menu", "home", "admin", "ok", "confirm", "cancel", "qr", "code", "app"),
    *("file", "upload", "download", "online", "offline", "update", "account", "login", "error", "feedback"),
    *("deadline", "data", "server", "email", "task", "agenda", "hệ thống", "bấm", "nhấn vào", "tài khoản"),
    *("bạn", "quý vị", "anh/chị", "chúng tôi", "vui lòng", "nhé", "ơi", "nha", "kính thưa", "rất mong"),
    *("không hợp lệ", "thất bại", "từ chối", "vi phạm", "bắt buộc", "hủy", "chưa phản hồi", "kỳ họp", "phiên họp"),
    *("và/hoặc", "theo quy định", "trên địa bàn", "triển khai", "quán triệt", "khẩn trương", "kịp thời", "phối hợp"),
    *("nêu trên", "đ/c", "nhập", "phản hồi", "xác nhận", "trang chủ"),
)
_FORBIDDEN = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, FORBIDDEN))})(?!\w)", re.IGNORECASE)

# Two capitals in a row, wherever in the word: BHYT, PCCC. These three are names.
_ABBREVIATION = re.compile(r"\b\w*[A-ZĐ]{2,}\w*\b")
_NAMES = {"VNeID", "OCOP", "MẬT", "TỐI", "TUYỆT", "ĐÍNH", "CHÍNH"}

# What no text may hold, with what to do instead.
_SLASHED = (
    re.compile(r"\d+/\d+"),
    "write “{}” as spoken; digits with a slash stand on the source line and on buttons only.",
)
_PATTERNS = (
    (re.compile(r"\d+\s*%"), "members read no percent: say “{}” with a number of people or things."),
    (re.compile(r"\d+,\d+"), "members read no decimals: say “{}” another way."),
    (re.compile(r"\d+-[A-ZĐ]{2,}\S*"), "the document number “{}” belongs on the source line."),
    (re.compile(r"(?m)^\d+[.)]"), "a line may not begin with “{}”: such numbers are choices."),
    (re.compile(r"\([^)]*\([^)]*\)"), "brackets inside brackets: “{}”."),
    (re.compile(r"[<>&]"), "“{}” has a meaning to Telegram; write it in words."),
)
# What is to be written on a paper just so, “Số 05-NQ/CB”, or stands on a button: not held to these rules in answers.
AS_ON_PAPER = re.compile("“[^”]*”")
_SENTENCE_END = re.compile(r"(?<=[.?!:;])\s+|\n")


def problems(text: str, *, counts: bool = False) -> list[str]:
    """Sentences, in English, for the editor: what a slow reader would stumble over. Empty if all is well.

    `counts`: the reader is a secretary or an official, who reads "17/22 người" (voice.md 7).
    """
    found = [f"the word “{word}” is not ours (voice.md 9, 12, 15)." for word in _FORBIDDEN.findall(text)]
    found += [f"write “{word}” out." for word in _ABBREVIATION.findall(text) if word not in _NAMES]
    for pattern, advice in _PATTERNS if counts else (_SLASHED, *_PATTERNS):
        found += [advice.format(hit.group()) for hit in pattern.finditer(text)]
    return found + _length_problems(text) + _mark_problems(text)


def _length_problems(text: str) -> list[str]:
    lengths = {part: len(syllables(part)) for part in _SENTENCE_END.split(text) if syllables(part)}
    found = [
        f"“{part}” has {length} tiếng, a sentence at most {LONGEST_SENTENCE}."
        for part, length in lengths.items()
        if length > LONGEST_SENTENCE
    ]
    if lengths and sum(lengths.values()) / len(lengths) > LONGEST_MEAN:
        found.append(f"the sentences have more than {LONGEST_MEAN} tiếng on average.")
    return found


def _mark_problems(text: str) -> list[str]:
    found = ["more than one question."] if text.count("?") > 1 else []
    for line in text.splitlines():
        # Symbols from the arrows upward are pictures, but for the bullet of lists, which lies below them.
        for picture in (c for c in line[1:] if ord(c) > 0x2190 and c != "\ufe0f"):
            found.append(f"{picture} stands inside a line; the six pictures of voice.md 8 begin one.")
        if line and ord(line[0]) > 0x2190 and line[0] not in EMOJI:
            found.append(f"{line[0]} is none of the six pictures of voice.md 8.")
    return found
