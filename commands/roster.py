"""python bot.py roster FILE: brings a commune's list in, all or nothing, beside a running bot if need be."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from channels import plain
from commands.speak import CONFIG, settings_or_exit
from config import Settings
from content import render
from db import people, roster, units
from db.engine import HEAD, Database, version
from db.matching import Plan
from handlers.roster import changes_of
from sheets.roster import RosterFile, UnreadableRoster, read_roster

NO_COMMUNE = "Chưa có xã nào trong cơ sở dữ liệu. Chạy “python bot.py init” trước."
OLD_TABLES = "Cơ sở dữ liệu chưa ở bản mới. Chạy “python bot.py run” một lần để nâng lên."
ONLY_TRIED = "Chạy thử: chưa ghi gì. Bỏ --dry-run để cập nhật."


class Refused(Exception):  # noqa: N818 -- the list or the database is not fit for it; the program is
    """Nothing was imported; the message says why, a sentence a line."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@CONFIG
def command(file: Path, dry_run: bool, path: Path) -> None:
    """Import a roster (.xlsx or .csv): what changes is printed; every wrong row is named, and then nothing changes."""
    settings = settings_or_exit(path)
    try:
        for line in asyncio.run(bring_in(settings, _read(file), dry_run)):
            click.echo(line)
    except Refused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)


def _read(file: Path) -> RosterFile:
    if not file.is_file():
        raise Refused(f"Không thấy tệp {file}.")
    try:
        found = read_roster(file.read_bytes(), file.name)
    except UnreadableRoster as error:
        raise Refused(_say("roster_unreadable", kind=error.kind)) from error
    if found.problems:
        raise Refused(_problems(found.problems))
    return found


def _problems(problems: Sequence[Any]) -> str:
    rows = len({problem.row_number for problem in problems})
    return _say("roster_problems", problems=problems, rows=rows, following=None)


async def bring_in(settings: Settings, file: RosterFile, dry_run: bool) -> list[str]:
    """What happened, a line each; raises Refused. The file is read by now: the transaction is short."""
    db = Database(settings.database)
    try:
        if db.is_missing or await db.read(version) != HEAD:
            raise Refused(NO_COMMUNE if db.is_missing else OLD_TABLES)
        return await db.write(lambda c: list(_lines(c, file, dry_run)))
    finally:
        await db.close()


def _lines(connection: Connection, file: RosterFile, dry_run: bool) -> Iterator[str]:
    commune = units.root(connection)
    if commune is None:
        raise Refused(NO_COMMUNE)
    made = roster.plan(connection, commune, file.rows, frozenset(file.headings))
    if made.problems:
        raise Refused(_problems(made.problems))
    if not made.touched:
        yield _say("roster_same", plan=made)
        return
    yield from _preview(made)
    if dry_run:
        yield ONLY_TRIED
        return
    roster.apply(connection, made, None, datetime.now(UTC))
    yield _say("roster_done", touched=made.touched, counted=people.counts(connection, commune))


def _preview(made: Plan) -> Iterator[str]:
    yield _say("roster_summary", plan=made)
    for what, of in changes_of(made):
        yield _say("roster_entry", what=what, of=of)


def _say(template: str, **context: Any) -> str:
    """A template of the chat as plain text; none of these writes a date."""
    return plain.strip(render(template, now=datetime.now(UTC), **context).text)
