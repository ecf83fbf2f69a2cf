"""The Bot API over HTTP: tokens, bodies, the long poll, and the faults that were ordered."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from simulator.bell import Bell
from simulator.botapi import invoke, pending, record_refusal, set_allowed_updates, subject_of
from simulator.calls import Call
from simulator.errors import ApiError
from simulator.faults import AFTER, Fault
from simulator.model import Bot
from simulator.params import read_params
from simulator.state import Simulator

ABORT = "simulator.abort"
CLOSE = "simulator.close"
_LONGEST_POLL = 50
_MOST_UPDATES = 100
_OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_WEBHOOK_SET = "Conflict: terminated by setWebhook request"
_HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


class BotApi:
    """The ASGI endpoint of /bot<TOKEN>/<method>."""

    def __init__(self, simulator: Simulator, bell: Bell) -> None:
        self.simulator = simulator
        self.bell = bell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            bot = self.simulator.bot_by_token(request.path_params["token"])
            call = Call(self.simulator, bot, await read_params(request))
        except ApiError as error:
            return await refusal(error)(scope, receive, send)
        method = request.path_params["method"].lower()
        fault = self.simulator.faults.take(method, subject_of(call, method)[0])
        if fault and fault.kind not in AFTER:
            record_refusal(call, method, f"fault: {fault.kind}")
            response = _refused_by(fault)
        else:
            response = await self._answer(call, method)
        await Line(scope, receive, send, self.bell).deliver(response, fault)

    async def _answer(self, call: Call, method: str) -> Response:
        try:
            result = await self._get_updates(call) if method == "getupdates" else invoke(call, method)
        except ApiError as error:
            return refusal(error)
        return json_answer({"ok": True, "result": result})

    async def _get_updates(self, call: Call) -> list[dict[str, Any]]:
        """Wait for updates as long as the bot asked; a second poll ends the first one with 409."""
        bot, params = call.bot, call.params
        if bot.webhook:
            raise ApiError(409, _WEBHOOK_ACTIVE)
        set_allowed_updates(call)
        limit = min(max(params.integer("limit", _MOST_UPDATES), 1), _MOST_UPDATES)
        found = pending(bot, params.integer("offset"), limit)
        bot.poll += 1
        self.simulator.changed()
        seconds = min(max(params.integer("timeout"), 0), _LONGEST_POLL)
        if not found and seconds:
            await self.bell.until(_poll_ended(bot, bot.poll), seconds)
            found = pending(bot, 0, limit)
        return found


def _poll_ended(bot: Bot, mine: int) -> Callable[[], bool]:
    """Return a test for the end of a long poll, which raises ApiError when another request takes over."""

    def ended() -> bool:
        if bot.webhook:
            raise ApiError(409, _WEBHOOK_SET)
        if bot.poll != mine:
            raise ApiError(409, _OTHER_POLL)
        return bool(bot.updates)

    return ended


def refusal(error: ApiError) -> Response:
    """Return a refused call as the real server answers it."""
    return json_answer(error.body(), error.code)


def json_answer(body: Any, status: int = 200) -> Response:
    """Return a body as JSON, written as tersely as the real servers write it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Response(text, status, media_type="application/json")


def _refused_by(fault: Fault) -> Response:
    if fault.kind in ("html200", "reset", "black_hole"):
        return strange_page()
    return refusal(fault.refusal()) if fault.kind != "ok_false_200" else json_answer(fault.refusal().body())


def strange_page() -> Response:
    """Return what somebody else on the way answers: well, but in HTML."""
    return Response(_HTML, 200, media_type="text/html")


def _half(response: Response) -> Response:
    """Return an answer whose JSON breaks off in the middle, complete as far as HTTP is concerned."""
    body = bytes(response.body)
    return Response(body[: len(body) // 2], response.status_code, media_type="application/json")


async def gone(receive: Receive) -> None:
    """Wait until the other side has closed the connection."""
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()


class Line:
    """The connection on which a call is answered, with the faults that happen to it after the call was taken."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, bell: Bell) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.bell = bell

    async def deliver(self, response: Response, fault: Fault | None) -> None:
        """Send the response, or do to it what the fault says."""
        kind = fault.kind if fault else ""
        if kind in ("reset", "reset_after"):
            return await self._cut()
        if kind in ("hang_after", "black_hole"):
            return await self._hang()
        if kind == "truncated":
            response = _half(response)
        if kind == "502_after":
            response = Response(_HTML, 502, media_type="text/html")
        if fault and kind == "slow":
            await self.bell.pause(fault.delay_ms / 1000)
        await response(self.scope, self.receive, self.send)
        if kind == "closed_after":
            self.scope[CLOSE]()

    async def _cut(self) -> None:
        """Close the connection so that the other side sees a reset instead of an answer."""
        self.scope[ABORT]()
        await gone(self.receive)

    async def _hang(self) -> None:
        """Say nothing until the other side gives up or the server stops."""
        leaving = asyncio.ensure_future(gone(self.receive))
        leaving.add_done_callback(lambda _: self.bell.ring())
        await self.bell.until(leaving.done, float("inf"))
        leaving.cancel()
        self.scope[ABORT]()
