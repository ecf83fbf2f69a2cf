"""Moving and cancelling one meeting, and who knows of it (voice.md V1-V9)."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from content.samples.cast import HOUSEHOLD, LONGEST, MEETING, MUI, NOW, TINH, Sample, at, person, sample
from content.samples.plan import HALL, LONG_PLACE, MARK, TWELFTH, meeting

FRIDAY = at(4, 12, 19, 30)
DAYS = [date(2026, 12, 4), date(2026, 12, 5), date(2026, 12, 6)]
NEW: dict[str, Any] = {"meeting": MEETING, "at": FRIDAY, "place": HALL}
SAME: dict[str, Any] = {"meeting": MEETING, "at": MEETING.starts_at, "place": HALL}
BOTH: dict[str, Any] = {"meeting": MEETING, "at": at(3, 12, 20), "place": LONG_PLACE}
FLOOD = "mưa lũ, đường sạt lở"
LONG_REASON = "nước suối lên to, đường vào nhà văn hóa bị sạt lở, chưa qua lại được"

MOVED = meeting(FRIDAY, old_starts_at=MEETING.starts_at, old_place=HALL, reason="mưa bão", revision=2)
LATER = meeting(at(3, 12, 20), old_starts_at=MEETING.starts_at, old_place=HALL, reason=LONG_REASON, revision=2)
ELSEWHERE = meeting(
    MEETING.starts_at, place=LONG_PLACE, old_starts_at=MEETING.starts_at, old_place=HALL, reason="mưa bão", revision=2
)
GONE = meeting(MEETING.starts_at, state="cancelled", reason=FLOOD, revision=2)
NIGHT, EARLY, MORNING = at(25, 11, 21), at(3, 12, 5), at(26, 11, 6)


def _tell(now: datetime, morning: datetime, *, choose: bool = False, held: bool = False) -> Any:
    return SimpleNamespace(count=22, at_once=now, morning=morning, choose=choose, held=held)


DAY_TELL = _tell(NOW, NOW)
HELD_TELL = _tell(NIGHT, MORNING, held=True)
NIGHT_TELL = _tell(EARLY, at(3, 12, 6), choose=True)
YES, NO = SimpleNamespace(choice="yes"), SimpleNamespace(choice="no")
CALLED = [
    person("Lý Văn Sinh", phone="+84900000021"),
    person("Nông Văn Thắng", phone="+84900000052"),
    person("Vàng A Sùng"),
    LONGEST,
]

SAMPLES: tuple[Sample, ...] = (
    sample("move_pick", "secretary", picks=True, ahead=[MEETING, TWELFTH, meeting(at(3, 1, 19, 30), state="asking")]),
    sample("move", "secretary", **SAME, changed=False),
    sample("move", "secretary", **BOTH, changed=True),
    sample("move_when", "secretary", meeting=MEETING, days=DAYS),
    sample("move_reason", "secretary", **NEW),
    sample("move_reason", "secretary", **BOTH),
    sample("move_reason", "secretary", meeting=TWELFTH, at=at(13, 12, 19, 30), place=HALL),
    sample("move_confirm", "secretary", **NEW, reason="mưa bão", tell=DAY_TELL, mark=MARK),
    sample("move_confirm", "secretary", **BOTH, reason=LONG_REASON, tell=HELD_TELL, mark=MARK, now=NIGHT),
    sample("move_confirm", "secretary", **NEW, reason="mưa bão", tell=NIGHT_TELL, mark=MARK, now=EARLY),
    sample("change_reason", "secretary", code="storm"),
    sample("change_reason", "secretary", code="busy"),
    sample("move_closed", "secretary", meeting=None),
    sample("move_closed", "secretary", meeting=GONE),
    sample("cancel_reason", "secretary", meeting=MEETING),
    sample("cancel_confirm", "secretary", meeting=MEETING, reason=FLOOD, tell=DAY_TELL, mark=MARK),
    sample("cancel_confirm", "secretary", meeting=MEETING, reason=LONG_REASON, tell=HELD_TELL, mark=MARK, now=NIGHT),
    sample("cancel_confirm", "secretary", meeting=MEETING, reason=FLOOD, tell=NIGHT_TELL, mark=MARK, now=EARLY),
    sample("change_made", "secretary", meeting=MOVED, count=22, told=NOW, held=False),
    sample("change_made", "secretary", meeting=MOVED, count=22, told=MORNING, held=True, now=NIGHT),
    sample("change_made", "secretary", meeting=GONE, count=22, told=MORNING, held=True, now=NIGHT),
    sample("change_shown", "secretary", meeting=MOVED),
    sample("change_undone", "secretary", meeting=MEETING),
    sample("change_too_late", "secretary", meeting=MOVED),
    sample("change_too_late", "secretary", meeting=GONE),
    # what members read
    sample("moved", "member", meeting=MOVED, said=[(TINH, YES)]),
    sample("moved", "member", meeting=MOVED, said=[], you=HOUSEHOLD),
    sample("moved", "member", meeting=MOVED, said=[(TINH, YES), (MUI, NO)], you=HOUSEHOLD),
    sample("moved", "member", meeting=LATER, said=[(TINH, NO)]),
    sample("moved", "member", meeting=ELSEWHERE, said=[(TINH, YES)]),
    sample("cancelled", "member", meeting=GONE),
    sample("cancelled", "member", meeting=meeting(FRIDAY, reason=LONG_REASON), you=HOUSEHOLD),
    sample("change_understood", "member", meeting=GONE),
    sample("change_understood", "member", meeting=GONE, you=HOUSEHOLD),
    sample("change_unknown", "member"),
    # who may not know
    sample("unsure_know", "secretary", meeting=MOVED, people=CALLED, page=0),
    sample("unsure_know", "secretary", meeting=GONE, people=CALLED * 4, page=0),
    sample("unsure_know", "secretary", meeting=GONE, people=CALLED * 4, page=1),
    sample("unsure_know", "secretary", meeting=GONE, people=[], page=0),
    sample("unsure_pick", "secretary", picks=True, meeting=MOVED, people=CALLED, page=0, more=False),
    sample("unsure_pick", "secretary", picks=True, meeting=MOVED, people=CALLED, page=0, more=True),
)
