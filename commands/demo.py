"""python bot.py demo: the real bot on make-believe phones, in an invented commune with its month under way."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

import logs
from commands.run import until_asked
from commands.speak import port_taken
from db.people import Person
from makebelieve import World, open_world
from makebelieve.commune import households, import_example, keep_the_third
from makebelieve.postgres import postgres
from makebelieve.world import follow

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
INVITED = datetime(2026, 11, 26, 18, 35, tzinfo=ZONE)
NOW = datetime(2026, 11, 30, 18, 40, tzinfo=ZONE)
# Some have answered by the time the page is opened; who is not named here still can.
ANSWERS = {
    "Hoàng Văn Lâm": ("Trả lời buổi họp", "Tôi sẽ dự"),
    "Nông Thị Hiền": ("Tôi sẽ dự",),
    "Hoàng Thị Duyên": ("Tôi sẽ dự",),
    "Lý Văn Sinh": ("toi co di nhe",),
    "Nông Văn Thắng": ("Tôi đến muộn",),
    "Chẩu Văn Đoàn": ("2", "Vì việc nhà"),
    "Ma Thị Lụa": ("Tôi sẽ dự",),
    "Hoàng Văn Quyết": ("Tôi chưa rõ",),
}
NOT_JOINED_YET = ("Bàn Văn Út",)
SHOWN_FIRST = ("Nguyễn Thị Hương", "Hoàng Văn Lâm", "Ma Văn Tình", "Lý Văn Sinh", "Quan Văn Tuyển")


@click.command()
@click.option("--port", default=8080, show_default=True, help="0 takes any free one.")
@click.option("--db", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
def command(port: int, db: str) -> None:
    """Serve the phones page on 127.0.0.1 until Ctrl-C."""
    logs.set_up(quiet=True)
    try:
        with postgres() if db == "postgres" else nullcontext() as server:
            asyncio.run(_demo(port, server.url if server else None))
    except OSError as error:
        if "in use" not in str(error):
            raise
        sys.exit(port_taken(port))


async def _demo(port: int, database: str | None) -> None:
    with tempfile.TemporaryDirectory(prefix="tro-ly-") as folder:
        async with open_world(Path(folder), START, port=port, database=database) as world:
            await month_under_way(world)
            await until_asked(_live(world))


async def month_under_way(world: World) -> None:
    """Everybody has joined, the invitations have gone out, and some have answered."""
    app = world.app
    commune = await app.db.write(lambda c: import_example(c, world.now))
    await app.db.write(lambda c: keep_the_third(c, commune, world.now, app.rules))
    homes = await app.db.read(lambda c: households(c, commune))
    await world.give_phones(sorted(homes, key=_place))
    for home in homes:
        if home[0].name not in NOT_JOINED_YET:
            await world.settle_in(home)
    for name in SHOWN_FIRST:
        await world.phones[name].says("0")
    await world.forward(INVITED)
    for name, words in ANSWERS.items():
        phone = world.phones[name]
        for answer in words:
            await (phone.picks(answer) if answer in phone.choices else phone.says(answer))
    await world.forward(NOW)
    await world.phones["Hoàng Văn Lâm"].says("Xem ai dự, ai vắng")


def _place(home: list[Person]) -> int:
    """An official, a secretary, two members and a secretary on Zalo stand first; the others follow as they come."""
    return min(SHOWN_FIRST.index(p.name) if p.name in SHOWN_FIRST else len(SHOWN_FIRST) for p in home)


async def _live(world: World) -> None:
    world.simulator.clock.let_flow()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.app.run(bound=world.papers.bound))
        tasks.create_task(follow(world.app, world.url))
        click.echo(f"ready {world.url}")
