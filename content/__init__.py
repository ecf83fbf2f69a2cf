"""What the bot says: every sentence a person can read lives in content/messages, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from content.filters import FILTERS, You
from content.message import Choice, File, Message

__all__ = ["Choice", "File", "Message", "You", "environment", "phrase", "render"]

MESSAGES = Path(__file__).parent / "messages"


@cache
def environment(language: str = "vi") -> jinja2.Environment:
    """The templates of one language: strict, autoescaped, compiled once."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(MESSAGES / language),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.filters.update(FILTERS)
    return made


@cache
def phrase(name: str) -> str:
    """A few words that never change, such as the hint under numbered choices."""
    return environment().get_template(f"{name}.j2").render().strip()


class _Marks:
    """What a template says beside its text, by calls that print nothing: a person's words can forge none of it."""

    def __init__(self) -> None:
        self.choices: list[Choice] = []
        self.menu = False
        self.phone_button: str | None = None
        self.matters = ""

    def choice(self, label: str, action: str, *arguments: int | str) -> str:
        # Labels are plain text on every channel; what a filter escaped on the way is undone by the markup type itself.
        plain = label.unescape() if hasattr(label, "unescape") else label
        self.choices.append(Choice(plain, " ".join([action, *map(str, arguments)])))
        return ""

    def as_menu(self) -> str:
        self.menu = True
        return ""

    def share_phone(self, label: str) -> str:
        self.phone_button = label
        return ""

    def matter(self, *facts: object) -> str:
        """Of a live screen: what has to have changed for it to be worth a message where nothing can be edited."""
        self.matters = " ".join(map(str, facts))
        return ""


def render(
    name: str,
    *,
    now: datetime,
    expects: str | None = None,
    wants_number: bool = False,
    screen: str | None = None,
    files: tuple[File, ...] = (),
    toast: bool = False,
    **context: Any,
) -> Message:
    """The message of template `name`.

    `now` is aware and in the reader's zone: filters that write dates convert to that zone and leave out this year.
    Blank lines are dropped, because no message of the copy deck has any.
    """
    marks = _Marks()
    calls = {
        "choice": marks.choice,
        "as_menu": marks.as_menu,
        "share_phone": marks.share_phone,
        "matters": marks.matter,
    }
    text = environment().get_template(f"{name}.j2").render({**context, **calls, "now": now})
    lines = [line.strip() for line in text.splitlines()]
    return Message(
        text="\n".join(line for line in lines if line),
        choices=tuple(marks.choices),
        menu=marks.menu,
        expects=expects,
        wants_number=wants_number,
        screen=screen,
        files=files,
        phone_button=marks.phone_button,
        toast=toast,
        matters=marks.matters,
    )
