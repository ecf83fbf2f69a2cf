from __future__ import annotations

from typing import Any

from content.filters import You
from content.message import Choice
from content.samples.cast import (
    HOUSEHOLD,
    KHE_DAO,
    LONGEST,
    MEETING,
    MUI,
    SUOI_TRONG,
    TINH,
    Sample,
    at,
    sample,
)

PHONE = "+84900000001"
MENU = (
    Choice("Xem buổi họp tới", "next"),
    Choice("Xem đề cương", "brief_next"),
    Choice("Hỏi về thủ tục", "ask"),
    Choice("Nhờ giúp", "help"),
)
EVERYBODY = ("secretary", "deputy", "official")
MUI_HERE = You((MUI,), shared=True)
LONG_HERE = You((LONGEST,), shared=True)
CONSENT: dict[str, Any] = {"commune": SUOI_TRONG, "channel": "telegram", "viewers": EVERYBODY}

_STRANGERS = (
    sample("is_you", "stranger", persons=[TINH], unit=KHE_DAO, by_phone=False),
    sample("is_you", "stranger", persons=[TINH, MUI], unit=KHE_DAO, by_phone=False),
    sample("is_you", "stranger", persons=[TINH], unit=KHE_DAO, by_phone=True),
    sample("is_you", "stranger", persons=[LONGEST], unit=SUOI_TRONG, by_phone=True),
    sample("code_unknown", "stranger", typed="482 913", phone=PHONE),
    sample("code_unknown", "stranger", typed="482 913", phone=None),
    sample("code_example", "stranger", phone=PHONE),
    sample("link_unknown", "stranger", phone=PHONE),
    sample("code_elsewhere", "stranger"),
    sample("code_expired", "stranger", expired=at(30, 11, 18), phone=PHONE, now=at(3, 12, 8)),
    sample("code_expired", "stranger", expired=at(30, 11, 18), phone=None, now=at(3, 1, 8, year=2027)),
    sample("code_void", "stranger", phone=PHONE),
    sample("code_wait", "stranger", today=False, phone=PHONE),
    sample("code_wait", "stranger", today=True, phone=PHONE),
    sample("code_slip", "stranger"),
    sample("phone_unknown", "stranger", number="+84900000045"),
    sample("phone_typed", "stranger", number="+84900000045"),
    sample("contact_foreign", "stranger"),
    sample("no_code", "stranger", phone=PHONE, channel="telegram"),
    sample("no_code", "stranger", phone=None, channel="zalo"),
    sample("not_me", "stranger", phone=PHONE),
    sample("new_phone_asked", "stranger", phone=PHONE),
    sample("code_wanted", "stranger", phone=PHONE),
    sample("claim_name", "stranger", again=False),
    sample("claim_name", "stranger", again=True),
    sample("claim_over", "stranger", expired=False),
    sample("claim_over", "stranger", expired=True),
)

_MEMBERS = (
    sample("consent", "member", person=TINH, **CONSENT),
    sample("consent", "member", person=MUI, you=MUI_HERE, **CONSENT),
    sample("consent", "member", person=LONGEST, you=LONG_HERE, **CONSENT),
    sample("consent", "member", person=TINH, commune=SUOI_TRONG, channel="zalo", viewers=()),
    sample("consent_more", "member", person=TINH, **CONSENT),
    sample("consent_more", "member", person=LONGEST, you=LONG_HERE, **CONSENT),
    sample("consent_given", "member", meeting=MEETING, menu=MENU),
    sample("consent_given", "member", you=HOUSEHOLD, meeting=MEETING, menu=MENU),
    sample("consent_given", "member", meeting=None, menu=MENU),
    sample("consent_declined", "member"),
    sample("consent_declined", "member", you=LONG_HERE),
    sample("code_here", "member"),
    sample("code_here", "member", you=HOUSEHOLD),
    sample("code_other", "member"),
    sample("code_other", "member", you=HOUSEHOLD),
)

_STAFF = (
    sample("detached", "secretary", person=TINH, gone=True),
    sample("detached", "secretary", person=LONGEST, gone=False),
    sample("phone_moved", "secretary", person=LONGEST, moved=True, instead=True),
    sample("phone_moved", "secretary", person=LONGEST, moved=True, instead=False),
    sample("phone_moved", "secretary", person=TINH, moved=False, instead=False),
    sample("new_code", "secretary", persons=[TINH], digits="123 456 789", until=at(25, 12, 19)),
    sample("new_code", "official", persons=[LONGEST, MUI], digits="123 456 789", until=at(3, 1, 8, year=2027)),
    sample("news_joined", "secretary", person=TINH, address_id=123, joined=18, listed=24),
    sample("news_joined", "official", person=LONGEST, address_id=123, joined=1, listed=2),
    sample("news_phone_typed", "secretary", person=LONGEST),
    sample("news_code_wanted", "secretary", person=LONGEST),
    sample("news_new_phone", "secretary", person=LONGEST, address_id=123),
    sample("news_call_me", "secretary", person=TINH),
)

SAMPLES: tuple[Sample, ...] = (*_STRANGERS, *_MEMBERS, *_STAFF)
