"""python bot.py ask: what the assistant would do with each question that is read from stdin, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of plain columns.")
def command(as_json: bool) -> None:
    """Read questions from stdin and print the decision on each: answer, choices, calendar or handover."""
    for found in decisions(sys.stdin):
        click.echo(json.dumps(found, ensure_ascii=False) if as_json else _columns(found))


def decisions(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """{"text", "decision", "slug", "slugs", "score"} for every line that holds anything."""
    from content import asking  # noqa: PLC0415  the entries are read and learned only once a question is here

    for line in lines:
        if text := line.strip():
            found = asking.decide(text)
            nearest = {"slug": found.slug, "slugs": list(found.slugs), "score": round(found.score, 3)}
            yield {"text": text, "decision": found.decision, **nearest}


def _columns(found: dict[str, object]) -> str:
    slugs = found["slugs"]
    nearest = " ".join(slugs) if isinstance(slugs, list) else ""
    return f"{found['decision']}\t{found['score']}\t{nearest}\t{found['text']}"
