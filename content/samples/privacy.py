from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from content.filters import You
from content.samples.cast import (
    HOUSEHOLD,
    HUONG,
    KHE_DAO,
    LAM,
    LONGEST,
    MUI,
    SUOI_TRONG,
    TINH,
    Sample,
    at,
    sample,
)

PHONE = "+84900000001"
LONG_HERE = You((LONGEST,), shared=True)
EVERYBODY = ("secretary", "deputy", "official")
NO_PHONE = SimpleNamespace(**{**vars(TINH), "phone": None})
EXEMPT = SimpleNamespace(**{**vars(LONGEST), "standing": "exempt"})
KEPT: dict[str, Any] = {"answers": 11, "since": at(20, 11, 8), "viewers": EVERYBODY}
DEADLINE = date(2026, 12, 1)

_MEMBERS = (
    sample("stopped", "member", person=TINH),
    sample("stopped", "member", you=HOUSEHOLD, person=TINH),
    sample("resumed", "member"),
    sample("resumed", "member", you=HOUSEHOLD),
    sample("stop_or_right", "member"),
    sample("stop_check", "member"),
    sample("still_stopped", "member"),
    sample("stopped_back", "member"),
    sample("stopped_back", "member", you=HOUSEHOLD),
    sample("withdrawn", "member", person=TINH),
    sample("withdrawn", "member", you=LONG_HERE, person=LONGEST),
    sample("my_data", "member", person=TINH, unit=KHE_DAO, roles=[], **KEPT),
    sample("my_data", "member", you=LONG_HERE, person=EXEMPT, unit=KHE_DAO, roles=["deputy"], **KEPT),
    sample("my_data", "official", person=HUONG, unit=SUOI_TRONG, roles=["official"], **KEPT),
    sample("my_data", "member", person=NO_PHONE, unit=KHE_DAO, roles=[], answers=0, since=None, viewers=()),
    sample("fix_data", "member", secretary=LAM, phone=PHONE),
    sample("fix_data", "member", secretary=None, phone=PHONE),
    sample("erase_check", "member", person=TINH, agreed=True),
    sample("erase_check", "member", you=LONG_HERE, person=LONGEST, agreed=False),
    sample("erase_who", "stranger", people=[LONGEST, MUI]),
    sample("erase_taken", "member", person=TINH, number=27, deadline=DEADLINE, phone=PHONE),
    sample("erase_taken", "member", person=TINH, number=27, deadline=DEADLINE, phone=None),
    sample("erase_waits", "member", person=TINH),
    sample("erase_kept", "member", person=TINH),
)

_STAFF = (
    sample("erase_look", "official", person=LONGEST, unit=KHE_DAO),
    sample("erase_look", "official", person=NO_PHONE, unit=SUOI_TRONG),
    sample("erase_none", "official"),
    sample("erase_done", "official"),
    *(
        sample("news_stopped", "secretary", person=LONGEST, act=act)
        for act in ("messages.stopped", "messages.resumed", "phone.passed_on", "consent.withdrawn")
    ),
    sample("news_erase", "official", person=LONGEST, number=27, official=True, unit=KHE_DAO, deadline=DEADLINE),
    sample("news_erase", "secretary", person=TINH, number=27, official=False, unit=KHE_DAO, deadline=DEADLINE),
)

SAMPLES: tuple[Sample, ...] = (*_MEMBERS, *_STAFF)
