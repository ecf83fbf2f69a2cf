"""Samples of what is said to somebody who asks."""

from __future__ import annotations

from datetime import time
from types import SimpleNamespace
from typing import Any

from content import faq, sources, topics
from content.samples.cast import (
    HOUSEHOLD,
    HUONG,
    KHE_DAO,
    LAM,
    LONGEST,
    MEETING,
    SECRETARY,
    SUOI_TRONG,
    TINH,
    Sample,
    at,
    sample,
)

_FAQ = faq.load()
_PHONE = "+84900000001"
_NAMES = [_FAQ.entries[slug] for slug in ("duration", "meeting-day", "postpone")]
_SAID = SimpleNamespace(choice="yes")
_MOVED = SimpleNamespace(**{**vars(MEETING), "starts_at": at(4, 12, 19, 30), "old_starts_at": at(3, 12, 19, 30)})
_TOMORROW = at(26, 11, 12).date()


def _answers() -> list[Sample]:
    """Every entry as it is answered, so that none grows too long for one message."""
    return [_answer(entry) for entry in _FAQ.entries.values()]


def _answer(entry: faq.Entry, **context: Any) -> Sample:
    given: dict[str, Any] = {"question": 7, "passes": True, "helps": False, "own": None, **context}
    source = entry.closing or faq.source_line(entry, sources.load())
    if entry.confidence == "unconfirmed":
        return sample("faq_unsure", "member", entry=entry, source=source, phone=_PHONE, **given)
    return sample("faq", "member", entry=entry, source=source, **given)


_ASKED = SimpleNamespace(
    id=31,
    unit_id=2,
    text="Xã có mẫu biên bản mới chưa",
    answer="Có rồi. Bí thư sẽ mang về buổi họp tới.",
    state="answered",
    named=True,
    asked_at=at(24, 11, 8),
    passed_at=at(24, 11, 8),
)
_PUBLISHED = "Nguồn: xã Suối Trong trả lời tháng 11/2026, chưa dẫn văn bản."
_OWN = faq.own(
    "own-3", "Xã có mẫu biên bản mới chưa?", "Mẫu biên bản", "Có rồi. Hỏi bí thư.", _PUBLISHED, at(24, 11, 8).date()
)
_K8: dict[str, Any] = {"question": _ASKED, "cell": KHE_DAO}


def _passing() -> tuple[Sample, ...]:
    """A question on its way to an official."""
    hours: dict[str, Any] = {"days": 2, "opens": time(7, 30), "closes": time(17)}
    return (
        sample("ask_pass_on", "member", question=31, known=False),
        sample("ask_pass_on", "member", you=HOUSEHOLD, question=31, known=True),
        sample("question_passed", "member", named=True, phone=_PHONE, **hours),
        sample("question_passed", "member", named=False, phone=None, **hours),
        sample("question_gone", "member"),
        sample("question_secret", "member", mark="MẬT"),
        sample("ask_more", "member"),
        sample("reply_seen", "member"),
        sample("helped", "member"),
        sample("reply", "member", question=_ASKED, official=HUONG, by=""),
        sample("reply", "member", you=HOUSEHOLD, question=_ASKED, official=None, by="as 17 "),
    )


def _answering() -> tuple[Sample, ...]:
    """An official answers."""
    listed: dict[str, Any] = {"waiting": [_ASKED] * 4, "cells": {2: KHE_DAO}, "first": 0, "page": 0}
    return (
        sample("questions", "official", **listed, total=7, more=True, picks=True),
        sample("questions", "official", **{**listed, "waiting": []}, total=0, more=False),
        sample("question_asked_by", "official", asker=TINH, cell=KHE_DAO),
        sample("question", "official", **_K8, asker=TINH, others=True, before=None, handed_by=False),
        sample("question", "official", **_K8, asker=None, others=False, before=_ASKED, handed_by=True),
        sample("question_again", "official", **_K8, asker=None),
        sample("question_done", "official", question=_ASKED, official=HUONG),
        sample("question_done", "official", question=None, official=None),
        sample("question_to", "official", question=_ASKED, people=[LONGEST, LAM], picks=True),
        sample("question_handed", "official", to=LAM),
        sample("reply_write", "official", **_K8, asker=TINH),
        sample("reply_long", "official", length=1200, longest=1000),
        sample("reply_check", "official", **_K8, asker=TINH, answer=_ASKED.answer, mark="ab12"),
        sample("reply_check", "official", **_K8, asker=None, answer=_ASKED.answer, mark="ab12"),
        sample("reply_sent", "official", question=_ASKED, left=[_ASKED]),
    )


