"""Which questions the calendar answers, and which are about the rules."""

from __future__ import annotations

from datetime import date

import pytest

from content import asking, faq

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    [
        "mai có họp không",
        "mai co hop ko ha chau",
        "họp lúc mấy giờ",
        "hop luc may h",
        "tối nay họp ở đâu thế",
        "họp chỗ nào vậy",
        "tháng này họp chuyên đề gì",
        "buổi tới bàn việc gì",
        "buổi họp tuần này có dời không",
        "còn mấy hôm nữa thì họp",
        "họp 7 giờ hay 7 rưỡi",
        "bữa mô họp rứa",
        "Dạ cho tôi hỏi, tối mai chi bộ mình họp ở nhà nào ạ?",
    ],
)
def test_the_calendar_answers(text: str) -> None:
    assert asking.decide(text).decision == "calendar"


@pytest.mark.parametrize(
    "text",
    [
        "hằng tháng phải họp chi bộ vào ngày nào theo chỉ thị",
        "họp 90 phút hay 60 phút",
        "tháng này bận mùa, hoãn họp có được không",
        "một năm họp mấy lần",
        "trưởng thôn họp dân bao giờ",
        "mấy giờ rồi",
        "trạm y tế ở đâu",
        "tôi sẽ dự",
    ],
)
def test_the_calendar_is_not_asked(text: str) -> None:
    assert asking.decide(text).decision != "calendar"


def test_hardly_any_known_phrasing_about_the_rules_goes_to_the_calendar() -> None:
    known = [text for entry in faq.load().entries.values() for text in (entry.question, *entry.phrasings)]
    taken = [text for text in known if asking.decide(text).decision == "calendar"]
    assert len(taken) <= len(known) // 100, taken


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("họp ít nhất bao nhiêu phút", "answer"),
        ("ket nap", "choices"),  # two words name a subject at most
        ("họp", "handover"),
        ("chào cháu", "handover"),
        ("xổ số miền bắc hôm nay", "handover"),
    ],
)
def test_few_words_are_never_answered_outright(text: str, decision: str) -> None:
    assert asking.decide(text).decision == decision


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Xã có mẫu biên bản mới chưa", True),
        ("cần giấy tờ gì", True),
        ("ai được đi?", True),
        ("hihi", False),
        ("gì cơ", False),
        ("con trai tôi sắp lấy vợ", False),
    ],
)
def test_what_wants_to_know_something(text: str, asks: bool) -> None:
    assert asking.is_question(text) is asks


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tối nay có họp không", TODAY),
        ("hom nay hop a", TODAY),
        ("mai có họp không", date(2026, 11, 26)),
        ("chị Mai có họp không", None),
        ("tuần này có họp không", None),
    ],
)
def test_near_days(text: str, day: date | None) -> None:
    assert asking.near_day(text, TODAY) == day
