"""Every document that an answer names is on record, with how far it was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from content import faq, sources, topics

GOOD = """[lines]
primary = "Nguồn: {document}."
secondary = "Nguồn: tài liệu dẫn lại {document}."
old = "Nguồn: quy định năm {year}."
unconfirmed = "Chưa có căn cứ."
editorial = "Gợi ý."
own = "Như vậy."

[documents.ct-50]
name = "Chỉ thị 50-CT/TW"
issuer = "Ban Bí thư"
dated = "ngày 23/7/2025"
date = "2025-07-23"
url = "https://example.org/ct-50"
confidence = "secondary"
as_read = "Đọc trên báo."
"""


def test_the_record_is_complete() -> None:
    assert sources.problems() == []


def test_no_document_is_kept_that_nothing_cites() -> None:
    pages = [*faq.load().entries.values(), *topics.load().values(), topics.agenda()]
    assert {key for page in pages for key in page.sources} == set(sources.load().documents)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('issuer = "Ban Bí thư"\n', "", "the fields differ from the others: issuer"),
        ('"Ban Bí thư"', '" "', "issuer is empty"),
        ('"2025-07-23"', '"23/7/2025"', "date “23/7/2025” is not an ISO day"),
        ('"https://example.org/ct-50"', '"example.org"', "url does not lead to a page"),
        ('confidence = "secondary"', 'confidence = "certain"', "confidence “certain” is none of"),
        ('editorial = "Gợi ý."\n', "", "the closing line for editorial is missing"),
    ],
)
def test_the_editor_is_told_what_to_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    record = tmp_path / "sources.toml"
    record.write_text(GOOD.replace(old, new), encoding="utf-8")
    assert told in "\n".join(sources.problems(record))


def test_a_document_without_a_date_may_say_so(tmp_path: Path) -> None:
    record = tmp_path / "sources.toml"
    record.write_text(GOOD.replace('"2025-07-23"', '"không rõ"'), encoding="utf-8")
    assert sources.problems(record) == []
