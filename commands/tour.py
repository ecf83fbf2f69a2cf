"""python bot.py tour: one month in fast-forward on the real stack, as every phone saw it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import click

import logs

Line = dict[str, Any]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a message.")
def command(as_json: bool) -> None:
    """Play the month and print what each phone saw, in order, with the make-believe date and time."""
    logs.set_up(quiet=True)
    asyncio.run(_tour(as_json))


async def _tour(as_json: bool) -> None:
    from makebelieve.month import START, Recorder, play  # noqa: PLC0415  other commands do not pay for the world
    from makebelieve.world import open_world  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="tro-ly-") as folder:
        async with open_world(Path(folder), START) as world:
            await play(world, Recorder(world, _print_json if as_json else _print_words))


def _print_json(line: Line) -> None:
    click.echo(json.dumps(line, ensure_ascii=False))


def _print_words(line: Line) -> None:
    """One message as a person reads it: when, on whose phone, which way, what; on Zalo its words hold the choices."""
    arrow = "nhận" if line["direction"] == "out" else "nhắn"
    who = f"{line['phone']} ({line['role']}, {line['channel'].title()})"
    body = line["text"].replace("\n", "\n    ")
    buttons = line["choices"] if line["channel"] == "telegram" else []
    choices = "".join(f"\n    [{label}]" for label in buttons)
    click.echo(f"{line['at'][:16].replace('T', ' ')}  {who} {arrow}:\n    {body}{choices}\n")
