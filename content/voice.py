"""The rules of how the bot speaks, as a check over rendered messages (voice.md, section 1).

The reader in mind is 71, reads slowly on a cheap phone, and may hear the message read aloud.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from jinja2 import meta

from content import MESSAGES, Message, environment, prose, render
from content.samples.cast import Sample
from vietnamese.text import syllables

LONGEST_MESSAGE = 600  # UTF-16 units, numbered choices included: one screen, one breath
LONGEST_LABEL = 20
MOST_LINES = {"member": 7, "stranger": 7, "secretary": 12, "official": 12}
MOST_WORDS = {"member": 90, "stranger": 90}
CONSENT = frozenset({"consent", "consent_more", "my_data"})  # a line and ten tiếng more (voice.md, section 5)
MOST_CHOICES = {"member": 4, "stranger": 4, "secretary": 6, "official": 6}
MOST_PICKED = 11  # ten names and "Tiếp"
MOST_EMOJI = 3
MOST_POLITE = 2
OFFICES = ("secretary", "official")

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_POLITE = re.compile(r"\bXin (?!chào|lỗi)|\bxin (?!vắng|về|phép|một|hoãn)|\bMời |, mời |ạ\?")
_REASONS = re.compile(r"sức khỏe|việc nhà|đi xa|công tác", re.IGNORECASE)
_LOCKED_SCREEN = 40  # characters that show before a phone is unlocked


def templates() -> list[str]:
    """All templates but those that only stand inside others."""
    names = sorted(path.stem for path in (MESSAGES / "vi").glob("*.j2"))
    inside = {part for name in names for part in _includes(name)}
    return [name for name in names if name not in inside]


def _includes(name: str) -> Iterator[str]:
    source = (MESSAGES / "vi" / f"{name}.j2").read_text(encoding="utf-8")
    for part in meta.find_referenced_templates(environment().parse(source)):
        yield (part or "").removesuffix(".j2")


def rendered(sample: Sample) -> Message:
    return render(sample.template, now=sample.now, **sample.context)


def problems(sample: Sample, message: Message, plain: str) -> list[str]:
    """What a message breaks of the rules, a sentence each; `plain` is its form with numbered choices."""
    words = html.unescape(_TAG.sub("", message.text))
    found = [*_shape(sample, words, plain), *_language(sample, words), *_choices(sample, message)]
    if any(tag not in ("<b>", "</b>") for tag in _TAG.findall(message.text)):
        found.append("markup other than <b>")
    return [f"{sample.template} ({sample.reader}): {problem}" for problem in found]


FROM_PAPERS = ("faq", "faq_unsure")  # their words in quotes are those of a paper or of a button


def _shape(sample: Sample, words: str, plain: str) -> Iterator[str]:
    more = sample.template in CONSENT
    size = len(plain.encode("utf-16-le")) // 2
    if size > LONGEST_MESSAGE and not more:
        yield f"{size} characters with numbered choices, at most {LONGEST_MESSAGE}"
    lines, tieng = words.count("\n") + 1, len(syllables(words))
    if lines > MOST_LINES[sample.reader] + more:
        yield f"{lines} lines, at most {MOST_LINES[sample.reader] + more}"
    if tieng > MOST_WORDS.get(sample.reader, 999) + 10 * more:
        yield f"{tieng} tiếng, at most {MOST_WORDS[sample.reader] + 10 * more}"
    if not unicodedata.is_normalized("NFC", words):
        yield "letters that are not composed (NFC)"


def _language(sample: Sample, words: str) -> Iterator[str]:
    # Sources name documents, and a date as spoken with its lunar day is longer than a sentence should be.
    own = "\n".join(line for line in words.splitlines() if not line.startswith(("Nguồn:", "📅")))
    if sample.template in FROM_PAPERS:
        own = prose.AS_ON_PAPER.sub("", own)
    yield from prose.problems(own, counts=sample.reader in OFFICES)
    if sum(words.count(picture) for picture in prose.EMOJI) > MOST_EMOJI:
        yield f"more than {MOST_EMOJI} pictures"
    if sample.reader in OFFICES and "ạ?" in own:
        yield "“ạ?” is for members only"
    if len(_POLITE.findall(own)) > MOST_POLITE:
        yield f"more than {MOST_POLITE} of Mời, Xin, ạ?"
    if _REASONS.search(own[:_LOCKED_SCREEN]):
        yield "a reason for absence shows on the locked screen"


def _choices(sample: Sample, message: Message) -> Iterator[str]:
    most = MOST_PICKED if sample.picks else MOST_CHOICES[sample.reader]
    if len(message.choices) > most:
        yield f"{len(message.choices)} choices, at most {most}"
    labels = [choice.label for choice in message.choices]
    yield from (f"the label “{label}” is {len(label)} long" for label in labels if len(label) > LONGEST_LABEL)
    if len(set(labels)) < len(labels):
        yield "two choices with the same label"
