"""Twelve months have their topic; the meeting has its order; a page that is not fit to be shown is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content import topics
from content.frontmatter import BadPageError

TODAY = date(2026, 11, 23)


def test_every_topic_is_fit_to_be_shown() -> None:
    assert topics.problems(TODAY) == []


def test_each_month_has_its_topic_and_each_quarter_its_thematic_one() -> None:
    assert [topics.topic_for(month).month for month in range(1, 13)] == list(range(1, 13))
    assert [month for month, topic in topics.load().items() if topic.quarterly] == [3, 6, 9, 12]
    with pytest.raises(KeyError):
        topics.topic_for(13)


def test_december_reads_as_the_invitation_and_the_brief_need_it() -> None:
    december = topics.topic_for(12)
    assert december.title == "phòng chống ma túy, giữ trật tự thôn"
    assert december.questions == ("Năm nay thôn ta làm tốt việc gì", "Việc nào chưa xong, nên giao cho ai")
    assert len(december.facts) == 3
    assert "Người làm:" in december.assignment
    assert "Hạn:" in december.assignment


def test_a_topic_is_called_a_suggestion_and_not_a_rule() -> None:
    lines = {topic.source_line for topic in topics.load().values()}
    assert lines == {"Đây là gợi ý của ban biên tập, không phải quy định. Cần chắc chắn, xin hỏi lại Đảng ủy xã."}


def test_the_order_of_the_meeting_is_the_official_one() -> None:
    order = topics.agenda()
    assert [(part.name, len(part.steps)) for part in order.parts] == [("Mở đầu", 5), ("Tiến hành", 4), ("Kết thúc", 6)]
    assert order.parts[0].steps[2] == "Điểm danh, báo cáo số người"
    assert order.parts[2].steps[-1] == "Đọc lại biên bản, chi bộ thông qua"
    assert order.source_line.startswith("Nguồn: tài liệu dẫn lại Hướng dẫn 42-HD/BTCTW")


# What an editor is told ----------------------------------------------------------------------------------------------

GOOD = """+++
slug = "chong-ret"
month = 1
label = "Chống rét"
title = "phòng rét cho vật nuôi"
quarterly = false
sources = ["hd-42-noi-dung"]
confidence = "editorial"
as_of = "2026-11"
reviewed_by = "ban biên tập"
review_after = 2027-11-01
+++
## Ba điều nên biết
- Nên che chuồng kín gió.
- Nên dự trữ rơm khô.
- Trâu bò nên uống nước ấm.

## Hai câu nghĩ trước
- Hộ nào thiếu chuồng kín
- Ai giúp, ngày nào xong

## Việc nên giao
- Đi xem chuồng từng hộ. Người làm: một đảng viên. Hạn: trước buổi họp sau.
"""

BAD = {
    "no month": ("month = 1\n", "", "month is missing"),
    "a month that is true": ("month = 1", "month = true", "month is missing or is not of the right type"),
    "month thirteen": ("month = 1", "month = 13", "month 13 has 1 topics, it needs one"),
    "two facts": ("- Nên dự trữ rơm khô.\n", "", "they must be"),
    "a question mark": ("chuồng kín\n", "chuồng kín?\n", "may not end in a mark"),
    "loose text": ("## Việc nên giao", "Xin nhớ.\n## Việc nên giao", "“Xin nhớ.” is neither a heading"),
    "a long title": ("phòng rét cho vật nuôi", "phòng rét cho " + "trâu bò lợn gà " * 3 + "vịt", "13 are the most"),
    "a long topic": ("Nên che chuồng kín gió.", "Nên che chuồng kín gió. " * 25, "120 are the most"),
    "an office word": ("Nên che", "Khẩn trương che", "the word “Khẩn trương” is not ours"),
    "an abbreviation": ("Nên dự trữ", "UBND dự trữ", "write “UBND” out"),
    "an unknown source": ("hd-42-noi-dung", "hd-99", "the source “hd-99” is not in sources.toml"),
    "a long label": ('"Chống rét"', '"Chống rét cho trâu bò lợn gà"', "letters, 20 fit on a button"),
}


def folder_with(tmp_path: Path, page: str) -> Path:
    (tmp_path / "01.md").write_text(page, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("old", "new", "told"), BAD.values(), ids=BAD.keys())
def test_the_editor_is_told_what_to_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = topics.problems(TODAY, folder_with(tmp_path, GOOD.replace(old, new, 1)))
    assert told in "\n".join(found)
    assert all(problem.startswith(("01.md: ", f"{tmp_path.name}: ")) for problem in found)


def test_a_good_topic_lacks_only_the_other_eleven(tmp_path: Path) -> None:
    found = topics.problems(TODAY, folder_with(tmp_path, GOOD))
    assert len(found) == 11
    assert all("has 0 topics, it needs one" in problem for problem in found)


def test_two_topics_for_one_month_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(GOOD, encoding="utf-8")
    found = topics.problems(TODAY, folder_with(tmp_path, GOOD))
    assert f"{tmp_path.name}: month 1 has 2 topics, it needs one." in found


AGENDA = """+++
slug = "chuong-trinh-hop"
title = "Chương trình buổi họp"
sources = ["hd-42-trinh-tu"]
confidence = "secondary"
as_of = "2026-11"
reviewed_by = "ban biên tập"
review_after = 2027-05-01
+++
## Mở đầu
- Nêu lý do
"""


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (AGENDA, "the order has 1 steps, the official one has 15"),
        (AGENDA.replace("lý do", "lý do " * 8), "is longer than 10 tiếng"),
        (AGENDA.replace('"secondary"', '"primary"'), "it says primary, but hd-42-trinh-tu was only read as secondary"),
        (AGENDA.replace("## Mở đầu\n", ""), "is neither a heading"),
        (AGENDA.replace('title = "Chương trình buổi họp"\n', ""), "title is missing"),
        ("Nêu lý do", "put the front matter between"),
    ],
)
def test_an_order_that_is_not_the_official_one_is_named(tmp_path: Path, page: str, told: str) -> None:
    order = tmp_path / "agenda.md"
    order.write_text(page, encoding="utf-8")
    assert told in "\n".join(topics.problems(TODAY, agenda_file=order))


def test_a_broken_page_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(BadPageError, match="01"):
        topics.load(folder_with(tmp_path, GOOD.replace("+++", "---")))
