"""Platform and wire fail in every way for a while: nothing is lost, and whatever may have gone twice is named."""

from __future__ import annotations

import random
import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.tables import addresses
from simulator.faults import Fault, Faults
from tests.faults.commune import Load
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import INVITATION, NOTICE, Living, living

PEOPLE = 150
IN_FLIGHT = 64
CERTAIN = ("429", "500", "reset", "ok_false_200", "html200", "closed_after", "slow")
LOST_ANSWERS = ("502_after", "reset_after", "truncated")
SILENT = ("hang_after", "black_hole")  # half a minute each


class Storm(Faults):
    """So many faults of these kinds, at random calls."""

    def __init__(self, chance: random.Random, kinds: tuple[str, ...], left: int, likely: float) -> None:
        super().__init__()
        self.chance, self.kinds, self.left, self.likely = chance, kinds, left, likely

    def take(self, method: str, chat: int | None) -> Fault | None:
        if not self.left or self.chance.random() > self.likely:
            return None
        self.left -= 1
        return Fault(method, self.chance.choice(self.kinds), delay_ms=200)


async def weathered(bot: Living) -> None:
    """Until all is done; waits for another try are skipped by the clock."""
    await bot.until_idle(skip=True)
    assert await bot.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("seed", seeds(1, 7))
async def test_a_storm_of_everything(usual_url: str, tmp_path: Path, seed: int, keep: Keep) -> None:
    chance = random.Random(seed)
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        await bot.start()
        bot.simulator.faults = Storm(chance, CERTAIN + LOST_ANSWERS, left=60, likely=0.2)
        for phone in chance.sample(bot.phones, 10):
            phone.say("0")
        await weathered(bot)
        assert len(bot.copies("cần việc gì ạ?")) == 10
        figures = passed(bot, await judge(bot))
        keep(f"a storm of faults, {bot.database.url.get_backend_name()}", faults=60, **figures)


@pytest.mark.proof
@pytest.mark.parametrize("kind", SILENT)
async def test_answers_that_never_come(usual_url: str, tmp_path: Path, kind: str, keep: Keep) -> None:
    async with living(usual_url, tmp_path, 30) as bot:
        bot.simulator.faults.order(Fault("sendMessage", kind, times=5))
        await bot.start()
        await bot.pause(35)  # the wire is given half a minute to answer (channels/transport.py)
        await weathered(bot)
        verdict = await judge(bot)
        assert verdict.named == 5
        keep(f"five answers never came ({kind}), {bot.database.url.get_backend_name()}", **passed(bot, verdict))


@pytest.mark.parametrize(
    "trouble",
    [
        Fault("*", "429", times=0, for_s=2, retry_after=1),
        Fault("*", "refused", for_s=2),
        pytest.param(Fault("*", "500", times=0, for_s=10), marks=pytest.mark.proof),
        pytest.param(Fault("*", "closed_after", times=0, for_s=10), marks=pytest.mark.proof),
        pytest.param(Fault("*", "slow", times=0, for_s=10, delay_ms=500), marks=pytest.mark.proof),
        pytest.param(Fault("*", "slow", times=200, delay_ms=5000), marks=pytest.mark.proof),
    ],
    ids=lambda trouble: f"{trouble.kind}-{trouble.delay_ms}",
)
async def test_a_trouble_that_lasts(usual_url: str, tmp_path: Path, trouble: Fault, keep: Keep) -> None:
    async with living(usual_url, tmp_path, PEOPLE) as bot:
        await bot.start()
        await bot.until_heard(30)
        bot.simulator.faults.order(replace(trouble))
        bot.simulator.changed()
        await weathered(bot)
        verdict = await judge(bot)
        if trouble.kind in ("429", "closed_after", "slow"):
            assert verdict.twice == 0
        keep(f"trouble that lasts ({trouble.kind}), {bot.database.url.get_backend_name()}", **passed(bot, verdict))


async def test_one_chat_that_always_fails_holds_nobody_up(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, 40) as bot:
        unlucky = bot.phones[3].user.id
        bot.simulator.faults.order(Fault("sendMessage", "500", times=0, user=unlucky))
        await bot.start()
        await weathered(bot)
        everybody = {phone.user.id for phone in bot.phones}
        assert set(bot.copies(INVITATION)) == set(bot.copies(NOTICE)) == everybody - {unlucky}
        verdict = await judge(bot)
        passed(bot, verdict)
        assert (verdict.never_came, verdict.twice) == (2, 0)


async def test_half_of_the_people_have_blocked_the_bot(usual_url: str, tmp_path: Path) -> None:
    async with living(usual_url, tmp_path, 40) as bot:
        gone = {phone.user.id for phone in bot.phones[::2]}
        for phone in bot.phones[::2]:
            phone.conversation.blocked = True
        await bot.start()
        await weathered(bot)
        others = {phone.user.id for phone in bot.phones} - gone
        assert bot.copies(INVITATION) == bot.copies(NOTICE) == dict.fromkeys(others, 1)
        dead = select(func.count()).select_from(addresses).where(addresses.c.dead_at.is_not(None))
        assert await bot.database.read(lambda c: c.execute(dead).scalar_one()) == len(gone)
        passed(bot, await judge(bot, dropped=("unreachable",)))


async def test_a_pause_is_kept_for_exactly_its_time(usual_url: str, tmp_path: Path) -> None:
    """Nothing leaves while the platform's pause lasts, and then everything does."""
    async with living(usual_url, tmp_path, PEOPLE, load=Load.NOTICE) as bot:
        await paused(bot, processes=1)


async def test_a_pause_asked_of_one_process_is_kept_by_all(server_url: str, tmp_path: Path) -> None:
    async with living(server_url, tmp_path, 2 * PEOPLE, load=Load.NOTICE) as bot:
        await paused(bot, processes=3)


async def paused(bot: Living, processes: int) -> None:
    bot.simulator.faults.order(Fault("sendMessage", "429", retry_after=3, user=bot.phones[PEOPLE // 2].user.id))
    for _ in range(processes):
        await bot.start()
    await bot.until_idle(skip=True)
    rows = [row for row in bot.simulator.ledger.after(0) if row["method"] == "sendMessage"]
    refused = next(number for number, row in enumerate(rows) if row["error"] == "fault: 429")
    asked = datetime.fromisoformat(rows[refused]["at"])
    after = [(datetime.fromisoformat(row["at"]) - asked).total_seconds() for row in rows[refused + 1 :]]
    # What was on its way when the answer came cannot be held any more.
    in_flight = [gap for gap in after if gap < 2.9]
    assert len(in_flight) <= processes * IN_FLIGHT and max(in_flight, default=0) < 1
    assert len(after) > len(in_flight)
    passed(bot, await judge(bot))
