"""Telegram's HTML subset: what becomes which entity, counted in UTF-16 units, and what is refused."""

from typing import Any

import pytest

from simulator.entities import ParseError, finish, parse_html, utf16_length


def spans(text: str) -> tuple[str, list[tuple[str, str]]]:
    plain, entities = finish(*parse_html(text))
    units = plain.encode("utf-16-le")
    cuts = [units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le") for e in entities]
    return plain, [(entity["type"], cut) for entity, cut in zip(entities, cuts, strict=True)]


@pytest.mark.parametrize(
    ("text", "plain", "found"),
    [
        ("xin chào", "xin chào", []),
        ("<b>Họp chi bộ</b>", "Họp chi bộ", [("bold", "Họp chi bộ")]),
        ("😀 <b>mai</b> 👨‍👩‍👧 <i>tối</i>", "😀 mai 👨‍👩‍👧 tối", [("bold", "mai"), ("italic", "tối")]),
        ("<b>a <i>b</i></b>", "a b", [("bold", "a b"), ("italic", "b")]),
        ("<STRONG>x</STRONG>", "x", [("bold", "x")]),
        ("<em>x</em><u>y</u><ins>z</ins>", "xyz", [("italic", "x"), ("underline", "y"), ("underline", "z")]),
        ("<s>x</s><strike>y</strike><del>z</del>", "xyz", [("strikethrough", c) for c in "xyz"]),
        ('<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>', "xy", [("spoiler", "x"), ("spoiler", "y")]),
        ("<blockquote>x</blockquote>", "x", [("blockquote", "x")]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", "x")]),
        ("<code>x</code><pre>y</pre>", "xy", [("code", "x"), ("pre", "y")]),
        ("a &lt;b&gt; &amp; &quot;c&quot; &#65;&#x42; &copy; &", 'a <b> & "c" AB &copy; &', []),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [("bold", "x")]),
        ("  <b> x </b>\n", "x", [("bold", "x")]),
        ("gọi +84 900 000 012 nhé", "gọi +84 900 000 012 nhé", [("phone_number", "+84 900 000 012")]),
        ("xem https://xa.vn/a?b=1.", "xem https://xa.vn/a?b=1.", [("url", "https://xa.vn/a?b=1")]),
        ("/start abc", "/start abc", [("bot_command", "/start")]),
        ("dự/vắng và 3/12", "dự/vắng và 3/12", []),
        ("@khedao_bot #họp a@xa.vn", None, [("mention", "@khedao_bot"), ("hashtag", "#họp"), ("email", "a@xa.vn")]),
        ("<code>/start</code>", "/start", [("code", "/start")]),
        ("<b>/start</b>", "/start", [("bold", "/start"), ("bot_command", "/start")]),
    ],
)
def test_text_becomes_entities(text: str, plain: str | None, found: list[tuple[str, str]]) -> None:
    assert spans(text) == (text if plain is None else plain, found)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ('<a href="https://x.vn/?a=1&amp;b=2">x</a>', {"type": "text_link", "url": "https://x.vn/?a=1&b=2"}),
        ("<a href='x.vn'>x</a>", {"type": "text_link", "url": "http://x.vn"}),
        ("<a>x.vn</a>", {"type": "text_link", "url": "http://x.vn", "length": 4}),
        ('<pre><code class="language-python">x</code></pre>', {"type": "pre", "language": "python"}),
        ('<tg-emoji emoji-id="53">x</tg-emoji>', {"type": "custom_emoji", "custom_emoji_id": "53"}),
    ],
)
def test_entities_with_arguments(text: str, entity: dict[str, Any]) -> None:
    assert parse_html(text)[1] == [{"offset": 0, "length": 1, **entity}]


def test_a_telephone_link_is_dropped_without_an_error() -> None:
    assert parse_html('<a href="tel:+84900000012">gọi</a>') == ("gọi", [])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("đ <div>x</div>", 'Unsupported start tag "div" at byte offset 3'),
        ("3 < 4", 'Unsupported start tag "" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<a =x>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<span class="x">y</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_text_that_telegram_refuses(text: str, complaint: str) -> None:
    with pytest.raises(ParseError) as error:
        parse_html(text)
    assert str(error.value) == complaint


def test_length_is_counted_in_utf16_units() -> None:
    assert [utf16_length(text) for text in ("", "chào", "😀", "e\u0301")] == [0, 4, 2, 2]
