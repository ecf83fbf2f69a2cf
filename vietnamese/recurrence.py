"""The rule by which a cell meets every month: what it is, when it falls, how it is said and how it is read."""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from vietnamese.dates import (
    is_rest_day,
    lunar,
    lunar_day_words,
    lunar_month_length,
    lunar_month_starts,
    weekday_words,
)
from vietnamese.tokens import Token, longest, number, tokens, weekday


@dataclass(frozen=True)
class MonthlyDay:
    """A day of the solar month, 1 to 28, so that every month has it."""

    day: int

    def __post_init__(self) -> None:
        _between(self.day, 1, 28)


@dataclass(frozen=True)
class NthWeekday:
    """The nth (1 to 4, or -1 for the last) weekday (0 is Monday) of the solar month."""

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        _between(self.weekday, 0, 6)
        if self.nth != -1:
            _between(self.nth, 1, 4)


@dataclass(frozen=True)
class LunarDay:
    """A day of the lunar month, 1 to 30; a month of 29 days meets on its last, an inserted month not at all."""

    day: int

    def __post_init__(self) -> None:
        _between(self.day, 1, 30)


Rule = MonthlyDay | NthWeekday | LunarDay

_KINDS: dict[str, type[MonthlyDay] | type[NthWeekday] | type[LunarDay]] = {
    "monthly_day": MonthlyDay,
    "nth_weekday": NthWeekday,
    "lunar_day": LunarDay,
}


def _between(value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{value} is not from {low} to {high}")


def to_json(rule: Rule) -> dict[str, str | int]:
    """For a JSON column: {"kind": "monthly_day", "day": 3}."""
    kind = next(name for name, made in _KINDS.items() if isinstance(rule, made))
    return {"kind": kind, **asdict(rule)}


def from_json(stored: Mapping[str, str | int]) -> Rule:
    """The rule that `to_json` wrote; KeyError, TypeError or ValueError when it is none."""
    return _KINDS[str(stored["kind"])](**{name: int(value) for name, value in stored.items() if name != "kind"})


def dates(rule: Rule, first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included, on which the rule falls."""
    return [day for day in _falls(rule, first, last) if first <= day <= last]


def _falls(rule: Rule, first: date, last: date) -> Iterator[date]:
    if isinstance(rule, LunarDay):
        yield from _lunar_falls(rule, first, last)
        return
    month = first.replace(day=1)
    while month <= last:
        yield month.replace(day=rule.day) if isinstance(rule, MonthlyDay) else _nth_weekday(rule, month)
        month = (month + timedelta(days=31)).replace(day=1)


def _lunar_falls(rule: LunarDay, first: date, last: date) -> Iterator[date]:
    for start in lunar_month_starts(first, last):
        if not lunar(start).leap:
            yield start + timedelta(days=min(rule.day, lunar_month_length(start)) - 1)


def _nth_weekday(rule: NthWeekday, month: date) -> date:
    if rule.nth > 0:
        return month + timedelta(days=(rule.weekday - month.weekday()) % 7 + 7 * (rule.nth - 1))
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return last - timedelta(days=(last.weekday() - rule.weekday) % 7)


def first_week_days(day: date, today: date, extra: Mapping[date, bool]) -> list[date]:
    """The working days from the 1st to the 7th of that day's month that are not over: where a meeting whose day is a
    rest day moves to (CT 50-CT/TW as quoted: trùng ngày nghỉ thì họp trong tuần đầu của tháng)."""
    week = [day.replace(day=number) for number in range(1, 8)]
    return [each for each in week if each >= today and is_rest_day(each, extra) is None]


def rule_words(rule: Rule) -> str:
    """ "ngày 3 hằng tháng", "thứ Sáu tuần đầu hằng tháng", "rằm hằng tháng (âm lịch)"."""
    if isinstance(rule, MonthlyDay):
        return f"ngày {rule.day} hằng tháng"
    if isinstance(rule, NthWeekday):
        # The first of January 2024 was a Monday.
        name = weekday_words(date(2024, 1, 1 + rule.weekday))
        return f"{name} {_NTH_WORDS[rule.nth]} hằng tháng"
    day = lunar_day_words(rule.day)
    return f"{day if not day.isdecimal() else f'ngày {day}'} hằng tháng (âm lịch)"


_NTH_WORDS = {1: "tuần đầu", 2: "tuần thứ 2", 3: "tuần thứ 3", 4: "tuần thứ 4", -1: "tuần cuối"}

# What people say around a rule without changing it.
_AROUND = ("hằng", "hàng", "tháng", "mỗi", "vào", "họp", "của", "trong", "lịch", "nhé", "ạ", "thì", "cứ", ".", "-")
_SOLAR_WORDS = ("ngày", "mùng", "mồng", "dương")
_LUNAR_WORDS = ("ngày", "mùng", "mồng", "âm", "al")
_NTH_PHRASES = {
    "tuần đầu": 1,
    "tuần đầu tiên": 1,
    "đầu": 1,
    "đầu tiên": 1,
    "tuần nhất": 1,
    "tuần thứ nhất": 1,
    "tuần cuối": -1,
    "tuần cuối cùng": -1,
    "cuối": -1,
    "cuối cùng": -1,
}


def read_rule_day(text: str) -> MonthlyDay | None:
    """The day of the solar month, 1 to 28, that an answer names: "5", "ngày 5 hằng tháng"; None for anything else."""
    day = _only_number(_core(text), _SOLAR_WORDS)
    return MonthlyDay(day) if day and day <= 28 else None


def read_lunar_rule(text: str) -> LunarDay | None:
    """The day of the lunar month that an answer names: "mùng 10", "rằm", "15 am"; None for anything else."""
    row = _core(text)
    if [token for token in row if not token.says("ngày", "âm", "al")] and all(
        token.says("rằm", "ngày", "âm", "al") for token in row
    ):
        return LunarDay(15)
    day = _only_number(row, _LUNAR_WORDS)
    return LunarDay(day) if day and day <= 30 else None


def read_weekday_rule(text: str) -> NthWeekday | None:
    """The weekday rule that an answer names: "thứ Sáu tuần đầu", "t6 tuan 1", "chủ nhật cuối tháng"; else None."""
    row = _core(text)
    weekdays, nths = set[int](), set[int]()
    at = 0
    while at < len(row):
        if found := _nth(row, at):
            nths.add(found[0])
        elif found := weekday(row, at):
            weekdays.add(found[0])
        else:
            return None
        at += found[1]
    if len(weekdays) != 1 or len(nths) != 1:
        return None
    return NthWeekday(nth=nths.pop(), weekday=weekdays.pop())


def _core(text: str) -> list[Token]:
    return [token for token in tokens(text) if not token.says(*_AROUND)]


def _only_number(row: Sequence[Token], around: Sequence[str]) -> int | None:
    left = [token for token in row if not token.says(*around)]
    found = number(left, 0)
    return found[0] if found and found[1] == len(left) else None


def _nth(row: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Which week of the month is named at a place, and in how many words."""
    if phrase := longest(row, at, _NTH_PHRASES):
        return _NTH_PHRASES[phrase], len(phrase.split())
    opening = longest(row, at, ("tuần", "tuần thứ"))
    if opening is None:
        return None
    length = len(opening.split())
    found = number(row, at + length)
    return (found[0], length + found[1]) if found and 1 <= found[0] <= 4 else None
