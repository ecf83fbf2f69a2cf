"""The control API: people, files, what is refused; and that nobody from elsewhere gets in."""

import asyncio
import base64
import signal
import sys
from asyncio.subprocess import PIPE
from typing import Any

import aiohttp
import pytest
from sim_world import World

from simulator import Clock, Simulator, running
from simulator.server import listen

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAD0lEQVR4nGP4z8AARBAKABP+Av5SAnTkAAAAAElFTkSuQmCC"
)


def encoded(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


async def fetch(world: World, file_id: str) -> bytes:
    file = await world.ok("getFile", file_id=file_id)
    async with world.http.get(f"{world.url}/file/bot{world.token}/{file['file_path']}") as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_person_sends_a_sheet_and_the_bot_downloads_it(village: World) -> None:
    await village.sim("message", user=7, document=encoded("Danh sách.xlsx", b"PK\x03\x04"), text="đây")

    [update] = await village.ok("getUpdates")

    document = update["message"]["document"]
    assert (document["file_name"], update["message"]["caption"]) == ("Danh sách.xlsx", "đây")
    assert document["mime_type"].endswith("spreadsheetml.sheet")
    assert await fetch(village, document["file_id"]) == b"PK\x03\x04"


async def test_a_person_sends_a_photo_as_a_form(village: World) -> None:
    form = aiohttp.FormData({"user": "7"})
    form.add_field("photo", PNG, filename="ảnh.png", content_type="image/png")
    async with village.http.post(f"{village.url}/sim/message", data=form) as answer:
        assert answer.status == 200

    [update] = await village.ok("getUpdates")

    [photo] = update["message"]["photo"]
    assert (photo["width"], photo["height"]) == (2, 3)
    assert await fetch(village, photo["file_id"]) == PNG


async def test_the_bot_sends_files_and_the_phone_shows_them(village: World) -> None:
    photo = (await village.upload("sendPhoto", chat_id=7, photo=("qr.png", PNG), caption="Mã"))["result"]
    paper = (await village.upload("sendDocument", chat_id=7, document="attach://f", f=("Giấy.docx", b"PK")))["result"]
    again = await village.ok("sendPhoto", chat_id=7, photo=photo["photo"][0]["file_id"])
    media = '[{"type":"document","media":"attach://a"},{"type":"document","media":"attach://b","caption":"hai"}]'
    album = (await village.upload("sendMediaGroup", chat_id=7, media=media, a=("a", b"a"), b=("b", b"b")))["result"]

    rows = (await village.get("chat?user=7"))[-5:]

    assert [row["text"] for row in rows] == ["Mã", "", "", "", "hai"]
    assert again["photo"][0]["file_unique_id"] == photo["photo"][0]["file_unique_id"]
    assert len({message["media_group_id"] for message in album}) == 1
    async with village.http.get(f"{village.url}/sim/file", params={"id": paper["document"]["file_id"]}) as answer:
        assert await answer.read() == b"PK"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Gi%E1%BA%A5y.docx"


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"", "Bad Request: file must be non-empty"),
        (b"no picture", "Bad Request: IMAGE_PROCESS_FAILED"),
        (
            PNG[:16] + (1).to_bytes(4, "big") + (21).to_bytes(4, "big") + PNG[24:],
            "Bad Request: PHOTO_INVALID_DIMENSIONS",
        ),
    ],
)
async def test_photos_that_are_refused(village: World, content: bytes, description: str) -> None:
    body = await village.upload("sendPhoto", chat_id=7, photo=("x.png", content))

    assert (body["error_code"], body["description"]) == (400, description)


async def test_people_and_their_roles(village: World) -> None:
    await village.sim("user", user=7, role="Đảng viên")
    await village.sim("message", user=50, text="chào")

    users = {user["user"]: user for user in await village.get("users")}

    assert users[7] == {
        "user": 7,
        "name": "Ma Văn Tình",
        "role": "Đảng viên",
        "phone": "+84900000007",
        "channel": "telegram",
        "started": True,
    }
    assert (users[8]["started"], users[50]["started"]) == (False, True)


async def test_two_bots_keep_their_chats_apart(village: World) -> None:
    await village.sim("bot", token="456:DEF", username="other_bot")
    await village.sim("message", user=7, text="cho bot kia", bot="other_bot")

    assert [row["text"] for row in await village.get("chat?user=7&bot=456")] == ["cho bot kia"]
    assert [row["text"] for row in await village.get("chat?user=7")] == ["/start"]
    village.token = "456:DEF"
    assert len(await village.ok("getUpdates")) == 1


