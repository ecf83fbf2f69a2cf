import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.dates import lunar, lunar_month_length
from vietnamese.recurrence import (
    LunarDay,
    MonthlyDay,
    NthWeekday,
    Rule,
    dates,
    first_week_days,
    from_json,
    read_lunar_rule,
    read_rule_day,
    read_weekday_rule,
    rule_words,
    to_json,
)

RULES = st.one_of(
    st.builds(MonthlyDay, st.integers(1, 28)),
    st.builds(NthWeekday, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)),
    st.builds(LunarDay, st.integers(1, 30)),
)
DAYS = st.dates(date(2000, 1, 1), date(2049, 12, 31))


@pytest.mark.parametrize(
    ("rule", "first", "last", "falls"),
    [
        (MonthlyDay(3), "2026-12-03", "2027-02-03", ["2026-12-03", "2027-01-03", "2027-02-03"]),
        (MonthlyDay(3), "2026-12-04", "2027-01-02", []),
        (NthWeekday(1, 4), "2026-12-01", "2027-02-28", ["2026-12-04", "2027-01-01", "2027-02-05"]),
        (NthWeekday(-1, 6), "2026-11-25", "2027-01-31", ["2026-11-29", "2026-12-27", "2027-01-31"]),
        (NthWeekday(4, 0), "2027-02-01", "2027-02-28", ["2027-02-22"]),
        (LunarDay(10), "2026-12-01", "2027-02-28", ["2026-12-18", "2027-01-17", "2027-02-15"]),
        (LunarDay(15), "2025-07-01", "2025-09-30", ["2025-07-09", "2025-09-06"]),
        (LunarDay(30), "2027-01-01", "2027-02-28", ["2027-01-07", "2027-02-05"]),
    ],
)
def test_when_a_rule_falls(rule: Rule, first: str, last: str, falls: list[str]) -> None:
    found = dates(rule, date.fromisoformat(first), date.fromisoformat(last))
    assert [day.isoformat() for day in found] == falls


@given(RULES, DAYS)
def test_a_year_has_twelve_or_so_meetings_a_month_apart(rule: Rule, first: date) -> None:
    falls = dates(rule, first, first + timedelta(days=364))
    assert 11 <= len(falls) <= 13
    assert falls == sorted(set(falls))
    apart = {(later - earlier).days for earlier, later in pairwise(falls)}
    assert min(apart) >= 28
    # Only an inserted lunar month, without a meeting of its own, opens a longer gap.
    assert max(apart) <= (60 if isinstance(rule, LunarDay) else 35)


@given(st.integers(1, 30), DAYS)
def test_lunar_meetings_keep_their_day_and_leave_out_leap_months(day: int, first: date) -> None:
    for fall in dates(LunarDay(day), first, first + timedelta(days=200)):
        length = lunar_month_length(fall - timedelta(days=lunar(fall).day - 1))
        assert lunar(fall).day == min(day, length)
        assert not lunar(fall).leap


@given(RULES)
def test_a_rule_survives_storage(rule: Rule) -> None:
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule


@given(RULES)
def test_what_is_said_of_a_rule_is_read_back(rule: Rule) -> None:
    said = rule_words(rule)
    if isinstance(rule, MonthlyDay):
        assert read_rule_day(said) == rule
    elif isinstance(rule, NthWeekday):
        assert read_weekday_rule(said) == rule
    else:
        assert read_lunar_rule(said) == rule


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (MonthlyDay(3), "ngày 3 hằng tháng"),
        (NthWeekday(1, 4), "thứ Sáu tuần đầu hằng tháng"),
        (NthWeekday(2, 5), "thứ Bảy tuần thứ 2 hằng tháng"),
        (NthWeekday(-1, 6), "Chủ nhật tuần cuối hằng tháng"),
        (LunarDay(15), "rằm hằng tháng (âm lịch)"),
        (LunarDay(10), "mùng 10 hằng tháng (âm lịch)"),
        (LunarDay(25), "ngày 25 hằng tháng (âm lịch)"),
    ],
)
def test_how_a_rule_is_said(rule: Rule, words: str) -> None:
    assert rule_words(rule) == words


