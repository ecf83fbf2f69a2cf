"""What goes wrong on the wire when it was ordered, and what the far end's ledger says about it."""

import asyncio
from typing import Any

import aiohttp
import pytest
from sim_world import START, World

from simulator import Clock, Simulator, running
from simulator.faults import KINDS, Fault, Faults
from simulator.limits import Limits
from simulator.web import STATIC


async def order(world: World, kind: str, **more: Any) -> None:
    await world.sim("fault", method="sendMessage", kind=kind, **more)


async def ledger(world: World) -> list[bool]:
    return [row["accepted"] for row in await world.get("outbox")]


@pytest.mark.parametrize(
    ("kind", "status", "description", "parameters"),
    [
        ("500", 500, "Internal Server Error", {}),
        ("429", 429, "Too Many Requests: retry after 35", {"retry_after": 35}),
        ("403", 403, "Forbidden: bot was blocked by the user", {}),
        ("chat_not_found", 400, "Bad Request: chat not found", {}),
        ("migrate", 400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1000000000001}),
        ("401", 401, "Unauthorized", {}),
        ("409", 409, "Conflict: terminated by other getUpdates request", {}),
        ("ok_false_200", 200, "Internal Server Error", {}),
    ],
)
async def test_refused_once_then_well(
    village: World, kind: str, status: int, description: str, parameters: dict[str, int]
) -> None:
    await order(village, kind, retry_after=35)

    answered, body = await village.call("sendMessage", chat_id=7, text="x")
    await village.ok("sendMessage", chat_id=7, text="x")

    assert (answered, body["ok"], body.get("parameters", {})) == (status, False, parameters)
    assert body["description"].startswith(description)
    assert await ledger(village) == [False, True]


@pytest.mark.parametrize(
    ("kind", "status", "body", "accepted"),
    [
        ("html200", 200, "<html>", False),
        ("502_after", 502, "<html>", True),
        ("truncated", 200, '{"ok":true,"result":', True),
    ],
)
async def test_answers_that_are_no_json(village: World, kind: str, status: int, body: str, accepted: bool) -> None:
    await order(village, kind)

    async with village.http.post(f"{village.url}/bot123:ABC/sendMessage", json={"chat_id": 7, "text": "x"}) as answer:
        assert answer.status == status
        text = await answer.text()

    assert text.startswith(body)
    assert not text.endswith("}")
    assert await ledger(village) == [accepted]


@pytest.mark.parametrize(("kind", "accepted"), [("reset", False), ("reset_after", True)])
async def test_connections_that_are_reset(village: World, kind: str, accepted: bool) -> None:
    await order(village, kind)

    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await village.call("sendMessage", chat_id=7, text="x")

    assert await ledger(village) == [accepted]


@pytest.mark.parametrize(("kind", "accepted"), [("hang_after", True), ("black_hole", False)])
async def test_an_answer_that_never_comes(village: World, kind: str, accepted: bool) -> None:
    await order(village, kind)

    sending = asyncio.create_task(village.call("sendMessage", chat_id=7, text="x"))
    await village.until(lambda: village.simulator.ledger.last == 1)

    assert await ledger(village) == [accepted]
    assert not sending.done()
    sending.cancel()


async def test_an_answer_that_comes_late(village: World) -> None:
    await order(village, "slow", delay_ms=1)

    await village.ok("sendMessage", chat_id=7, text="x")

    assert await ledger(village) == [True]


async def test_faults_are_counted_and_meet_only_what_they_were_ordered_for(village: World) -> None:
    await village.sim("message", user=8, text="chào")
    await order(village, "500", times=2, user=7)

    sent = [(await village.call("sendMessage", chat_id=chat, text="x"))[0] for chat in (8, 7, 8, 7, 7)]

    assert sent == [200, 500, 200, 500, 200]


async def test_a_fault_of_every_method_leaves_polling_alone(village: World) -> None:
    await village.sim("fault", kind="500", times=1)
    await village.ok("getUpdates")
    assert (await village.call("sendChatAction", chat_id=7, action="typing"))[0] == 500

    await village.sim("fault", method="getUpdates", kind="429", retry_after=1)
    assert (await village.call("getUpdates"))[0] == 429


async def test_faults_can_be_seen_and_taken_back(village: World) -> None:
    await order(village, "500", times=3)
    assert [(fault["kind"], fault["times"]) for fault in await village.get("fault")] == [("500", 3)]

    async with village.http.delete(f"{village.url}/sim/fault") as answer:
        assert await answer.json() == []
    await village.ok("sendMessage", chat_id=7, text="x")


async def test_limits_hold_when_they_are_on(village: World) -> None:
    await village.sim("message", user=8, text="chào")
    await village.sim("limits", on=True)

    sent = [await village.call("sendMessage", chat_id=chat, text="x") for chat in (7, 7, 7, 7, 8)]

    assert [status for status, _ in sent] == [200, 200, 200, 429, 200]
    assert sent[3][1]["parameters"] == {"retry_after": 1}


