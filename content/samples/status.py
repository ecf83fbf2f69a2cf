from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from content.filters import You
from content.samples.cast import KHE_DAO, LAM, LONGEST, MEETING, MUI, TINH, Sample, at, person, sample

_GHEN = person("Đặng Thị Ghến", phone="+84900000034")
_SINH = person("Lý Văn Sinh", phone="+84900000021")
_THANG = person("Nông Văn Thắng", phone="+84900000052")
_SUNG = person("Vàng A Sùng")
_UT = person("Bàn Văn Út", phone="+84900000067")
_AT = at(1, 12, 19, 5)
_EVE = at(2, 12, 19, 30)


def _said(choice: str, reason: str | None = None, how: str = "self", before: str | None = None) -> Any:
    return SimpleNamespace(choice=choice, reason=reason, how=how, before=before, said_at=_AT)


def _line(who: Any, choice: str | None = None, reason: str | None = None, how: str = "self") -> Any:
    return SimpleNamespace(person=who, said=_said(choice, reason, how) if choice else None, reachable=bool(who.phone))


class _Status(SimpleNamespace):
    """Counts as the database gives them."""

    def having(self, choice: str) -> list[int]:
        return [0] * {"late": self.late, "early": self.early}[choice]

    def reasons(self) -> list[tuple[str, int]]:
        return [("health", 1), ("family", 1), ("away", 1)] if self.declined else []


def _status(yes: int, no: int, unsure: int, silent: int, unreached: int, *, late: int = 0, early: int = 0) -> _Status:
    answered = yes + no + unsure
    return _Status(
        answered=answered,
        total=answered + silent + unreached,
        coming=[0] * yes,
        declined=[0] * no,
        unsure=[0] * unsure,
        silent=[0] * silent,
        unreached=[0] * unreached,
        missing=[0] * (silent + unreached),
        exempt=[0, 0],
        late=late,
        early=early,
        has_committee=True,
    )


_STORM = SimpleNamespace(**{**vars(MEETING), "state": "cancelled", "reason": "mưa bão, đường sạt lở"})
_NOW = _status(13, 3, 1, 3, 2, late=2)
_FULL = _status(18, 4, 0, 0, 0, late=2, early=1)
_SMALL = SimpleNamespace(**{**vars(_status(3, 0, 0, 2, 0)), "has_committee": False})
_MISSING = [_line(who) for who in (_GHEN, _SINH, _THANG, _SUNG, _UT)]


def _screen(template: str, *, now: Any = _AT, picks: bool = False, **context: Any) -> Sample:
    given = {"meeting": MEETING, "status": _NOW, "person": _SINH, "said": None, "office": None, "channel": "telegram"}
    return sample(template, "secretary", now=now, picks=picks, **{**given, **context})