@pytest.mark.parametrize("made", [(MonthlyDay, 0), (MonthlyDay, 29), (LunarDay, 31), (LunarDay, 0)])
def test_days_that_not_every_month_has_are_refused(made: tuple[type[MonthlyDay] | type[LunarDay], int]) -> None:
    kind, day = made
    with pytest.raises(ValueError, match=str(day)):
        kind(day)


@pytest.mark.parametrize("stored", [{"kind": "yearly"}, {"kind": "monthly_day"}, {"kind": "monthly_day", "day": 31}])
def test_what_was_never_stored_is_refused(stored: dict[str, str | int]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(stored)


def test_a_meeting_on_a_sunday_moves_within_the_first_week() -> None:
    sunday = date(2027, 1, 3)
    assert [day.day for day in first_week_days(sunday, date(2026, 12, 24), {})] == [4, 5, 6, 7]
    assert [day.day for day in first_week_days(sunday, date(2027, 1, 6), {})] == [6, 7]
    assert [day.day for day in first_week_days(sunday, date(2026, 12, 24), {date(2027, 1, 4): True})] == [5, 6, 7]
    assert first_week_days(sunday, date(2027, 1, 8), {}) == []


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5", 5),
        ("ngày 5", 5),
        ("ngay 5 hang thang", 5),
        ("Ngày mùng 3 hằng tháng ạ", 3),
        ("mười hai", 12),
        ("ngày hai mươi lăm", 25),
        ("28", 28),
        ("29", None),
        ("0", None),
        ("5 và 6", None),
        ("5/12", None),
        ("mùng 5 âm", None),
        ("thứ 5", None),
        ("hôm nào cũng được", None),
        ("", None),
    ],
)
def test_reading_a_day_of_the_month(typed: str, day: int | None) -> None:
    assert read_rule_day(typed) == (MonthlyDay(day) if day else None)


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("thứ Sáu tuần đầu", (1, 4)),
        ("thu sau tuan dau", (1, 4)),
        ("t6 tuan 1", (1, 4)),
        ("T7 tuần 2", (2, 5)),
        ("thứ bảy tuần đầu tiên của tháng", (1, 5)),
        ("tuần đầu thứ 6", (1, 4)),
        ("thứ hai tuần thứ hai", (2, 0)),
        ("tuần thứ ba, thứ tư hàng tháng", (3, 2)),
        ("chủ nhật cuối tháng", (-1, 6)),
        ("CN đầu tháng", (1, 6)),
        ("chu nhat tuan cuoi", (-1, 6)),
        ("thứ 6", None),
        ("tuần đầu", None),
        ("thứ 6 tuần 5", None),
        ("thứ 8 tuần đầu", None),
        ("thứ 6 và thứ 7 tuần đầu", None),
        ("thứ 6 tuần đầu hoặc tuần 2", None),
        ("", None),
    ],
)
def test_reading_a_weekday_rule(typed: str, rule: tuple[int, int] | None) -> None:
    assert read_weekday_rule(typed) == (NthWeekday(*rule) if rule else None)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("mùng 10", 10),
        ("mung 10", 10),
        ("mồng một", 1),
        ("10", 10),
        ("rằm", 15),
        ("ngày rằm hằng tháng", 15),
        ("ram am lich", 15),
        ("15 am", 15),
        ("ngày 25 âm lịch", 25),
        ("30 âm", 30),
        ("31", None),
        ("rằm hoặc mùng 1", None),
        ("15 dương", None),
        ("ngày âm", None),
        ("", None),
    ],
)
def test_reading_a_lunar_rule(typed: str, day: int | None) -> None:
    assert read_lunar_rule(typed) == (LunarDay(day) if day else None)
