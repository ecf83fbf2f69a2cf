"""The topic of each month, and the order of an ordinary meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from content import prose, sources
from content.frontmatter import BadPageError, Page, common_problems, field_problems, read, read_all
from content.sources import Sources
from vietnamese.text import fold, syllables

TOPICS = Path(__file__).parent / "topics"
AGENDA = Path(__file__).parent / "agenda.md"

# The headings of a topic's three parts, folded, and how many lines each holds (domain.md 4: one page, 150 words).
FACTS, QUESTIONS, ASSIGNMENT = "ba dieu nen biet", "hai cau nghi truoc", "viec nen giao"
PARTS = {FACTS: 3, QUESTIONS: 2, ASSIGNMENT: 1}
LONGEST_TOPIC = 120  # tiếng, a brief of voice.md 16
LONGEST_TITLE = 13  # tiếng; it stands after "Chuyên đề:" in an invitation
LONGEST_STEP = 10  # tiếng
STEPS = 15  # the official order has so many (domain.md 2.2)

_CHECKED: Mapping[str, type] = {
    **dict.fromkeys(("slug", "title", "confidence", "as_of", "reviewed_by"), str),
    "sources": list,
    "review_after": date,
}
AGENDA_FIELDS = _CHECKED
FIELDS: Mapping[str, type] = {**_CHECKED, "label": str, "month": int, "quarterly": bool}


@dataclass(frozen=True)
class Topic:
    """A month's topic. `title` goes on after a colon, in small letters; `label` is a button; `questions` have no mark
    at their end, because they stand in a list above the one real question. `assignment` says what, who, and by when in
    words that the cell replaces by its own. `quarterly` topics suit the thematic meeting of a quarter.
    """

    slug: str
    month: int
    label: str
    title: str
    quarterly: bool
    facts: tuple[str, ...]
    questions: tuple[str, ...]
    assignment: str
    source_line: str
    sources: tuple[str, ...]
    confidence: str
    as_of: str
    clause: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the meeting and its steps in order."""

    name: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Agenda:
    """The order of an ordinary meeting: three parts, fifteen steps, and where it comes from."""

    title: str
    parts: tuple[Part, ...]
    source_line: str
    sources: tuple[str, ...]
    confidence: str
    as_of: str
    clause: str = ""


@dataclass(frozen=True)
class _Citation:
    sources: tuple[str, ...]
    confidence: str
    as_of: str
    clause: str


@cache
def load(folder: Path = TOPICS) -> Mapping[int, Topic]:
    """The topics by month, parsed once; BadPageError or KeyError if problems() has something to say."""
    documents = sources.load()
    topics = [topic_of(read(path), documents) for path in sorted(folder.glob("*.md"))]
    return {topic.month: topic for topic in topics}


def topic_for(month: int) -> Topic:
    """The topic of a month from 1 to 12; KeyError for any other."""
    return load()[month]


@cache
def agenda(path: Path = AGENDA) -> Agenda:
    """The order of an ordinary meeting, parsed once."""
    page = read(path)
    cited = _citation(page)
    parts = tuple(Part(name, lines) for name, lines in _parts(page).items())
    return Agenda(page.fields["title"], parts, sources.source_line(cited, sources.load()), **vars(cited))


def topic_of(page: Page, documents: Sources) -> Topic:
    """The topic on a page whose fields and parts are complete."""
    cited = _citation(page)
    parts = {fold(name): lines for name, lines in _parts(page).items()}
    own = {name: page.fields[name] for name in ("slug", "month", "label", "title", "quarterly")}
    return Topic(
        **own,
        facts=parts[FACTS],
        questions=parts[QUESTIONS],
        assignment=parts[ASSIGNMENT][0],
        source_line=sources.source_line(cited, documents),
        **vars(cited),
    )


def _citation(page: Page) -> _Citation:
    fields = page.fields
    return _Citation(tuple(fields["sources"]), fields["confidence"], fields["as_of"], fields.get("clause", ""))


def _parts(page: Page) -> dict[str, tuple[str, ...]]:
    """The lists of a body by their headings; BadPageError for a line that is neither heading nor point."""
    parts: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, page.body.splitlines())):
        if line.startswith("## "):
            points = parts.setdefault(line.removeprefix("## "), [])
        elif line.startswith("- ") and parts:
            points.append(line.removeprefix("- "))
        else:
            raise BadPageError(f"{page.name}: “{line}” is neither a heading (## …) nor a point (- …) below one.")
    return {name: tuple(points) for name, points in parts.items()}


def problems(
    today: date, folder: Path = TOPICS, agenda_file: Path = AGENDA, documents: Sources | None = None
) -> list[str]:
    """A sentence for everything that an editor must still do, each beginning with the file's name."""
    documents = documents or sources.load()
    pages, found = read_all(folder)
    months = []
    for page in pages:
        missing = field_problems(page, FIELDS)
        found += missing or _checked(page, today, documents) + _prefixed(page, _topic_problems(page))
        months.append(page.fields.get("month"))
    found += [f"{folder.name}: month {month} has {months.count(month)} topics, it needs one." for month in _odd(months)]
    return found + _agenda_problems(agenda_file, today, documents)


def _odd(months: Sequence[object]) -> list[object]:
    expected = list(range(1, 13))
    return [month for month in expected if months.count(month) != 1] + [m for m in set(months) if m not in expected]


def _checked(page: Page, today: date, documents: Sources) -> list[str]:
    cited = _citation(page)
    return common_problems(page, today) + sources.citation_problems(
        page.name, cited.sources, cited.confidence, documents
    )


def _prefixed(page: Page, found: Sequence[str]) -> list[str]:
    # What _parts() says about a line names the file already.
    return [problem if problem.startswith(page.name) else f"{page.name}: {problem}" for problem in found]


def _topic_problems(page: Page) -> list[str]:
    try:
        parts = {fold(name): points for name, points in _parts(page).items()}
    except BadPageError as bad:
        return [str(bad)]
    sizes = {name: len(points) for name, points in parts.items()}
    if sizes != PARTS:
        return [f"the parts are {sizes}, they must be {PARTS}."]
    title, label = page.fields["title"], page.fields["label"]
    lines = [line for points in parts.values() for line in points]
    found = prose.problems("\n".join([title, label, *lines]))
    found += [f"the question “{line}” may not end in a mark." for line in parts[QUESTIONS] if not line[-1].isalnum()]
    if len(syllables(title)) > LONGEST_TITLE:
        found.append(f"the title has {len(syllables(title))} tiếng, {LONGEST_TITLE} are the most.")
    if len(syllables(" ".join(lines))) > LONGEST_TOPIC:
        found.append(f"the topic has {len(syllables(' '.join(lines)))} tiếng, {LONGEST_TOPIC} are the most.")
    return found


def _agenda_problems(path: Path, today: date, documents: Sources) -> list[str]:
    try:
        page = read(path)
        steps = [step for points in _parts(page).values() for step in points]
    except BadPageError as bad:
        return [str(bad)]
    if missing := field_problems(page, AGENDA_FIELDS):
        return missing
    found = prose.problems("\n".join([page.fields["title"], *steps]))
    if len(steps) != STEPS:
        found.append(f"the order has {len(steps)} steps, the official one has {STEPS}.")
    found += [f"the step “{step}” is longer than {LONGEST_STEP} tiếng." for step in steps if _long(step)]
    return _checked(page, today, documents) + _prefixed(page, found)


def _long(step: str) -> bool:
    return len(syllables(step)) > LONGEST_STEP
