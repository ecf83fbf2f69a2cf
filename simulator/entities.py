"""Telegram's HTML subset, turned into text and entities as the real server does it.

Rules and wording follow `do_parse_html` of tdlib (td/telegram/MessageEntity.cpp): offsets, lengths count UTF-16 units,
the places in error messages count bytes, an entity of length zero disappears, `&name;` other than lt, gt, amp and quot
stays as written.
"""

import re
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "tg-emoji": "custom_emoji",
}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LINK = re.compile(r"^(?:(?:https?|tg)://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]\S*)?)$", re.IGNORECASE)
_FOUND = re.compile(
    r"(?P<url>(?:https?://|\bt\.me/)[^\s<>\"']+[^\s<>\"'.,;:!?)\]])"
    r"|(?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})\b"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w+])(?P<phone_number>\+\d(?:[ ().-]?\d){7,14})\b"
)
_SPACE = " \t\r\n\v\f\0"


class ParseError(ValueError):
    """The text is not the HTML that Telegram reads."""


def utf16_length(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 units, two for most emoji."""
    return len(text) + sum(character > "\uffff" for character in text)


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Return the text without tags and its entities. Raises ParseError, worded as the real server does."""
    return _Reader(text).read()


def finish(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trim the text as the server does and add what it finds by itself: addresses, commands, mentions, numbers."""
    start = len(text) - len(text.lstrip(_SPACE))
    shift = utf16_length(text[:start])
    text = text.strip(_SPACE)
    kept = [cut for entity in entities if (cut := _clip(entity, shift, utf16_length(text)))]
    kept += [entity for entity in _found(text) if not any(_overlap(entity, other) for other in kept)]
    return text, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _clip(entity: Entity, shift: int, length: int) -> Entity | None:
    start = max(entity["offset"] - shift, 0)
    end = min(entity["offset"] + entity["length"] - shift, length)
    return {**entity, "offset": start, "length": end - start} if end > start else None


def _found(text: str) -> list[Entity]:
    found = []
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        offset = utf16_length(text[: match.start(kind)])
        found.append({"type": kind, "offset": offset, "length": utf16_length(match.group(kind))})
    return found


def _overlap(one: Entity, other: Entity) -> bool:
    """Whether a found entity may not stand beside a written one: bold may surround an address, code may not."""
    if other["type"] not in ("code", "pre", "text_link", "text_mention", "custom_emoji"):
        return False
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


@dataclass
class _Reader:
    source: str
    at: int = 0
    text: str = ""
    length: int = 0
    entities: list[Entity] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = self.source.replace("\0", "") + "\0"

    @property
    def here(self) -> str:
        return self.source[self.at]

    def read(self) -> tuple[str, list[Entity]]:
        while self.here != "\0":
            if self.here == "<":
                self._tag()
            elif self.here == "&":
                self._add(self._reference())
            else:
                self._add(self._run())
        if self.open:
            raise ParseError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return self.text, sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))

    def _run(self) -> str:
        start = self.at
        while self.here not in "<&\0":
            self.at += 1
        return self.source[start : self.at]

    def _add(self, text: str) -> None:
        self.text += text
        self.length += utf16_length(text)

    def _reference(self) -> str:
        match = _REFERENCE.match(self.source, self.at)
        if not match:
            self.at += 1
            return "&"
        self.at = match.end()
        if match[3]:
            return _NAMED[match[3]]
        number = int(match[1], 16) if match[1] else int(match[2])
        return chr(number) if 0 < number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else match[0]

    def _tag(self) -> None:
        start = self.at
        self.at += 1
        if self.here == "/":
            self._end_tag(start)
        else:
            self._start_tag(start)

    def _start_tag(self, start: int) -> None:
        name = self._until(">" + _SPACE).lower()
        if self.here == "\0":
            raise ParseError(f"Unclosed start tag at byte offset {self._bytes(start)}")
        if name not in _TYPES:
            raise ParseError(f'Unsupported start tag "{name}" at byte offset {self._bytes(start)}')
        argument = self._attributes(name, start)
        if name == "span" and argument != "spoiler":
            raise ParseError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(start)}')
        self.at += 1
        self.open.append(_Open(name, argument, self.length, len(self.text)))

    def _attributes(self, tag: str, start: int) -> str:
        argument = ""
        while True:
            self._spaces()
            if self.here == ">":
                return argument
            name = self._until("=>" + _SPACE).lower()
            if not name and self.here != "\0":
                raise ParseError(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(start)}')
            self._spaces()
            value = self._value() if self.here == "=" else ""
            if self.here == "\0":
                raise ParseError(f'Unclosed start tag "{tag}" at byte offset {self._bytes(start)}')
            argument = _argument(tag, name, value) or argument

    def _value(self) -> str:
        self.at += 1
        self._spaces()
        start = self.at
        if self.here in "'\"":
            return self._quoted()
        while self.here.isascii() and (self.here.isalnum() or self.here in ".-"):
            self.at += 1
        if self.here not in ">" + _SPACE:
            raise ParseError(f"Unexpected end of name token at byte offset {self._bytes(start)}")
        return self.source[start : self.at].lower()

    def _quoted(self) -> str:
        quote, value = self.here, ""
        self.at += 1
        while self.here not in (quote, "\0"):
            if self.here == "&":
                value += self._reference()
            else:
                value += self.here
                self.at += 1
        if self.here == quote:
            self.at += 1
        return value

    def _end_tag(self, start: int) -> None:
        if not self.open:
            raise ParseError(f"Unexpected end tag at byte offset {self._bytes(start)}")
        self.at += 1
        name = self._until(">" + _SPACE).lower()
        self._spaces()
        if self.here != ">":
            raise ParseError(f"Unclosed end tag at byte offset {self._bytes(start)}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            place = f"at byte offset {self._bytes(start)}"
            raise ParseError(f'Unmatched end tag {place}, expected "</{opened.tag}>", found "</{name}>"')
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {"type": _TYPES[opened.tag], "offset": opened.offset, "length": self.length - opened.offset}
        if opened.tag == "a":
            self._link(entity, opened.argument or self.text[opened.begin :])
        elif opened.tag in ("pre", "code"):
            self._code(entity, opened.argument)
        elif opened.tag == "tg-emoji":
            self.entities.append({**entity, "custom_emoji_id": opened.argument})
        elif opened.tag == "blockquote" and opened.argument:
            self.entities.append({**entity, "type": "expandable_blockquote"})
        else:
            self.entities.append(entity)

    def _link(self, entity: Entity, address: str) -> None:
        """Keep a link that the server would accept; it drops any other (tel: for one) without an error."""
        address = address.strip()
        if _LINK.match(address):
            full = address if "://" in address else f"http://{address}"
            self.entities.append({**entity, "url": full})

    def _code(self, entity: Entity, language: str) -> None:
        """Join `<pre><code class="language-x">` into one entity of type pre with a language."""
        last = self.entities[-1] if self.entities else {}
        if all(last.get(key) == entity[key] for key in ("offset", "length")) and last.get("type") == "code":
            self.entities[-1] = {**last, "type": "pre"}
            return
        self.entities.append({**entity, "language": language} if language else entity)

    def _until(self, stops: str) -> str:
        start = self.at
        while self.here not in stops:
            self.at += 1
        return self.source[start : self.at]

    def _spaces(self) -> None:
        while self.here in _SPACE and self.here != "\0":
            self.at += 1

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))


def _argument(tag: str, name: str, value: str) -> str:
    if (tag, name) == ("a", "href") or (tag, name) == ("tg-emoji", "emoji-id"):
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "1" if (tag, name) == ("blockquote", "expandable") else ""
