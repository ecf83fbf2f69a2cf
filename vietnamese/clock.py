"""The time of day within a phrase: "19h30", "7 giờ kém 15", "7 rưỡi tối"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from vietnamese.tokens import Token, longest, number, said

_HOUR_UNITS = ("giờ", "h", "g")
_MINUTE_UNITS = ("phút", "p", "ph")
_PARTS = ("sáng", "trưa", "chiều", "tối", "đêm", "khuya")
# An hour of the twelve-hour clock → the hour of the day, for each part of the day in which it can be said.
_HOURS = {
    "sáng": {hour: hour for hour in range(1, 12)},
    "trưa": {10: 10, 11: 11, 12: 12, 1: 13, 2: 14},
    "chiều": {12: 12} | {hour: hour + 12 for hour in range(1, 8)},
    "tối": {hour: hour + 12 for hour in range(5, 12)},
    "đêm": {12: 0, 1: 1, 2: 2, 3: 3, 4: 4} | {hour: hour + 12 for hour in range(8, 12)},
}
_HOURS["khuya"] = _HOURS["đêm"]
# Without a part of day a cell meets from one in the afternoon (1 to 6), in the evening (7 and 8), else as on the clock.
_UNSAID = {hour: hour + 12 for hour in range(1, 9)} | {hour: hour for hour in range(9, 13)}


@dataclass(frozen=True)
class Clock:
    """Hour and minute as said; `exact` where they can only be meant on the 24-hour clock ("07:30", "19h")."""

    hour: int
    minute: int
    exact: bool


def read_clock(row: Sequence[Token], at: int) -> tuple[Clock, int] | None:
    """The clock time that begins at a place and its length in tokens."""
    found = number(row, at)
    if found is None or found[0] > 24:
        return None
    hour, length = found
    after = _minutes(row, at + length)
    if after is None:
        return None
    minute, more = after
    if minute < 0:
        hour, minute = hour - 1, 60 + minute
    exact = hour == 0 or hour > 12 or (row[at].typed.startswith("0") and length == 1)
    return (Clock(hour, minute, exact), length + more) if 0 <= hour <= 23 else None


def _minutes(row: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Minutes past the hour (negative: before it) and the length of their words, None where no clock is meant."""
    if said(row, at, ":"):
        found = number(row, at + 1)
        return (found[0], 1 + found[1] + _unit(row, at + 1 + found[1])) if found and found[0] <= 59 else None
    unit = 1 if longest(row, at, _HOUR_UNITS) else 0
    at += unit
    if said(row, at, "rưỡi"):
        return 30, unit + 1
    if said(row, at, "kém"):
        found = number(row, at + 1)
        usable = found is not None and 1 <= found[0] <= 59
        return (-found[0], unit + 1 + found[1] + _unit(row, at + 1 + found[1])) if found and usable else None
    if not unit:
        # "7 tối" is a time, a lone 7 is not.
        return (0, 0) if read_part(row, at) else None
    found = number(row, at)
    if found is None or found[0] > 59 or _begins_a_date(row, at + found[1]):
        return 0, unit
    return found[0], unit + found[1] + _unit(row, at + found[1])


def _unit(row: Sequence[Token], at: int) -> int:
    return 1 if longest(row, at, _MINUTE_UNITS) else 0


def _begins_a_date(row: Sequence[Token], at: int) -> bool:
    """Whether a number just before this place counts days, not minutes: "7h 12/12", "7 giờ 3 ngày nữa"."""
    return longest(row, at, ("/", "-", ".", "tháng", "ngày nữa", "hôm nữa", "tuần nữa")) is not None


def read_part(row: Sequence[Token], at: int) -> str | None:
    """The part of day named at a place ("tối"), None where the unmarked word is more likely another one.

    Unmarked "sang" and "toi" are also "sang" (over to) and "tôi" (I) or "tới" (next): they count only where nothing
    in the text is marked, and "toi" only beside a day or an hour.
    """
    if at >= len(row):
        return None
    part = next((name for name in _PARTS if row[at].says(name)), None)
    if part is None or row[at].typed == part:
        return part
    if part in ("sáng", "tối") and not _may_be_a_part(row, at):
        return None
    return part


def _may_be_a_part(row: Sequence[Token], at: int) -> bool:
    if any(token.typed != token.bare for token in row):
        return False
    before = row[at - 1] if at else None
    if before and before.bare in ("doi", "chuyen", "roi", "lui", "don", "tuan", "thang"):
        return False
    after = row[at + 1] if at + 1 < len(row) else None
    if after and (after.value is not None or after.bare in _BESIDE):
        return True
    return before is not None and (before.value is not None or before.bare in _BESIDE_BEFORE)


_BESIDE = {"nay", "mai", "kia", "mot", "ngay", "hom", "thu", "t", "cn", "chu", "mung", "mong", "ram", "luc"}
_BESIDE_BEFORE = {"gio", "h", "g", "ruoi", "phut", "p", "nhat", "cn", "mai", "ram"}
_BESIDE_BEFORE |= {"hai", "ba", "tu", "nam", "sau", "bay", "luc", "buoi"}


def at_time(clock: Clock, part: str | None) -> time | None:
    """The time of day that hour and part name together, None where they contradict each other ("19 giờ sáng")."""
    if clock.exact:
        fits = part is None or clock.hour in _HOURS[part].values() or clock.hour == 0
        return time(clock.hour, clock.minute) if fits else None
    hours = _UNSAID if part is None else _HOURS[part]
    # "1 giờ kém 15" is said of the hour it comes before.
    spoken = clock.hour if clock.hour else 12
    return time(hours[spoken], clock.minute) if spoken in hours else None
