"""What may never travel through a chat: papers with the mark of a state secret."""

from __future__ import annotations

import re
import unicodedata

from vietnamese.text import fold, nfc

_GAP = r"[\s.\-_*]*"
_CAPITALS = re.compile(rf"(?<!\w)(?:(TỐI|TUYỆT){_GAP})?M{_GAP}Ậ{_GAP}T(?!\w)")
_TOP_SECRET = re.compile(r"(?<!\w)tuyệt\s+mật(?!\w)", re.IGNORECASE)
_ALONE = re.compile(r"\W*(?:(?:mức )?(?:độ mật|do mat)\W+)?((?:(?:tối|tuyệt) )?mật|(?:(?:toi|tuyet) )?mat)\W*")
_MARKS = {"mat": "MẬT", "toi mat": "TỐI MẬT", "tuyet mat": "TUYỆT MẬT"}


def secret_mark(text: str) -> str | None:
    """The mark of a classified paper in a text ("MẬT", "TỐI MẬT", "TUYỆT MẬT"), or None.

    A mark is the word in capitals, also with its letters apart, or alone on its line however it is written (Luật Bảo vệ
    bí mật nhà nước 117/2025/QH15, Điều 8 has these three). "mật ong" and "bí mật" are ordinary words.
    """
    visible = nfc("".join(letter for letter in text if unicodedata.category(letter) != "Cf"))
    if found := _CAPITALS.search(visible):
        return f"{found[1]} MẬT" if found[1] else "MẬT"
    if _TOP_SECRET.search(visible):
        return "TUYỆT MẬT"
    alone = (_ALONE.fullmatch(" ".join(line.lower().split())) for line in visible.splitlines())
    return next((_MARKS[fold(line[1])] for line in alone if line), None)
