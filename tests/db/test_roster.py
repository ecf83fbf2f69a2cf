"""Importing a roster: who is recognised, what changes, and that nothing else does. On each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event, func, select

from db import joining, people, roster, units
from db.engine import Database
from db.matching import Plan
from db.people import Person
from db.tables import audit
from db.units import Unit
from sheets.example import PEOPLE
from sheets.roster import RosterRow

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
KHE_DAO, NA_LUA = "chi bộ thôn Khe Đào", "chi bộ thôn Nà Lừa"


def row(number: int, name: str, cell: str | None = KHE_DAO, **values: object) -> RosterRow:
    return RosterRow(number, values.pop("code", None), name, cell, **values)


def found(connection: Connection) -> Unit:
    return units.root(connection) or units.add(connection, "commune", "xã Suối Trong")


def bring(connection: Connection, rows: list[RosterRow] | tuple[RosterRow, ...], actor: int | None = None) -> Plan:
    made = roster.plan(connection, found(connection), rows)
    roster.apply(connection, made, actor, NOW)
    return made


def named(connection: Connection, name: str) -> Person:
    [person] = [p for p in roster.known(connection, found(connection)).people if p.name == name]
    return person


async def test_the_example_comes_in_whole_and_a_second_time_changes_nothing(database: Database) -> None:
    first = await database.write(lambda c: bring(c, PEOPLE))
    assert (first.listed, first.cells, len(first.new), len(first.new_cells), first.touched) == (40, 3, 40, 3, 40)
    assert sorted(right.role for right in first.given) == sorted(p.role for p in PEOPLE if p.role)
    lines_before = await database.read(lambda c: c.execute(select(func.count()).select_from(audit)).scalar())
    second = await database.write(lambda c: bring(c, PEOPLE))
    assert (second.touched, second.unchanged, second.given, second.taken, second.missing) == (0, 40, (), (), ())
    assert lines_before == 41  # each person, and the import itself
    assert await database.read(lambda c: c.execute(select(func.count()).select_from(audit)).scalar()) == lines_before

    def facts(connection: Connection) -> None:
        commune = found(connection)
        assert [cell.name for cell in units.cells(connection, commune)] == [
            "thôn Khe Đào",
            "thôn Khuổi Phầy",
            "thôn Nà Lừa",
        ]
        lam = named(connection, "Hoàng Văn Lâm")
        assert people.cells_of(connection, lam.id)[0].name == "thôn Khe Đào"
        assert people.by_phone(connection, "+84900000045")[0].name == "Triệu Thị Mùi"
        assert named(connection, "Nguyễn Thị Hương").unit_id == commune.id
        codes = [p.code for p in roster.known(connection, commune).people]
        assert len(set(codes)) == 40 and all(code and code.startswith("D") and len(code) == 6 for code in codes)

    await database.read(facts)


async def test_somebody_is_known_by_code_whatever_else_has_changed(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(connection, [row(2, "Ma Văn Tình", phone="+84900000045"), row(3, "Lò Thị Hoa", NA_LUA)])
        tinh = named(connection, "Ma Văn Tình")
        moved = row(5, "Ma Văn Tĩnh", NA_LUA, code=(tinh.code or "").lower(), phone="+84900000046", role="deputy")
        made = bring(connection, [moved])
        [change] = made.changed
        assert [d.field for d in change.differences] == ["name", "phone", "cell", "role"]
        assert not made.new and [p.name for p in made.missing] == ["Lò Thị Hoa"]
        after = people.get(connection, tinh.id)
        assert (after.name, after.phone, after.code) == ("Ma Văn Tĩnh", "+84900000046", tinh.code)
        assert people.cells_of(connection, tinh.id)[0].name == "thôn Nà Lừa"
        assert people.get(connection, made.missing[0].id).left_at is None

    await database.write(story)


TWO = [row(2, "Lý Văn Nam", phone="+84900000001"), row(3, "Lý Văn Nam", phone="+84900000002")]
ONE = TWO[:1]
NO_NUMBER = row(4, "Lý Văn Nam")
OTHER_NUMBER = row(4, "Lý Văn Nam", phone="+84900000003")
OTHER_CELL = row(4, "Lý Văn Nam", NA_LUA, phone="+84900000001")


@pytest.mark.parametrize(
    ("before", "then", "expected"),
    [
        (ONE, [OTHER_NUMBER], "changed"),  # the only one of this name on both sides: his number is new
        (ONE, [NO_NUMBER], "changed"),
        (ONE, [row(4, "ly van nam", phone="+84900000001")], "same"),  # marks left out are no new name
        (ONE, [row(4, "Lý Văn Năm", phone="+84900000001")], "changed"),  # other marks are
        ([NO_NUMBER], [OTHER_NUMBER], "changed"),
        (ONE, [OTHER_CELL], "new"),
        (ONE, [*ONE, OTHER_NUMBER], "same new"),  # a second person of the name
        ([*ONE, NO_NUMBER], [*ONE, NO_NUMBER], "same same"),
        (TWO, [OTHER_NUMBER], "refused"),  # which of the two?
        (TWO, [TWO[0], OTHER_NUMBER], "same refused"),  # another one, or the other's new number?
        (ONE, [NO_NUMBER, OTHER_NUMBER], "refused refused"),
        (ONE, [row(4, "Lý Văn Nam", code="D99999")], "refused"),
    ],
)
async def test_names_alone_never_turn_one_person_into_another(
    database_url: str, before: list[RosterRow], then: list[RosterRow], expected: str
) -> None:
    def story(connection: Connection) -> list[str]:
        bring(connection, before)
        made = roster.plan(connection, found(connection), then)
        changed = {change.row.row_number for change in made.changed}
        fate = {problem.row_number: "refused" for problem in made.problems}
        fate |= {row.row_number: "new" for row in made.new} | dict.fromkeys(changed, "changed")
        return [fate.get(row.row_number, "same") for row in then]

    db = Database(database_url)
    try:
        assert " ".join(await db.write(story)) == expected
    finally:
        await db.close()


async def test_a_plan_with_problems_does_nothing(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(connection, ONE)
        twice = [replace(row(9, "Ai Đó"), code=named(connection, "Lý Văn Nam").code), row(10, "Người Mới")]
        made = roster.plan(connection, found(connection), [*twice, replace(twice[0], row_number=11, name="Ai Nữa")])
        assert [(p.row_number, p.column, p.kind) for p in made.problems] == [(11, "code", "duplicate_row")]
        with pytest.raises(ValueError, match="problems"):
            roster.apply(connection, made, None, NOW)
        assert [p.name for p in roster.known(connection, found(connection)).people] == ["Lý Văn Nam"]

    await database.write(story)


async def test_columns_that_the_file_lacks_are_left_as_they_are(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(
            connection, [row(2, "Hoàng Văn Lâm", role="secretary", phone="+84900000012", form="bác", smartphone=True)]
        )
        bare = [row(2, "Hoàng Văn Lâm")]
        assert roster.plan(connection, found(connection), bare, {"name", "cell"}).touched == 0
        fields = {d.field for c in roster.plan(connection, found(connection), bare).changed for d in c.differences}
        assert fields == {"phone", "form", "role"}  # an empty cell of "có dùng điện thoại" does not say no

    await database.write(story)


async def test_the_file_decides_who_leads_the_cells_that_it_names(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(connection, PEOPLE)
        commune = found(connection)
        lam, hien = named(connection, "Hoàng Văn Lâm"), named(connection, "Nông Thị Hiền")
        rows = [row(2, "Hoàng Văn Lâm", phone=lam.phone), row(3, "Hoàng Thị Duyên", role="secretary")]
        made = roster.plan(connection, commune, rows, {"name", "cell", "role"})
        assert {(r.role, r.name, r.cell) for r in made.given} == {("secretary", "Hoàng Thị Duyên", "thôn Khe Đào")}
        assert {(r.role, r.name) for r in made.taken} == {
            ("secretary", "Hoàng Văn Lâm"),
            ("recorder", "Hoàng Thị Duyên"),
            ("deputy", "Nông Thị Hiền"),  # not listed any more: the right goes, the person stays
        }
        assert made.touched == 3
        roster.apply(connection, made, None, NOW)
        assert people.roles_of(connection, lam.id) == [] and people.roles_of(connection, hien.id) == []
        khe_dao, na_lua = (units.find_cell(connection, commune, name) for name in ("thôn Khe Đào", "thôn Nà Lừa"))
        assert khe_dao and [p.name for p in people.holders(connection, ("secretary",), khe_dao.id)] == [
            "Hoàng Thị Duyên"
        ]
        assert na_lua and len(people.holders(connection, ("secretary", "deputy"), na_lua.id)) == 2

    await database.write(story)


async def test_no_file_takes_an_officials_right_or_reaches_another_commune(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(connection, PEOPLE)
        other = units.add(connection, "commune", "xã Bên Kia")
        cell = units.add(connection, "cell", "thôn Khe Đào", other)
        stranger = people.add(connection, cell, "Ma Văn Tình", phone="+84900000045", code="DKHAC2")
        people.give_role(connection, stranger, cell, "secretary")
        huong = named(connection, "Nguyễn Thị Hương")
        bring(connection, [row(2, "Nguyễn Thị Hương", None, phone=huong.phone), row(3, "Ma Văn Tình", phone=None)])
        assert people.roles_of(connection, huong.id) == [("official", found(connection).id)]
        assert people.get(connection, stranger.id) == stranger
        assert people.roles_of(connection, stranger.id) == [("secretary", cell.id)]
        taken = roster.plan(connection, found(connection), [row(4, "Kẻ Lạ", code="DKHAC2")])
        assert [problem.kind for problem in taken.problems] == ["code_unknown"]
        assert roster.unit_for(connection, huong.id, cell.id) is None
        assert roster.unit_for(connection, stranger.id, cell.id) == cell

    await database.write(story)


async def test_the_digest_is_that_of_what_was_seen(database: Database) -> None:
    def story(connection: Connection) -> None:
        commune = found(connection)
        first = roster.plan(connection, commune, PEOPLE)
        assert roster.plan(connection, commune, PEOPLE).digest == first.digest
        assert roster.plan(connection, commune, PEOPLE[:-1]).digest != first.digest
        people.add(connection, units.add(connection, "cell", "thôn Khe Đào", commune), "Ma Văn Tình")
        assert roster.plan(connection, commune, PEOPLE).digest != first.digest

    await database.write(story)


async def test_lists_know_who_has_not_joined_and_who_leads(database: Database) -> None:
    def story(connection: Connection) -> None:
        bring(connection, PEOPLE)
        commune = found(connection)
        lines = roster.cells(connection, commune)
        assert [(line.unit.name, line.listed, line.not_joined) for line in lines] == [
            ("thôn Khe Đào", 24, 24),
            ("thôn Khuổi Phầy", 6, 6),
            ("thôn Nà Lừa", 8, 8),
            ("xã Suối Trong", 2, 2),
        ]
        assert [line.secretary.name for line in lines if line.secretary] == [
            "Hoàng Văn Lâm",
            "Bàn Văn Phấu",
            "Quan Văn Tuyển",
        ]
        assert roster.cell(connection, lines[0].unit) == lines[0]
        assert len(joining.not_joined(connection, lines[0].unit)) == 24
        listed = roster.lines(connection, commune)
        assert [(line.cell.name if line.cell else None) for line in listed[:1] + listed[-1:]] == ["thôn Khe Đào", None]
        assert {line.role for line in listed} == {None, "secretary", "deputy", "recorder", "official"}

    await database.write(story)


async def test_the_number_of_statements_does_not_grow_with_the_list(database: Database) -> None:
    def statements(connection: Connection, rows: list[RosterRow]) -> int:
        count = 0

        def counts(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(connection, "before_cursor_execute", counts)
        bring(connection, rows)
        event.remove(connection, "before_cursor_execute", counts)
        return count

    def story(connection: Connection) -> None:
        bring(connection, [row(1, "Người đầu")])
        rows = [row(n, f"Người {n}", phone=f"+8490{n:07}") for n in range(2, 500)]
        few, many = statements(connection, rows[:2]), statements(connection, rows[2:])
        assert few == many < 20

    await database.write(story)
