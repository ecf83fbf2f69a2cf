"""The example file that readers, demo and tests share."""

from collections import Counter

from sheets.example import PATH, PEOPLE, example_xlsx
from sheets.roster import read_roster


def test_the_file_holds_exactly_the_people_of_the_table() -> None:
    file = read_roster(PATH.read_bytes(), PATH.name)
    assert file.problems == []
    assert tuple(file.rows) == PEOPLE


def test_the_file_is_the_one_that_the_command_writes() -> None:
    assert read_roster(example_xlsx(), PATH.name) == read_roster(PATH.read_bytes(), PATH.name)


def test_the_commune_is_as_mixed_as_a_real_one() -> None:
    assert len(PEOPLE) == 40
    assert Counter(person.cell for person in PEOPLE if person.role == "secretary") == {
        "chi bộ thôn Khe Đào": 1,
        "chi bộ thôn Nà Lừa": 1,
        "chi bộ thôn Khuổi Phầy": 1,
    }
    assert [person.role for person in PEOPLE if person.cell is None] == ["official", "official"]
    assert {person.standing for person in PEOPLE} == {"official", "probationary", "temporary", "exempt"}
    phones = Counter(person.phone for person in PEOPLE)
    assert phones[None] == 4 and phones["+84900000045"] == 2
    assert all(phone is None or phone.startswith("+84900000") for phone in phones)


def test_the_cell_of_the_stories_has_22_members_and_2_exempt() -> None:
    standings = [person.standing for person in PEOPLE if person.cell == "chi bộ thôn Khe Đào"]
    assert (len(standings) - standings.count("exempt"), standings.count("exempt")) == (22, 2)
