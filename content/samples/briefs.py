"""Samples of the month's topic: every month's, so that none grows too long for one message."""

from __future__ import annotations

from types import SimpleNamespace

from content import topics
from content.samples.cast import HOUSEHOLD, KHE_DAO, MEETING, Sample, at, sample

_FAR = SimpleNamespace(id=3, kind="cell", name="thôn Nà Lừa Thượng", phone=None)
_SHARED_ON = at(30, 11, 18, 30).date()
_EXTRAORDINARY = SimpleNamespace(**{**vars(MEETING), "kind": "extraordinary"})


def _in_month(month: int, place: str = "Nhà văn hóa thôn Khe Đào") -> SimpleNamespace:
    year = 2026 if month == 12 else 2027
    return SimpleNamespace(**{**vars(MEETING), "starts_at": at(3, month, 19, 30, year), "place": place})


def _month(topic: topics.Topic) -> list[Sample]:
    near, far = _in_month(topic.month), _in_month(topic.month, "Nhà đồng chí bí thư")
    return [
        sample("brief", "member", meeting=near, topic=topic, cell=KHE_DAO),
        sample("brief", "member", you=HOUSEHOLD, meeting=far, topic=topic, cell=_FAR),
        sample("brief_line", "member", meeting=near, topic=topic),
        sample("brief_facts", "member", topic=topic),
        sample("brief_secretary", "secretary", meeting=far, topic=topic, cell=_FAR, shared_on=_SHARED_ON),
        sample("brief_assignment", "secretary", meeting=near, topic=topic),
    ]


SAMPLES: tuple[Sample, ...] = (
    *(sample for topic in topics.load().values() for sample in _month(topic)),
    sample("brief_none", "member", meeting=None),
    sample("brief_none", "member", meeting=_EXTRAORDINARY),
    sample("brief_secretary", "secretary", meeting=_EXTRAORDINARY, topic=None, cell=KHE_DAO, shared_on=None),
    sample("prepare_none", "secretary"),
    *(
        sample("agenda", "secretary", meeting=MEETING, cell=_FAR, order=topics.agenda(), part=part)
        for part in (1, 2, 3)
    ),
)
