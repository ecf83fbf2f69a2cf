"""What a typed question is after: the cell's own meeting, one of the answers on procedure, or nothing we know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from content import faq
from content.faq import Decision, Faq
from content.grams import plain

FEWEST_WORDS = 3  # fewer name a subject at most: offered, never answered outright
SHORT = 6  # a question of so few words that names no rule means the own meeting: "họp ở đâu vậy"

# All patterns are matched against the plain spelling of ranking.plain(): folded, short forms written out.
_MEETING = re.compile(r"\b(hop|buoi|sinh hoat|co mat|doi sang|doi lich|hen lai|bao vang)\b")
_OWN = re.compile(
    r"\b((hom|toi|chieu|sang|trua|dem|bua|tuan|thang|buoi|lan|hop|dot) nay|mai|ngay kia"
    r"|(buoi|hom|lan|tuan|thang|hop) toi|(tuan|thang) sau|sap toi|gan nhat|chi bo (minh|ta)|hop nua|doi sang"
    r"|toi (da )?(bao|tra loi))\b"
)
_WHEN = re.compile(
    r"\b((may|gi) gio|gio (nao|may|gi)|(luc|khi|hom|bua|ngay|tuan|buoi) (nao|mo)|bao gio|thu may|mung may"
    r"|ngay (may|bao nhieu)|may (hom|ngay|bua) nua|lich hop)\b"
)
_WHERE = re.compile(r"\b(o dau|(cho|noi|nha) (nao|mo|ai)|hop (tai )?dau|dia diem|hop o .* hay)\b")
_ABOUT = re.compile(
    r"\b((hop|ban)( ve)?( nhung)?( viec| chuyen)? (gi|chi(?! bo| uy))|(noi dung|chuyen de)( la)?( cai)? (gi|nao))\b"
)
_WHETHER = re.compile(
    r"\b((co|con|van) (di )?hop .*(khong|chua)|hop (chua|a|ha)$|(co|bi|da) (hoan|doi|lui|roi|chuyen)"
    r"|(hoan|doi|lui|chuyen) (sang )?(ngay|gio|hom|lich|buoi|hop|cho|dia diem|noi)|hen lai (ngay|gio|hom|lich|buoi)"
    r"|toi (da )?(bao|tra loi) .*(chua|khong))\b"
)
# What is like the questions about the own meetings asks in these forms too, and speaks of these things.
_WANTS = re.compile(
    r"\b((cho|xin|muon|can) (toi |em |chau |bac )?(xem|biet|coi)|(xem|coi|nhac|gui|doc|noi) lai|hay|chua thay)\b"
    r"|\b(he|hi|ta|nghen|rua)$"
)
_OF_MEETINGS = re.compile(
    r"\b((ky|lan|dot|bua) (nay|toi|ni|sau)|chuyen de|tai lieu|chu tri|thu ky|chi bo|nha van hoa|nvh|hoi truong"
    r"|chuong trinh|noi dung|lich|bao (di|vang|muon|nghi|den)|nhan loi|tra loi|co mat|doi gi|gio giac)\b"
)
_WHICH_HOUR = re.compile(r"\b\d{1,2} ?(h|gio|ruoi)\b.* hay |\bhay (la )?\d{1,2} ?(h|gio|ruoi)\b")
# Next to nothing but the question itself: "mấy giờ", "ở đâu vậy", "có hoãn không" can only mean the own meeting.
_BARE = re.compile(
    r"((the|vay|a|vang|cho hoi|di|hop|den) )*"
    r"(may gio|gio nao|luc nao|khi nao|hom nao|bua nao|ngay nao|ngay may|bao gio|bao nhieu gio|o dau|o mo|cho nao"
    r"|dau(?= (vay|the|a|ha|nhi)$)|nvh|nha van hoa|(co |bi )?(hoan|doi|lui)( ngay| gio| lich| buoi| hop)?|co hop)"
    r"( (khong|a|ha|ho|vay|the|day|nhi|hop|di|may gio|bac|chu|anh|chi|em|dong chi))*"
)
# Whoever asks so wants the rule, not the date: every month, by which document, whether one may.
_RULE = re.compile(
    r"\b(hang thang|moi (thang|nam|quy)|mot (nam|quy)|quy dinh|chi thi|huong dan|dieu le|nghi quyet|bien ban|dang phi"
    r"|tai lieu|ket luan|phut|bao lau|may (lan|buoi|tieng)|duoc (khong|phep|chang|chu|hop)|co duoc|xin|phai (di )?hop"
    r"|phai bao|dung (quy|luat)|hop le|diem danh|bieu quyet|chi uy|hop (thon|dan)|the nao|lam sao|thi sao|xu ly"
    r"|nay day mai do|trung uong)\b"
)
_QUESTION = re.compile(
    r"\b(gi|nao|sao|dau|may|bao nhieu|bao gio|bao lau|ai|the nao|hay khong|ra sao|vi sao|tai sao|cho hoi|xin hoi|hoi)\b"
    r"|\bhay (la )?(o|den|di|thoi)\b|\b(khong|chua|chang|a|ha|ho|nhi)( (vay|the|day|nhi|a|ha|ae|anh em|moi nguoi"
    r"|ba con|bi thu|ba thu|dong chi|bac|chu|co|anh|chi|em|chau|con|ong|ba))*$"
)
_TODAY, _TOMORROW = re.compile(r"\b(hom|toi|chieu|sang|trua|dem|bua) nay\b"), re.compile(r"\b(?<!chi )(?<!co )mai\b")


@dataclass(frozen=True)
class Asked:
    """`slug` for an answer, `slugs` (up to three) for choices and beside an answer; `score` of the nearest entry.

    `is_past`: the calendar is asked about a meeting that is over.
    """

    decision: Literal["answer", "choices", "calendar", "handover"]
    slug: str | None
    slugs: tuple[str, ...]
    score: float
    is_past: bool = False


def decide(text: str, known: Faq | None = None) -> Asked:
    """What to do with a question that nobody else took; `known`: the entries, those of the files if none are given.

    "handover": only a person can say.
    """
    found = (known or faq.load()).decide(text)
    if _is_bare(text, plain(text)) or (found.kind != "answer" and about_meeting(text)):
        return Asked("calendar", None, (), found.score, is_past=found.kind == "past")
    if found.kind in faq.OWN_GROUPS:
        return _of_own(text, found)
    words = len(plain(text).split())
    if found.kind == "answer" and words >= FEWEST_WORDS:
        return Asked("answer", found.slug, found.slugs, found.score)
    if found.kind != "none" and words >= FEWEST_WORDS - 1:
        return Asked("choices", None, found.slugs, found.score)
    return Asked("handover", None, (), found.score)


def _of_own(text: str, found: Decision) -> Asked:
    """Words that are like questions about the own meetings: they must ask, and speak of a meeting or of the past."""
    over, words = found.kind == "past", plain(text)
    about = over or _MEETING.search(words) or _OF_MEETINGS.search(words)
    asks = about and (is_question(text) or _WANTS.search(words))
    return Asked("calendar" if asks else "handover", None, (), found.score, is_past=bool(asks) and over)


def about_meeting(text: str) -> bool:
    """Whether a question is about the cell's next meeting: when, where, what about, whether it takes place."""
    words = plain(text)
    if _is_bare(text, words):
        return True
    asks = [pattern.search(words) for pattern in (_WHEN, _WHERE, _ABOUT, _WHETHER)]
    short = len(words.split()) <= SHORT
    if short and _WHICH_HOUR.search(words):
        return True
    if not any(asks) or not _MEETING.search(words) or _RULE.search(words):
        return False
    return short or bool(_OWN.search(words))


def _is_bare(text: str, words: str) -> bool:
    """A question of a few words without its subject; a place alone is one only where it asks ("NVH à")."""
    if words in ("nvh", "nha van hoa", "doi", "lui") and not text.rstrip().endswith("?"):
        return False
    return bool(_BARE.fullmatch(words))


def is_question(text: str) -> bool:
    """Whether words want to know something; two words or fewer are not taken for it."""
    words = plain(text)
    return len(words.split()) >= FEWEST_WORDS and (text.rstrip().endswith("?") or bool(_QUESTION.search(words)))


def near_day(text: str, today: date) -> date | None:
    """The day that a question names with "hôm nay", "tối nay" or "mai"; None if it names neither."""
    words = plain(text)
    if _TODAY.search(words):
        return today
    return today + timedelta(days=1) if _TOMORROW.search(words) else None
