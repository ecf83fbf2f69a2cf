"""Zalo's Bot Platform as a plain HTTP client meets it: methods, limits, quotas and refusals."""

import base64
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sim_world import World
from sim_zalo import BOT, Zalo

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


@pytest.fixture
async def zalo(world: World) -> Zalo:
    """Mùi (70) has written to the bot, Lâm (71) never has, Tình (7) is on Telegram."""
    world.simulator.put_bot(BOT, name="Bot Chi bộ", channel="zalo")
    await world.sim("user", user=70, name="Triệu Thị Mùi", channel="zalo")
    await world.sim("user", user=71, name="Hoàng Văn Lâm", channel="zalo")
    await world.sim("user", user=7, name="Ma Văn Tình")
    await world.sim("message", user=70, text="chào")
    return Zalo(world)


async def outbox(zalo: Zalo) -> list[tuple[str, int | None, str, bool]]:
    rows = await zalo.world.get("outbox")
    return [(row["method"], row["chat"], row["text"], row["accepted"]) for row in rows]


async def test_a_bot_learns_who_it_is(zalo: Zalo) -> None:
    me = await zalo.ok("getMe")

    assert (me["id"], me["display_name"], me["can_join_groups"]) == ("900", "Bot Chi bộ", False)
    assert sorted(me) == ["account_name", "account_type", "can_join_groups", "display_name", "id"]


async def test_what_was_sent_is_on_the_phone_and_in_the_ledger(zalo: Zalo) -> None:
    sent = [await zalo.ok("sendMessage", chat_id=chat, text="Có họp") for chat in ("70", 70)]

    rows = await zalo.world.get("outbox")
    assert [row["message_id"] for row in rows] == [message["message_id"] for message in sent]
    assert len({message["message_id"] for message in sent}) == 2
    assert all(isinstance(message["message_id"], str) for message in sent)
    assert {message["date"] for message in sent} == {1793667600000}
    assert [(row["bot"], row["chat"], row["file"]) for row in rows] == [(900, 70, None)] * 2
    shown = await zalo.world.get("chat?user=70")
    assert [(row["direction"], row["text"]) for row in shown] == [("in", "chào"), ("out", "Có họp"), ("out", "Có họp")]


async def test_a_form_is_a_body_too(zalo: Zalo) -> None:
    form = {"chat_id": "70", "text": "Có họp"}
    async with zalo.world.http.post(f"{zalo.world.url}/zalo/bot{BOT}/sendMessage", data=form) as answer:
        assert (await answer.json())["ok"] is True

    assert await outbox(zalo) == [("sendMessage", 70, "Có họp", True)]


