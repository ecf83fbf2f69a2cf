"""How well questions find their answer, by style, and how long that takes.

`python -m bench.faq [--json]`. Every phrasing of every entry is asked of a book that has not learned it, as is every
outside line (cross-validation by tenths); and the questions of tests/content/questions.tsv, of which the book learns
none. The speed is that of an invented book of 500 entries.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Figure, report
from content import asking, faq
from content.faq import OWN_GROUPS, Entry, Faq
from content.grams import plain
from content.learning import remembered
from content.ranking import learned
from vietnamese.text import is_marked

FOLDS = 10
QUESTIONS = Path(__file__).parents[1] / "tests" / "content" / "questions.tsv"
ENTRIES, PHRASINGS = 500, 8  # of the invented book
_TEEN = {"k", "ko", "dc", "đc", "j", "r", "z", "bn", "ntn", "vs", "hok", "cb", "đv", "bt", "nq", "bb", "sh", "trc"}
_POLITE = ("dạ", "thưa", "ạ", "đồng chí")


@dataclasses.dataclass(frozen=True)
class Asked:
    """A question with the slugs that answer it (none: out of scope), and what the book made of it."""

    style: str
    right: frozenset[str]
    decision: str
    offered: Sequence[str]
    first: str

    @property
    def solved(self) -> bool:
        return bool(self.right & set(self.offered))


def asked(book: Faq, text: str, right: frozenset[str], style: str) -> Asked:
    found = asking.decide(text, book)
    offered = [found.slug or ""] if found.decision == "answer" else found.slugs
    return Asked(style, right, found.decision, offered, book.rank(text)[0][0])


def style_of(text: str) -> str:
    """How a phrasing is written, told from the outside: its kind is not written down with it."""
    words = text.lower().split()
    if len(words) >= 28:
        return "ramble"
    if _TEEN & set(words):
        return "teen"
    if plain(text) != plain(" ".join(words)) or any(word.isascii() and word[-1:] in "fjw" for word in words):
        return "typo"
    if len(words) <= 4:
        return "fragment"
    if not is_marked(text):
        return "nodia"
    return "polite" if sum(mark in text.lower() for mark in _POLITE) > 1 else "plain"


def held_out(book: Faq) -> Iterator[Asked]:
    """Each phrasing and each outside line, asked of a book that has learned the nine other tenths."""
    lines = [(slug, text) for slug, entry in book.entries.items() for text in entry.phrasings]
    lines += [(f"-{group}", text) for group, texts in book.outside.items() for text in texts]
    random.Random(7).shuffle(lines)  # noqa: S311  no secret
    for fold in range(FOLDS):
        tenth = lines[fold::FOLDS]
        pupil = without(book, {text for _, text in tenth})
        for label, text in tenth:
            scope, style = (frozenset[str](), label[1:]) if label[0] == "-" else (frozenset({label}), style_of(text))
            yield asked(pupil, text, scope, style)


def without(book: Faq, left_out: set[str]) -> Faq:
    def kept(entry: Entry) -> Entry:
        return dataclasses.replace(entry, phrasings=tuple(text for text in entry.phrasings if text not in left_out))

    entries = {slug: kept(entry) for slug, entry in book.entries.items()}
    return anew(Faq(entries, {group: [t for t in texts if t not in left_out] for group, texts in book.outside.items()}))


def anew(book: Faq) -> Faq:
    """The book with its phrases learned here and now, whatever was kept of earlier runs."""
    return dataclasses.replace(book, ranking=learned(book.phrases()))


def unseen(book: Faq) -> Iterator[Asked]:
    with QUESTIONS.open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            right = frozenset(row["slugs"].split(",")) - {"-"}
            yield asked(book, row["query"], right, row["style"])


def quality(name: str, found: Sequence[Asked]) -> list[Figure]:
    """The figures of one set of questions, whole and by style."""
    inside = [one for one in found if one.right]
    outside = [one for one in found if not one.right and one.style not in OWN_GROUPS]
    wrong = [one for one in inside if one.decision == "answer" and not one.solved]
    direct = [one for one in outside if one.decision == "answer"]
    figures = [
        Figure(f"{name}: solved at once or within three choices", _percent(sum(o.solved for o in inside), inside), "%"),
        Figure(f"{name}: right answer first", _percent(sum(o.first in o.right for o in inside), inside), "%"),
        Figure(f"{name}: wrong direct answers", _percent(len(wrong), inside), "%"),
        Figure(f"{name}: out of scope answered directly", _percent(len(direct), outside), "%"),
    ]
    targets = ("value >= 92", "value >= 80", "value <= 2", "value <= 2")
    figures = [dataclasses.replace(figure, target=target) for figure, target in zip(figures, targets, strict=True)]
    return figures + _by_style(name, inside) + _calendar(name, found)


def _by_style(name: str, inside: Sequence[Asked]) -> list[Figure]:
    many = Counter(one.style for one in inside)
    solved = Counter(one.style for one in inside if one.solved)
    return [
        Figure(f"{name}: solved, {style} ({count})", round(100 * solved[style] / count, 1), "%")
        for style, count in sorted(many.items())
    ]


def _calendar(name: str, found: Sequence[Asked]) -> list[Figure]:
    own = [one for one in found if one.style in OWN_GROUPS]
    answered = [one for one in own if one.decision == "calendar"]
    return [Figure(f"{name}: answered from the calendar", _percent(len(answered), own), "%")] if own else []


def _percent(some: int, of: Sequence[Asked]) -> float:
    return round(100 * some / len(of), 1) if of else 0.0


def speed() -> list[Figure]:
    """Learning and asking an invented book of 500 entries; the yardstick of asking is this product's own book."""
    own = faq.load()
    questions = [text for entry in own.entries.values() for text in entry.phrasings[:2]]
    book = invented()
    begun = time.perf_counter()
    big = anew(book)
    first = time.perf_counter() - begun
    remembered(book.phrases())
    begun = time.perf_counter()
    remembered(book.phrases())
    again = time.perf_counter() - begun
    own.prepare()
    small = _milliseconds(own, questions)
    return [
        Figure("learning 500 entries of 8 phrasings", round(first, 2), "s", target="value <= 1"),
        Figure("reading back what was learned of them", round(again, 3), "s", round(first, 2), "value <= 1"),
        Figure("asking a book of 500 entries", _milliseconds(big, questions), "ms", small, "value <= 2"),
    ]


