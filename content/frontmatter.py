"""Pages of content: TOML between two lines of `+++`, then a body in plain words."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FENCE = "+++"
LONGEST_LABEL = 20  # letters; what fits on a button of a cheap phone (voice.md 10)


class BadPageError(ValueError):
    """A page of content cannot be read; the message names the file and what to do."""


@dataclass(frozen=True)
class Page:
    """One file as it stands on the disk, not yet checked for what its kind needs."""

    name: str
    fields: Mapping[str, Any]
    body: str


def read(path: Path) -> Page:
    """The page at `path`; BadPageError if the fences are missing or the TOML between them is broken."""
    text = path.read_text(encoding="utf-8")
    opening, fields, body = [*text.split(f"{FENCE}\n", 2), "", ""][:3]
    if opening or not body:
        raise BadPageError(f"{path.name}: put the front matter between two lines of {FENCE} and a body below it.")
    try:
        return Page(path.name, tomllib.loads(fields), body.strip())
    except tomllib.TOMLDecodeError as broken:
        raise BadPageError(f"{path.name}: the front matter is not TOML: {broken}.") from broken


def read_all(folder: Path) -> tuple[list[Page], list[str]]:
    """Every page of a folder by file name, and a sentence for each that cannot be read."""
    pages, problems = [], []
    for path in sorted(folder.glob("*.md")):
        try:
            pages.append(read(path))
        except BadPageError as bad:
            problems.append(str(bad))
    return pages, problems


def as_spoken(month: str) -> str:
    """ "2026-11" → "11/2026", as a source line writes the month of the last check."""
    year, number = month.split("-")
    return f"{int(number)}/{year}"


def field_problems(page: Page, required: Mapping[str, type | tuple[type, ...]]) -> list[str]:
    """Fields that are missing, empty, of the wrong type, or that nobody reads."""
    found = []
    for field, kind in required.items():
        value = page.fields.get(field)
        # bool is an int in Python, but "month = true" is a slip.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            found.append(f"{page.name}: {field} is missing or is not of the right type.")
        elif value == "":
            found.append(f"{page.name}: {field} is empty.")
        elif isinstance(value, list) and not all(isinstance(item, str) and item for item in value):
            found.append(f"{page.name}: {field} must be a list of texts, none of them empty.")
    unread = sorted(set(page.fields) - set(required) - {"clause"})
    return found + [f"{page.name}: nothing reads the field {field}; is it misspelt?" for field in unread]


def common_problems(page: Page, today: date) -> list[str]:
    """What holds for every kind of page whose fields are complete: spelling form, label, month of check, review."""
    found = []
    if not unicodedata.is_normalized("NFC", f"{page.fields}{page.body}"):
        found.append("the text is not in NFC form; save it with composed letters.")
    label = page.fields.get("label", "")
    if len(label) > LONGEST_LABEL:
        found.append(f"the label “{label}” has {len(label)} letters, {LONGEST_LABEL} fit on a button.")
    if page.fields["review_after"] < today:
        found.append(f"the review was due on {page.fields['review_after']:%Y-%m-%d}; check it and move the date.")
    return [f"{page.name}: {problem}" for problem in found + _month_problems(page.fields["as_of"], today)]


def _month_problems(as_of: str, today: date) -> list[str]:
    try:
        checked = date.fromisoformat(f"{as_of}-01")
    except ValueError:
        return [f"as_of “{as_of}” is not a month such as 2026-11."]
    return ["as_of lies in the future."] if checked > today else []