async def test_a_group_is_written_to(village: World) -> None:
    await village.sim("group", chat=-5, title="Chi bộ Khe Đào")

    sent = await village.ok("sendMessage", chat_id=-5, text="x")

    assert sent["chat"] == {"id": -5, "type": "supergroup", "title": "Chi bộ Khe Đào"}


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("message", {"user": 7}, 400, "A message has 1 to 4096 characters."),
        ("message", {"user": 7, "text": 5}, 400, "text must be text."),
        ("message", {"text": "x"}, 400, "user must be a whole number."),
        ("message", {"user": -1, "text": "x"}, 400, "A user is a whole number above zero."),
        ("message", {"user": 7, "text": "x", "bot": 999}, 404, "No such bot has called yet; POST /sim/bot makes one."),
        ("message", {"user": 7, "document": {"name": "a", "base64": "?"}}, 400, "document is not in base64."),
        (
            "message",
            {"user": 7, "photo": encoded("a.png", b"x")},
            400,
            "That is no picture: a photo is a PNG, JPEG or GIF.",
        ),
        ("callback", {"user": 7, "message_id": 50, "data": "x"}, 404, "There is no message 50 on this phone."),
        ("block", {"user": 7, "blocked": "no"}, 400, "blocked must be true or false."),
        ("limits", {"per_chat": 0}, 400, "per_chat must be a number above zero."),
        ("fault", {"kind": "500", "times": -1}, 400, "Counts and times of a fault are not negative."),
        (
            "fault",
            {"kind": "refused"},
            400,
            "A server that refuses connections opens by itself: say for_s, in seconds.",
        ),
        ("group", {"chat": 5}, 400, "A group's chat is a whole number below zero."),
    ],
)
async def test_control_calls_that_are_refused(
    village: World, path: str, body: dict[str, Any], status: int, sentence: str
) -> None:
    assert await village.try_sim(path, **body) == (status, {"error": sentence})


async def test_an_unknown_fault_is_answered_with_the_list(village: World) -> None:
    _, answer = await village.try_sim("fault", kind="x")
    assert "502_after" in answer["error"]


async def test_changes_are_streamed(village: World) -> None:
    async with village.http.get(f"{village.url}/sim/events") as stream:
        first = await stream.content.readline()
        await village.sim("message", user=8, text="chào")
        await stream.content.readline()
        second = await stream.content.readline()

    assert first.startswith(b'data: {"version": ')
    assert b'"chats": [8]' in second


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_only_this_machine_is_served(village: World, headers: dict[str, str]) -> None:
    async with village.http.get(f"{village.url}/sim/users", headers=headers) as answer:
        assert answer.status == 403


async def test_a_page_from_elsewhere_cannot_post_plain_text(village: World) -> None:
    headers = {"Content-Type": "text/plain"}
    async with village.http.post(f"{village.url}/sim/block", data='{"user": 7}', headers=headers) as answer:
        assert answer.status == 415


SERVE = """
from datetime import UTC, datetime
from simulator import Clock, Simulator, serve
serve(Simulator(Clock(datetime(2026, 11, 3, tzinfo=UTC), flowing=True)), 0, lambda url: print(url, flush=True))
print("stopped")
"""


async def test_ctrl_c_stops_the_server_while_a_bot_is_polling() -> None:
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, stdout=PIPE, stderr=PIPE)
    assert server.stdout
    url = (await server.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as http, http.get(f"{url}/sim/events") as events:
        await events.content.readline()
        poll = asyncio.create_task(http.get(f"{url}/bot123:ABC/getUpdates?timeout=50"))
        await events.content.readline()
        await events.content.readline()
        server.send_signal(signal.SIGINT)
        answer = await poll
        assert answer.status == 200
        answer.release()

    assert await server.communicate() == (b"stopped\n", b"")
    assert server.returncode == 0


async def test_a_port_in_use_is_said_so(world: World) -> None:
    port = int(world.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        listen(port)
    with pytest.raises(OSError, match="in use"):
        async with running(Simulator(Clock(world.simulator.clock.now(), flowing=False)), port):
            pass
