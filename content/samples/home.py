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
    You,
    sample,
)

PHONE = "+84900000001"
MEMBER_MENU = (
    Choice("Xem buổi họp tới", "next"),
    Choice("Xem đề cương", "brief_next"),
    Choice("Hỏi về thủ tục", "ask"),
    Choice("Nhờ giúp", "help"),
)
OPTIONS = [{"label": "Tôi sẽ dự", "action": "home"}, {"label": "Xem đề cương", "action": "home"}]
STATUS = SimpleNamespace(answered=17, total=22)

SAMPLES = (
    sample("home_member", "member", meeting=MEETING, said=SimpleNamespace(choice="yes")),
    sample("home_member", "member", you=HOUSEHOLD, meeting=MEETING, said=None),
    sample("home_member", "member", meeting=None, said=None),
    sample("home_secretary", "secretary", cell=KHE_DAO, meeting=MEETING, status=STATUS),
    sample("home_secretary", "secretary", cell=KHE_DAO, meeting=None, status=None),
    sample(
        "home_official",
        "official",
        commune=SUOI_TRONG,
        cells=[KHE_DAO] * 6,
        counted=SimpleNamespace(listed=151, not_joined=7),
    ),
    sample("stranger", "stranger", commune=SUOI_TRONG, phone=PHONE),
    sample("stranger", "stranger", commune=None, phone=None),
    sample("roles", "secretary", acting="secretary", others=["member"]),
    sample("help", "member", secretary=LAM, phone=PHONE, several=True),
    sample("help", "member", secretary=None, phone=PHONE, several=False),
    sample("call_me", "member", secretary=LAM, phone=PHONE),
    sample("not_yours", "member", secretary=LAM, phone=PHONE),
    sample("not_yours", "member", secretary=None, phone=PHONE),
    sample("unreadable", "member", menu=MEMBER_MENU),
    sample("unreadable", "stranger", you=STRANGER, menu=()),
    sample("lost", "member", menu=MEMBER_MENU),
    sample("lost_again", "member", secretary=LAM, phone=PHONE),
    sample("lost_again", "member", secretary=None, phone=PHONE),
    sample("trouble", "member", number=4821, phone=PHONE),
    sample("trouble", "stranger", number=4821, phone=None),
    sample("number_unknown", "member", choices=OPTIONS),
    sample("number_twice", "member", text="2", options=OPTIONS),
    sample("who_acts", "member", you=HOUSEHOLD, people=[TINH, MUI], action="home", together=True),
    sample("who_acts", "member", you=You((LONGEST, MUI), True), people=[LONGEST, MUI], action="home", together=False),
    sample("digest", "member", count=2),
    sample("digest", "member", you=HOUSEHOLD, count=2),
    sample("digest_question", "member"),
)
