"""The power fails, or an older copy is put in place: the database opens, is whole, and goes on by the same rules.

A power cut leaves what was flushed to the disk, which is every commit, and any part of what was written after it. An
older copy does not know what has left since it was made, so it says nothing until the operator has decided.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from bot import main
from db.engine import Database
from db.tables import addresses, deliveries, due_items, links
from tests.conftest import copy_of
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import INVITATION, NOTICE, Living, Worker, living

PEOPLE = 90
CUTS = 3
SLOWLY = 60  # messages a second, so that much is still to come when a copy has been made


@dataclass
class Disk:
    """The files of a database, as they lie there."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    def copy_to(self, other: Path) -> Disk:
        copy = Disk(other)
        shutil.copy(self.path, copy.path)
        shutil.copy(self.log, copy.log)
        return copy

    def cut(self, chance: random.Random, earliest: int | None = None) -> None:
        """Lose the end of the log, from a random byte on; without `earliest` only what no commit has flushed."""
        written = self.log.read_bytes()
        self.log.write_bytes(written[: chance.randint(earliest or last_commit(written), len(written))])

    def verdict(self) -> str:
        with closing(sqlite3.connect(self.path)) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def last_commit(log: bytes) -> int:
    """Where the newest commit of a write-ahead log ends (sqlite.org/fileformat2.html, section 4)."""
    end = at = 32
    size, salts = struct.unpack(">8xI4x8s", log[:24])
    while at + 24 + size <= len(log):
        pages, found = struct.unpack(">4xI8s", log[at : at + 16])
        if found != salts:
            break
        at += 24 + size
        end = at if pages else end
    return end


async def still(bot: Living, worker: Worker) -> None:
    """Stop a process between any two steps of it, and wait until every thread stands."""
    worker.freeze()
    while not _stands(worker.process.pid):
        await bot.pause(0.001)


def _stands(process: int) -> bool:
    threads = Path(f"/proc/{process}/task").iterdir()
    return all((thread / "stat").read_text().rpartition(")")[2].split()[0] in "Tt" for thread in threads)


