"""python bot.py understand: what the assistant makes of each reply that is read from stdin, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import click

from vietnamese.replies import understand


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of plain columns.")
def command(as_json: bool) -> None:
    """Read replies from stdin: bare words (the attendance question was asked last), or {"text","asked","earlier"}."""
    for found in meanings(sys.stdin):
        shown = json.dumps(found, ensure_ascii=False)
        click.echo(shown if as_json else "\t".join(str(value) for value in found.values()))


def meanings(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """{"text", "intent", "reason", "ask_back"}, and "needs" where something is needed, for every line with words."""
    for line in lines:
        if reply := line.strip():
            said = _read(reply)
            found = {k: v for k, v in asdict(understand(**said)).items() if k != "needs" or v}
            yield {"text": said["text"], **found}


def _read(reply: str) -> dict[str, Any]:
    """A line as understand() takes it; what is no JSON object is the words themselves."""
    if reply.startswith("{"):
        given = json.loads(reply)
        return {name: given[name] for name in ("text", "asked", "earlier") if name in given}
    return {"text": reply}
