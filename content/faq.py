"""Questions about procedure: the entries, which of them a typed question means, and how sure that is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from content import prose, sources
from content.frontmatter import Page, common_problems, field_problems, read, read_all
from content.grams import plain
from content.sources import Sources
from vietnamese.text import fold, syllables

if TYPE_CHECKING:
    from content.ranking import Ranking

FAQ = Path(__file__).parent / "faq"
OUTSIDE = Path(__file__).parent / "outside.toml"

FEWEST_PHRASINGS = 8
LONGEST_BODY = 90  # tiếng
# The whole answer, with its question and source line, is one message to a member (voice.md 5).
LONGEST_ANSWER, MOST_LINES = 90, 7

# Thresholds of decide(), chosen by cross-validation over all phrasings and all lines of outside.toml (python -m
# bench.faq): of questions that have an entry 1 of 100 is answered wrongly at once, of small talk fewer.
SURE = 0.40  # a direct answer needs this score …
AHEAD = 0.35  # … and to be this far ahead of the next entry and of every group of outside lines
LIKELY = 0.08  # the best choice offered must reach this …
# … and lie at most this far behind the lines of each group: small talk is cut off sooner than talk about meetings.
BEHIND = {"procedure": 0.15, "calendar": 0.15, "past": 0.15, "other": 0.10}
# A question after the cell's own meetings: this near to the lines of such a group, and this far ahead of every entry.
OWN_GROUPS = ("calendar", "past")
OWN, OWN_AHEAD = 0.25, 0.08
WORTH_OFFERING = 0.05  # the second and third choice, if they have anything to do with the question at all
MOST_CHOICES = 3

FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("slug", "question", "label", "confidence", "as_of", "reviewed_by"), str),
    **dict.fromkeys(("phrasings", "sources"), list),
    "review_after": date,
}


@dataclass(frozen=True)
class Entry:
    """One question with its answer. `question` is the headline, `label` the button, `phrasings` how people ask it.

    `body` is plain text, lines as they are to be sent; `sources` are keys of sources.toml, the main one first; `as_of`
    is the month of the last check as "2026-11".
    """

    slug: str
    question: str
    label: str
    phrasings: tuple[str, ...]
    body: str
    sources: tuple[str, ...]
    clause: str
    confidence: str
    as_of: str
    reviewed_by: str
    review_after: date
    closing: str = ""  # the line below an answer of an official's own; the others cite their sources


@dataclass(frozen=True)
class Decision:
    """What to do with a question: answer with `slug`, offer `slugs` (one to three), look into the calendar for a
    meeting to come or one that is past, or say that there is no answer.

    `score` is that of the best entry in any case; `slugs` are the nearest entries, best first, also for an answer.
    """

    kind: Literal["answer", "choices", "calendar", "past", "none"]
    slug: str | None
    slugs: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Overlay:
    """What lies over the entries of the files: further entries, and further ways to ask, as (slug, words)."""

    entries: tuple[Entry, ...] = ()
    phrasings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Faq:
    """The entries by slug, and the lines that none of them answers by group; `ranking`: learned already."""

    entries: Mapping[str, Entry]
    outside: Mapping[str, Sequence[str]]
    ranking: Ranking | None = None

    @cached_property
    def _ranking(self) -> Ranking:
        from content.learning import remembered  # noqa: PLC0415  numpy: 20 MB and 0.1 s that only questions need pay

        return self.ranking or remembered(self.phrases())

    def phrases(self) -> list[tuple[str, str]]:
        """What is learned, each with its label: an entry's slug, or the group of an outside line behind a hyphen."""
        lines = [(f"-{group}", line) for group, lines in self.outside.items() for line in lines]
        return [*_phrases(self.entries.values()), *lines]

    def with_overlay(self, overlay: Overlay) -> Faq:
        """The same entries and these, learned on top of what the files teach: in a moment, not in a second."""
        entries = {**self.entries, **{entry.slug: entry for entry in overlay.entries}}
        more = [phrase for phrase in overlay.phrasings if phrase[0] in entries]
        return Faq(entries, self.outside, self._ranking.with_more([*_phrases(overlay.entries), *more]))

    def prepare(self) -> None:
        """Learn the phrasings now, a second's work, so that the first question need not wait."""
        _ = self._ranking

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every entry's slug with its score, nearest first."""
        return self._ranked(self._ranking.scores(text))

    def decide(self, text: str) -> Decision:
        """Whether the entries answer `text`, by the thresholds above; letter case and diacritics do not matter."""
        scores = self._ranking.scores(text)
        (slug, best), *others = self._ranked(scores)
        outside = {group: scores.get(f"-{group}", 0.0) for group in BEHIND}
        nearest_group = max(outside, key=outside.__getitem__)
        if nearest_group in OWN_GROUPS and outside[nearest_group] >= max(OWN, best + OWN_AHEAD):
            return Decision("past" if nearest_group == "past" else "calendar", None, (), best)
        rival = max([*outside.values(), *(score for _, score in others[:1])], default=0.0)
        nearest = (slug, *(other for other, score in others[: MOST_CHOICES - 1] if score >= WORTH_OFFERING))
        if best >= SURE and best - rival >= AHEAD:
            return Decision("answer", slug, nearest, best)
        if best >= LIKELY and all(best >= score - BEHIND[group] for group, score in outside.items()):
            return Decision("choices", None, nearest, best)
        return Decision("none", None, (), best)

    def _ranked(self, scores: Mapping[str, float]) -> list[tuple[str, float]]:
        return sorted(((slug, scores[slug]) for slug in self.entries), key=lambda pair: -pair[1])


