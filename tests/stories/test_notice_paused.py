"""A notice that the platform refuses time after time stops by itself, and its author decides."""

from __future__ import annotations

import pytest

from config import Delivery, Settings
from simulator.faults import Fault
from tests.stories.test_notices import send
from tests.stories.village import GONE, Phone, Village


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Two at a time, so that most are still waiting when the trouble is noticed."""
    delivery = Delivery(per_second=1000, in_flight=2)
    return Settings(database=database_url, secret="for tests only", delivery=delivery)


async def crowd(village: Village, people_: int, blocked: int) -> list[Phone]:
    """So many members with phones, of whom the first so many have blocked the bot."""
    phones = [await village.join(await village.add(f"Người Thứ {n}", "bác")) for n in range(people_)]
    for phone in phones[:blocked]:
        village.simulator.faults.waiting.append(Fault("sendMessage", GONE[village.channel], user=phone.handset.user.id))
    return phones


async def paused(village: Village, huong: Phone) -> list[Phone]:
    """A notice to forty, of whom the first twenty-five cannot be reached; those who can be."""
    phones = await crowd(village, 40, 25)
    await send(huong, 40)
    await village.forward(seconds=10)
    assert "Tạm dừng gửi: mới tới 0/40 người" in huong.last
    assert "Nhiều máy liền nhau không nhận, nên trợ lý dừng lại." in huong.last
    return phones[25:]


async def test_a_notice_that_nobody_takes_is_paused_and_goes_on_when_its_author_says_so(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    others = await paused(village, huong)
    before = sum(len(phone.heard) for phone in others)
    assert before < len(others)
    await village.forward(hours=2)
    assert sum(len(phone.heard) for phone in others) == before
    assert "máy không nhận" in await huong.picks("Xem ai chưa nhận")
    await huong.picks("Về thông báo")
    await huong.picks("Gửi tiếp")
    await village.forward(seconds=10)
    assert [len(phone.heard) for phone in others] == [1] * len(others)
    assert "• Đã gửi tới máy: 15/40 người" in huong.last


async def test_a_paused_notice_can_be_stopped_for_good(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    others = await paused(village, huong)
    before = sum(len(phone.heard) for phone in others)
    assert "Đã dừng gửi." in await huong.picks("Dừng hẳn")
    await village.forward(hours=2)
    assert sum(len(phone.heard) for phone in others) == before


async def test_where_nobody_is_left_to_hear_it_nothing_is_asked(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    await crowd(village, 20, 20)
    await send(huong, 20)
    await village.forward(minutes=10)
    assert not any("Đồng chí có gửi tiếp không?" in heard for heard in huong.heard)
    assert "• Không tới: 20" in huong.last
