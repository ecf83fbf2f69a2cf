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
    at,
    sample,
)

_OFFICE = SUOI_TRONG.phone
_MENU = (
    Choice("Xem buổi họp tới", "next"),
    Choice("Xem đề cương", "brief_next"),
    Choice("Hỏi về thủ tục", "ask"),
    Choice("Nhờ giúp", "help"),
)
_MORNING = at(26, 11, 6)
_SAID = SimpleNamespace(choice="yes")
_STATUS = SimpleNamespace(answered=17, total=22)
_COUNTED = SimpleNamespace(listed=1151, not_joined=7)
_OFFERED = [{"label": choice.label, "action": choice.action} for choice in _MENU]

SAMPLES: tuple[Sample, ...] = (
    *(sample(hint, "member") for hint in ("hint_home", "hint_number", "hint_one", "hint_resent")),
    sample("stranger", "stranger", commune=SUOI_TRONG, phone=_OFFICE),
    sample("stranger", "stranger", commune=None, phone=None),
    sample("home_member", "member", meeting=MEETING, said=_SAID, begun=None),
    sample("home_member", "member", meeting=MEETING, said=None, you=HOUSEHOLD, begun=None),
    sample("home_member", "member", meeting=None, said=None, begun="plan"),
    sample("home_secretary", "secretary", cell=KHE_DAO, led=2, meeting=MEETING, status=_STATUS, begun="oneoff"),
    sample("home_secretary", "secretary", cell=KHE_DAO, led=1, meeting=None, status=None, begun=None),
    *(
        sample(
            "home_official", "official", waiting=2, commune=SUOI_TRONG, cells=[KHE_DAO] * 6, counted=_COUNTED, **said
        )
        for said in (
            {"begun": None, "channel": "zalo"},
            {"begun": "notice", "channel": "telegram"},
            {"begun": "roster", "channel": "telegram"},
        )
    ),
    *(
        sample("home_secretary", "secretary", cell=KHE_DAO, led=1, meeting=None, status=None, begun=begun)
        for begun in ("plan", "move", "cancel", "settle")
    ),
    sample("let_go", "member", menu=_MENU),
    sample("about", "member", commune=SUOI_TRONG, phone=_OFFICE),
    sample("about", "member", commune=None, phone=None),
    sample("roles", "secretary", acting="secretary", others=["official", "member"], cells=[KHE_DAO]),
    sample("roles", "secretary", acting="secretary", others=[], cells=[KHE_DAO]),
    sample("help", "member", secretary=LAM, phone=_OFFICE, several=True),
    sample("help_official", "official", several=True, channel="zalo"),
    sample("help_official", "official", several=False, channel="telegram"),
    sample("help", "member", secretary=None, phone=_OFFICE, several=False),
    sample("help", "member", secretary=LONGEST, phone=_OFFICE, several=False, you=HOUSEHOLD),
    sample("call_me", "member", office="secretary", later=None, secretary=LAM, phone=_OFFICE),
    sample("call_me", "member", office="secretary", later=_MORNING, secretary=LAM, phone=_OFFICE),
    sample("call_me", "member", office="secretary", later=_MORNING, secretary=None, phone=_OFFICE),
    sample("call_me", "secretary", office="deputy", later=None, secretary=None, phone=_OFFICE),
    sample("call_me", "member", office=None, later=None, secretary=None, phone=_OFFICE),
    sample("lost", "member", menu=_MENU),
    sample("lost_again", "member", secretary=LAM, phone=_OFFICE, menu=_MENU),
    sample("lost_again", "official", secretary=None, phone=_OFFICE, menu=_MENU),
    sample("unreadable", "member", meeting=None, choices=(), menu=_MENU, secretary=LAM, phone=_OFFICE),
    sample("unreadable", "member", meeting=MEETING, choices=_MENU[:2], menu=_MENU, secretary=None, phone=_OFFICE),
    sample("unreadable", "stranger", meeting=None, choices=(), menu=(), secretary=None, phone=_OFFICE, you=STRANGER),
    sample("unsupported", "member", secretary=LAM, phone=_OFFICE, official=False, channel="zalo"),
    sample("unsupported", "official", secretary=None, phone=_OFFICE, official=True, channel="zalo"),
    sample("unsupported", "stranger", secretary=None, phone=None, official=False, channel="zalo", you=STRANGER),
    sample("not_yours", "member", secretary=LAM, phone=_OFFICE),
    sample("not_yours", "member", secretary=None, phone=_OFFICE),
    sample("trouble", "member", number=4821, phone=_OFFICE),
    sample("trouble", "stranger", number=4821, phone=None),
    sample("number_unknown", "member", choices=_OFFERED),
    sample("number_unknown", "stranger", choices=_OFFERED),
    sample("number_twice", "member", text="2", options=_OFFERED[:2]),
    sample("picked", "member", number=2, label="Xem đề cương"),
    sample("picked", "stranger", number=1, label="Đúng là tôi", you=STRANGER),
    sample("pick_again", "member", choices=_OFFERED),
    sample("list_end", "secretary"),
    sample("pick_again", "stranger", choices=_OFFERED, you=STRANGER),
    *(sample("number_old", "member", number=2, label=label, meeting=MEETING, by="") for label in ("Xem đề cương", "")),
    sample("who_acts", "member", people=[TINH, MUI], action="answer 42 yes 1", together=True, you=HOUSEHOLD),
    sample("who_acts", "member", people=[LONGEST, MUI], action="meeting 42", together=False, you=HOUSEHOLD),
    sample("digest", "member", count=2),
    sample("digest", "member", count=3, you=HOUSEHOLD),
    sample("digest_question", "member"),
)
