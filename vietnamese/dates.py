"""Dates and times as they are spoken in a village (voice.md, principle 6), with the lunar date beside the solar one.

Date-times are aware and already in the unit's own zone; this module never converts and never asks for the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
# First hour of each part of the day; what is before four in the morning is night.
_PARTS = ((22, "đêm"), (18, "tối"), (13, "chiều"), (11, "trưa"), (4, "sáng"), (0, "đêm"))


@dataclass(frozen=True)
class LunarDate:
    """A day of the Vietnamese lunar calendar; `leap` is true in an inserted month (tháng nhuận)."""

    day: int
    month: int
    leap: bool
    year: int


@lru_cache(maxsize=4096)
def lunar(day: date) -> LunarDate:
    """The lunar date of a solar day between 1900 and 2100; ValueError outside."""
    # Imported here because only those who speak of dates pay for it.
    from lunar_vn import solar_to_lunar  # noqa: PLC0415

    found = solar_to_lunar(date(day.year, day.month, day.day))
    return LunarDate(found.day, found.month, found.leap, found.year)


def lunar_words(day: date) -> str:
    """ "25 tháng 10 âm", "mùng 4 tháng 11 âm", "rằm tháng 7 âm", "27 tháng Chạp", "mùng 2 tháng 6 nhuận"."""
    found = lunar(day)
    return f"{lunar_day_words(found.day)} {_lunar_month_words(found)}"


def lunar_day_words(day: int) -> str:
    """The day within a lunar month: "mùng 4", "rằm", "25"."""
    if day == 15:
        return "rằm"
    return f"mùng {day}" if day <= 10 else str(day)


def _lunar_month_words(found: LunarDate) -> str:
    if found.leap:
        return f"tháng {found.month} nhuận"
    return {1: "tháng Giêng", 12: "tháng Chạp"}.get(found.month, f"tháng {found.month} âm")


def weekday_words(day: date) -> str:
    """ "thứ Năm", "Chủ nhật"."""
    return _WEEKDAYS[day.weekday()]


def date_words(day: date, today: date, *, lunar: bool = True) -> str:
    """ "thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"; the year is said only if it is not this year's."""
    spoken = f"{weekday_words(day)}, ngày {day.day} tháng {day.month}"
    if day.year != today.year:
        spoken += f" năm {day.year}"
    return f"{spoken} ({lunar_words(day)})" if lunar else spoken


def date_button(day: date) -> str:
    """For a button only, the one place for a slash: "Thứ Năm, ngày 3/12"."""
    name = weekday_words(day)
    return f"{name[0].upper()}{name[1:]}, ngày {day.day}/{day.month}"


def clock_words(at: time) -> str:
    """ "7 giờ", "7 giờ rưỡi", "6 giờ 45"; twelve hours, since the part of day follows."""
    hour = (at.hour - 1) % 12 + 1
    minutes = {0: "", 30: " rưỡi"}.get(at.minute, f" {at.minute}")
    return f"{hour} giờ{minutes}"


def part_of_day(at: time) -> str:
    """ "sáng", "trưa", "chiều", "tối" or "đêm"."""
    return next(name for first_hour, name in _PARTS if at.hour >= first_hour)


def time_words(at: time) -> str:
    """ "7 giờ rưỡi tối"."""
    return f"{clock_words(at)} {part_of_day(at)}"


def moment_words(local: datetime, today: date) -> str:
    """ "7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"."""
    return f"{time_words(local.timetz())} {date_words(local.date(), today)}"


def evening_of(local: datetime, today: date) -> str:
    """ "tối thứ Năm, ngày 3 tháng 12": part of day and date, without the clock."""
    return f"{part_of_day(local.timetz())} {date_words(local.date(), today, lunar=False)}"


def near_words(local: datetime, today: date) -> str | None:
    """ "tối nay" or "sáng mai"; None further off. Never say it without the date: it may be read a day late."""
    name = {0: "nay", 1: "mai"}.get((local.date() - today).days)
    return f"{part_of_day(local.timetz())} {name}" if name else None


def is_rest_day(day: date, extra: Mapping[date, bool]) -> str | None:
    """Why nobody works on that day ("Chủ nhật", "thứ Bảy", "Quốc khánh"), or None.

    `extra` is the unit's own table of decreed days: True is a day off, False a working day, and it overrules the rest.
    """
    if extra.get(day) is False:
        return None
    reason = _holiday(day) or (weekday_words(day) if day.weekday() >= 5 else None)
    return reason or ("ngày nghỉ" if extra.get(day) else None)


def working_day(day: date, count: int, extra: Mapping[date, bool]) -> date:
    """The day that lies `count` working days after another; `extra` as for is_rest_day."""
    while count:
        day += timedelta(days=1)
        count -= is_rest_day(day, extra) is None
    return day


def near_tet(day: date) -> bool:
    """From 23 tháng Chạp to mùng 6 tháng Giêng, when a village does not meet without being asked."""
    found = lunar(day)
    return (found.month == 12 and found.day >= 23) or (found.month == 1 and found.day <= 6)


def _holiday(day: date) -> str | None:
    name = _holidays(day.year).get(day)
    if name is None:
        return None
    # The table writes swapped days with a date in digits, and begins common nouns with a capital.
    if name.startswith("Ngày nghỉ"):
        return "ngày nghỉ hoán đổi"
    return name[0].lower() + name[1:] if name.startswith(("Ngày", "Mùng", "Giao")) else name


@cache
def _holidays(year: int) -> Mapping[date, str]:
    # Imported here because it is slow to import and only the planning of meetings needs it.
    from holidays import country_holidays  # noqa: PLC0415

    return dict(country_holidays("VN", years=year, language="vi"))


def lunar_month_starts(first: date, last: date) -> list[date]:
    """The first days of all lunar months that have a day between `first` and `last`, both included."""
    start = first - timedelta(days=lunar(first).day - 1)
    starts = []
    while start <= last:
        starts.append(start)
        start += timedelta(days=lunar_month_length(start))
    return starts


def lunar_month_length(start: date) -> int:
    """29 or 30 days, of the lunar month that begins on `start`."""
    return 30 if lunar(start + timedelta(days=29)).day == 30 else 29
