"""The invented people and meetings with whom every template is rendered when it is checked (voice.md, section 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from content.filters import You

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Reader = Literal["member", "secretary", "official", "stranger"]


def at(day: int, month: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def person(name: str, form: str = "đồng chí", phone: str | None = None, **values: Any) -> Any:
    return SimpleNamespace(id=17, name=name, form=form, phone=phone, standing="official", **values)


TINH = person("Ma Văn Tình", "bác", "+84900000045")
MUI = person("Triệu Thị Mùi", "bà", "+84900000045")
LAM = person("Hoàng Văn Lâm", "đồng chí", "+84900000012")
HUONG = person("Nguyễn Thị Hương", "đồng chí")
LONGEST = person("Nguyễn Hoàng Thị Thanh Hương", "đồng chí", "+84900000099")

KHE_DAO = SimpleNamespace(id=2, kind="cell", name="thôn Khe Đào", phone=None)
SUOI_TRONG = SimpleNamespace(id=1, kind="commune", name="xã Suối Trong", phone="+84900000001")

NOW = at(25, 11, 19, 5)
MEETING = SimpleNamespace(
    id=42,
    kind="ordinary",
    state="planned",
    starts_at=at(3, 12, 19, 30),
    place="Nhà văn hóa thôn Khe Đào",
    old_starts_at=None,
    old_place=None,
    reason=None,
    revision=1,
    materials_at=None,
)
YOU = You((TINH,))
HOUSEHOLD = You((TINH, MUI), shared=True)
SECRETARY = You((LAM,))
OFFICIAL = You((HUONG,))
STRANGER = You()


@dataclass(frozen=True)
class Sample:
    """One rendering of a template: who reads it, and with what. `picks`: its choices are names, cells, reasons."""

    template: str
    reader: Reader
    context: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    picks: bool = False


def sample(template: str, reader: Reader, *, now: datetime = NOW, picks: bool = False, **context: Any) -> Sample:
    """A sample whose `you` follows from its reader unless it is given; `picks` says that it is a list to pick from."""
    you = {"member": YOU, "secretary": SECRETARY, "official": OFFICIAL, "stranger": STRANGER}[reader]
    return Sample(template, reader, {"you": you, **context}, now, picks)
