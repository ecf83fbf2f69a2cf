"""Where the answers come from: documents, how far each was read, and the closing line that says so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Protocol

from content.frontmatter import as_spoken

SOURCES = Path(__file__).parent / "sources.toml"

# From the surest to the least sure; an entry may not sound surer than the document it rests on was read.
CONFIDENCES = ("primary", "secondary", "old", "unconfirmed")
LINES = (*CONFIDENCES, "editorial", "own")
UNDATED = "không rõ"  # a model form that circulates without a date
NO_PAGE = "không có trang công khai"  # in place of an address: quoted elsewhere, or what the assistant itself does
OWN = "tro-ly"  # the assistant's own ways, whose closing line names no document
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True)
class Source:
    """A document. `dated` is its date as the source line says it, `date` the same as ISO day, month or year."""

    key: str
    name: str
    issuer: str
    dated: str
    date: str
    url: str
    confidence: str
    as_read: str


@dataclass(frozen=True)
class Sources:
    """All documents by key, and the closing line of each confidence."""

    documents: Mapping[str, Source]
    lines: Mapping[str, str]


class Cited(Protocol):
    """Whatever rests on documents: an entry, a topic, the agenda."""

    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def confidence(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def clause(self) -> str: ...


@cache
def load(path: Path = SOURCES) -> Sources:
    """The documents of `path`, read once. A missing key raises KeyError or TypeError: see problems()."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    documents = {key: Source(key=key, **table) for key, table in tables["documents"].items()}
    return Sources(documents, tables["lines"])


def source_line(cited: Cited, sources: Sources) -> str:
    """The last line below an answer, one for each confidence, as voice.md 14 fixes it; the first source is named."""
    pattern = sources.lines[cited.confidence]
    if not cited.sources:
        return pattern
    first = sources.documents[cited.sources[0]]
    if first.key == OWN:
        pattern = sources.lines["own"]
    return pattern.format(
        document=f"{cited.clause} {first.name}".strip(),
        dated=first.dated,
        year=first.date[:4],
        as_of=as_spoken(cited.as_of),
    )


def problems(path: Path = SOURCES) -> list[str]:
    """Sentences about documents that are incomplete and closing lines that are missing."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    missing = [name for name in LINES if name not in tables.get("lines", {})]
    found = [f"{path.name}: the closing line for {name} is missing." for name in missing]
    wanted = {field.name for field in fields(Source)} - {"key"}
    for key, table in tables.get("documents", {}).items():
        found += [f"{path.name}: {key}: {problem}" for problem in _document_problems(table, wanted)]
    return found


def _document_problems(table: Mapping[str, str], wanted: set[str]) -> list[str]:
    if set(table) != wanted:
        return [f"the fields differ from the others: {', '.join(sorted(set(table) ^ wanted))}."]
    found = [f"{name} is empty." for name in sorted(wanted) if not table[name].strip()]
    if table["confidence"] not in CONFIDENCES:
        found.append(f"confidence “{table['confidence']}” is none of {', '.join(CONFIDENCES)}.")
    if table["date"] != UNDATED and not _DATE.fullmatch(table["date"]):
        found.append(f"date “{table['date']}” is not an ISO day, month or year.")
    if table["url"] != NO_PAGE and not table["url"].startswith(("https://", "http://")):
        found.append("url does not lead to a page.")
    return found


def citation_problems(name: str, keys: Sequence[str], confidence: str, sources: Sources) -> list[str]:
    """Sentences about a page's own sources: unknown, missing, or read less well than the page claims."""
    if confidence not in sources.lines:
        return [f"{name}: confidence “{confidence}” is none of {', '.join(LINES)}."]
    unknown = [f"{name}: the source “{key}” is not in sources.toml." for key in keys if key not in sources.documents]
    if unknown:
        return unknown
    if not keys:
        return [] if confidence == "unconfirmed" else [f"{name}: no source is named, yet it is not unconfirmed."]
    first = sources.documents[keys[0]]
    if confidence in CONFIDENCES and CONFIDENCES.index(confidence) < CONFIDENCES.index(first.confidence):
        return [f"{name}: it says {confidence}, but {first.key} was only read as {first.confidence}."]
    if confidence == "old" and first.date == UNDATED:
        return [f"{name}: an old rule needs the year of its document."]
    return []