async def power_cut(bot: Living, disk: Disk, chance: random.Random) -> None:
    """Start the bot, and let the power fail at some moment while it sends."""
    worker = await bot.start()
    await bot.until_more(chance.randint(1, 2 * PEOPLE // CUTS - 15))
    await bot.pause(chance.uniform(0, 0.02))
    await still(bot, worker)
    assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
    disk.cut(chance)
    disk.path.with_name(f"{disk.path.name}-shm").unlink()  # it was memory
    assert disk.copy_to(disk.path.with_name("looked-at.db")).verdict() == "ok"


@pytest.mark.parametrize("seed", seeds(1, 30))
async def test_after_a_power_cut_it_goes_on(migrated: Path, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance, disk = random.Random(seed), Disk(copy_of(migrated, tmp_path / "bot.db"))
    async with living(f"sqlite+aiosqlite:///{disk.path}", tmp_path, PEOPLE) as bot:
        await bot.database.close()  # nobody else has the file open when the power fails
        for _ in range(CUTS):
            await power_cut(bot, disk, chance)
        await bot.start()
        await bot.until_idle()
        assert await bot.end(signal.SIGTERM) == 0
        keep("the power cut while it sends", cuts=CUTS, **passed(bot, await judge(bot)))


# ---- an older copy ----


async def command(bot: Living, *words: str, status: int = 0) -> str:
    """What a command says, beside the bot that may be running."""
    done = await asyncio.to_thread(CliRunner().invoke, main, [*words, "--config", str(bot.config)])
    assert done.exit_code == status, done.output
    return done.output


async def copied(bot: Living, worker: Worker, disk: Disk, how: str, chance: random.Random) -> Path:
    """A copy of the database of this moment, while the bot runs."""
    goal = disk.path.with_name("copy.db")
    if how == "by the command":
        # Not in a process of its own: by the time that one had begun, everything would have been sent.
        await command(bot, "backup", str(goal))
        return goal
    await still(bot, worker)
    copy = disk.copy_to(goal)
    worker.thaw()
    if how == "its log cut anywhere":
        # Even what the disk swore to have kept is gone.
        copy.cut(chance, earliest=0)
    return goal


async def put_in_place(bot: Living, copy: Path, how: str) -> None:
    """Bring a copy back, and have the story look at it from then on."""
    if how == "by the command":
        assert "Khi chạy lại, trợ lý tạm giữ tin" in await command(bot, "restore", str(copy))
        return
    assert Disk(copy).verdict() == "ok"
    before, after = bot.database.url.render_as_string(hide_password=False), f"sqlite+aiosqlite:///{copy}"
    bot.config.write_text(bot.config.read_text().replace(before, after))
    bot.database = Database(after)


async def lost_and_brought_back(bot: Living, disk: Disk, how: str, chance: random.Random) -> None:
    """The bot sends, a copy is made, it goes on sending, is lost, and the copy takes its place."""
    await bot.database.close()  # the commune is in the database itself, whatever becomes of the log
    worker = await bot.start()
    await bot.until_more(chance.randint(5, 100))
    copy = await copied(bot, worker, disk, how, chance)
    enough = min(len(bot.told()) + chance.randint(30, 60), 2 * PEOPLE)
    await bot.until(lambda: len(bot.told()) >= enough)
    await worker.end(signal.SIGKILL)
    await put_in_place(bot, copy, how)


async def what_is_not_sent(bot: Living) -> dict[str, set[int]]:
    """By kind, the chats of those whom it has not reached for certain, and who are named for that."""
    mine = (
        select(due_items.c.kind, addresses.c.chat)
        .join(links, links.c.person_id == due_items.c.person_id)
        .join(addresses, addresses.c.id == links.c.address_id)
        .outerjoin(deliveries, deliveries.c.id == due_items.c.delivery_id)
        .where(func.coalesce(deliveries.c.state, due_items.c.state).in_(["expired", "uncertain"]))
    )
    found = await bot.database.read(lambda c: c.execute(mine).all())
    return {kind: {int(chat) for of, chat in found if of == kind} for kind in ("invite", "notice")}


@pytest.mark.parametrize("seed", seeds(1, 6))
@pytest.mark.parametrize(
    ("how", "decision"),
    [
        ("by the command", "drop"),
        ("its log cut anywhere", "send"),
        pytest.param("by the command", "send", marks=pytest.mark.proof),
        pytest.param("by bare files", "drop", marks=pytest.mark.proof),
        pytest.param("by bare files", "send", marks=pytest.mark.proof),
        pytest.param("its log cut anywhere", "drop", marks=pytest.mark.proof),
    ],
)
async def test_an_older_copy_says_nothing_by_itself(
    migrated: Path, tmp_path: Path, how: str, decision: str, seed: int, keep: Keep
) -> None:
    chance, disk = random.Random(f"{how} {decision} {seed}"), Disk(copy_of(migrated, tmp_path / "bot.db"))
    async with living(f"sqlite+aiosqlite:///{disk.path}", tmp_path, PEOPLE, rate=SLOWLY) as bot:
        await lost_and_brought_back(bot, disk, how, chance)
        told_before = len(bot.told())
        try:
            # It runs, it answers whoever speaks, and it says nothing else.
            await bot.start()
            eager = next(phone for phone in bot.phones if phone.conversation.messages)
            eager.tap(1, f"answer {bot.meeting.id} yes 1")
            await bot.until(lambda: bot.copies("Đã ghi")[eager.user.id] == 1)
            await bot.pause(0.5)
            assert {row["chat"] for row in bot.told()[told_before:]} == {eager.user.id}
            assert "tạm giữ tin" in await command(bot, "doctor", status=1)

            await command(bot, "release", "--yes", *(["--send"] if decision == "send" else []))
            await bot.until_idle()
            assert await bot.end(signal.SIGTERM) == 0
            await (nobody_twice if decision == "drop" else nobody_left_out)(bot)
        finally:
            await bot.database.close()
        keep(f"an older copy, {decision}", copies=1)


async def nobody_twice(bot: Living) -> None:
    """Nothing that was due before has left again; whom it has not reached is named."""
    everybody, missing = {phone.user.id for phone in bot.phones}, await what_is_not_sent(bot)
    for kind, words in (("invite", INVITATION), ("notice", NOTICE)):
        copies = bot.copies(words)
        assert max(copies.values(), default=0) <= 1, "sent once more from a copy that could not know"
        assert everybody - set(copies) <= missing[kind], "somebody was left out, and nobody knows"


async def nobody_left_out(bot: Living) -> None:
    """The operator wanted everything sent: everybody has it, but for those whose notice its author is asked about."""
    everybody, missing = {phone.user.id for phone in bot.phones}, await what_is_not_sent(bot)
    assert missing["invite"] == set()
    assert set(bot.copies(INVITATION)) == everybody
    assert everybody - set(bot.copies(NOTICE)) <= missing["notice"]
    assert max(bot.copies(NOTICE).values(), default=0) <= 2