@pytest.mark.parametrize(
    ("method", "fields", "code", "words"),
    [
        ("sendMessage", {"chat_id": "70", "text": ""}, 400, "text is empty"),
        ("sendMessage", {"chat_id": "70", "text": " \n"}, 400, "text is empty"),
        ("sendMessage", {"chat_id": "70", "text": "x" * 2001}, 400, "longer than 2000"),
        ("sendMessage", {"chat_id": "70", "text": "😀" * 1001}, 400, "longer than 2000"),
        ("sendMessage", {"chat_id": "71", "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": "7", "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": "nobody", "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"text": "x"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": "70", "text": "<b>x", "parse_mode": "html"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": "70", "text": "*x*", "parse_mode": "markdown"}, 400, "does not play"),
        ("sendmessage", {"chat_id": "70", "text": "x"}, 404, "Not Found"),
        ("editMessageText", {"chat_id": "70", "message_id": "1", "text": "x"}, 404, "Not Found"),
        ("deleteMessage", {"chat_id": "70", "message_id": "1"}, 404, "Not Found"),
        ("sendDocument", {"chat_id": "70", "document": "https://xa.vn/a.pdf"}, 404, "Not Found"),
        ("sendPhoto", {"chat_id": "70", "photo": "a-file-id"}, 400, "public URL"),
        (
            "sendPhoto",
            {"chat_id": "70", "photo": "https://xa.vn/a.png", "caption": "x" * 2001},
            400,
            "longer than 2000",
        ),
        ("sendVoice", {"chat_id": "70", "voice_url": "https://xa.vn/a.mp3"}, 400, ".aac"),
        ("sendSticker", {"chat_id": "70"}, 400, "sticker is empty"),
        ("sendChatAction", {"chat_id": "70", "action": "dancing"}, 400, "action is unknown"),
        ("sendChatAction", {"chat_id": "71", "action": "typing"}, 400, "chat not found"),
        ("setWebhook", {"url": "http://xa.vn/hook", "secret_token": "12345678"}, 400, "HTTPS"),
        ("setWebhook", {"url": "https://xa.vn/hook", "secret_token": "1234567"}, 400, "8 to 256"),
        ("getWebhookInfo", {}, 404, "Not Found"),
    ],
)
async def test_refused(zalo: Zalo, method: str, fields: dict[str, Any], code: int, words: str) -> None:
    status, description = await zalo.refused(method, **fields)

    assert status == code
    assert words in description


@pytest.mark.parametrize(
    ("method", "fields", "text"),
    [
        ("sendMessage", {"text": "x" * 2000}, "x" * 2000),
        ("sendMessage", {"text": "<b>Có</b> họp", "parse_mode": "HTML"}, "Có họp"),
        ("sendPhoto", {"photo": "https://xa.vn/a.png", "caption": "Mã QR"}, "Mã QR"),
        ("sendSticker", {"sticker": "8b2a"}, ""),
        ("sendVoice", {"voice_url": "https://xa.vn/a.aac"}, ""),
    ],
)
async def test_accepted(zalo: Zalo, method: str, fields: dict[str, Any], text: str) -> None:
    await zalo.ok(method, chat_id="70", **fields)

    assert await outbox(zalo) == [(method, 70, text, True)]


@pytest.mark.parametrize(("token", "code"), [("nothing", 401), ("900:another", 401), ("123:ABC", 401)])
async def test_a_wrong_token(zalo: Zalo, token: str, code: int) -> None:
    zalo.world.simulator.put_bot("123:ABC")

    assert await Zalo(zalo.world, token).refused("getMe") == (code, "Unauthorized")


async def test_the_two_servers_do_not_know_each_others_bots(zalo: Zalo) -> None:
    async with zalo.world.http.post(f"{zalo.world.url}/bot{BOT}/getMe") as answer:
        assert answer.status == 401


async def test_refusals_may_come_with_http_200(zalo: Zalo) -> None:
    await zalo.world.sim("limits", zalo_http_200=True)

    status, body = await zalo.call("sendMessage", chat_id="71", text="x")

    assert (status, body["ok"], body["error_code"]) == (200, False, 400)


async def test_a_picture_of_this_machine_is_fetched(zalo: Zalo) -> None:
    async def show(request: web.Request) -> web.Response:
        return web.Response(body=DOT) if request.path == "/a.gif" else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{name}", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await zalo.ok("sendPhoto", chat_id="70", photo=f"{here}/a.gif")
    gone = await zalo.refused("sendPhoto", chat_id="70", photo=f"{here}/b.gif")
    await runner.cleanup()

    assert gone == (400, "Bad request: photo could not be downloaded")
    assert (await zalo.world.get("chat?user=70"))[-1]["photo"][0]["width"] == 1


async def test_a_month_has_so_many_messages(zalo: Zalo) -> None:
    await zalo.world.sim("limits", zalo_per_month=2)
    for text in "ab":
        await zalo.ok("sendMessage", chat_id="70", text=text)

    assert await zalo.refused("sendMessage", chat_id="70", text="c") == (429, "Quota exceeded")
    await zalo.ok("sendChatAction", chat_id="70", action="typing")
    await zalo.world.sim("clock", now="2026-11-30T16:59:59+00:00")
    assert (await zalo.refused("sendMessage", chat_id="70", text="c"))[0] == 429

    await zalo.world.sim("clock", now="2026-11-30T17:00:00+00:00")
    await zalo.ok("sendMessage", chat_id="70", text="c")
    assert (await zalo.world.get("bots"))[0]["sent"] == 1


async def test_a_bot_has_so_many_people(zalo: Zalo) -> None:
    await zalo.world.sim("limits", zalo_people=1)
    await zalo.said(71, "chào")
    other = Zalo(zalo.world, "901:zalo-secret")
    await other.ok("getMe")
    await zalo.world.sim("message", user=71, text="chào", bot=901)

    await zalo.ok("sendMessage", chat_id="70", text="x")
    assert (await zalo.refused("sendMessage", chat_id="71", text="x"))[0] == 429
    await other.ok("sendMessage", chat_id="71", text="x")

    assert [(row["bot"], row["accepted"]) for row in await zalo.world.get("outbox")] == [
        (900, True),
        (900, False),
        (901, True),
    ]
    assert [(bot["id"], bot["people"]) for bot in await zalo.world.get("bots")] == [(900, [70, 71]), (901, [71])]


async def test_the_speed_is_limited_too(zalo: Zalo) -> None:
    await zalo.world.sim("limits", on=True)

    sent = [(await zalo.call("sendMessage", chat_id="70", text="x"))[1] for _ in range(4)]

    assert [body["ok"] for body in sent] == [True, True, True, False]
    assert "parameters" not in sent[-1]


async def test_who_blocks_gets_nothing_until_writing_again(zalo: Zalo) -> None:
    await zalo.world.sim("block", user=70, blocked=True)
    assert (await zalo.refused("sendMessage", chat_id="70", text="x"))[0] == 400

    await zalo.said(70, "tôi đây")
    await zalo.ok("sendMessage", chat_id="70", text="x")


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("500", 500, {"error_code": 500}),
        ("403", 403, {"error_code": 403, "description": "Internal server error"}),
        ("429", 429, {"error_code": 429, "description": "Quota exceeded"}),
        ("408", 408, {"error_code": 408}),
        ("401", 401, {"error_code": 401}),
        ("409", 409, {"error_code": 409}),
        ("chat_not_found", 400, {"error_code": 400}),
        ("migrate", 400, {"error_code": 400}),
        ("ok_false_200", 200, {"error_code": 500}),
    ],
)
async def test_ordered_faults(zalo: Zalo, kind: str, status: int, body: dict[str, Any]) -> None:
    await zalo.world.sim("fault", method="sendMessage", kind=kind)

    answered, found = await zalo.call("sendMessage", chat_id="70", text="x")

    assert answered == status
    assert {**found, "ok": False, "description": body.get("description", found["description"]), **body} == found
    assert await outbox(zalo) == [("sendMessage", 70, "x", False)]


@pytest.mark.parametrize(("kind", "accepted"), [("reset", False), ("reset_after", True)])
async def test_a_fault_of_one_channel_leaves_the_other_alone(zalo: Zalo, kind: str, accepted: bool) -> None:
    await zalo.world.sim("bot", token=zalo.world.token)
    await zalo.world.sim("message", user=7, text="/start")
    await zalo.world.sim("fault", kind=kind, channel="zalo")

    await zalo.world.ok("sendMessage", chat_id=7, text="x")
    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await zalo.call("sendMessage", chat_id="70", text="x")

    assert [row["accepted"] for row in await zalo.world.get("outbox")] == [True, accepted]


@pytest.mark.parametrize(
    ("kind", "start"), [("html200", "<html>"), ("truncated", '{"ok":true'), ("502_after", "<html>")]
)
async def test_answers_that_are_no_json(zalo: Zalo, kind: str, start: str) -> None:
    await zalo.world.sim("fault", method="sendMessage", kind=kind)
    body = {"chat_id": "70", "text": "x"}

    async with zalo.world.http.post(f"{zalo.world.url}/zalo/bot{BOT}/sendMessage", json=body) as answer:
        text = await answer.text()

    assert text.startswith(start)
    assert not text.endswith("}")
