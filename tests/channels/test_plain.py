"""Messages as plain text: numbered choices, and long texts cut where a reader would pause."""

from __future__ import annotations

import pytest

from channels import plain
from content.message import Choice, File, Message

YES, NO = Choice("Tôi sẽ dự", "answer 1 yes"), Choice("Tôi xin vắng", "answer 1 no")

TEXTS = [
    (Message("Chào bác"), "Chào bác"),
    (Message("<b>Họp</b> &lt;7 giờ&gt; &amp; ăn"), "Họp <7 giờ> & ăn"),
    (Message("Dự?", choices=(YES,)), "Dự?\n1. Tôi sẽ dự\nNhắn lại số 1."),
    (Message("Dự?", choices=(YES, NO)), "Dự?\n1. Tôi sẽ dự\n2. Tôi xin vắng\nNhắn lại một số. Số 0: về đầu."),
    (Message("Ngày mấy?", choices=(YES, NO), wants_number=True), "Ngày mấy?\nSố 0: về đầu."),
]


@pytest.mark.parametrize(("message", "text"), TEXTS)
def test_choices_are_numbered_lines(message: Message, text: str) -> None:
    assert plain.plain(message) == text


CUTS = [
    # text, longest, pieces
    ("một hai", 7, ["một hai"]),
    ("một hai", 6, ["một", "hai"]),
    ("một\n\nhai\nba bốn", 13, ["một", "hai\nba bốn"]),
    ("một\nhai ba", 9, ["một", "hai ba"]),
    ("một hai ba bốn", 8, ["một hai", "ba bốn"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("😀😀😀", 4, ["😀😀", "😀"]),
    ("😀😀😀", 3, ["😀", "😀", "😀"]),
    ("  một   hai  ", 4, ["một", "hai"]),
    ("", 4, []),
    ("   ", 4, []),
]


@pytest.mark.parametrize(("text", "longest", "pieces"), CUTS)
def test_a_long_text_is_cut_at_a_paragraph_a_line_or_a_word(text: str, longest: int, pieces: list[str]) -> None:
    found = plain.split(text, longest)
    assert found == pieces
    assert all(plain.units(piece) <= longest for piece in found)


def test_a_short_message_is_one_part_and_keeps_its_markup() -> None:
    message = Message("<b>Họp</b>", choices=(YES, NO), screen="status:1")
    assert plain.parts(message, 100) == [message]


def test_each_file_is_a_part_of_its_own_before_the_words() -> None:
    files = (File("roster", (1,), "a.xlsx"), File("join_sheet", (1,), "b.pdf"))
    first, second, words = plain.parts(Message("Giấy mời", choices=(YES,), files=files), 100)
    assert [(part.text, part.files) for part in (first, second)] == [("", files[:1]), ("", files[1:])]
    assert words == Message("Giấy mời", choices=(YES,))


def test_a_long_message_loses_its_markup_but_no_words_and_no_sign() -> None:
    message = Message("<b>Một</b> &lt;hai&gt;\nba &amp; bốn", choices=(YES,), screen="status:1")
    head, tail = plain.parts(message, 12)
    assert head == Message("Một &lt;hai&gt;")
    assert tail == Message("ba &amp; bốn", choices=(YES,), screen="status:1")
