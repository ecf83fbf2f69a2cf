"""python bot.py content: reads all that people would read, and says what breaks the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from channels.plain import plain
from content import faq, sources, topics, voice
from content.message import Message
from content.samples import SAMPLES
from handlers import on


@click.command()
def command() -> None:
    """Check every template, question and topic against the rules of voice.md."""
    found = list(all_problems())
    for problem in found:
        click.echo(problem)
    click.echo(f"{len(voice.templates())} templates, {len(SAMPLES)} samples, {len(found)} problems.")
    sys.exit(1 if found else 0)


def all_problems() -> Iterator[str]:
    sampled = {sample.template for sample in SAMPLES}
    yield from (f"{name}: no sample in content/samples" for name in voice.templates() if name not in sampled)
    for sample in SAMPLES:
        message = voice.rendered(sample)
        yield from voice.problems(sample, message, plain(message))
        yield from _dead_ends(sample.template, message)
    today = datetime.now(UTC).date()
    yield from sources.problems()
    yield from faq.problems(today)
    yield from topics.problems(today)


def _dead_ends(template: str, message: Message) -> Iterator[str]:
    """Choices that lead nowhere: every action must have a handler that takes its arguments."""
    for choice in message.choices:
        words = choice.action.split()
        words = words[2:] if words[0] == "as" else words
        entry = on.actions.get(words[0])
        try:
            if entry is None:
                raise ValueError
            entry.arguments(words[1:])
        except ValueError:
            yield f"{template}: “{choice.label}” leads nowhere ({choice.action})"
