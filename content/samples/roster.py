"""Samples of the roster: bringing the list in, who has joined, papers to print."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from content.samples.cast import KHE_DAO, LAM, LONGEST, SUOI_TRONG, TINH, Sample, person, sample

UT = person("Bàn Văn Út", "anh", "+84900000067")
HIEN = person("Nông Thị Hiền", "chị", "+84900000013")
FAR = SimpleNamespace(id=9, kind="cell", name="tổ dân phố số 12 Hợp Thành", phone=None)
DIGEST = "0123456789abcdef"


def row(name: str, cell: str | None = "chi bộ thôn Khe Đào", number: int = 7) -> Any:
    return SimpleNamespace(row_number=number, name=name, cell=cell, phone="+84900000046", role=None)


def right(role: str, name: str, cell: str | None = "thôn Khe Đào") -> Any:
    return SimpleNamespace(role=role, name=name, cell=cell)


def plan(**values: Any) -> Any:
    """A plan as the importer makes it, with nothing in it but what is said."""
    empty: dict[str, Any] = {
        "new_cells": (),
        "new": (),
        "changed": (),
        "missing": (),
        "given": (),
        "taken": (),
        "kinds": [],
    }
    return SimpleNamespace(**{**empty, "listed": 151, "cells": 6, "touched": 7, "digest": DIGEST, **values})


def difference(field: str, old: object, new: object) -> Any:
    return SimpleNamespace(field=field, old=old, new=new)


def change(who: Any, field: str, old: object, new: object) -> Any:
    return SimpleNamespace(person=who), difference(field, old, new)


def problem(number: int, column: str, value: str, kind: str) -> Any:
    return SimpleNamespace(row_number=number, column=column, value=value, kind=kind)


def line(unit: Any, listed: int, not_joined: int, secretary: Any = None) -> Any:
    return SimpleNamespace(unit=unit, listed=listed, not_joined=not_joined, secretary=secretary)


FEW = plan(
    new=[row("Lò Thị Hoa")] * 4,
    changed=[change] * 3,
    kinds=[("phone", 2), ("role", 1)],
    unchanged=144,
    missing=[UT],
    given=[right("secretary", HIEN.name)],
    taken=[right("secretary", LAM.name)],
)
MANY = plan(
    listed=12345,
    cells=52,
    touched=12040,
    new=[row(LONGEST.name)] * 12000,
    changed=[change] * 40,
    kinds=[("smartphone", 31), ("standing", 22), ("phone", 5), ("form", 2)],
    unchanged=305,
    new_cells=[FAR.name] * 14,
    missing=[LONGEST] * 1204,
    given=[right("secretary", LONGEST.name)] * 150,
    taken=[right("recorder", LONGEST.name)] * 2,
)
FIRST = plan(new=[row("Lò Thị Hoa")] * 40, touched=40, listed=40, cells=1, unchanged=0, new_cells=[KHE_DAO.name])

DECK = [
    problem(7, "phone", "09123", "phone_short"),
    problem(15, "standing", "ct moi", "standing_unknown"),
    problem(22, "name", "", "name_empty"),
]
KINDS = {
    "name_bad": ("name", "12345"),
    "name_ambiguous": ("name", LONGEST.name),
    "cell_empty": ("cell", ""),
    "cell_long": ("cell", "thôn " * 30),
    "phone_bad": ("phone", "9.12346E+08"),
    "two_phones": ("phone", "0900 000 012 hoặc 0900 000 013"),
    "role_unknown": ("role", "bí thư Đoàn thanh niên"),
    "role_needs_cell": ("role", "Bí thư"),
    "form_unknown": ("form", "cố"),
    "smartphone_unknown": ("smartphone", "lúc có lúc không"),
    "duplicate_row": ("name", LONGEST.name),
    "too_many_rows": ("name", LONGEST.name),
    "code_unknown": ("code", "D2345"),
}
EACH = [problem(1204, column, value, kind) for kind, (column, value) in KINDS.items()]
ENTRIES = (
    [
        ("given", right("secretary", HIEN.name)),
        ("given", right("official", HIEN.name, None)),
        ("taken", right("recorder", LAM.name)),
        ("new", row("Lò Thị Hoa")),
        ("missing", UT),
    ],
    [
        ("changed", change(TINH, "phone", None, "+84900000046")),
        ("changed", change(TINH, "standing", "official", "exempt")),
        ("changed", change(TINH, "smartphone", None, True)),
        ("changed", change(TINH, "cell", "thôn Khe Đào", None)),
        ("new", row("Lò Thị Hoa", None)),
    ],
    [("changed", change(LONGEST, "name", LONGEST.name, "Nguyễn Hoàng Thị Thanh Hường"))] * 4,
)
LISTED = [LONGEST] * 10
WAYS = [SimpleNamespace(person=who, address_id=3, nth=nth) for who, nth in ((TINH, 1), (UT, 1), (LAM, 1), (LAM, 2))]


def _official(template: str, **context: Any) -> Sample:
    return sample(template, "official", **context)


SAMPLES: tuple[Sample, ...] = (
    _official("roster_preview", plan=FEW, again=False),
    _official("roster_preview", plan=MANY, again=True),
    _official("roster_preview", plan=FIRST, again=False),
    *(_official("roster_look", plan=FEW, entries=entries, following=2) for entries in ENTRIES),
    _official("roster_look", plan=FEW, entries=ENTRIES[0], following=None),
    _official("roster_problems", problems=DECK, rows=3, following=None),
    *(
        _official("roster_problems", problems=EACH[at : at + 5], rows=1234, following=2)
        for at in range(0, len(EACH), 5)
    ),
    *(
        _official("roster_unreadable", kind=kind)
        for kind in ("not_a_sheet", "no_heading", "no_rows", "too_big", "locked")
    ),
    _official("roster_not_fetched"),
    _official("roster_gone"),
    _official("roster_dropped"),
    _official("roster_same", plan=plan()),
    _official("roster_same", plan=plan(missing=[LONGEST] * 12)),
    _official("roster_done", touched=7, counted=SimpleNamespace(listed=151, not_joined=11)),
    _official("roster_done", touched=1, counted=SimpleNamespace(listed=151, not_joined=0)),
    *(_official("roster_form", channel=channel) for channel in ("telegram", "zalo")),
    _official("roster_file", unit=KHE_DAO),
    _official("roster_file", unit=SUOI_TRONG),
    _official(
        "cells",
        picks=True,
        commune=SUOI_TRONG,
        total={"cells": 6, "listed": 151},
        lines=[line(KHE_DAO, 24, 20, LAM), line(FAR, 31, 0), line(SUOI_TRONG, 2, 1)],
        following=None,
    ),
    _official(
        "cells",
        picks=True,
        commune=SUOI_TRONG,
        total={"cells": 52, "listed": 1250},
        lines=[
            line(SimpleNamespace(id=n, kind="cell", name=f"thôn Khuổi Phầy {n}"), 124, 120, LONGEST) for n in range(5)
        ],
        following=1,
    ),
    _official("cell", line=line(KHE_DAO, 24, 20, LAM), official=True),
    _official("cell", line=line(SUOI_TRONG, 2, 0), official=True),
    sample("cell", "secretary", line=line(FAR, 24, 24, person(LONGEST.name)), official=False),
    _official("pick_cell", picks=True, what="join_sheet", units=[KHE_DAO, FAR, SUOI_TRONG], following=1),
    _official("pick_cell", picks=True, what="not_joined", units=[KHE_DAO], following=None),
    _official("pick_cell", what="not_joined", units=[], following=None),
    sample("not_joined", "secretary", unit=KHE_DAO, people=[TINH, person("Vàng A Sùng")], count=2, following=None),
    sample("not_joined", "secretary", unit=FAR, people=LISTED, count=124, following=1),
    sample("not_joined", "secretary", unit=KHE_DAO, people=[], count=0, following=None),
    sample("joined", "secretary", unit=KHE_DAO, people=[TINH, UT], count=2, following=None),
    sample("joined", "secretary", unit=FAR, people=LISTED, count=124, following=1),
    sample("joined", "secretary", unit=KHE_DAO, people=[], count=0, following=None),
    sample("lost_phone", "secretary", picks=True, unit=KHE_DAO, ways=WAYS, following=None),
    sample("lost_phone", "secretary", picks=True, unit=KHE_DAO, ways=WAYS[1:], following=1),
    sample("read_code", "secretary", picks=True, unit=KHE_DAO, people=[TINH, UT], following=1),
    sample("read_code", "secretary", picks=True, unit=KHE_DAO, people=[TINH], following=None),
    sample("join_sheet", "secretary", unit=KHE_DAO, strips=20),
    sample("join_sheet", "official", unit=SUOI_TRONG, strips=2),
    sample("help_secretary", "secretary", unit=KHE_DAO, phone="+84900000001", several=True),
    sample("help_secretary", "secretary", unit=KHE_DAO, phone=None, several=False),
    sample("document_not_yours", "member", menu=()),
)
