"""Setting the fixed meeting, one beside it, and a day that falls on a rest day (voice.md F1-F10)."""

from __future__ import annotations

from datetime import date, time
from types import SimpleNamespace
from typing import Any

from content.samples.cast import KHE_DAO, LAM, MEETING, Sample, at, sample

HALL = "Nhà văn hóa thôn Khe Đào"
LONG_PLACE = "Nhà sinh hoạt cộng đồng khu tái định cư bản Nà Lồng, cạnh trạm y tế"
KNOWN = {"hall": HALL, "house": "Nhà đồng chí Hoàng Văn Lâm", "last": LONG_PLACE}
MARK = "0badcafe"


def meeting(starts_at: object, **values: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(MEETING), "starts_at": starts_at, **values})


JANUARY = meeting(at(3, 1, 19, 30, 2027), state="asking")
FEBRUARY = meeting(at(3, 2, 19, 30, 2027), state="asking")
TWELFTH = meeting(at(12, 12, 19, 30), kind="extraordinary")
KEPT = SimpleNamespace(clock=time(19, 30), place=HALL)
COMING = [
    SimpleNamespace(day=date(2026, 12, 3), rest=None, tet=False),
    SimpleNamespace(day=date(2027, 1, 3), rest="Chủ nhật", tet=False),
    SimpleNamespace(day=date(2027, 2, 3), rest=None, tet=True),
]
THIRD: dict[str, Any] = {"cell": KHE_DAO, "rule": "ngày 3 hằng tháng", "at": time(19, 30)}
RULE = "thứ Sáu tuần thứ 3 hằng tháng"


def _asked(of: SimpleNamespace, offers: list[date], **values: object) -> SimpleNamespace:
    seen = SimpleNamespace(**{"day": of.starts_at.date(), "rest": None, "tet": False, **values})
    return SimpleNamespace(meeting=of, occurrence=seen, offers=offers, first_week=not seen.tet)


SUNDAY = _asked(JANUARY, [date(2027, 1, 4), date(2027, 1, 5)], rest="Chủ nhật")
TET = _asked(FEBRUARY, [date(2027, 2, 12), date(2027, 2, 15)], tet=True)


def _flow(name: str, subject: str = "") -> SimpleNamespace:
    return SimpleNamespace(name=name, action=lambda verb: f"{name}_{verb}{subject}")


ONEOFF, MOVE, SETTLE = _flow("oneoff"), _flow("move", " 42"), _flow("settle", " 42")

SAMPLES: tuple[Sample, ...] = (
    sample("plan", "secretary", cell=KHE_DAO, kept=None, rule=None, ahead=[]),
    sample("plan", "secretary", cell=KHE_DAO, kept=KEPT, rule=RULE, ahead=[MEETING, TWELFTH, JANUARY, FEBRUARY]),
    sample("plan_stopped", "secretary"),
    sample("plan_day", "secretary", wrong=None),
    sample("plan_day", "secretary", wrong="hôm nào mát trời thì họp cũng được"),
    sample("plan_month", "secretary", wrong=None),
    sample("plan_month", "secretary", wrong="31"),
    sample("plan_week", "secretary", wrong="tuần nào cũng được"),
    sample("plan_lunar", "secretary", wrong="31 âm"),
    sample("plan_time", "secretary", wrong=None),
    sample("plan_time", "secretary", wrong="lúc mát"),
    sample("plan_place", "secretary", cell=KHE_DAO, known=KNOWN, long=False, action="plan_place"),
    sample("plan_place", "secretary", cell=KHE_DAO, known={"hall": HALL}, long=True, action="move_place"),
    sample("plan_check", "secretary", **THIRD, place=HALL, coming=COMING, mark=MARK, first_time=True),
    sample("plan_check", "secretary", **THIRD, place=LONG_PLACE, coming=COMING, mark=MARK, first_time=False),
    sample("plan_saved", "secretary", **THIRD, first=MEETING, begins=at(26, 11, 18, 30), stays=None),
    sample("plan_saved", "secretary", **THIRD, first=JANUARY, begins=at(24, 12, 18, 30), stays=MEETING),
    sample("place_hall", "secretary", cell=KHE_DAO),
    sample("place_secretary", "secretary", secretary=LAM),
    # the day that is no working day
    sample("rest_day", "secretary", question=SUNDAY),
    sample("rest_day", "secretary", question=TET),
    sample("rest_day_line", "secretary", meeting=JANUARY),
    sample("settle_when", "secretary", meeting=JANUARY),
    sample("settle_check", "secretary", meeting=JANUARY, at=at(6, 1, 14, year=2027)),
    sample("settled", "secretary", meeting=TWELFTH, again=False, begins=at(28, 12, 18, 30)),
    sample("settled", "secretary", meeting=MEETING, again=True, begins=None),
    # one meeting beside the monthly one
    sample("oneoff_when", "secretary"),
    sample("oneoff_check", "secretary", at=at(12, 12, 19, 30), place=HALL, count=22, mark=MARK),
    sample("oneoff_saved", "secretary", meeting=TWELFTH, begins=at(5, 12, 18, 30)),
    sample("oneoff_saved", "secretary", meeting=TWELFTH, begins=at(25, 11, 19)),
    sample("oneoff_saved", "secretary", meeting=TWELFTH, begins=None),
    # what is asked back
    sample("when_unclear", "secretary", text="cuối tháng này hoặc đầu tháng sau, hôm nào mọi người rảnh", flow=ONEOFF),
    sample("when_hour", "secretary", flow=MOVE),
    sample("when_past", "secretary", day=date(2026, 12, 2), suggest=date(2027, 1, 2), flow=ONEOFF),
    sample("when_past", "secretary", day=date(2026, 11, 24), suggest=None, flow=SETTLE),
    sample("when_clash", "secretary", meeting=MEETING, flow=ONEOFF),
    sample("when_clash", "secretary", meeting=TWELFTH, flow=SETTLE),
    sample(
        "when_which",
        "secretary",
        text="mùng 5 tháng sau",
        first=date(2026, 12, 5),
        second=date(2026, 12, 13),
        by_calendar=True,
        flow=ONEOFF,
    ),
    sample(
        "when_which",
        "secretary",
        text="tối thứ tư",
        first=date(2026, 11, 25),
        second=date(2026, 12, 2),
        by_calendar=False,
        flow=MOVE,
    ),
)
