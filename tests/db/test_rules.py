"""When the bot keeps quiet by itself, whatever the ends of the night are."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from db.rules import Rules

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

EVENING, MORNING, MIDNIGHT, SIX = time(20, 30), time(6), time(0), time(6)
TABLE = [
    # the night from, until, the moment, the next moment at which something may leave (None: that one)
    (EVENING, MORNING, "25 12:00", None),
    (EVENING, MORNING, "25 20:29", None),
    (EVENING, MORNING, "25 20:30", "26 06:00"),
    (EVENING, MORNING, "26 00:00", "26 06:00"),
    (EVENING, MORNING, "26 05:59", "26 06:00"),
    (EVENING, MORNING, "26 06:00", None),
    (MIDNIGHT, SIX, "25 23:59", None),
    (MIDNIGHT, SIX, "26 00:00", "26 06:00"),
    (MIDNIGHT, SIX, "26 05:59", "26 06:00"),
    (MIDNIGHT, SIX, "26 12:00", None),
    (EVENING, MIDNIGHT, "25 23:59", "26 00:00"),
    (EVENING, MIDNIGHT, "26 00:00", None),
    (EVENING, EVENING, "25 20:30", None),
    (MIDNIGHT, MIDNIGHT, "26 00:00", None),
    (MIDNIGHT, MIDNIGHT, "26 03:00", None),
]


def moment(words: str) -> datetime:
    return datetime.strptime(f"2026-11-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(("start", "end", "now", "then"), TABLE)
def test_the_night_ends_where_it_should(start: time, end: time, now: str, then: str | None) -> None:
    rules = Rules(zone=ZONE, quiet_from=start, quiet_until=end)
    assert rules.next_allowed(moment(now)) == moment(then or now)
    assert rules.is_quiet(moment(now)) is (then is not None)
