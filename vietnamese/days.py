"""The day within a phrase: a date, a weekday, or a number of days from now, and which day each can mean."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from vietnamese.dates import lunar, lunar_month_length
from vietnamese.tokens import Token, longest, number, said, weekday

Calendar = Literal["solar", "lunar"]

# A day of this year so recently gone is taken to be meant, and is past; one longer gone is next year's.
_RECENT = timedelta(days=60)
_FAR = timedelta(days=400)
_CALENDARS: dict[str, Calendar] = {
    "âm lịch": "lunar",
    "âm": "lunar",
    "al": "lunar",
    "dương lịch": "solar",
    "dương": "solar",
    "dl": "solar",
}
_NEAR = {
    "hôm nay": 0,
    "nay": 0,
    "ngày mai": 1,
    "hôm mai": 1,
    "mai": 1,
    "ngày kia": 2,
    "hôm kia": -2,
    "ngày mốt": 2,
    "mốt": 2,
    "kia": 2,
    "hôm qua": -1,
}
_MONTHS_FROM_NOW = {"tháng này": 0, "tháng sau": 1, "tháng tới": 1, "tháng trước": -1}
_WEEKS_FROM_NOW = {"tuần này": 0, "tuần sau": 1, "tuần tới": 1, "tuần sau nữa": 2, "tuần trước": -1}
_YEARS_FROM_NOW = {"năm nay": 0, "năm sau": 1, "năm tới": 1}


@dataclass(frozen=True)
class FromNow:
    """So many days from today: "mai", "3 ngày nữa"."""

    days: int

    def day(self, today: date) -> date:
        return today + timedelta(days=self.days)


@dataclass(frozen=True)
class Weekday:
    """A weekday (0 is Monday), bare or of the week so many weeks from now; `coming` for "thứ 7 tới", never today."""

    weekday: int
    week: int | None = None
    coming: bool = False

    def day(self, today: date) -> date:
        """The day meant; a bare weekday is the next one, today included."""
        if self.week is not None:
            return today + timedelta(days=self.weekday - today.weekday() + 7 * self.week)
        ahead = (self.weekday - today.weekday()) % 7
        return today + timedelta(days=7 if self.coming and ahead == 0 else ahead)


@dataclass(frozen=True)
class CalendarDay:
    """A day of a month by the solar or the lunar calendar, or by either: people say mùng of both.

    `month` is a number, or `months_from_now` counts from the present one, or both are None.
    """

    number: int
    month: int | None = None
    months_from_now: int | None = None
    year: int | None = None
    years_from_now: int | None = None
    leap: bool = False
    calendars: tuple[Calendar, ...] = ("solar",)

    def day(self, today: date, by: Calendar) -> date | None:
        """The day meant by that calendar; None if there is none. It may be past."""
        if self.months_from_now is not None:
            return _day_of_month(today, self.months_from_now, self.number, by)
        if self.month is None:
            return self._bare_day(today, by)
        year = self.year if self.years_from_now is None else today.year + self.years_from_now
        if year is not None:
            return next((day for day in _year(year) if self.is_on(day, by, year)), None)
        this_year = _year_of(today, by)
        recent = next((day for day in _span(today, -_RECENT) if self.is_on(day, by, this_year)), None)
        ahead = next((day for day in _span(today, _FAR) if self.is_on(day, by)), None)
        return recent or ahead

    def _bare_day(self, today: date, by: Calendar) -> date | None:
        # "ngày 2" on the third is this month's and past; of mùng and rằm people speak ahead.
        if self.calendars == ("solar",):
            return _day_of_month(today, 0, self.number, by)
        return self.next_day(today, by)

    def next_day(self, start: date, by: Calendar) -> date | None:
        """The first day from `start` on that has this number in its month."""
        return next((day for day in _span(start, _FAR) if _number(day, by) == self.number), None)

    def is_on(self, day: date, by: Calendar, year: int | None = None) -> bool:
        """Whether a day has this number, month and, if one is named, year."""
        if by == "solar":
            return (day.day, day.month) == (self.number, self.month) and year in (None, day.year)
        found = lunar(day)
        same = (found.day, found.month, found.leap) == (self.number, self.month, self.leap)
        return same and year in (None, found.year)


Day = FromNow | Weekday | CalendarDay


def _number(day: date, by: Calendar) -> int:
    return day.day if by == "solar" else lunar(day).day


def _year_of(day: date, by: Calendar) -> int:
    return day.year if by == "solar" else lunar(day).year


def _span(first: date, length: timedelta) -> Iterator[date]:
    step = 1 if length.days >= 0 else -1
    return (first + timedelta(days=n) for n in range(0, length.days + step, step))


def _year(year: int) -> Iterator[date]:
    """All days of a solar year and of the lunar year of that number, which ends in the next February."""
    return _span(date(year, 1, 1), timedelta(days=420)) if 1900 < year < 2100 else iter(())


def _day_of_month(today: date, months: int, day: int, by: Calendar) -> date | None:
    start, length = _solar_month(today, months) if by == "solar" else _lunar_month(today, months)
    return start + timedelta(days=day - 1) if 1 <= day <= length else None


def _solar_month(today: date, months: int) -> tuple[date, int]:
    years, month = divmod(today.month - 1 + months, 12)
    start = date(today.year + years, month + 1, 1)
    return start, calendar.monthrange(start.year, start.month)[1]


def _lunar_month(today: date, months: int) -> tuple[date, int]:
    start = today - timedelta(days=lunar(today).day - 1)
    for _ in range(months):
        start += timedelta(days=lunar_month_length(start))
    if months < 0:
        start -= timedelta(days=1)
        start -= timedelta(days=lunar(start).day - 1)
    return start, lunar_month_length(start)


def read_day(row: Sequence[Token], at: int) -> tuple[Day, int] | None:
    """The day that begins at a place and its length in tokens."""
    for read in (_read_from_now, _read_calendar_day, _read_weekday):
        if found := read(row, at):
            return found
    if row[at].says("ngày", "hôm") and at + 1 < len(row):
        inner = _read_weekday(row, at + 1)
        return (inner[0], inner[1] + 1) if inner else None
    return None


def _read_from_now(row: Sequence[Token], at: int) -> tuple[Day, int] | None:
    if phrase := longest(row, at, _NEAR):
        return None if _is_a_name(row, at, phrase) else (FromNow(_NEAR[phrase]), len(phrase.split()))
    found = number(row, at)
    if found is None:
        return None
    unit = longest(row, at + found[1], ("ngày nữa", "hôm nữa", "tuần nữa"))
    if unit is None or found[0] > 99:
        return None
    return FromNow(found[0] * (7 if unit == "tuần nữa" else 1)), found[1] + 2


_TITLES = ("bà", "ông", "bác", "cô", "chú", "anh", "chị", "em", "thị", "văn", "chí", "cụ", "thôn", "bản", "làng", "xã")


def _is_a_name(row: Sequence[Token], at: int, phrase: str) -> bool:
    """ "bà Mai" is a person, and "bản Mai" a place, not tomorrow."""
    return phrase in ("mai", "nay", "kia", "mốt") and at > 0 and row[at - 1].says(*_TITLES)


def _read_weekday(row: Sequence[Token], at: int) -> tuple[Day, int] | None:
    week = longest(row, at, _WEEKS_FROM_NOW)
    before = len(week.split()) if week else 0
    found = weekday(row, at + before)
    if found is None:
        return None
    name, length = found
    if week:
        return Weekday(name, _WEEKS_FROM_NOW[week]), before + length
    if after := longest(row, at + length, _WEEKS_FROM_NOW):
        return Weekday(name, _WEEKS_FROM_NOW[after]), length + len(after.split())
    return _read_weekday_tail(row, at + length, name, length)


def _read_weekday_tail(row: Sequence[Token], at: int, name: int, length: int) -> tuple[Day, int]:
    if said(row, at, "này"):
        return Weekday(name, coming=False), length + 1
    if said(row, at, "sau"):
        return Weekday(name, week=1), length + 1
    # Unmarked "toi" may be tới or tối; as an evening it is read by the clock, and the day is the same.
    if at < len(row) and row[at].typed == "tới":
        return Weekday(name, coming=True), length + 1
    return Weekday(name), length


def _read_calendar_day(row: Sequence[Token], at: int) -> tuple[Day, int] | None:
    start = at
    opened = said(row, at, "ngày") or said(row, at, "hôm")
    at += 1 if opened else 0
    if said(row, at, "rằm"):
        return _with_month(row, start, at + 1, CalendarDay(15, calendars=("lunar",)))
    mung = longest(row, at, ("mùng", "mồng")) is not None
    at += 1 if mung else 0
    if not mung and (written := _read_written(row, at)):
        return _with_calendar(row, start, at + written[1], written[0])
    found = number(row, at)
    if found is None or not 1 <= found[0] <= 31:
        return None
    day = CalendarDay(found[0], calendars=("solar", "lunar") if mung else ("solar",))
    at += found[1]
    if mung or opened or said(row, at, "tháng"):
        return _with_month(row, start, at, day, needs_month=not (mung or opened))
    marked = longest(row, at, _CALENDARS)
    return _with_calendar(row, start, at, day) if marked else None


def _read_written(row: Sequence[Token], at: int) -> tuple[CalendarDay, int] | None:
    """ "12/12", "12-12-2026", "12.12.26" and "2026-12-12"."""
    values = [token.value for token in row[at : at + 5 : 2]]
    signs = [token.typed for token in row[at + 1 : at + 4 : 2]]
    if len(values) < 2 or None in values[:2] or not signs or signs[0] not in ("/", "-", "."):
        return None
    first, second = values[0] or 0, values[1] or 0
    third = values[2] if len(values) == 3 and len(signs) == 2 and signs[1] == signs[0] else None
    if first > 1900 and third is not None:
        return CalendarDay(third, second, year=first), 5
    if not (1 <= first <= 31 and 1 <= second <= 12):
        return None
    if third is None:
        return CalendarDay(first, second), 3
    return CalendarDay(first, second, year=third + 2000 if third < 100 else third), 5


def _with_month(
    row: Sequence[Token], start: int, at: int, day: CalendarDay, *, needs_month: bool = False
) -> tuple[Day, int] | None:
    """What follows the number of a day: its month, its year, its calendar."""
    if phrase := longest(row, at, _MONTHS_FROM_NOW):
        day = replace(day, months_from_now=_MONTHS_FROM_NOW[phrase])
        return _with_calendar(row, start, at + 2, day)
    if said(row, at, "tết"):
        return replace(day, month=1, calendars=("lunar",)), at + 1 - start
    if not said(row, at, "tháng"):
        return None if needs_month else _with_calendar(row, start, at, day)
    month, length, calendars = _month(row, at + 1)
    if month is None:
        return None
    at += 1 + length
    day = replace(day, month=month, calendars=calendars or day.calendars)
    if said(row, at, "nhuận"):
        day, at = replace(day, leap=True, calendars=("lunar",)), at + 1
    return _with_calendar(row, start, at, day)


def _month(row: Sequence[Token], at: int) -> tuple[int | None, int, tuple[Calendar, ...] | None]:
    if said(row, at, "giêng"):
        return 1, 1, ("lunar",)
    if said(row, at, "chạp"):
        return 12, 1, ("lunar",)
    if said(row, at, "tư"):
        return 4, 1, None
    found = number(row, at)
    return (found[0], found[1], None) if found and 1 <= found[0] <= 12 else (None, 0, None)


def _with_calendar(row: Sequence[Token], start: int, at: int, day: CalendarDay) -> tuple[Day, int]:
    """Year and calendar may follow in either order: "năm 2027 âm lịch", "âm năm sau"."""
    for _ in range(2):
        if name := longest(row, at, _CALENDARS):
            day, at = replace(day, calendars=(_CALENDARS[name],)), at + len(name.split())
        elif phrase := longest(row, at, _YEARS_FROM_NOW):
            day, at = replace(day, years_from_now=_YEARS_FROM_NOW[phrase]), at + 2
        elif said(row, at, "năm") and at + 1 < len(row) and (row[at + 1].value or 0) > 1900:
            day, at = replace(day, year=row[at + 1].value), at + 2
    return day, at - start
