"""python bot.py export FOLDER: what officials have published, as files such as those of content/faq."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection

from commands.speak import CONFIG, settings_or_exit
from content.faq import FAQ
from db import published
from db.engine import Database
from db.published import Entry, Phrasing

NO_DATABASE = "Chưa có cơ sở dữ liệu {path}. Chạy “python bot.py init” trước."
IN_THE_WAY = "Trong {folder} đã có {file}. Xin chọn thư mục trống; chưa ghi gì."
NOTHING = "Cán bộ chưa đưa câu nào vào hỏi đáp."
DONE = "✅ Đã ghi {count} tệp vào {folder}. Xem lại, thêm nguồn và cách hỏi, rồi chép vào content/faq."
REVIEW = timedelta(days=180)  # what an official has answered is looked at again after half a year
CLOSING = "]\n+++\n"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@CONFIG
def command(folder: Path, path: Path) -> None:
    """Write what officials have published to FOLDER, where an editor can work on it."""
    db = Database(settings_or_exit(path).database)
    if db.is_missing:
        sys.exit(NO_DATABASE.format(path=db.url.database))
    files = asyncio.run(_files(db))
    if not files:
        sys.exit(NOTHING)
    standing = next((name for name in files if (folder / name).exists()), None)
    if standing:
        sys.exit(IN_THE_WAY.format(folder=folder, file=standing))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(DONE.format(count=len(files), folder=folder))


async def _files(db: Database) -> dict[str, str]:
    try:
        return await db.read(pages)
    finally:
        await db.close()


def pages(connection: Connection) -> dict[str, str]:
    """File name -> text: every published entry, and every entry of the files that has got further ways to ask."""
    entries, phrasings = published.all_standing(connection)
    asked: dict[str, list[Phrasing]] = {}
    for phrasing in phrasings:
        asked.setdefault(phrasing.slug, []).append(phrasing)
    own = {f"{entry.slug}.md": _page(entry, asked.pop(entry.slug, [])) for entry in entries}
    known = {f"{slug}.md": FAQ / f"{slug}.md" for slug in asked}
    return own | {name: _grown(file, asked[name[:-3]]) for name, file in known.items() if file.exists()}


def _page(entry: Entry, asked: list[Phrasing]) -> str:
    """An entry of an official's own. Its source is his word: an editor has to name the document."""
    made = entry.made_at.date()
    fields = {
        "slug": entry.slug,
        "question": entry.question,
        "label": entry.label,
        "sources": [],
        "clause": entry.source or "",
        "confidence": "secondary",
        "as_of": f"{made:%Y-%m}",
        "reviewed_by": "",
    }
    written = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    lines = _lines([entry.question, *(phrasing.text for phrasing in asked)])
    body = entry.body.strip()
    due: date = made + REVIEW
    return "\n".join(["+++", *written, f"review_after = {due}", "phrasings = [", f"{lines}{CLOSING}{body}", ""])


def _grown(file: Path, asked: list[Phrasing]) -> str:
    """An entry of the files with the further ways to ask for it at the end of its list."""
    before, closing, body = file.read_text(encoding="utf-8").partition(CLOSING)
    return f"{before}{_lines([phrasing.text for phrasing in asked])}{closing}{body}"


def _lines(texts: list[str]) -> str:
    # A text as JSON writes it is a text as TOML reads it: people's words can end neither.
    return "".join(f"    {json.dumps(text, ensure_ascii=False)},\n" for text in texts)
