"""What officials have published comes out as files that an editor and the content check can read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Connection

from commands.export import command, pages
from content import faq
from content.frontmatter import read
from db import people, published, units
from db.engine import Database

NOW = datetime(2026, 11, 26, 5, tzinfo=UTC)
ODD = 'Xã có "mẫu mới" chưa?\n+++'


def lay(connection: Connection) -> None:
    """An official has published an entry of his own, with words that try to end their quotes, and two phrasings."""
    commune = units.add(connection, "commune", "xã Suối Trong")
    huong = people.add(connection, commune, "Nguyễn Thị Hương")
    people.give_role(connection, huong, commune, "official")
    own = published.add(connection, huong.id, "Xã có mẫu mới chưa?", "Mẫu mới", "Có rồi.", "Công văn số 12", NOW)
    published.add_phrasing(connection, huong.id, own.slug, ODD, NOW)
    published.add_phrasing(connection, huong.id, "duration", "ngồi mấy tiếng thì được về hả cháu", NOW)


async def test_the_files_can_be_read_and_hold_every_word(database_url: str, tmp_path: Path) -> None:
    db = Database(database_url)
    await db.migrate()
    await db.write(lay)
    found = await db.read(pages)
    await db.close()
    assert set(found) == {"own-1.md", "duration.md"}
    for name, text in found.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    own, known = read(tmp_path / "own-1.md"), read(tmp_path / "duration.md")
    assert own.fields["phrasings"] == ["Xã có mẫu mới chưa?", ODD]
    assert (own.body, own.fields["clause"]) == ("Có rồi.", "Công văn số 12")
    before = faq.load().entries["duration"]
    assert tuple(known.fields["phrasings"]) == (*before.phrasings, "ngồi mấy tiếng thì được về hả cháu")
    assert known.body == before.body


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'database = "sqlite+aiosqlite:///{tmp_path}/none.db"\nsecret = "x"\n', encoding="utf-8")
    done = CliRunner().invoke(command, [str(tmp_path / "out"), "--config", str(config)])
    assert done.exit_code == 1
    assert "Chạy “python bot.py init” trước." in done.output
