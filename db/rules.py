"""The numbers that an installation may set: when to remind, when to be quiet, what to sign codes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Step:
    """A rung of the reminder ladder: so many days before the meeting, at this local time."""

    days: int
    at: time


LADDER: Mapping[str, Step] = MappingProxyType(
    {
        "rest_day": Step(10, time(18, 30)),
        "prepare": Step(7, time(18, 30)),
        "invite": Step(7, time(18, 30)),
        "ask": Step(3, time(18, 30)),
        "materials": Step(2, time(18, 30)),
        "last_call": Step(1, time(18, 30)),
        "call_list": Step(1, time(19, 30)),
        "today": Step(0, time(6, 30)),
    }
)


@dataclass(frozen=True)
class Rules:
    """What handlers and ticks go by. Built from the configuration by app.py."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Ho_Chi_Minh"))
    ladder: Mapping[str, Step] = field(default_factory=lambda: LADDER)
    quiet_from: time = time(20, 30)
    quiet_until: time = time(6, 0)
    rung_gap: timedelta = timedelta(hours=20)  # after a late invitation the next rungs within this time are skipped
    turn_grace: timedelta = timedelta(minutes=5)  # before the secretary hears that a yes became a no
    rest_days: Mapping[date, bool] = field(default_factory=dict)  # decreed yearly: True a rest day, False a working day
    secret: bytes = b""
    office_from: time = time(7, 30)  # when somebody picks up the telephone of the office
    office_until: time = time(17, 0)
    reply_days: int = 2  # working days within which a question is usually answered

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """The aware moment of a local date and time."""
        return datetime.combine(day, clock, self.zone)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether nothing may leave by itself; never where both ends of the night are the same time."""
        clock = self.local(moment).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def next_allowed(self, moment: datetime) -> datetime:
        """`moment`, or the end of the night that it falls in."""
        if not self.is_quiet(moment):
            return moment
        local = self.local(moment)
        day = local.date() + timedelta(days=1) if local.time() >= self.quiet_until else local.date()
        return self.at(day, self.quiet_until)

    def end_of_day(self, moment: datetime) -> datetime:
        """The last moment of the local date."""
        return self.at(self.local(moment).date(), time.max)
