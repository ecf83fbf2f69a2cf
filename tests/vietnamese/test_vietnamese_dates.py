from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.dates import (
    clock_words,
    date_button,
    date_words,
    evening_of,
    is_rest_day,
    lunar,
    lunar_month_length,
    lunar_words,
    moment_words,
    near_tet,
    near_words,
    part_of_day,
    time_words,
    weekday_words,
)

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 12, 2)
MEETING = datetime(2026, 12, 3, 19, 30, tzinfo=HOME)


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2026, 12, 3), "25 tháng 10 âm"),
        (date(2026, 12, 12), "mùng 4 tháng 11 âm"),
        (date(2026, 8, 27), "rằm tháng 7 âm"),
        (date(2027, 2, 3), "27 tháng Chạp"),
        (date(2027, 2, 6), "mùng 1 tháng Giêng"),
        (date(2025, 7, 25), "mùng 1 tháng 6 nhuận"),
        (date(2025, 8, 8), "rằm tháng 6 nhuận"),
        (date(2025, 6, 25), "mùng 1 tháng 6 âm"),
    ],
)
def test_lunar_dates_as_spoken(day: date, spoken: str) -> None:
    assert lunar_words(day) == spoken


def test_tet_is_the_vietnamese_one_where_the_chinese_calendar_differs() -> None:
    assert [(lunar(day).day, lunar(day).month) for day in (date(2007, 2, 17), date(2030, 2, 2))] == [(1, 1), (1, 1)]


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2026, 12, 3), "thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"),
        (date(2026, 12, 4), "thứ Sáu, ngày 4 tháng 12 (26 tháng 10 âm)"),
        (date(2026, 12, 12), "thứ Bảy, ngày 12 tháng 12 (mùng 4 tháng 11 âm)"),
        (date(2027, 1, 3), "Chủ nhật, ngày 3 tháng 1 năm 2027 (26 tháng 11 âm)"),
        (date(2027, 2, 3), "thứ Tư, ngày 3 tháng 2 năm 2027 (27 tháng Chạp)"),
    ],
)
def test_dates_as_in_the_copy_deck(day: date, spoken: str) -> None:
    assert date_words(day, TODAY) == spoken
    assert date_words(day, TODAY, lunar=False) == spoken.split(" (", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        (time(0, 0), "12 giờ đêm"),
        (time(0, 30), "12 giờ rưỡi đêm"),
        (time(3, 59), "3 giờ 59 đêm"),
        (time(4, 0), "4 giờ sáng"),
        (time(6, 45), "6 giờ 45 sáng"),
        (time(10, 59), "10 giờ 59 sáng"),
        (time(11, 0), "11 giờ trưa"),
        (time(12, 0), "12 giờ trưa"),
        (time(13, 0), "1 giờ chiều"),
        (time(17, 30), "5 giờ rưỡi chiều"),
        (time(18, 0), "6 giờ tối"),
        (time(19, 5), "7 giờ 5 tối"),
        (time(19, 30), "7 giờ rưỡi tối"),
        (time(21, 0), "9 giờ tối"),
        (time(22, 0), "10 giờ đêm"),
        (time(23, 15), "11 giờ 15 đêm"),
    ],
)
def test_times_as_spoken(at: time, spoken: str) -> None:
    assert time_words(at) == spoken
    assert f"{clock_words(at)} {part_of_day(at)}" == spoken


@given(st.times())
def test_no_two_minutes_of_a_day_sound_alike(at: time) -> None:
    other = time((at.hour + 12) % 24, at.minute)
    assert time_words(at) != time_words(other)


def test_a_meeting_as_spoken() -> None:
    assert moment_words(MEETING, TODAY) == "7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"
    assert evening_of(MEETING, TODAY) == "tối thứ Năm, ngày 3 tháng 12"
    assert evening_of(MEETING, date(2025, 12, 31)) == "tối thứ Năm, ngày 3 tháng 12 năm 2026"
    assert date_button(MEETING.date()) == "Thứ Năm, ngày 3/12"
    assert weekday_words(date(2026, 12, 6)) == "Chủ nhật"


@pytest.mark.parametrize(("today", "said"), [(2, "tối mai"), (3, "tối nay"), (1, None), (4, None)])
def test_near_days_are_named(today: int, said: str | None) -> None:
    assert near_words(MEETING, date(2026, 12, today)) == said


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 12, 3), None),
        (date(2027, 1, 3), "Chủ nhật"),
        (date(2027, 4, 3), "thứ Bảy"),
        (date(2026, 9, 2), "Quốc khánh"),
        (date(2027, 1, 1), "Tết Dương lịch"),
        (date(2026, 4, 26), "ngày Giỗ Tổ Hùng Vương"),
        (date(2026, 2, 18), "mùng hai Tết Nguyên Đán"),
        (date(2027, 2, 5), "giao thừa Tết Nguyên Đán"),
        (date(2026, 8, 31), "ngày nghỉ hoán đổi"),
    ],
)
def test_rest_days_and_why(day: date, reason: str | None) -> None:
    assert is_rest_day(day, {}) == reason


def test_decreed_days_overrule_the_calendar_both_ways() -> None:
    decreed = {date(2026, 1, 2): True, date(2026, 8, 22): False, date(2027, 1, 3): True}
    assert is_rest_day(date(2026, 1, 2), decreed) == "ngày nghỉ"
    assert is_rest_day(date(2026, 8, 22), decreed) is None
    assert is_rest_day(date(2027, 1, 3), decreed) == "Chủ nhật"


def test_near_tet_is_from_23_chap_to_mung_6() -> None:
    eve = date(2027, 2, 5)
    near = [day for day in (eve + timedelta(days=n) for n in range(-30, 31)) if near_tet(day)]
    assert (near[0], near[-1]) == (date(2027, 1, 30), date(2027, 2, 11))
    assert len(near) == 13


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)))
def test_a_lunar_month_has_29_or_30_days_and_then_begins_again(day: date) -> None:
    start = day - timedelta(days=lunar(day).day - 1)
    length = lunar_month_length(start)
    assert lunar(start).day == 1
    assert lunar(start + timedelta(days=length - 1)).day == length
    assert lunar(start + timedelta(days=length)).day == 1
