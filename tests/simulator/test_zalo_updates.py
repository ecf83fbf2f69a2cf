"""How news reaches a Zalo bot: one object a poll and nothing kept, or a webhook; and what people can send."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from sim_world import World
from sim_zalo import BOT, Zalo

from simulator import ControlError, open_phone
from simulator.params import Upload

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


@pytest.fixture
async def zalo(world: World) -> Zalo:
    """A bot that has polled once, so that news is kept for it while the real clock of this world stands still."""
    world.simulator.put_bot(BOT, name="Bot Chi bộ", channel="zalo")
    world.simulator.put_user(70, name="Triệu Thị Mùi", channel="zalo")
    world.simulator.put_user(71, name="Hoàng Văn Lâm", channel="zalo")
    found = Zalo(world)
    assert (await found.refused("getUpdates", timeout=0))[0] == 408
    return found


async def polled(zalo: Zalo) -> list[str]:
    """Poll until nothing comes; return the words."""
    found = []
    while (answer := await zalo.call("getUpdates", timeout="0"))[0] == 200:
        found.append(answer[1]["result"]["message"]["text"])
    return found


async def test_one_object_a_poll_and_never_again(zalo: Zalo) -> None:
    for text in ("một", "hai"):
        assert await zalo.said(70, text)

    first = await zalo.ok("getUpdates")
    assert sorted(first) == ["event_name", "message"]
    assert first["event_name"] == "message.text.received"
    message = first["message"]
    assert message["from"] == {"id": "70", "display_name": "Triệu Thị Mùi", "is_bot": False}
    assert message["chat"] == {"id": "70", "chat_type": "PRIVATE"}
    assert (message["text"], message["date"]) == ("một", 1793667600000)
    assert isinstance(message["message_id"], str)
    assert await polled(zalo) == ["hai"]


async def test_a_waiting_poll_gets_what_comes(zalo: Zalo) -> None:
    poll = asyncio.create_task(zalo.ok("getUpdates", timeout="30"))
    await zalo.world.until(lambda: zalo.world.simulator.bots[900].poll == 2)

    await zalo.said(70, "chào")

    assert (await poll)["message"]["text"] == "chào"


async def test_what_comes_before_the_first_poll_is_lost(world: World) -> None:
    world.simulator.put_bot(BOT, channel="zalo")
    world.simulator.put_user(70, channel="zalo")
    zalo = Zalo(world)

    assert await zalo.said(70, "chào") is None
    assert (await world.get("bots"))[0]["hears"] is False
    assert await polled(zalo) == []


async def test_between_two_polls_a_moment_of_grace(zalo: Zalo) -> None:
    at = 0.0
    zalo.world.simulator.zalo.monotonic = lambda: at
    await zalo.refused("getUpdates", timeout=0)
    at = 10.0
    assert await zalo.said(70, "còn kịp")
    assert await polled(zalo) == ["còn kịp"]

    assert await zalo.said(70, "có người nghe")
    at = 20.5
    assert await zalo.said(70, "không ai nghe") is None
    at = 25.5
    assert await polled(zalo) == []


async def test_without_grace_only_what_comes_in_a_poll_is_kept(zalo: Zalo) -> None:
    at = 0.0
    zalo.world.simulator.zalo.monotonic = lambda: at
    await zalo.world.sim("limits", zalo_grace_s=0)
    poll = asyncio.create_task(zalo.ok("getUpdates", timeout=30))
    await zalo.world.until(lambda: zalo.world.simulator.bots[900].poll == 2)
    phone = open_phone(zalo.world.simulator, 70)
    phone.say("một")
    phone.say("hai")

    assert (await poll)["message"]["text"] == "một"
    at = 0.1
    assert await zalo.said(70, "ba") is None
    assert await polled(zalo) == ["hai"]


async def test_the_grace_is_a_setting(zalo: Zalo) -> None:
    at = 0.0
    zalo.world.simulator.zalo.monotonic = lambda: at
    await zalo.world.sim("limits", zalo_grace_s=60)
    await zalo.refused("getUpdates", timeout=0)
    at = 59.0

    assert await zalo.said(70, "chào")


async def test_a_poll_ends_when_another_begins(zalo: Zalo) -> None:
    older = asyncio.create_task(zalo.refused("getUpdates", timeout=50))
    await zalo.world.until(lambda: zalo.world.simulator.bots[900].poll == 2)
    newer = asyncio.create_task(zalo.ok("getUpdates", timeout=50))

    assert (await older)[0] == 408
    await zalo.said(70, "chào")
    assert (await newer)["message"]["text"] == "chào"


async def test_a_poll_that_was_given_up_takes_nothing_with_it(zalo: Zalo) -> None:
    bot = zalo.world.simulator.bots[900]
    poll = asyncio.create_task(zalo.ok("getUpdates", timeout=50))
    await zalo.world.until(lambda: bot.poll == 2)
    poll.cancel()
    await asyncio.wait([poll])
    await zalo.world.until(lambda: bot.heard_until < float("inf"))

    assert await zalo.said(70, "chào")
    assert await polled(zalo) == ["chào"]


async def test_an_answer_that_does_not_arrive_is_lost(zalo: Zalo) -> None:
    await zalo.said(70, "chào")
    await zalo.world.sim("fault", method="getUpdates", kind="502_after")
    async with zalo.world.http.post(f"{zalo.world.url}/zalo/bot{BOT}/getUpdates", json={}) as answer:
        assert answer.status == 502

    assert await polled(zalo) == []


@pytest.mark.parametrize(
    ("act", "event", "fields"),
    [
        ({"text": "chào"}, "text", {"text"}),
        ({"text": "https://xa.vn/tin"}, "unsupported", set()),
        ({"text": "xem https://xa.vn/tin"}, "text", {"text"}),
        ({"kind": "sticker"}, "sticker", {"sticker", "url"}),
        ({"kind": "voice"}, "voice", {"voice_url"}),
        ({"kind": "photo"}, "image", {"photo_url"}),
        ({"kind": "photo", "text": "Biên bản"}, "image", {"photo_url", "caption"}),
        ({"kind": "unsupported"}, "unsupported", set()),
        ({"kind": "unsupported", "text": "danh thiếp"}, "unsupported", set()),
        ({"document": {"name": "a.xlsx", "base64": "UEs="}}, "unsupported", set()),
    ],
)
async def test_what_people_send(zalo: Zalo, act: dict[str, Any], event: str, fields: set[str]) -> None:
    await zalo.world.sim("message", user=70, **act)

    found = await zalo.ok("getUpdates")

    assert found["event_name"] == f"message.{event}.received"
    assert set(found["message"]) - {"from", "chat", "message_id", "date"} == fields


async def test_a_picture_can_be_fetched_by_its_address(zalo: Zalo) -> None:
    open_phone(zalo.world.simulator, 70).send_photo(Upload("a.gif", "image/gif", DOT))

    address = (await zalo.ok("getUpdates"))["message"]["photo_url"]

    async with zalo.world.http.get(address) as answer:
        assert await answer.read() == DOT


async def test_what_a_zalo_phone_cannot_do(zalo: Zalo) -> None:
    phone = open_phone(zalo.world.simulator, 70)
    phone.say("chào")

    for act in (
        lambda: phone.tap(1, "go"),
        lambda: phone.share_contact("0912345678"),
        lambda: phone.say("x" * 2001),
        lambda: phone.say(" "),
        lambda: phone.send_photo(Upload("a.txt", "text/plain", b"x")),
    ):
        with pytest.raises(ControlError):
            act()


async def test_the_two_channels_are_kept_apart(zalo: Zalo) -> None:
    simulator = zalo.world.simulator
    simulator.put_bot("123:ABC")
    simulator.put_user(7, name="Triệu Thị Mùi")
    for act in (
        lambda: open_phone(simulator, 70, 123),
        lambda: open_phone(simulator, 7, 900),
        lambda: open_phone(simulator, 7).send_sticker(),
        lambda: open_phone(simulator, 7).send_voice(),
        lambda: open_phone(simulator, 7).send_unsupported(),
        lambda: simulator.put_user(8, channel="viber"),
        lambda: simulator.put_bot("5:abc", channel="viber"),
    ):
        with pytest.raises(ControlError):
            act()

    open_phone(simulator, 7).say("trên Telegram")
    open_phone(simulator, 70).say("trên Zalo")
    assert await polled(zalo) == ["trên Zalo"]
    assert [update["message"]["text"] for update in await zalo.world.ok("getUpdates")] == ["trên Telegram"]


async def test_a_phone_stays_with_the_bot_that_its_owner_joined(zalo: Zalo) -> None:
    simulator = zalo.world.simulator
    simulator.put_bot("901:zalo-secret", channel="zalo")
    open_phone(simulator, 71, 901).say("chào")

    assert open_phone(simulator, 70).bot.id == 900
    assert open_phone(simulator, 71).bot.id == 901
    assert open_phone(simulator, 72, 901).user.channel == "zalo"


class Hook:
    """A bot's web server; it answers as it is told and keeps what came."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[Any] = []
        self.secrets: list[str] = []
        self.probed = asyncio.Event()
        self.complete = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers["X-Bot-Api-Secret-Token"])
        if not await request.read():
            self.probed.set()
            return web.Response()
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        self.bodies.append(await request.json())
        if self.bodies[-1]["message"]["text"] == "hết":
            self.complete.set()
        return web.Response()


