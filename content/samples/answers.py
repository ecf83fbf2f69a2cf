from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from content import topics
from content.filters import You
from content.samples.cast import HOUSEHOLD, KHE_DAO, LAM, LONGEST, MEETING, MUI, TINH, Sample, at, sample

_MOVED = SimpleNamespace(**{**vars(MEETING), "starts_at": at(4, 12, 19, 30), "old_starts_at": at(3, 12, 19, 30)})
_SHIFTED = SimpleNamespace(**{**vars(MEETING), "old_starts_at": at(3, 12, 19, 30), "old_place": "Nhà bí thư"})
_EXTRA = SimpleNamespace(**{**vars(MEETING), "id": 43, "kind": "extraordinary", "starts_at": at(12, 12, 8)})
_TOPIC = topics.topic_for(12)
_LONG = You((LONGEST,))
_ON_SHARED = You((MUI,), shared=True)


def _said(choice: str) -> Any:
    return SimpleNamespace(choice=choice, reason=None)


# ---- the ladder (R1 - R7) ----


def _reminder(template: str, mood: str = "silent", **context: Any) -> Sample:
    given = {"cell": KHE_DAO, "topic": _TOPIC, "days": 3, "by": "", "meeting": MEETING, "mood": mood, "several": False}
    return sample(template, "member", **{**given, "states": [(TINH, mood)], **context})


def _household(template: str, mood: str, *states: str, **context: Any) -> Sample:
    pairs = list(zip((TINH, MUI), states, strict=True))
    return _reminder(template, mood, states=pairs, you=HOUSEHOLD, **context)


_EVE, _MORNING = at(2, 12, 18, 30), at(3, 12, 6, 30)
_LADDER = (
    _reminder("invite"),
    _reminder("invite", several=True),
    _reminder("invite", you=_LONG),
    _reminder("invite", meeting=_EXTRA, topic=None),
    _household("invite", "silent", "silent", "silent"),
    _reminder("still_silent"),
    _reminder("still_silent", days=1, you=_LONG),
    _reminder("still_silent", topic=None, you=_ON_SHARED, by="as 17 "),
    *(_reminder("last_call", mood, now=_EVE) for mood in ("silent", "unsure")),
    _household("last_call", "mixed", "silent", "unsure", now=_EVE),
    *(_reminder("today", mood, now=_MORNING) for mood in ("yes", "late", "early", "silent", "unsure")),
    _household("today", "yes", "yes", "yes", now=_MORNING),
    _household("today", "mixed", "yes", "silent", now=_MORNING),
    _reminder("nudge", days=6, several=True),
    _reminder("nudge", days=1, now=_EVE, you=_LONG),
    sample("meeting_line", "member", meeting=MEETING, several=False, now=_EVE),
    sample("meeting_line", "member", meeting=_EXTRA, several=True),
)

# ---- answers (A1 - A17) ----


def _answered(chosen: str, **context: Any) -> Sample:
    given: dict[str, Any] = {"meeting": MEETING, "by": "", "before": None, "reason": None, "again_at": None}
    given["heard"] = False
    # Six kinds of reason are a list to pick from.
    return sample("answered", "member", picks=chosen == "no", **{**given, "chosen": chosen, **context})


def _asking(template: str, said: str | None = None, **context: Any) -> Sample:
    given: dict[str, Any] = {"meeting": MEETING, "by": "", "said": _said(said) if said else None, "answered": []}
    return sample(template, "member", **{**given, **context})


_CHOICES = ("yes", "no", "unsure", "late", "early")
_RECEIPTS = (
    *(_answered(choice) for choice in _CHOICES),
    *(_answered(choice, you=HOUSEHOLD, by="as all ") for choice in _CHOICES),
    *(_answered(choice, before="yes" if choice != "yes" else "no") for choice in _CHOICES),
    *(_answered(choice, heard=True) for choice in _CHOICES),
    _answered("yes", heard=True, before="no", you=HOUSEHOLD, by="as all "),
    _answered("no", reason="family", heard=True, you=_LONG),
    *(_answered("no", reason=kind) for kind in ("health", "family", "work", "away", "official", "other")),
    _answered("no", reason="health", before="yes", you=_LONG),
    _answered("unsure", again_at=at(2, 12, 18, 30), now=at(1, 12, 19, 5)),
    _answered("unsure", again_at=at(3, 12, 6, 30), now=at(2, 12, 19, 5)),
    *(sample("answered_again", "member", chosen=choice) for choice in _CHOICES),
)
_ASKED_BACK = (
    sample("answer_call", "member", meeting=MEETING, by="", secretary=LAM),
    sample("answer_call", "member", meeting=MEETING, by="as 17 ", secretary=MUI, you=HOUSEHOLD),
    sample("answer_unclear", "member", meeting=MEETING, by="", text="vang", two_faced=True),
    sample("answer_unclear", "member", meeting=MEETING, by="", text="bận nhưng vẫn cố đi", two_faced=False),
    *(sample("answer_leaning", "member", meeting=MEETING, by="", side=side) for side in ("no", "yes", None)),
    _asking("answer_change", "no"),
    _asking("answer_change", "unsure"),
    _asking("answer_change"),
    sample("answer_which", "member", chosen="yes", meetings=[MEETING, _EXTRA], by=""),
    _asking("answer_lift", told=True, secretary=LAM),
    _asking("answer_lift", "yes", told=True, secretary=LAM),
    _asking("answer_lift", told=False, secretary=None),
    _asking("answer_proxy", other=MUI, secretary=LAM),
    _asking("answer_proxy", "yes", other=LONGEST, secretary=LAM),
    _asking("answer_proxy", other=None, secretary=LAM),
    sample("thanked", "member"),
    _asking("thanked_asking"),
    _asking("thanked_asking", "late"),
)
_STATES = (
    _asking("meeting"),
    _asking("meeting", "early"),
    _asking("meeting", you=HOUSEHOLD, answered=[(TINH, _said("yes")), (MUI, _said("no"))]),
    _asking("meeting_moved", meeting=_MOVED),
    _asking("meeting_moved", "yes", meeting=_MOVED),
    _asking("meeting_moved", meeting=_SHIFTED, you=HOUSEHOLD),
    sample("meeting_cancelled", "member", meeting=MEETING),
    sample("meeting_over", "member", meeting=MEETING, said=_said("yes"), secretary=LAM),
    sample("meeting_over", "member", meeting=MEETING, said=None, secretary=None, you=HOUSEHOLD),
    sample("meeting_unsettled", "member", meeting=MEETING),
    sample("meeting_unknown", "member"),
    sample("meeting_none", "member"),
)

SAMPLES: tuple[Sample, ...] = (*_LADDER, *_RECEIPTS, *_ASKED_BACK, *_STATES)
