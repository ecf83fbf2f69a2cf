"""The operator hears in time that a bot's messages of the month come to an end: in the log, and from the doctor."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from commands import counted
from db import quota
from makebelieve import Phone
from tests.stories.test_quota import lasts_for
from tests.stories.village import Village

pytestmark = pytest.mark.parametrize("village", ["zalo"], indirect=True)

MONTH = timedelta(days=30)


async def warned(village: Village, phone: Phone) -> list[MutableMapping[str, Any]]:
    """The lines of the log about messages that come to an end, while somebody asks and is answered."""
    with capture_logs() as logged:
        assert await phone.says("0")
    return [line for line in logged if "messages of the month" in line["event"]]


async def doctor(village: Village) -> list[tuple[bool, str]]:
    return await counted.findings(village.app.db, village.now, village.app.rules)


async def test_at_four_fifths_it_is_told_once_and_again_in_another_month(village: Village) -> None:
    phone = await village.join(await village.add("Ma Văn Tình", "bác"))
    await lasts_for(village, 10)
    for _ in range(7):
        assert await warned(village, phone) == []
    [told] = await warned(village, phone)
    assert (told["log_level"], told["channel"], told["sent"], told["of"]) == ("warning", "zalo", 8, 10)
    assert await warned(village, phone) == []
    await village.forward(village.now + MONTH)
    for _ in range(7):
        assert await warned(village, phone) == []
    assert len(await warned(village, phone)) == 1


@pytest.mark.parametrize(
    ("sent", "well", "says"),
    [
        (1, True, "đã nhắn 1/10 tin của tháng 11."),
        (8, True, "đã nhắn 8/10 tin của tháng 11: sắp hết. Nên lập thêm một bot"),
        (10, False, "đã nhắn 10/10 tin của tháng 11: hết. Nay bot chỉ trả lời và báo đổi buổi họp."),
    ],
)
async def test_the_doctor_says_how_many_are_left(village: Village, sent: int, well: bool, says: str) -> None:
    await lasts_for(village, 10)
    assert await doctor(village) == []
    [bot_id] = village.app.channels
    await village.write(lambda c: quota.spend(c, bot_id, sent, village.now, village.app.rules))
    [(found, sentence)] = await doctor(village)
    assert found is well and says in sentence