@asynccontextmanager
async def served(hook: Hook) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_webhook_is_probed_and_then_gets_flat_bodies_until_it_says_200(zalo: Zalo) -> None:
    hook = Hook(500, 204)
    async with served(hook) as url:
        assert (await zalo.ok("setWebhook", url=url, secret_token="only-us-8"))["url"] == url
        await hook.probed.wait()
        for text in ("một", "hết"):
            await zalo.said(70, text)
        await hook.complete.wait()
        await zalo.world.until(lambda: not zalo.world.simulator.bots[900].updates)

    assert [body["message"]["text"] for body in hook.bodies] == ["một", "hết"]
    assert all(sorted(body) == ["event_name", "message"] for body in hook.bodies)
    assert hook.secrets == ["only-us-8"] * 5


async def test_a_webhook_and_polling_exclude_each_other(zalo: Zalo) -> None:
    poll = asyncio.create_task(zalo.refused("getUpdates", timeout=50))
    await zalo.world.until(lambda: zalo.world.simulator.bots[900].poll == 2)
    await zalo.ok("setWebhook", url="https://127.0.0.1:1/hook", secret_token="only-us-8")

    assert (await poll)[0] == 408
    assert (await zalo.refused("getUpdates", timeout=0))[0] == 400
    assert (await zalo.ok("getWebhookInfo"))["url"] == "https://127.0.0.1:1/hook"
    await zalo.said(70, "chưa ai nhận")

    await zalo.ok("deleteWebhook")
    assert (await zalo.refused("getWebhookInfo"))[0] == 404
    assert await polled(zalo) == []
