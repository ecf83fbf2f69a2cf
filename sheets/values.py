"""What people write in the cells of a roster, one reader a column, and what each reader could not make sense of."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vietnamese.names import clean_name, form_of
from vietnamese.text import fold, is_marked

Role = Literal["secretary", "deputy", "recorder", "official"]
Standing = Literal["official", "probationary", "temporary", "exempt"]
Kind = Literal[
    "name_empty",
    "name_bad",
    "cell_empty",
    "phone_short",
    "phone_bad",
    "two_phones",
    "standing_unknown",
    "role_unknown",
    "role_needs_cell",
    "form_unknown",
    "smartphone_unknown",
    "duplicate_row",
    "too_many_rows",
]

LONGEST_NAME = 100
DEFAULT_FORM = "đồng chí"
DEFAULT_STANDING: Standing = "official"

# The words of a roster for each right, in the order in which the stronger one counts ("phó bí thư kiêm thư ký").
_RIGHTS: dict[Role, tuple[str, ...]] = {
    "secretary": ("bi thu", "bi thu chi bo", "bt", "btcb"),
    "deputy": ("pho bi thu", "pho bi thu chi bo", "pbt", "p bi thu"),
    "recorder": ("thu ky", "thu ky chi bo"),
    "official": ("can bo xa", "can bo phuong", "can bo dang uy", "can bo dang uy xa", "can bo van phong dang uy"),
}
_NO_RIGHTS = {"", "dang vien", "dv", "khong", "chi uy vien", "chi uy", "truong thon", "pho truong thon", "truong ban"}
_RIGHT_OF: dict[str, Role] = {word: role for role, words in _RIGHTS.items() for word in words}
_ROLE_BREAK = re.compile(r"[,;/+&]|\s-\s|\bkiem\b|\bva\b")

_STANDINGS: dict[Standing, tuple[str, ...]] = {
    "official": ("", "chinh thuc", "ct", "dvct"),
    "probationary": ("du bi", "db", "dvdb"),
    "temporary": ("tam thoi", "sinh hoat tam thoi", "tam thoi chuyen den"),
    "exempt": ("mien", "mien sinh hoat", "mien sh", "duoc mien sinh hoat", "mien cong tac va sinh hoat"),
}
_STANDING_OF: dict[str, Standing] = {word: standing for standing, words in _STANDINGS.items() for word in words}

_YES = {"co", "x", "v", "yes", "co dung", "dung", "roi", "1", "true"}
_NO = {"khong", "ko", "k", "no", "khong dung", "khong co", "chua", "chua co", "0", "false", "-"}
_NO_PHONE = _NO | {"", "x", "khong co so", "chua co so", "khong dung dien thoai", "/", "0"}

_PHONE_BREAK = re.compile(r"[/;,|]|\s-\s|\bhoac\b|\bva\b")
# Excel writes a wide number into a .csv as 9,12346E+08: its last digits are lost.
_ROUNDED = re.compile(r"\d[.,]\d+e\+?\d+")
_COMMUNE = re.compile(r"(xã|phường|đặc khu|ubnd|ủy ban nhân dân|uỷ ban nhân dân)\b")
_COMMUNE_FOLDED = re.compile(r"(van phong )?dang (uy|bo)\b")
_COMMUNE_BARE = re.compile(r"(xa|phuong|dac khu|ubnd|uy ban nhan dan)\b")
_CELL_WORD = re.compile(r"(chi bộ|chi bo|cb)\b[\s:.]*", re.IGNORECASE)
_PLACES = {
    "tổ dân phố": "tổ dân phố",
    "tdp": "tổ dân phố",
    "thôn": "thôn",
    "bản": "bản",
    "xóm": "xóm",
    "khu": "khu",
    "tổ": "tổ",
}
# Without marks, among marked words, these can still be nothing else; "ban" and "to" could be names.
_CLEAR_BARE = {"to dan pho", "thon", "xom"}


@dataclass(frozen=True, slots=True)
class CellName:
    """A cell as a roster names it: the sort of place, empty where nobody says, and its own name."""

    place: str
    own: str

    def __str__(self) -> str:
        return " ".join(part for part in ("chi bộ", self.place, self.own) if part)


class Phone(NamedTuple):
    """A number in E.164 or None, and what is wrong with what was written."""

    number: str | None
    trouble: Kind | None = None


def name_trouble(name: str) -> Kind | None:
    """A name needs a letter and an ordinary length; everything else is a person's own business."""
    if not name:
        return "name_empty"
    return None if len(name) <= LONGEST_NAME and any(letter.isalpha() for letter in name) else "name_bad"


