"""What was learned is read back at the next start, and learned anew whenever that would not be the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from content import learning, ranking
from content.learning import remembered

PHRASES = [("when", "họp ngày nào"), ("when", "ngày họp"), ("long", "họp bao lâu"), ("long", "họp lâu không")]
QUESTION = "ngay nao hop"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tro-ly-bi-thu"


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many phrases were learned, each time."""
    found: list[int] = []
    learn = ranking.learned

    def counting(phrases: list[ranking.Phrase]) -> ranking.Ranking:
        found.append(len(phrases))
        return learn(phrases)

    monkeypatch.setattr(ranking, "learned", counting)
    return found


def test_the_next_start_reads_back_what_was_learned(folder: Path, times: list[int]) -> None:
    first = remembered(PHRASES).scores(QUESTION)
    assert remembered(PHRASES).scores(QUESTION) == first
    assert times == [4]
    assert len(list(folder.iterdir())) == 1


def test_other_phrases_are_learned_anew(folder: Path, times: list[int]) -> None:
    remembered(PHRASES)
    assert remembered([*PHRASES, ("who", "ai ghi biên bản")]).labels == ("when", "long", "who")
    assert times == [4, 5]
    assert len(list(folder.iterdir())) == 2


def test_what_older_books_left_is_cleared_away(folder: Path) -> None:
    for more in range(learning.KEPT + 2):
        remembered([*PHRASES, ("who", f"câu số {more}")])
    assert len(list(folder.iterdir())) == learning.KEPT


@pytest.mark.parametrize("damage", [b"", b"half of a file", None])
def test_a_damaged_file_is_written_anew(folder: Path, times: list[int], damage: bytes | None) -> None:
    first = remembered(PHRASES).scores(QUESTION)
    file = next(folder.iterdir())
    file.write_bytes(file.read_bytes()[:-500] if damage is None else damage)
    assert remembered(PHRASES).scores(QUESTION) == first
    assert remembered(PHRASES).scores(QUESTION) == first
    assert times == [4, 4]


def test_a_folder_that_cannot_be_written_costs_only_time(folder: Path, times: list[int]) -> None:
    folder.parent.joinpath(folder.name).write_text("no folder", encoding="utf-8")
    assert remembered(PHRASES).scores(QUESTION) == remembered(PHRASES).scores(QUESTION)
    assert times == [4, 4]
