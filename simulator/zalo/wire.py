"""Zalo's Bot Platform over HTTP: tokens, the poll that brings one object, and the faults that were ordered."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.bell import Bell
from simulator.calls import Call
from simulator.errors import ApiError
from simulator.faults import AFTER, Fault
from simulator.model import Json, event_of
from simulator.params import read_params
from simulator.state import Simulator
from simulator.wire import Line, gone, json_answer, strange_page
from simulator.zalo.api import bad, invoke, record_refusal

_LONGEST_POLL = 50
_USUAL_POLL = 30
_TIMEOUT = (408, "Request timeout")
_REFUSALS = {
    "500": (500, "Internal Server Error"),
    "ok_false_200": (500, "Internal Server Error"),
    "403": (403, "Internal server error"),  # what the real one means by this number
    "429": (429, "Quota exceeded"),  # and no word about when to try again
    "chat_not_found": (400, "Bad request: chat not found"),
    "migrate": (400, "Bad request: chat not found"),
    "401": (401, "Unauthorized"),
    "408": _TIMEOUT,
    "409": (409, "Conflict"),
}


class ZaloApi:
    """The ASGI endpoint of /zalo/bot<TOKEN>/<method>."""

    def __init__(self, simulator: Simulator, bell: Bell) -> None:
        self.simulator = simulator
        self.bell = bell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            bot = self.simulator.bot_by_token(request.path_params["token"], "zalo")
            call = Call(self.simulator, bot, await read_params(request))
        except ApiError as error:
            return await self._refusal(error)(scope, receive, send)
        method = request.path_params["method"]
        fault = self.simulator.faults.take(method, call.params.chat_id(), "zalo")
        if fault and fault.kind not in AFTER:
            record_refusal(call, method, f"fault: {fault.kind}")
            response = self._refused_by(fault)
        else:
            response = await self._answer(call, method, receive)
        await Line(scope, receive, send, self.bell).deliver(response, fault)

    async def _answer(self, call: Call, method: str, receive: Receive) -> Response:
        try:
            result = await self._get_updates(call, receive) if method == "getUpdates" else await invoke(call, method)
        except ApiError as error:
            return self._refusal(error)
        return json_answer({"ok": True, "result": result})

    async def _get_updates(self, call: Call, receive: Receive) -> Json:
        """Return the next event, which is forgotten here and now. Raises ApiError 408 when none came."""
        if call.bot.webhook:
            raise bad("getUpdates cannot be used while a webhook is set")
        mine = self.simulator.zalo.begin_poll(call.bot)
        self.simulator.changed()
        try:
            return await self._next(call, mine, receive)
        finally:
            self.simulator.zalo.end_poll(call.bot, mine)
            self.simulator.changed()

    async def _next(self, call: Call, mine: int, receive: Receive) -> Json:
        bot, left = call.bot, asyncio.ensure_future(gone(receive))
        left.add_done_callback(lambda _: self.bell.ring())

        def over() -> bool:
            return left.done() or bot.webhook is not None or bot.poll != mine

        seconds = min(max(call.params.integer("timeout", _USUAL_POLL), 0), _LONGEST_POLL)
        await self.bell.until(lambda: over() or bool(bot.updates), seconds)
        ended = over()
        left.cancel()
        if ended or not bot.updates:
            raise ApiError(*_TIMEOUT)
        return event_of(bot.updates.popleft())

    def _refused_by(self, fault: Fault) -> Response:
        if fault.kind not in _REFUSALS:
            return strange_page()
        error = ApiError(*_REFUSALS[fault.kind])
        return json_answer(error.body()) if fault.kind == "ok_false_200" else self._refusal(error)

    def _refusal(self, error: ApiError) -> Response:
        body: dict[str, Any] = error.body()
        return json_answer(body, 200 if self.simulator.zalo.http_200 else error.code)