def phone_of(text: str) -> Phone:
    """One Vietnamese number however written: spaced, dotted, without its zero, as 84…, as Excel's 912345678.

    Of two numbers in one cell the first is read and the second reported: nobody but the office knows which is right.
    """
    if fold(text) in _NO_PHONE:
        return Phone(None)
    if _ROUNDED.fullmatch(fold(text)):
        return Phone(None, "phone_bad")
    numbers = _numbers_in(text)
    if len(numbers) == 1:
        return _one_phone(numbers[0])
    first = _one_phone(numbers[0])
    return Phone(first.number, first.trouble or "two_phones")


def _numbers_in(text: str) -> list[str]:
    parts = [part for part in _PHONE_BREAK.split(fold(text)) if len(_digits(part)) >= 6]
    if len(parts) > 1:
        return parts
    digits = _digits(text)
    # Twenty digits in a row are two numbers that stood side by side or one below the other.
    return [digits[:10], digits[10:]] if len(digits) >= 18 and digits.startswith("0") else [text]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


def _one_phone(text: str) -> Phone:
    import phonenumbers  # noqa: PLC0415 -- heavy, and most starts of the program read no roster

    digits = _digits(text)
    typed = f"+{digits}" if text.strip().startswith(("+", "00")) else digits
    try:
        number = phonenumbers.parse(typed.replace("+00", "+", 1), "VN")
    except phonenumbers.NumberParseException:
        return Phone(None, "phone_short" if 0 < len(digits) < 9 else "phone_bad")
    if phonenumbers.is_valid_number(number):
        return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Phone(None, "phone_short" if len(str(number.national_number)) < 9 else "phone_bad")


def role_of(text: str) -> tuple[Role | None, Kind | None]:
    """The right that an office word carries: "Bí thư - Trưởng thôn" → secretary, "đảng viên" → none.

    A word that is not known is reported, never guessed: "bí thư Đoàn" is not the secretary of the cell.
    """
    words = " ".join(fold(text).replace(".", " ").split()).strip("-")
    parts = [part.strip() for part in _ROLE_BREAK.split(words)]
    rights = {_RIGHT_OF[part] for part in parts if part in _RIGHT_OF}
    if rights and not ("official" in rights and len(rights) > 1):
        return next(role for role in _RIGHTS if role in rights), None
    return None, None if all(part in _NO_RIGHTS for part in parts) else "role_unknown"


def standing_of(text: str) -> Standing | None:
    """The kind of membership, chính thức where nothing is written; None when the words are not known."""
    return _STANDING_OF.get(fold(text).removeprefix("dang vien").strip(" ."))


def form_in(text: str) -> str | None:
    """The form of address, "đồng chí" where nothing is written; None when the word is none of ours."""
    return form_of(text) if text else DEFAULT_FORM


def smartphone_of(text: str) -> tuple[bool | None, Kind | None]:
    """Whether the person uses a smartphone; None where nothing is written."""
    word = fold(text).strip(" .")
    if word in _YES or word in _NO:
        return word in _YES, None
    return None, "smartphone_unknown" if word else None


def is_commune(text: str, role: Role | None) -> bool:
    """Whether the cell column names the commune itself ("Đảng ủy xã", "xã Suối Trong"), whose people are in no cell.

    Without marks "xa" may be a village ("Xà Phìn"), so that it counts only for someone listed as an official.
    """
    if _COMMUNE.match(text.lower()) or _COMMUNE_FOLDED.match(fold(text)):
        return True
    return role == "official" and (not text or bool(_COMMUNE_BARE.match(fold(text))))


def cell_of(text: str, heading: str) -> CellName | None:
    """The cell that a text names: "CB thôn Khe Đào", "Thôn KHE ĐÀO" or, under the heading "Thôn", just "Khe Đào"."""
    rest = _CELL_WORD.sub("", text, count=1) if _CELL_WORD.match(text) else text
    place, own = _place_in(rest)
    own = clean_name(own.strip(" .:-"))
    if not own:
        return None
    under = "" if _CELL_WORD.match(heading) or _CELL_WORD.match(text) else _place_in(f"{heading} x")[0]
    return CellName(place or under, own)


def _place_in(text: str) -> tuple[str, str]:
    """The sort of place that a text begins with and the rest; marks count, "Bàn Thạch" is not "bản Thạch"."""
    lowered = text.lower()
    for word, place in _PLACES.items():
        bare = fold(word)
        spellings = (word, bare) if bare in _CLEAR_BARE or not is_marked(text) else (word,)
        if any(lowered == spelling or lowered.startswith(f"{spelling} ") for spelling in spellings):
            return place, text[len(word) :]
    return "", text
