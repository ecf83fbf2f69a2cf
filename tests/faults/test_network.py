"""The network and the platform fail for a while under a bot that runs on its own; nothing is lost, nothing stops."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from app import build
from config import Delivery, Quiet, Settings, Telegram
from db import outbox
from simulator import Clock, Simulator, running
from simulator.faults import Fault
from tests.conftest import copy_of
from tests.faults.living import INVITATION, NOTICE, ROOT, living
from tests.stories.village import TOKEN, Village, at


async def test_a_platform_that_cannot_be_reached_spends_no_message(migrated: Path, tmp_path: Path) -> None:
    settings = Settings(
        database=f"sqlite+aiosqlite:///{copy_of(migrated, tmp_path / 'bot.db')}",
        secret="for tests only",
        telegram=Telegram(token=TOKEN),
        delivery=Delivery(per_second=1000),
        quiet=Quiet(start="00:00", end="00:00"),
    )
    simulator = Simulator(Clock(at(25), flowing=False))
    async with AsyncExitStack() as server:
        base = await server.enter_async_context(running(simulator))
        simulator.put_bot(TOKEN)
        app = build(settings, clock=simulator.clock.now, base_url=f"{base}/bot")
        await app.start()
        village = Village(app, simulator)
        await village.found()
        phones = [await village.join(await village.add(name)) for name in ("Ma Văn Tình", "Lý Văn Sinh")]
        await village.plan(at(3, 12, 19, 30))
        await server.aclose()
        for hour in range(19, 24):
            simulator.clock.move_to(at(26, 11, hour))
            await app.tick()
            assert await app.sender.deliver() > 0
        assert not await app.db.read(lambda c: outbox.is_idle(c, village.now, app.rules))
        async with running(simulator, int(base.rpartition(":")[2])):
            await village.forward(minutes=2)
        assert [len(phone.heard) for phone in phones] == [1, 1]
        assert "(gửi lại)" not in phones[0].last + phones[1].last
        await app.close()


async def test_an_answer_overtakes_a_broadcast(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, 60, rate=25) as bot:
        await bot.start()
        await bot.until(lambda: bool(bot.copies(INVITATION)))
        [eager] = [phone for phone in bot.phones if phone.user.id == next(iter(bot.copies(INVITATION)))]
        eager.tap(1, f"answer {bot.meeting.id} yes 1")
        await bot.until(lambda: bool(bot.copies("Đã ghi")))
        assert bot.copies(NOTICE).total() + bot.copies(INVITATION).total() < 100
        assert await bot.end(signal.SIGTERM) == 0


async def test_questions_that_the_platform_refuses_are_asked_again(database_url: str, tmp_path: Path) -> None:
    async with living(database_url, tmp_path, 1) as bot:
        for kind in ("409", "html200"):
            bot.simulator.faults.order(Fault("getUpdates", kind))
        await bot.start()
        bot.phones[0].say("0")
        await bot.until(lambda: bool(bot.copies("cần việc gì ạ?")))
        assert await bot.end(signal.SIGTERM) == 0
        assert b"another copy of it runs" in bot.said and b"The platform does not answer" in bot.said


async def test_a_second_bot_on_the_same_file_is_refused(database_url: str, tmp_path: Path) -> None:
    async with living(database_url, tmp_path, 1) as bot:
        await bot.start()
        command = (sys.executable, str(ROOT / "bot.py"), "run", "--config", str(bot.config))
        second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, said = await second.communicate()
        assert second.returncode == 1
        assert "Đã có một trợ lý đang chạy" in said.decode()
        await bot.end(signal.SIGKILL)
        await bot.start()
        bot.phones[0].say("0")
        await bot.until(lambda: bool(bot.copies("cần việc gì ạ?")))
