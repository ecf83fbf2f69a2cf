from __future__ import annotations

from types import SimpleNamespace

from content.message import Choice
from content.samples.cast import (
    HOUSEHOLD,
    KHE_DAO,
    LAM,
    LONGEST,
    MEETING,
    MUI,
    STRANGER,
    SUOI_TRONG,
    TINH,
    Sample,
    sample,
)

_OFFICE = SUOI_TRONG.phone
_MENU = (
    Choice("Xem buổi họp tới", "next"),
    Choice("Xem đề cương", "brief_next"),
    Choice("Hỏi về thủ tục", "ask"),
    Choice("Nhờ giúp", "help"),
)
_SAID = SimpleNamespace(choice="yes")
_STATUS = SimpleNamespace(answered=17, total=22)
_COUNTED = SimpleNamespace(listed=1151, not_joined=7)
_OFFERED = [{"label": choice.label, "action": choice.action} for choice in _MENU]

SAMPLES: tuple[Sample, ...] = (
    *(sample(hint, "member") for hint in ("hint_home", "hint_number", "hint_one", "hint_resent")),
    sample("stranger", "stranger", commune=SUOI_TRONG, phone=_OFFICE),
    sample("stranger", "stranger", commune=None, phone=None),
    sample("home_member", "member", meeting=MEETING, said=_SAID),
    sample("home_member", "member", meeting=MEETING, said=None, you=HOUSEHOLD),
    sample("home_member", "member", meeting=None, said=None),
    sample("home_secretary", "secretary", cell=KHE_DAO, meeting=MEETING, status=_STATUS),
    sample("home_secretary", "secretary", cell=KHE_DAO, meeting=None, status=None),
    sample("home_official", "official", commune=SUOI_TRONG, cells=[KHE_DAO] * 6, counted=_COUNTED),
    sample("roles", "secretary", acting="secretary", others=["official", "member"]),
    sample("help", "member", secretary=LAM, phone=_OFFICE, several=True),
    sample("help_official", "official", several=True),
    sample("help_official", "official", several=False),
    sample("help", "member", secretary=None, phone=_OFFICE, several=False),
    sample("help", "member", secretary=LONGEST, phone=_OFFICE, several=False, you=HOUSEHOLD),
    sample("call_me", "member", secretary=LAM, phone=_OFFICE),
    sample("call_me", "member", secretary=None, phone=_OFFICE),
    sample("lost", "member", menu=_MENU),
    sample("lost_again", "member", secretary=LAM, phone=_OFFICE),
    sample("lost_again", "member", secretary=None, phone=_OFFICE),
    sample("unreadable", "member", menu=_MENU),
    sample("unreadable", "stranger", menu=(), you=STRANGER),
    sample("not_yours", "member", secretary=LAM, phone=_OFFICE),
    sample("not_yours", "member", secretary=None, phone=_OFFICE),
    sample("trouble", "member", number=4821, phone=_OFFICE),
    sample("trouble", "stranger", number=4821, phone=None),
    sample("number_unknown", "member", choices=_OFFERED),
    sample("number_unknown", "stranger", choices=_OFFERED),
    sample("number_twice", "member", text="2", options=_OFFERED[:2]),
    sample("who_acts", "member", people=[TINH, MUI], action="answer 42 yes 1", together=True, you=HOUSEHOLD),
    sample("who_acts", "member", people=[LONGEST, MUI], action="meeting 42", together=False, you=HOUSEHOLD),
    sample("digest", "member", count=2),
    sample("digest", "member", count=3, you=HOUSEHOLD),
    sample("digest_question", "member"),
)
