"""How updates reach a bot: the long poll and its offset, and the webhook."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from sim_world import World


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


async def test_updates_come_again_until_the_offset_acknowledges_them(village: World) -> None:
    told = [await village.sim("message", user=7, text=text) for text in "abc"]
    numbers = ids(told)

    assert ids(await village.ok("getUpdates")) == numbers
    assert ids(await village.ok("getUpdates", limit=2)) == numbers[:2]
    assert ids(await village.ok("getUpdates", offset=numbers[1])) == numbers[1:]
    assert ids(await village.ok("getUpdates")) == numbers[1:]
    assert ids(await village.ok("getUpdates", offset=-1)) == numbers[2:]
    assert await village.ok("getUpdates", offset=numbers[2] + 1) == []
    assert await village.ok("getUpdates") == []


async def test_a_hundred_updates_at_most(village: World) -> None:
    for number in range(101):
        await village.sim("message", user=7, text=str(number))

    assert len(await village.ok("getUpdates", limit=1000)) == 100


async def test_the_older_of_two_polls_ends_and_the_newer_one_waits(village: World) -> None:
    polls = {asyncio.create_task(village.call("getUpdates", timeout=50)) for _ in range(2)}
    (ended,), waiting = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert ended.result()[0] == 409
    assert ended.result()[1]["description"].startswith("Conflict: terminated by other getUpdates request")

    message = await village.sim("message", user=7, text="chào")

    _, body = await waiting.pop()
    assert ids(body["result"]) == [message["update_id"]]


async def test_allowed_updates_are_remembered(village: World) -> None:
    await village.ok("sendMessage", chat_id=7, text="x")
    await village.ok("getUpdates", allowed_updates=["callback_query"])
    assert (await village.sim("message", user=7, text="chào"))["update_id"] is None

    await village.sim("callback", user=7, message_id=2, data="x")
    assert [sorted(update) for update in await village.ok("getUpdates")] == [["callback_query", "update_id"]]

    await village.ok("getUpdates", allowed_updates=[])
    assert (await village.sim("message", user=7, text="chào"))["update_id"]


async def test_a_command_is_marked_as_one(village: World) -> None:
    await village.sim("message", user=7, text="/start abc-123")

    [update] = await village.ok("getUpdates")

    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert update["message"]["from"]["id"] == update["message"]["chat"]["id"] == 7


async def test_blocking_and_coming_back_are_told(village: World) -> None:
    await village.sim("block", user=7, blocked=True)
    await village.sim("block", user=7, blocked=True)
    await village.sim("message", user=7, text="tôi đây")

    updates = await village.ok("getUpdates")

    changes = [update["my_chat_member"] for update in updates[:2]]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]
    assert updates[2]["message"]["text"] == "tôi đây"


async def test_a_webhook_and_polling_exclude_each_other(village: World) -> None:
    poll = asyncio.create_task(village.call("getUpdates", timeout=50))
    await village.until(lambda: village.simulator.bots[123].poll > 0)
    await village.ok("setWebhook", url="https://xa.vn/hook", allowed_updates=["message"], max_connections=3)

    assert (await poll)[1]["description"] == "Conflict: terminated by setWebhook request"
    assert (await village.call("getUpdates"))[0] == 409
    info = await village.ok("getWebhookInfo")
    assert (info["url"], info["allowed_updates"], info["max_connections"]) == ("https://xa.vn/hook", ["message"], 3)

    await village.sim("message", user=7, text="x")
    await village.ok("deleteWebhook", drop_pending_updates=True)
    assert (await village.ok("getWebhookInfo"))["url"] == ""
    assert await village.ok("getUpdates") == []


class Hook:
    """A bot's web server, which fails as many times as it is told."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.seen: list[tuple[int, str]] = []
        self.secrets: set[str] = set()
        self.complete = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        update = await request.json()
        self.seen.append((update["message"]["chat"]["id"], update["message"]["text"]))
        self.secrets.add(request.headers["X-Telegram-Bot-Api-Secret-Token"])
        if update["message"]["text"] == "hết":
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


async def test_a_webhook_gets_every_update_in_the_order_of_its_chat(village: World) -> None:
    hook = Hook(failures=1)
    async with served(hook) as url:
        for text in ("một", "hai", "hết"):
            await village.sim("message", user=7, text=text)
        await village.ok("setWebhook", url=url, secret_token="only-us")
        await hook.complete.wait()
        await village.until(lambda: not village.simulator.bots[123].updates)

    assert hook.seen == [(7, "một"), (7, "hai"), (7, "hết")]
    assert hook.secrets == {"only-us"}
    info = await village.ok("getWebhookInfo")
    assert info["pending_update_count"] == 0
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
