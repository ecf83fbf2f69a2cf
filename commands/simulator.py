"""python bot.py simulator: only the make-believe Telegram, for any bot program, with its phones page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from commands.speak import port_taken


@click.command()
@click.option("--port", default=8080, show_default=True, help="0 takes any free one.")
def command(port: int) -> None:
    """Serve the make-believe Telegram and its phones page on 127.0.0.1."""
    from simulator import Clock, Simulator, serve  # noqa: PLC0415  other commands do not pay for it

    simulator = Simulator(Clock(datetime.now(UTC), flowing=True))
    try:
        serve(simulator, port, lambda url: click.echo(f"ready {url}"))
    except OSError:
        sys.exit(port_taken(port))