_SCREEN = (
    _screen("status"),
    _screen("status", cell=KHE_DAO),
    _screen("status", status=_FULL),
    _screen("status", status=_status(0, 0, 0, 20, 2), now=at(25, 11, 8)),
    _screen("status", channel="zalo"),
    _screen("status", channel="zalo", status=_status(0, 0, 0, 0, 22)),
    _screen("status_none"),
    _screen("status_over"),
    _screen(
        "names",
        lines=[
            _line(TINH, "yes"),
            _line(LAM, "late"),
            _line(MUI, "no", "family"),
            _line(LONGEST, "no", "health", "phone"),
            _line(_SINH, "unsure"),
            _line(_GHEN),
            _line(_SUNG),
            _line(_UT, "yes", None, "phone"),
        ],
        page=0,
        more=True,
    ),
    _screen("all_answered", status=_FULL),
    _screen("all_answered", status=_status(17, 4, 1, 0, 0)),
)
_CALLS = (
    _screen("missing", lines=_MISSING, page=0, more=False, called={}, picks=True),
    _screen("missing", lines=[*_MISSING, _line(TINH)], page=0, more=True, called={_SINH.id: _AT}, picks=True),
    _screen("missing", lines=_MISSING, page=0, more=False, called={}, picks=True, channel="zalo"),
    _screen("missing", lines=[], page=0, more=False, called={}, status=_FULL),
    _screen("call", seen=0, changed=False),
    _screen("call", seen=3, changed=True, person=LONGEST, said=_said("no", "health")),
    _screen("call", seen=1, changed=False, person=_SUNG, said=_said("yes", how="phone"), office="deputy"),
    _screen("called", said=_said("yes", how="phone"), office="secretary"),
    _screen("called", said=_said("late", how="phone"), office="deputy", person=LONGEST, status=_FULL),
    _screen("called", said=_said("no"), person=LAM),
    _screen("status_cancelled", meeting=_STORM),
    _screen("calls_unclear", text="2 đi vắng rồi, 3 chưa biết thế nào", lines=_MISSING, picks=True),
    _screen("called_several", done=[(_SINH, "yes"), (_THANG, "no")]),
    _screen("called_several", done=[], status=_FULL),
    _screen("not_reached", at=_AT, later=True),
    _screen("not_reached", at=_AT, later=False, person=LONGEST, status=_status(20, 1, 0, 0, 1)),
)
_BY_HAND = (
    _screen("remind", silent=[_GHEN, _SINH, _THANG], today=[], at=None),
    _screen("remind", silent=[_GHEN, _SINH, _THANG], today=[_GHEN, _SINH], at=None),
    _screen("remind", silent=[_GHEN] * 12, today=[LONGEST] * 9, at=None),
    _screen("remind", silent=[_GHEN, _SINH, _THANG], today=[], at=at(2, 12, 6), now=at(1, 12, 21)),
    _screen("remind_nobody"),
    _screen("reminded", count=3, at=None),
    _screen("reminded", count=3, at=at(2, 12, 6), now=at(1, 12, 21)),
    _screen("reminded", count=0, at=None),
)
_LADDER = (
    _screen("prepare", deputies=[], days=7, now=at(26, 11, 18, 30)),
    _screen("prepare", deputies=[LAM], days=1, status=_SMALL),
    _screen("prepare", deputies=[], days=0, status=_SMALL, now=at(3, 12, 7)),
    _screen("prepare_line", deputies=[], days=7),
    _screen("materials", days=2, left=1, again=False),
    _screen("materials", days=1, left=0, again=True, now=at(2, 12, 6, 30)),
    _screen("materials_line", days=2, left=1, again=False),
    _screen("materials_posted"),
    _screen("materials_waiting", at=at(2, 12, 6, 30)),
    _screen("materials_waiting", at=None),
    _screen("call_list", now=_EVE),
    _screen("call_list_line", now=_EVE),
    _screen("call_again", lines=_MISSING),
    _screen("call_again", lines=_MISSING * 2),
)
_NEWS = (
    _screen("turned", person=TINH, said=_said("no", "family", before="yes")),
    _screen("turned", person=LONGEST, said=_said("no", before="late")),
    _screen("overruled", person=TINH, said=_said("no", "family"), before="yes"),
    _screen("overruled", person=LONGEST, said=_said("late"), before=None),
    _screen("proxy", person=MUI),
    _screen("lift", person=MUI),
    _screen("lift", person=_SUNG),
    _screen("proxy", person=_SUNG),
    *(
        sample("recorded", "member", meeting=MEETING, said=_said(choice), writer=LAM, office=office, by="", now=_AT)
        for choice, office in (("yes", "secretary"), ("no", "deputy"), ("late", "secretary"))
    ),
    sample(
        "recorded",
        "member",
        you=You((MUI,), shared=True),
        meeting=MEETING,
        said=_said("yes"),
        writer=LONGEST,
        office="deputy",
        by="as 17 ",
        now=_AT,
    ),
)

SAMPLES: tuple[Sample, ...] = (*_SCREEN, *_CALLS, *_BY_HAND, *_LADDER, *_NEWS)
