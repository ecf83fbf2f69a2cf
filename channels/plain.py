"""Messages as plain text with numbered choices, for channels without buttons (voice.md, section 11)."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from content import Message, phrase


def strip(text: str) -> str:
    """Telegram's HTML as plain words."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def plain(message: Message) -> str:
    """The whole message as one text, with the choices as numbered lines."""
    lines = [strip(message.text)]
    if message.wants_number:
        return "\n".join([*lines, phrase("hint_home")])
    lines += [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, 1)]
    if message.choices:
        lines.append(phrase("hint_number" if len(message.choices) > 1 else "hint_one"))
    return "\n".join(lines)


def units(text: str) -> int:
    """Length as the platforms count it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, longest: int) -> list[str]:
    """Text in pieces of at most `longest` UTF-16 units, cut at a paragraph, else a line, else a word."""
    text, pieces = text.strip(), []
    while units(text) > longest:
        head = text[: _fitting(text, longest)]
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := head.rfind(mark)) > 0), len(head))
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _fitting(text: str, longest: int) -> int:
    """How many characters of a text fit into so many UTF-16 units."""
    room = longest
    for index, letter in enumerate(text):
        room -= 2 if ord(letter) > 0xFFFF else 1
        if room < 0:
            return index
    return len(text)


def parts(message: Message, longest: int) -> list[Message]:
    """A message as the single calls that it takes: each file, then the text, the choices on its last piece.

    The files go first: one that cannot be made after all leaves no text behind that speaks of it.
    Text with markup that is too long loses it: a cut through a tag would make the whole unreadable.
    """
    papers = [Message("", files=(file,)) for file in message.files]
    words = replace(message, files=()) if papers else message
    if units(message.text) <= longest:
        return [*papers, words]
    pieces = [html.escape(piece, quote=False) for piece in split(strip(message.text), longest)]
    return [*papers, *(Message(piece) for piece in pieces[:-1]), replace(words, text=pieces[-1])]
