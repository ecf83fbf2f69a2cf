"""The guides for people: every choice they name is one that the bot gives, all pictures are there, all is plain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from content import prose
from content.samples import SAMPLES
from content.voice import rendered

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("bi-thu.md", "can-bo-xa.md")
LARGEST_PICTURE = 400_000  # bytes: a village line loads it in a few seconds
_PICTURE = re.compile(r'<img src="([^"]+)" width="\d+" alt="[^"]+">')
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_NUMBER = re.compile(r"\d+")
_EXPLAINED = "chữ đậm"  # the one bold word that is no choice: it says what bold means


def guide(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def labels() -> set[str]:
    """What stands on buttons, with N for every number, in all messages as they are rendered for the reading check."""
    messages = [rendered(sample) for sample in SAMPLES]
    found = {choice.label for message in messages for choice in message.choices}
    return {_NUMBER.sub("N", label) for label in found}


@pytest.mark.parametrize("name", GUIDES)
def test_what_is_bold_is_a_choice_that_the_bot_gives(name: str, labels: set[str]) -> None:
    named = set(_BOLD.findall(guide(name))) - {_EXPLAINED}
    assert len(named) > 15
    assert {label for label in named if _NUMBER.sub("N", label) not in labels} == set()


@pytest.mark.parametrize("name", GUIDES)
def test_the_guides_keep_to_the_words_of_the_bot(name: str) -> None:
    """The reading check of the bot's own messages, section by section; a table is no sentence."""
    text = _PICTURE.sub("", guide(name)).replace("**", "").replace("MẬT, TỐI MẬT, TUYỆT MẬT", "mật")
    lines = [line.removeprefix("- ") for line in text.splitlines() if not line.startswith("|")]
    sections = [section.strip() for section in "\n".join(lines).split("## ")]
    assert len(sections) > 8
    assert [problem for section in sections for problem in prose.problems(section, counts=True)] == []


def test_every_picture_is_shown_and_small() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    pages = [path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")]
    shown = {path for page in pages for path in _PICTURE.findall(page) + re.findall(r"\]\((images/[^)]+)\)", page)}
    shown |= set(re.findall(r"\(docs/(images/[^)]+)\)", readme))
    made = {f"images/{path.name}": path.stat().st_size for path in (DOCS / "images").iterdir()}
    assert shown == made.keys()
    assert max(made.values()) <= LARGEST_PICTURE
