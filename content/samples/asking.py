"""Samples of what is said to somebody who asks."""

from __future__ import annotations

from types import SimpleNamespace

from content import faq, sources, topics
from content.samples.cast import HOUSEHOLD, LAM, LONGEST, MEETING, SECRETARY, Sample, at, sample

_FAQ = faq.load()
_PHONE = "+84900000001"
_NAMES = [_FAQ.entries[slug] for slug in ("duration", "meeting-day", "postpone")]
_SAID = SimpleNamespace(choice="yes")
_MOVED = SimpleNamespace(**{**vars(MEETING), "starts_at": at(4, 12, 19, 30), "old_starts_at": at(3, 12, 19, 30)})
_TOMORROW = at(26, 11, 12).date()


def _answers() -> list[Sample]:
    """Every entry as it is answered, so that none grows too long for one message."""
    return [_answer(entry) for entry in _FAQ.entries.values()]


def _answer(entry: faq.Entry) -> Sample:
    source = faq.source_line(entry, sources.load())
    if entry.confidence == "unconfirmed":
        return sample("faq_unsure", "member", entry=entry, source=source, phone=_PHONE)
    return sample("faq", "member", entry=entry, source=source)


SAMPLES: tuple[Sample, ...] = (
    *_answers(),
    sample("ask_question", "member", frequent=_NAMES),
    sample("ask_question", "official", frequent=_NAMES),
    sample("ask_which", "member", entries=_NAMES),
    sample("ask_which", "member", you=HOUSEHOLD, entries=_NAMES[:1]),
    sample("ask_person", "member", secretary=LAM, phone=_PHONE),
    sample("ask_person", "member", secretary=LONGEST, phone=None),
    sample("ask_person", "secretary", secretary=None, phone=_PHONE),
    sample("calendar", "member", meeting=MEETING, free=None, gone=None, said=_SAID, topic=topics.topic_for(12)),
    sample("calendar", "member", meeting=MEETING, free=_TOMORROW, gone=None, said=None, topic=topics.topic_for(12)),
    sample("calendar", "member", you=HOUSEHOLD, meeting=_MOVED, free=None, gone=MEETING, said=None, topic=None),
    sample("calendar", "secretary", you=SECRETARY, meeting=_MOVED, free=None, gone=None, said=_SAID, topic=None),
    sample("calendar_none", "official"),
    sample("calendar_empty", "member", gone=MEETING, secretary=LAM, phone=_PHONE),
    sample("calendar_empty", "secretary", gone=None, secretary=None, phone=_PHONE),
)
