"""Trợ lý Bí thư: the command line. Each command lives in commands/ and is loaded when it is called."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "run": "runs the bot",
    "init": "sets up an installation",
    "doctor": "says what is wrong",
    "backup": "copies the database",
    "restore": "puts a copy in its place",
    "release": "lets the bot speak again after a restore",
    "transfer": "moves the installation to PostgreSQL",
    "roster": "imports a roster from Excel",
    "export": "writes what officials have published as files",
    "demo": "a make-believe commune on make-believe phones",
    "simulator": "only the make-believe Telegram",
    "tour": "plays one month and prints what every phone saw",
    "ask": "answers questions from standard input",
    "understand": "reads replies from standard input",
    "content": "checks everything people read",
}


class Commands(click.Group):
    """Loads a command's module when it is called, so that starting one does not pay for all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"commands.{cmd_name}").command
        found.name = cmd_name
        return found


@click.group(cls=Commands)
def main() -> None:
    """Trợ lý Bí thư: a helper in chat for the secretary of a village cell."""


if __name__ == "__main__":
    main()
