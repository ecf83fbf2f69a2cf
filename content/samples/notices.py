"""Samples of notices: writing one, watching it go, receiving it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from content.samples.cast import HOUSEHOLD, KHE_DAO, LONGEST, SUOI_TRONG, Sample, at, sample

_TEXT = """Việc gì: tiêm phòng dại cho chó, mèo.
7 giờ sáng thứ Ba, ngày 1 tháng 12, nhà văn hóa thôn.
Cần làm: xích chó, đeo rọ mõm, đưa đến đúng giờ."""
_NIGHT, _MORNING = at(26, 11, 21), at(27, 11, 6)
_CELLS = [SimpleNamespace(id=n, name=f"thôn Nà Lừa Thượng {n}") for n in range(10, 20)]
_PEOPLE = [
    *(SimpleNamespace(name="Đặng Thị Ghến", phone="+84900000034", cell="thôn Khe Đào", why="failed") for _ in range(3)),
    *(SimpleNamespace(name="Vàng A Sùng", phone=None, cell="thôn Khe Đào", why="not_joined") for _ in range(2)),
    SimpleNamespace(name=LONGEST.name, phone=LONGEST.phone, cell="thôn Nà Lừa Thượng", why="stopped"),
    SimpleNamespace(name="Lý Văn Sinh", phone="+84900000021", cell="thôn Khe Đào", why="unknown"),
]


def _notice(**values: Any) -> SimpleNamespace:
    row = {"id": 5, "text": _TEXT, "title": "tiêm phòng dại cho chó, mèo", "state": "sending", "refusals": 0}
    return SimpleNamespace(**{**row, "send_after": at(25, 11, 19), **values})


def _counts(*, ready: bool = True, **values: int) -> SimpleNamespace:
    row = {"sent": 133, "waiting": 0, "unknown": 3, "failed": 6, "no_way": 9, "acknowledged": 96}
    made = {**row, **values}
    total = made["sent"] + made["waiting"] + made["unknown"] + made["failed"]
    sums = {"total": total, "silent": total + made["no_way"] - made["acknowledged"], "stuck": 18}
    return SimpleNamespace(**made, **sums, ready=ready)


def _doubt(name: str, phone: str | None, person_id: int) -> SimpleNamespace:
    return SimpleNamespace(name=name, phone=phone, cell="thôn Khe Đào", person_id=person_id, at=at(25, 11, 19, 15))


_DOUBTS = [
    _doubt("Lý Văn Sinh", "+84900000021", 4),
    _doubt("Đặng Thị Ghến", "+84900000034", 7),
    _doubt(LONGEST.name, LONGEST.phone, 8),
    _doubt("Vàng A Sùng", None, 9),
]
_NONE_YET = _counts(ready=False, sent=0, unknown=0, failed=0, no_way=0, acknowledged=0)


def _reach(reached: int = 1142, not_joined: int = 7, stopped: int = 2) -> SimpleNamespace:
    unreached = not_joined + stopped
    return SimpleNamespace(reached=reached, not_joined=not_joined, stopped=stopped, unreached=unreached)


def _check(to: str, reach: SimpleNamespace, cell: Any = None, long_sentence: int | None = None) -> Sample:
    said = {"to": to, "reach": reach, "cell": cell, "long_sentence": long_sentence}
    return sample("notice_check", "official", notice=_notice(), **said)


def _screen(notice: SimpleNamespace, counts: SimpleNamespace, channel: str = "telegram", **at_: Any) -> Sample:
    return sample("notice_screen", "official", notice=notice, counts=counts, doubts=_DOUBTS[:2], channel=channel, **at_)


SAMPLES: tuple[Sample, ...] = (
    sample("notice_compose", "official"),
    sample("notice_dropped", "official"),
    sample("notice_secret", "official", mark="TUYỆT MẬT"),
    sample("notice_long", "official", length=1720, longest=1500),
    sample("notice_audience", "official", notice=_notice()),
    sample("notice_cells", "official", notice=_notice(), cells=_CELLS, page=0, more=True, picks=True),
    sample("notice_cells", "official", notice=_notice(), cells=[], page=0, more=False),
    sample("notice", "member", notice=_notice(), unit=SUOI_TRONG, preview=False),
    sample("notice", "member", you=HOUSEHOLD, notice=_notice(), unit=SUOI_TRONG, preview=False),
    sample("notice", "official", notice=_notice(), unit=SUOI_TRONG, preview=True),
    _check("members", _reach(), long_sentence=26),
    _check("cell", _reach(12, 3, 0), cell=KHE_DAO),
    _check("cell", _reach(12, 0, 1), cell=KHE_DAO),
    _check("secretaries", _reach(0, 0, 0)),
    sample(
        "notice_night",
        "official",
        now=_NIGHT,
        notice=_notice(),
        to="members",
        cell_id=0,
        reach=_reach(),
        morning=_MORNING,
    ),
    sample("notice_gone", "official"),
    _screen(_notice(send_after=_MORNING), _counts(waiting=142, sent=0, unknown=0, failed=0)),
    _screen(_notice(), _counts(waiting=55, sent=87)),
    _screen(_notice(), _counts(waiting=55, sent=87), channel="zalo"),
    _screen(_notice(), _counts()),
    _screen(_notice(state="stopped"), _counts(unknown=0)),
    _screen(_notice(state="paused", refusals=20), _counts(waiting=55, sent=67, failed=20)),
    _screen(_notice(), _NONE_YET),
    _screen(_notice(send_after=_MORNING), _NONE_YET),
    _screen(_notice(state="stopped"), _NONE_YET),
    sample("notice_paused", "official", notice=_notice(state="paused"), counts=_counts(waiting=55, sent=67)),
    sample(
        "notice_paused", "official", notice=_notice(state="paused", refusals=20), counts=_counts(waiting=55, sent=67)
    ),
    sample("notice_doubts", "official", notice=_notice(), doubts=_DOUBTS, page=0, more=True, total=1142, picks=True),
    sample("notice_doubt", "official", notice=_notice(), doubt=_DOUBTS[0]),
    sample("notice_doubt", "official", notice=_notice(state="stopped"), doubt=_DOUBTS[3]),
    sample("notice_silent", "official", notice=_notice(), people=_PEOPLE, page=0, more=True, total=46),
    sample("notice_stuck", "official", notice=_notice(), people=_PEOPLE, page=0, more=True, total=18),
    sample("notices", "official", notices=[_notice()], page=0, more=True),
    sample("notices", "official", notices=[], page=0, more=False),
    sample("notice_known", "member", notice=_notice(), again=False),
    sample("notice_known", "member", you=HOUSEHOLD, notice=_notice(), again=False),
    sample("notice_known", "member", notice=_notice(), again=True),
    sample("notice_not_yours", "member"),
)