def _phrases(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    return ((e.slug, text) for e in entries for text in (e.question, e.label, *e.phrasings))


@cache
def load(folder: Path = FAQ, outside: Path = OUTSIDE) -> Faq:
    """The entries of a folder, parsed once a process; BadPageError or KeyError if problems() has something to say."""
    entries = [entry_of(read(path)) for path in sorted(folder.glob("*.md"))]
    return Faq({entry.slug: entry for entry in entries}, _outside(outside))


@lru_cache(maxsize=256)
def overlaid(overlay: Overlay) -> Faq:
    """The entries of the files with what a unit's officials have published; kept for as long as that stays the same."""
    return load().with_overlay(overlay) if overlay.entries or overlay.phrasings else load()


def own(slug: str, question: str, label: str, body: str, closing: str, made: date) -> Entry:
    """An entry that an official has published: he answers for it, so that no review falls due."""
    return Entry(
        slug=slug,
        question=question,
        label=label,
        phrasings=(),
        body=body,
        sources=(),
        clause="",
        confidence="published",
        as_of=f"{made:%Y-%m}",
        reviewed_by="",
        review_after=date.max,
        closing=closing,
    )


def entry_of(page: Page) -> Entry:
    """The entry on a page whose fields are complete."""
    fields: dict[str, Any] = {name: page.fields[name] for name in FIELDS}
    fields |= {name: tuple(fields[name]) for name in ("phrasings", "sources")}
    return Entry(**fields, clause=page.fields.get("clause", ""), body=page.body)


def source_line(entry: Entry, documents: Sources) -> str:
    """The line below the body that says where it comes from and how sure it is, as voice.md 14 fixes it."""
    return sources.source_line(entry, documents)


def _outside(path: Path) -> Mapping[str, Sequence[str]]:
    groups: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {group: tuple(groups[group]) for group in BEHIND}


def problems(today: date, folder: Path = FAQ, outside: Path = OUTSIDE, documents: Sources | None = None) -> list[str]:
    """A sentence for everything that an editor must still do, each beginning with the file's name."""
    documents = documents or sources.load()
    pages, found = read_all(folder)
    entries = []
    for page in pages:
        missing = field_problems(page, FIELDS)
        found += missing or _page_problems(page, today, documents)
        entries += [] if missing else [entry_of(page)]
    return found + _same_phrasings(entries, _outside(outside), outside.name)


def _page_problems(page: Page, today: date, documents: Sources) -> list[str]:
    entry = entry_of(page)
    found = [*common_problems(page, today)]
    found += sources.citation_problems(page.name, entry.sources, entry.confidence, documents)
    own = _entry_problems(entry) if found else _entry_problems(entry) + _answer_problems(entry, documents)
    return found + [f"{page.name}: {problem}" for problem in own]


def _entry_problems(entry: Entry) -> list[str]:
    found = prose.problems(prose.AS_ON_PAPER.sub("", f"{entry.question}\n{entry.label}\n{entry.body}"))
    different = {fold(phrasing) for phrasing in entry.phrasings}
    if len(different) < FEWEST_PHRASINGS:
        found.append(f"{len(different)} phrasings differ by more than diacritics, at least {FEWEST_PHRASINGS} must.")
    found += [f"the phrasing “{text}” holds no word." for text in entry.phrasings if not plain(text)]
    if len(syllables(entry.body)) > LONGEST_BODY:
        found.append(f"the body has {len(syllables(entry.body))} tiếng, {LONGEST_BODY} are the most.")
    return found


def _answer_problems(entry: Entry, documents: Sources) -> list[str]:
    answer = f"{entry.question}\n{entry.body}\n{source_line(entry, documents)}"
    tieng, lines = len(syllables(answer)), answer.count("\n") + 1
    if tieng <= LONGEST_ANSWER and lines <= MOST_LINES:
        return []
    return [f"the whole answer has {tieng} tiếng in {lines} lines, {LONGEST_ANSWER} in {MOST_LINES} are the most."]


def _same_phrasings(entries: Sequence[Entry], outside: Mapping[str, Sequence[str]], outside_name: str) -> list[str]:
    """Two pages that claim the same words: the ranking could not learn which of them is meant."""
    claims = [(f"{entry.slug}.md", text) for entry in entries for text in (entry.question, *entry.phrasings)]
    claims += [(f"{outside_name} ({group})", line) for group, lines in outside.items() for line in lines]
    first: dict[str, str] = {}
    found = []
    for owner, text in claims:
        other = first.setdefault(fold(text), owner)
        if other != owner:
            found.append(f"{owner}: “{text}” is claimed by {other} too.")
    slugs = [entry.slug for entry in entries]
    return found + [f"{slug}.md: another entry has the same slug." for slug in slugs if slugs.count(slug) > 1]