def _publishing() -> tuple[Sample, ...]:
    """An answer becomes everybody's."""
    step: dict[str, Any] = {"text": _ASKED.text, "mark": "ab12", "longest": 120, "proposed": "Mẫu biên bản"}
    month = SimpleNamespace(asked=14, passed=6, answered=5, helped=2)
    return (
        sample("publish", "official", question=_ASKED, entries=_NAMES),
        sample("publish_same", "official", entry=_NAMES[0], text=_ASKED.text, mark="ab12"),
        sample("phrasing_added", "official", entry=_NAMES[0], text=_ASKED.text),
        sample("phrasing_dropped", "official"),
        *(sample(f"publish_{name}", "official", **step) for name in ("question", "label", "body", "source")),
        sample("publish_long", "official", length=140, longest=120),
        sample("publish_check", "official", entry=_OWN, source=_PUBLISHED, question=31, mark="ab12"),
        sample("published", "official", entry=SimpleNamespace(id=3, question=_OWN.question)),
        sample("unpublished", "official", entry=_OWN),
        sample("unpublished", "official", entry=None),
        sample("published_line", "member", source=None, unit=SUOI_TRONG, month="11/2026"),
        sample("published_line", "member", source="Công văn 12", unit=SUOI_TRONG, month="11/2026"),
        sample("questions_month", "official", month=month, first=at(1, 11, 0), near=[("Đảng phí", 3)], missed=[]),
        sample("questions_month", "official", month=month, first=at(1, 11, 0), near=[], missed=[("Đảng phí", 2)]),
        _answer(_NAMES[0], helps=True),
        _answer(_OWN, own=3),
    )


SAMPLES: tuple[Sample, ...] = (
    *_answers(),
    *_passing(),
    *_answering(),
    *_publishing(),
    sample("ask_question", "member", frequent=_NAMES),
    sample("ask_question", "official", frequent=_NAMES),
    sample("ask_which", "member", entries=_NAMES, question=7),
    sample("ask_which", "member", you=HOUSEHOLD, entries=_NAMES[:1], question=7),
    sample("ask_person", "member", secretary=LAM, phone=_PHONE),
    sample("ask_person", "member", secretary=LONGEST, phone=None),
    sample("ask_person", "secretary", secretary=None, phone=_PHONE),
    sample(
        "calendar", "member", meeting=MEETING, free=None, gone=None, said=_SAID, topic=topics.topic_for(12), question=7
    ),
    sample(
        "calendar",
        "member",
        meeting=MEETING,
        free=_TOMORROW,
        gone=None,
        said=None,
        topic=topics.topic_for(12),
        question=7,
    ),
    sample(
        "calendar", "member", you=HOUSEHOLD, meeting=_MOVED, free=None, gone=MEETING, said=None, topic=None, question=7
    ),
    sample(
        "calendar", "secretary", you=SECRETARY, meeting=_MOVED, free=None, gone=None, said=_SAID, topic=None, question=7
    ),
    sample("calendar_past", "member", last=MEETING, secretary=LAM, question=7),
    sample("calendar_past", "member", you=HOUSEHOLD, last=MEETING, secretary=LONGEST, question=7),
    sample("calendar_past", "secretary", you=SECRETARY, last=None, secretary=None, question=7),
    sample("calendar_none", "official"),
    sample("calendar_empty", "member", question=7, gone=MEETING, secretary=LAM, phone=_PHONE),
    sample("calendar_empty", "secretary", question=7, gone=None, secretary=None, phone=_PHONE),
)
