"""How names, numbers, dates and phone numbers are written in templates (voice.md, sections 1, 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from jinja2 import pass_context
from jinja2.runtime import Context

from vietnamese import dates, names
from vietnamese.text import capital


class Named(Protocol):
    """Whoever a template speaks to or about."""

    @property
    def name(self) -> str: ...
    @property
    def form(self) -> str: ...


@dataclass(frozen=True)
class You:
    """Whom a message speaks to: one person, a household, or (empty) a stranger.

    `shared`: others read this phone too, so that a person is called by the whole name (voice.md, section 1).
    """

    people: tuple[Named, ...] = ()
    shared: bool = False


def called(you: Named | You) -> str:
    """To the person: "bác Tình"; on a shared phone "bà Triệu Thị Mùi"; to a household all its names."""
    if not isinstance(you, You):
        return names.called(you.form, you.name)
    if len(you.people) == 1 and not you.shared:
        return called(you.people[0])
    return ", ".join(names.called_fully(person.form, person.name) for person in you.people)


def form(you: Named | You) -> str:
    """How to go on speaking to whoever was called by name: "bác"; several at once are "các đồng chí"."""
    if not isinstance(you, You):
        return you.form
    return you.people[0].form if len(you.people) == 1 else "các đồng chí"


def phone(number: str | None) -> str:
    """+84900000012 as people write it: 0900 000 012."""
    digits = "0" + number.removeprefix("+84") if number else ""
    return " ".join(part for part in (digits[:4], digits[4:7], digits[7:]) if part)


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def oneline(words: str, longest: int = 300) -> str:
    """A person's own words inside a sentence of ours: one line, and no longer than a screen bears."""
    line = " ".join(words.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _local(context: Context, moment: datetime) -> tuple[datetime, date]:
    now: datetime = context["now"]
    return moment.astimezone(now.tzinfo), now.date()


@pass_context
def moment(context: Context, value: datetime) -> str:
    """7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"""
    return dates.moment_words(*_local(context, value))


@pass_context
def evening(context: Context, value: datetime) -> str:
    """tối thứ Năm, ngày 3 tháng 12"""
    return dates.evening_of(*_local(context, value))


@pass_context
def near(context: Context, value: datetime) -> str:
    """tối mai, thứ Năm, ngày 3 tháng 12: a near day is never written without its date"""
    local, today = _local(context, value)
    near_day = dates.near_words(local, today)
    day_alone = dates.date_words(local.date(), today, lunar=False)
    return f"{near_day}, {day_alone}" if near_day else dates.evening_of(local, today)


@pass_context
def near_name(context: Context, value: datetime) -> str:
    """tối mai, for a headline that writes the date behind it"""
    local, today = _local(context, value)
    return dates.near_words(local, today) or dates.evening_of(local, today)


def _day_of(context: Context, value: date | datetime) -> tuple[date, date]:
    if isinstance(value, datetime):
        local, today = _local(context, value)
        return local.date(), today
    return value, context["now"].date()


@pass_context
def day(context: Context, value: date | datetime) -> str:
    """thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)"""
    return dates.date_words(*_day_of(context, value))


@pass_context
def plain_day(context: Context, value: date | datetime) -> str:
    """thứ Năm, ngày 3 tháng 12"""
    return dates.date_words(*_day_of(context, value), lunar=False)


@pass_context
def time(context: Context, value: datetime) -> str:
    """7 giờ rưỡi tối"""
    return dates.time_words(_local(context, value)[0].time())


@pass_context
def lunar(context: Context, value: date | datetime) -> str:
    """25 tháng 10 âm"""
    return dates.lunar_words(_day_of(context, value)[0])


@pass_context
def button_day(context: Context, value: date | datetime) -> str:
    """Thứ Năm, ngày 3/12: digits with a slash stand on buttons only"""
    return dates.date_button(_day_of(context, value)[0])


@pass_context
def month(context: Context, value: date | datetime) -> str:
    """tháng 12"""
    return f"tháng {_day_of(context, value)[0].month}"


FILTERS: dict[str, Callable[..., Any]] = {
    "called": called,
    "form": form,
    "given": lambda person: names.given_name(person.name),
    "short": names.short_name,
    "cap": capital,
    "phone": phone,
    "thousands": thousands,
    "oneline": oneline,
    "moment": moment,
    "evening": evening,
    "near": near,
    "near_name": near_name,
    "day": day,
    "plain_day": plain_day,
    "time": time,
    "clock_time": dates.time_words,
    "lunar": lunar,
    "button_day": button_day,
    "month": month,
}
