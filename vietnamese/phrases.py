"""Ordinary words for a day and an hour: "tối thứ 7 tuần sau 7 rưỡi", "mung 5 thang sau", "12/12 luc 19h30".

Everything read here is echoed back before anyone acts on it, and what is not wholly understood is not read at all:
words that speak of time and fit nowhere ("cuối tháng", "hoặc thứ 6", "từ 7 giờ") leave day and hour empty.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from vietnamese.clock import Clock, at_time, read_clock, read_part
from vietnamese.days import CalendarDay, Day, FromNow, Weekday, read_day
from vietnamese.text import nfc
from vietnamese.tokens import Token, number, tokens

# Said around a day or an hour without changing it.
_GLUE = ("vào", "lúc", "hồi", "buổi", "khoảng", "tầm", "nhé", "nhá", "nha", "ạ", "là", "thì", "luôn", "vậy", "âm lịch")
# In characters: a day and an hour with words around them; a longer text is a letter, not an answer.
_LONGEST = 300
_SEPARATORS = ("/", ":", ".", "-", "?")
# A left-over one of these means that something about the time was said and not understood.
_OF_TIME = (
    *("đầu", "cuối", "giữa", "trước", "sau", "hoặc", "hay", "từ", "đến", "trừ", "không", "ko", "chưa", "đừng", "hơn"),
    *("tuần", "tháng", "năm", "ngày", "hôm", "giờ", "h", "thứ", "mùng", "mồng", "rằm", "tiếng", "phút", "quý"),
    *("qua", "kém", "rưỡi", "rưởi", "nữa", "âm", "dương", "nhuận", "chạp", "giêng", "tết", "kìa", "bữa"),
)


@dataclass(frozen=True)
class Reading:
    """What a phrase says of day and hour; empty fields were not said or not understood.

    `ambiguous` holds the days it may mean, solar before lunar, and then `date` is empty. `past` is true when the moment
    is over, and `suggest` is the next day that the same words could mean. `left_over` is the rest of the text.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    ambiguous: tuple[dt.date, ...] = ()
    past: bool = False
    suggest: dt.date | None = None
    left_over: str = ""


@dataclass
class _Found:
    """What a scan of the words came upon."""

    days: list[Day] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    rest: list[Token] = field(default_factory=list)


def read_moment(text: str, now_local: dt.datetime, *, default_time: dt.time | None = None) -> Reading:
    """The day and hour of a phrase, seen from an aware local moment; `default_time` stands in for an unsaid hour.

    An hour without a part of day is a cell's: 1 to 6 in the afternoon, 7 and 8 in the evening, 9 to 12 as on the clock.
    "Mùng" of a month by number or by "tháng sau" may be solar or lunar, and a bare weekday named on that very weekday
    may be today or a week from now: both days are given back.
    """
    if len(text) > _LONGEST:
        return Reading(left_over=text)
    row = tokens(text)
    found = _scan(row)
    at = _time(found, default_time)
    if _contradicts(found) or _speaks_of_time(found.rest, row) or at is _IMPOSSIBLE:
        return Reading(left_over=text)
    left_over = _left_over(text, row, found.rest)
    clock = at if isinstance(at, dt.time) else None
    if not found.days:
        return Reading(time=clock if found.clocks else None, left_over=left_over)
    # A date says more than the weekday beside it, which then only has to agree.
    said = next((day for day in found.days if isinstance(day, CalendarDay)), found.days[0])
    today = now_local.date()
    days = [day for day in _meanings(said, today) if all(_agrees(other, day, today) for other in found.days)]
    if not days:
        return Reading(left_over=text)
    return _reading(said, list(dict.fromkeys(days)), clock, now_local, left_over)


def read_time(text: str) -> dt.time | None:
    """The hour that answers "Họp lúc mấy giờ?": "2 giờ chiều", "19h30", "7 ruoi toi", "7"; None if anything else."""
    row = tokens(text.replace(".", ":")) if len(text) <= _LONGEST else []
    found = _scan(row)
    if found.days or len(set(found.clocks)) > 1 or len(set(found.parts)) > 1:
        return None
    if not found.clocks:
        bare = number(found.rest, 0)
        whole = bare is not None and bare[1] == len(found.rest) and bare[0] <= 23
        found = _Found(clocks=[Clock(bare[0], 0, bare[0] > 12 or bare[0] == 0)]) if bare and whole else found
    if not found.clocks or _speaks_of_time(found.rest, row):
        return None
    return at_time(found.clocks[0], found.parts[0] if found.parts else None)


