"""The same month on either engine: what a handler writes and a tick reads is the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from config import Settings
from tests.stories.village import ChannelName, at, settled


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
async def test_invited_answered_counted_and_reminded(engine_url: str, settings: Settings, channel: ChannelName) -> None:
    on_engine = settings.model_copy(update={"database": engine_url})
    async with settled(on_engine, channel) as village:
        lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
        tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
        await village.plan(at(3, 12, 19, 30))
        await village.forward(to=at(26, 11, 18, 31))
        assert "Đã ghi: bác Tình sẽ dự" in await tinh.picks("Tôi sẽ dự")
        assert "Đã báo trước: 1/2 người" in await lam.says("Xem ai dự, ai vắng")
        await village.forward(to=at(3, 12, 6, 31))
        assert "Tối nay họp chi bộ" in tinh.last
