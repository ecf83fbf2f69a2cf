"""What the demo and the tour show: one commune whose people are on Telegram and on Zalo."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bot import main
from commands import demo
from makebelieve import open_world


def test_the_tour_tells_what_phones_of_both_channels_saw() -> None:
    told = CliRunner().invoke(main, ["tour", "--json"])
    assert told.exit_code == 0, told.output
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    fields = {"at", "phone", "role", "channel", "direction", "text", "choices"}
    assert all(set(line) == fields for line in lines)
    ways = {(line["channel"], line["direction"]) for line in lines}
    assert ways == {(channel, way) for channel in ("telegram", "zalo") for way in ("in", "out")}
    invited = {line["channel"]: line["choices"] for line in lines if "họp tháng 12" in line["text"] and line["choices"]}
    assert invited["zalo"] == invited["telegram"] == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]


async def test_the_demo_counts_the_answers_of_both_channels(tmp_path: Path) -> None:
    async with open_world(tmp_path, demo.START) as world:
        await demo.month_under_way(world)
        lam, tuyen = world.phones["Hoàng Văn Lâm"], world.phones["Quan Văn Tuyển"]
        names = await lam.picks("Xem tên từng người")
        assert "• Lý Văn Sinh: sẽ dự" in names  # by words, on Zalo
        assert "• Nông Văn Thắng: đến muộn" in names  # by a tap, on Telegram
        assert "Chi bộ thôn Nà Lừa" in await tuyen.says("0")
        hien, second = world.phones["Nông Thị Hiền"], world.second["Nông Thị Hiền"]
        assert any("Hôm nay có 2 tin cho chị Hiền" in words for words in hien.heard)
        assert second.heard == []
        assert "Chi bộ thôn Khe Đào" in await second.says("0")
