"""The same month on either engine: what a handler writes and a tick reads is the same on SQLite and PostgreSQL."""

from __future__ import annotations

from app import build
from config import Settings
from simulator import Clock, Simulator, running
from tests.stories.village import TOKEN, Village, at


async def test_invited_answered_counted_and_reminded(engine_url: str, settings: Settings) -> None:
    simulator = Simulator(Clock(at(25), flowing=False))
    async with running(simulator) as url:
        simulator.put_bot(TOKEN)
        on_engine = settings.model_copy(update={"database": engine_url})
        app = build(on_engine, clock=simulator.clock.now, base_url=f"{url}/bot")
        await app.start()
        village = Village(app, simulator, buttons=True)
        await village.found()
        lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
        tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
        await village.plan(at(3, 12, 19, 30))
        await village.forward(to=at(26, 11, 18, 31))
        assert "Đã ghi: bác Tình sẽ dự" in await tinh.picks("Tôi sẽ dự")
        assert "Đã báo trước: 1/2 người" in await lam.says("Xem ai dự, ai vắng")
        await village.forward(to=at(3, 12, 6, 31))
        assert "Tối nay họp chi bộ" in tinh.last
        await app.close()