def _scan(row: Sequence[Token]) -> _Found:
    found, at = _Found(), 0
    while at < len(row):
        at += _step(found, row, at)
    return found


def _step(found: _Found, row: Sequence[Token], at: int) -> int:
    """Takes what stands at a place; how many tokens that was."""
    if day := read_day(row, at):
        found.days.append(day[0])
        return day[1]
    if clock := read_clock(row, at):
        found.clocks.append(clock[0])
        return clock[1]
    if part := read_part(row, at):
        found.parts.append(part)
        return 1
    if not row[at].says(*_GLUE) and row[at].typed not in _SEPARATORS:
        found.rest.append(row[at])
    return 1


def _contradicts(found: _Found) -> bool:
    return len(set(found.clocks)) > 1 or len(set(found.parts)) > 1


_IMPOSSIBLE = object()


def _time(found: _Found, default_time: dt.time | None) -> dt.time | object | None:
    """The hour said or stood in for; None if neither, _IMPOSSIBLE if hour and part of day exclude each other."""
    part = found.parts[0] if found.parts else None
    if found.clocks:
        return at_time(found.clocks[0], part) or _IMPOSSIBLE
    if default_time is None or part is None:
        return default_time
    return default_time if at_time(Clock(default_time.hour, 0, exact=True), part) else None


def _speaks_of_time(rest: Sequence[Token], row: Sequence[Token]) -> bool:
    # Where people mark their words, an unmarked "nam" or "hay" is no careless "năm".
    marked = any(token.typed != token.bare for token in row)
    for token in rest:
        if token.bare.isdecimal() or (token.typed in _OF_TIME if marked else token.says(*_OF_TIME)):
            return True
    return False


def _left_over(text: str, row: Sequence[Token], rest: Sequence[Token]) -> str:
    """The words that said nothing of time, as typed, joined by single spaces."""
    composed, kept = nfc(text), {token.start for token in rest}
    runs = [list(run) for keep, run in groupby(row, key=lambda token: token.start in kept) if keep]
    return " ".join(" ".join(composed[run[0].start : run[-1].end].split()) for run in runs)


def _meanings(day: Day, today: dt.date) -> list[dt.date]:
    """The days that a mention can mean, solar before lunar."""
    if isinstance(day, CalendarDay):
        return [found for by in day.calendars if (found := day.day(today, by))]
    return [day.day(today)]


def _agrees(said: Day, day: dt.date, today: dt.date) -> bool:
    """Whether a second mention names the same day: "thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"."""
    if isinstance(said, Weekday) and said.week is None and not said.coming:
        return said.weekday == day.weekday()
    if isinstance(said, CalendarDay) and said.month is not None and said.years_from_now is None:
        return any(said.is_on(day, by, said.year) for by in said.calendars)
    return day in _meanings(said, today)


def _reading(said: Day, days: list[dt.date], at: dt.time | None, now: dt.datetime, left_over: str) -> Reading:
    ahead = [day for day in days if not _is_over(day, at, now)]
    if isinstance(said, Weekday) and said.week is None and days == [now.date()]:
        # On a Saturday "thứ 7" may be today or the next one; once the hour has gone it is the next.
        ahead = [*ahead, days[0] + dt.timedelta(days=7)]
    if len(ahead) > 1:
        return Reading(time=at, ambiguous=tuple(ahead), left_over=left_over)
    if ahead:
        return Reading(date=ahead[0], time=at, left_over=left_over)
    return Reading(date=days[0], time=at, past=True, suggest=_next(said, days[0], now), left_over=left_over)


def _is_over(day: dt.date, at: dt.time | None, now: dt.datetime) -> bool:
    if at is None:
        return day < now.date()
    return dt.datetime.combine(day, at, tzinfo=now.tzinfo) <= now


def _next(said: Day, gone: dt.date, now: dt.datetime) -> dt.date | None:
    """The first day after today that the same words could be meant of; tomorrow for an hour that is over today."""
    tomorrow = now.date() + dt.timedelta(days=1)
    if isinstance(said, CalendarDay):
        return said.next_day(tomorrow, said.calendars[0])
    if isinstance(said, FromNow):
        return tomorrow if gone == now.date() else None
    return Weekday(said.weekday).day(tomorrow)
