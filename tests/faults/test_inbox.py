"""kill -9 while people tap, by poll and by webhook: every tap has its one effect and its one answer."""

from __future__ import annotations

import random
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from db.tables import intentions, received
from tests.faults.commune import Load
from tests.faults.conftest import Keep, seeds
from tests.faults.judge import judge, passed
from tests.faults.living import Living, hearing, living

SHORT_PEOPLE, LONG_PEOPLE = 100, 1000
KILLS = 4
SLOWEST_S = 0.6  # a person
SHORT = 1
CHOICES = ("yes", "late")
MARK = re.compile(r" ?\(gửi lại\)")


def show_invitations(bot: Living) -> None:
    """Every phone shows a message that can be tapped, as if it had come long ago."""
    for phone in bot.phones:
        bot.simulator.write(phone.conversation, phone.bot.as_user(), {"text": "Mời bác dự họp"})


async def tapping(bot: Living, chance: random.Random, kills: int) -> None:
    """Everybody taps twice, in an order of their own, the network re-sends some taps; and the bot is killed."""
    first = [(phone, CHOICES[0]) for phone in bot.phones]
    chance.shuffle(first)
    second = [(phone, CHOICES[1]) for phone in bot.phones]
    chance.shuffle(second)
    taps = first + second
    size = len(taps) // (kills + 1)
    for round_ in range(kills + 1):
        worker = await bot.spawn()
        for phone, choice in taps[round_ * size : (round_ + 1) * size]:
            phone.tap(1, f"answer {bot.meeting.id} {choice} 1")
            if chance.random() < 0.05:
                # The same press once more, under a new number (tdlib/telegram-bot-api issue 699).
                phone.tap(1, f"answer {bot.meeting.id} {choice} 1")
        if round_ == kills:
            return
        await worker.runs()
        await bot.heard_or_tired(bot.simulator.ledger.last + chance.randint(1, size))
        await bot.pause(chance.uniform(0, 0.02))
        assert await worker.end(signal.SIGKILL) == -signal.SIGKILL


@pytest.fixture(
    params=[
        ("database_url", "poll"),
        ("server_url", "webhook"),
        pytest.param(("database_url", "webhook"), marks=pytest.mark.proof),
        pytest.param(("server_url", "poll"), marks=pytest.mark.proof),
    ],
    ids=lambda both: f"{both[0].partition('_')[0]}-{both[1]}",
)
def way_in(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A database, and how the news get into it."""
    return request.getfixturevalue(request.param[0]), request.param[1]


@pytest.mark.parametrize("seed", seeds(SHORT, 3))
async def test_every_tap_has_its_one_effect(way_in: tuple[str, str], tmp_path: Path, seed: int, keep: Keep) -> None:
    chance, (url, way) = random.Random(seed), way_in
    persons = SHORT_PEOPLE if seed < SHORT else LONG_PEOPLE
    async with living(url, tmp_path, persons, load=Load.NOTHING, hearing=hearing(way)) as bot:
        show_invitations(bot)
        await tapping(bot, chance, KILLS)
        await bot.until(lambda: not bot.phones[0].bot.updates, most_s=SLOWEST_S * persons)
        await bot.until_idle(most_s=SLOWEST_S * persons)
        assert await bot.end(signal.SIGTERM) == 0
        said = await bot.database.read(lambda c: c.execute(select(intentions.c.choice, intentions.c.changes)).all())
        assert Counter(map(tuple, said)) == {("late", 1): persons}
        states = await bot.database.read(lambda c: c.execute(select(received.c.state)).scalars().all())
        assert set(states) == {"done"} and len(states) >= 2 * persons
        assert answers(bot) == dict.fromkeys((phone.user.id for phone in bot.phones), 2)
        figures = passed(bot, await judge(bot))
        keep(f"killed while people tap, by {way}, {bot.database.url.get_backend_name()}", kills=KILLS, **figures)


def answers(bot: Living) -> dict[int, int]:
    """How many different answers each chat was given."""
    found = {(row["chat"], MARK.sub("", row["text"])) for row in bot.told()}
    return dict(Counter(chat for chat, _ in found))