@pytest.mark.parametrize(
    ("chats", "gap", "refused", "wait"),
    [
        (range(1, 31), 0.0, 0, 0),
        (range(1, 40), 0.0, 9, 1),
        (range(1, 100), 1 / 30, 0, 0),
        ([1] * 10, 0.0, 7, 1),
        ([1] * 10, 1.0, 0, 0),
        ([-5] * 25, 0.0, 5, 3),
        ([-5] * 25, 3.0, 0, 0),
    ],
)
def test_how_fast_is_too_fast(chats: list[int], gap: float, refused: int, wait: int) -> None:
    times = iter(float(number) * gap for number in range(len(chats)))
    limits = Limits(lambda: next(times), on=True)

    waits = [limits.wait(123, chat) for chat in chats]

    assert (sum(map(bool, waits)), max(waits)) == (refused, wait)


async def test_a_kept_connection_that_is_closed_without_a_word(village: World) -> None:
    await order(village, "closed_after")
    host, _, port = village.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    writer.write(f"POST /bot123:ABC/sendMessage?chat_id=7&text=x HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 200") and b'"ok":true' in answer
    assert b"connection: close" not in answer.lower()
    assert await ledger(village) == [True]
    writer.close()


async def test_a_server_that_takes_no_connections_for_a_while() -> None:
    simulator = Simulator(Clock(START, flowing=False))
    async with running(simulator) as url, aiohttp.ClientSession() as http, aiohttp.ClientSession() as control:
        world = World(simulator, url, http)
        await world.ok("getMe")
        async with control.post(f"{url}/sim/fault", json={"kind": "refused", "for_s": 0.2}) as answer:
            assert await answer.json() == {"waiting": 1}
        with pytest.raises(aiohttp.ClientError):
            await world.call("getMe")
        async with control.get(f"{url}/sim/fault") as answer:
            assert [fault["kind"] for fault in await answer.json()] == ["refused"]
        await world.until(lambda: not simulator.faults.refused_for)
        await opened(world)


async def opened(world: World) -> None:
    """The door opens a few turns of the loop after its time is over."""
    for _ in range(50):
        try:
            await world.ok("getMe")
        except aiohttp.ClientError:
            continue
        return
    raise AssertionError("the server takes no connections any more")


async def test_a_refusal_that_is_taken_back_opens_the_server() -> None:
    simulator = Simulator(Clock(START, flowing=False))
    async with running(simulator) as url, aiohttp.ClientSession() as http, aiohttp.ClientSession() as control:
        async with control.post(f"{url}/sim/fault", json={"kind": "refused", "for_s": 3600}) as answer:
            assert answer.ok
        async with control.delete(f"{url}/sim/fault") as answer:
            assert await answer.json() == []
        await opened(World(simulator, url, http))


def test_a_fault_that_lasts() -> None:
    now = 100.0
    faults = Faults(lambda: now)
    faults.order(Fault("*", "500", times=0, for_s=5))
    faults.order(Fault("*", "403", times=0, user=9))

    met = [faults.take("sendmessage", 7) for _ in range(30)]
    now += 5

    assert {fault.kind for fault in met if fault} == {"500"} and None not in met
    assert faults.take("sendmessage", 7) is None
    assert [fault and fault.kind for fault in (faults.take("sendmessage", chat) for chat in (9, 9, -5))] == [
        "403",
        "403",
        None,
    ]
    assert [fault.kind for fault in faults.now()] == ["403"]


@pytest.mark.parametrize("method", ["getUpdates", "answerCallbackQuery", "sendMessage", "editMessageText"])
@pytest.mark.parametrize("retry_after", [1, 35, 3600])
async def test_every_method_may_be_too_fast(village: World, method: str, retry_after: int) -> None:
    await village.sim("fault", method=method, kind="429", retry_after=retry_after)

    status, body = await village.call(method, chat_id=7, text="x", callback_query_id="1", message_id=1)

    assert (status, body["parameters"]) == (429, {"retry_after": retry_after})


async def test_one_group_alone_may_be_too_fast(village: World) -> None:
    await village.sim("group", chat=-5, title="Chi bộ")
    await order(village, "429", user=-5, times=0)

    sent = [(await village.call("sendMessage", chat_id=chat, text="x"))[0] for chat in (-5, 7, -5, 7)]

    assert sent == [429, 200, 429, 200]


async def test_a_fault_with_a_time_needs_no_count(village: World) -> None:
    await order(village, "500", for_s=60)

    assert [(await village.call("sendMessage", chat_id=7, text="x"))[0] for _ in range(5)] == [500] * 5


def test_who_was_too_fast_is_punished() -> None:
    now = 0.0
    limits = Limits(lambda: now, on=True, per_second=2, punish_s=3)

    assert [limits.wait(123, chat) for chat in (1, 2, 3, 4)] == [0, 0, 3, 3]
    now = 2.5
    assert limits.wait(123, 5) == 1
    now = 3.0
    assert limits.wait(123, 5) == 0


def test_the_page_has_a_word_for_every_fault() -> None:
    words = (STATIC / "panel.js").read_text(encoding="utf-8")

    assert [kind for kind in KINDS if f'["{kind}", ' not in words] == []