def _milliseconds(book: Faq, questions: Sequence[str]) -> float:
    taken = []
    for text in questions:
        begun = time.perf_counter()
        book.decide(text)
        taken.append(time.perf_counter() - begun)
    return round(1000 * median(taken), 2)


def invented() -> Faq:
    """Entries whose phrasings are halves of real ones put together anew."""
    texts = [text.split() for entry in faq.load().entries.values() for text in entry.phrasings]
    chance = random.Random(11)  # noqa: S311  no secret
    model = next(iter(faq.load().entries.values()))

    def phrase() -> str:
        first, second = chance.choice(texts), chance.choice(texts)
        return " ".join([*first[: len(first) // 2], *second[len(second) // 2 :]])

    def entry(slug: str) -> Entry:
        phrasings = tuple(phrase() for _ in range(PHRASINGS))
        return dataclasses.replace(model, slug=slug, question=phrase(), label=phrase()[:20], phrasings=phrasings)

    return Faq({f"e{n}": entry(f"e{n}") for n in range(ENTRIES)}, faq.load().outside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    book = faq.load()
    report(speed(), as_json=as_json)
    report(quality("unseen questions", list(unseen(book))), as_json=as_json)
    report(quality("held-out phrasings", list(held_out(book))), as_json=as_json)


if __name__ == "__main__":
    main()
