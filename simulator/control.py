"""The control API under /sim: what scripts, tests and the phones page do to the make-believe Telegram."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.bell import Bell
from simulator.body import Body, read_body
from simulator.errors import ControlError
from simulator.faults import Fault
from simulator.ledger import chat_row
from simulator.limits import RATES
from simulator.model import Bot, Conversation, Json
from simulator.params import Upload
from simulator.people import Phone
from simulator.phones import open_phone
from simulator.state import Simulator
from simulator.zalo.rules import month

WAIT_S = 60
LONG_POLL_S = 20
EVENT_PAUSE_S = 0.05
_PING_S = 15.0
_DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
_PICTURES = ("image/png", "image/jpeg", "image/gif")

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """The endpoints; errors are 4xx {"error": sentence}."""

    def __init__(self, simulator: Simulator, bell: Bell) -> None:
        self.simulator = simulator
        self.bell = bell

    def routes(self) -> list[Route]:
        """Return every route of the control API."""
        posts: dict[str, Callable[[Body], Json]] = {
            "message": self._message,
            "callback": self._callback,
            "contact": self._contact,
            "block": self._block,
            "user": self._user,
            "group": self._group,
            "bot": self._bot,
            "fault": self._fault,
            "limits": self._limits,
        }
        gets: dict[str, Callable[[Request], Any]] = {
            "outbox": self._outbox,
            "chat": self._chat,
            "phone": self._phone,
            "users": self._users,
            "bots": self._bots,
            "fault": self._faults,
            "limits": self._limits_now,
        }
        return [
            Route("/sim/clock", self._clock, methods=["GET"]),
            Route("/sim/clock", self._move_clock, methods=["POST"]),
            Route("/sim/events", self._events, methods=["GET"]),
            Route("/sim/file", self._file, methods=["GET"]),
            Route("/sim/fault", _answering(self._clear_faults), methods=["DELETE"]),
            *[Route(f"/sim/{name}", _reading(act), methods=["POST"]) for name, act in posts.items()],
            *[Route(f"/sim/{name}", _answering(look), methods=["GET"]) for name, look in gets.items()],
        ]

    # What people do

    def _phone_of(self, body: Body) -> Phone:
        return open_phone(self.simulator, body.number("user"), body.bot())

    def _message(self, body: Body) -> Json:
        phone, text = self._phone_of(body), body.text("text")
        document, photo = body.upload("document"), body.upload("photo")
        if kind := body.text("kind"):
            return _special(phone, kind, photo, text)
        if document:
            return phone.send_document(document, text)
        return phone.send_photo(photo, text) if photo else phone.say(text)

    def _callback(self, body: Body) -> Json:
        return self._phone_of(body).tap(body.number("message_id"), body.text("data"))

    def _contact(self, body: Body) -> Json:
        return self._phone_of(body).share_contact(body.text("phone"), body.maybe_number("owner"))

    def _block(self, body: Body) -> Json:
        return self._phone_of(body).block(body.flag("blocked", True))

    # What the stage is set with

    def _user(self, body: Body) -> Json:
        names = [name for name in ("name", "role", "phone", "channel") if name in body.fields]
        user_id = body.number("user")
        if user_id < 1:
            raise ControlError("A user is a whole number above zero.")
        user = self.simulator.put_user(user_id, **{name: body.text(name) for name in names})
        return {"user": user.id, "name": user.name, "role": user.role, "phone": user.phone, "channel": user.channel}

    def _group(self, body: Body) -> Json:
        chat_id = body.number("chat")
        if chat_id >= 0:
            raise ControlError("A group's chat is a whole number below zero.")
        self.simulator.put_group(chat_id, body.text("title", "Nhóm"))
        return {"chat": chat_id}

    def _bot(self, body: Body) -> Json:
        bot = self.simulator.put_bot(body.text("token"), body.text("username"), body.text("name"), body.text("channel"))
        bot.revoked = body.flag("revoked", False)
        return {name: getattr(bot, name) for name in ("id", "username", "name", "channel", "revoked")}

    def _fault(self, body: Body) -> Json:
        fault = Fault(
            method=body.text("method", "*") or "*",
            kind=body.text("kind"),
            times=body.number("times", 0 if "for_s" in body.fields else 1),
            retry_after=body.number("retry_after", 1),
            user=body.maybe_number("user"),
            channel=body.text("channel") or None,
            delay_ms=body.number("delay_ms", 1000),
            for_s=body.amount("for_s", 0) if "for_s" in body.fields else None,
        )
        self.simulator.faults.order(fault)
        self.simulator.changed()
        return {"waiting": len(self.simulator.faults.waiting)}

    def _limits(self, body: Body) -> Json:
        limits = self.simulator.limits
        rates = {name: body.amount(name, 0) for name in RATES if name in body.fields}
        limits.on = body.flag("on", limits.on)
        for name, rate in rates.items():
            setattr(limits, name, rate)
        self._zalo_rules(body)
        limits.reset()
        self.simulator.changed()
        return self._limits_now(None)

    def _zalo_rules(self, body: Body) -> None:
        rules = self.simulator.zalo
        rules.per_month = body.number("zalo_per_month", rules.per_month)
        rules.people = body.number("zalo_people", rules.people)
        rules.grace_s = body.number("zalo_grace_s", int(rules.grace_s))
        rules.http_200 = body.flag("zalo_http_200", rules.http_200)

    # What there is to see

    def _outbox(self, request: Request) -> list[Json]:
        return self.simulator.ledger.after(_query_number(request, "after", 0))

    def _conversation(self, request: Request) -> Conversation:
        wanted, chat_id = request.query_params.get("bot") or None, _query_number(request, "user")
        user = self.simulator.users.get(chat_id)
        bot = self.simulator.bot_of(user, wanted) if user else self.simulator.bot_for(wanted)
        found = self.simulator.conversations.get((bot.id, chat_id))
        if found is None and user is None:
            raise ControlError(f"Nobody here has the number {chat_id}.", 404)
        return found or self.simulator.conversation(bot, self.simulator.users[chat_id])

    def _chat(self, request: Request) -> list[Json]:
        return [chat_row(message) for message in self._conversation(request).messages.values()]

    def _phone(self, request: Request) -> Json:
        chat = self._conversation(request)
        bot = self.simulator.bots[chat.bot_id]
        return {
            "user": chat.id,
            "bot": bot.name,
            "bot_id": bot.id,
            "bots": [{"id": other.id, "name": other.name} for other in self.simulator.bots_on(bot.channel)],
            "channel": bot.channel,
            "version": chat.version,
            "started": chat.started,
            "blocked": chat.blocked,
            "typing_s": max(0.0, chat.typing_until - self.simulator.monotonic()),
            "keyboard": chat.keyboard,
            "popups": list(chat.popups),
            "messages": self._chat(request),
        }

    def _users(self, _: Request) -> list[Json]:
        started = {chat.id for chat in self.simulator.conversations.values() if chat.started}
        return [
            {
                "user": user.id,
                "name": user.name,
                "role": user.role,
                "phone": user.phone,
                "channel": user.channel,
                "started": user.id in started,
            }
            for user in self.simulator.users.values()
        ]

    def _bots(self, _: Request) -> list[Json]:
        return [self._bot_row(bot) for bot in self.simulator.bots.values()]

    def _bot_row(self, bot: Bot) -> Json:
        row = {name: getattr(bot, name) for name in ("id", "username", "name", "channel")}
        if bot.channel == "telegram":
            return row
        this_month = bot.sent[month(self.simulator.clock.now())]
        return {**row, "hears": self.simulator.zalo.hears(bot), "people": list(bot.people), "sent": this_month}

    def _faults(self, _: Request) -> list[Json]:
        return [vars(fault) for fault in self.simulator.faults.now()]

    def _clear_faults(self, request: Request) -> list[Json]:
        self.simulator.faults.waiting.clear()
        self.simulator.changed()
        return self._faults(request)

    def _limits_now(self, _: Request | None) -> Json:
        limits = self.simulator.limits
        rules = self.simulator.zalo
        zalo = {f"zalo_{name}": getattr(rules, name) for name in ("per_month", "people", "grace_s", "http_200")}
        return {**{name: getattr(limits, name) for name in ("on", *RATES)}, **zalo}

    async def _file(self, request: Request) -> Response:
        """Send a file to the page: pictures to be shown, everything else to be saved, never run."""
        file = self.simulator.files.get(request.query_params.get("id", ""))
        if file is None:
            raise ControlError("There is no such file.", 404)
        headers = {"X-Content-Type-Options": "nosniff"}
        if file.content_type in _PICTURES and file.path.startswith("photos/"):
            return Response(file.data, media_type=file.content_type, headers=headers)
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(file.data, media_type="application/octet-stream", headers=headers)

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self) -> AsyncIterator[str]:
        """Yield {"version", "chats", "people"} after changes: the chats that are different since the event before."""
        seen = 0
        while not self.bell.closed:
            version = self.simulator.version
            chats = [chat.id for chat in self.simulator.conversations.values() if chat.version > seen]
            event = {"version": version, "chats": chats, "people": self.simulator.people}
            yield f"data: {json.dumps(event)}\n\n"
            seen = version
            await asyncio.sleep(EVENT_PAUSE_S)
            if not await self.bell.until(partial(self._changed_since, version), _PING_S):
                yield ": still here\n\n"

    def _changed_since(self, version: int) -> bool:
        return self.simulator.version != version

    # Time

    async def _clock(self, request: Request) -> Response:
        clock = self.simulator.clock
        if "moves" in request.query_params:
            known = _query_number(request, "moves")
            seconds = min(_query_number(request, "wait_s", LONG_POLL_S), WAIT_S)
            await self.bell.until(lambda: clock.moves != known, seconds)
        return JSONResponse(self.simulator.clock.state())

    async def _move_clock(self, request: Request) -> Response:
        body = await read_body(request)
        self._move(body)
        self.simulator.changed()
        clock = self.simulator.clock
        if body.flag("wait", False) and not await self.bell.until(lambda: clock.settled, body.amount("wait_s", WAIT_S)):
            raise ControlError("The follower has not reached that time yet; perhaps it is gone.", 504)
        return JSONResponse(self.simulator.clock.state())

    def _move(self, body: Body) -> None:
        clock = self.simulator.clock
        if "follow" in body.fields:
            clock.follow(body.flag("follow"))
        elif "reached" in body.fields:
            clock.reached(body.moment("reached"))
        elif "now" in body.fields:
            clock.move_to(body.moment("now"))
        elif "forward_s" in body.fields:
            clock.forward(timedelta(seconds=body.amount("forward_s", 0)))
        elif "downtime_s" in body.fields:
            clock.skip(timedelta(seconds=body.amount("downtime_s", 0)))
        else:
            raise ControlError("Say one of now, forward_s, downtime_s, follow or reached.")


def _special(phone: Phone, kind: str, photo: Upload | None, text: str) -> Json:
    """Send what is no plain message: sticker, voice, unsupported, or a photo (any one, when none is given)."""
    match kind:
        case "sticker":
            return phone.send_sticker()
        case "voice":
            return phone.send_voice()
        case "unsupported":
            return phone.send_unsupported(text)
        case "photo":
            return phone.send_photo(photo or Upload("photo.gif", "image/gif", _DOT), text)
    raise ControlError("A kind is one of sticker, voice, unsupported, photo.")


def _reading(act: Callable[[Body], Json]) -> Handler:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(act(await read_body(request)))

    return endpoint


def _answering(look: Callable[[Request], Any]) -> Handler:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(look(request))

    return endpoint


def _query_number(request: Request, name: str, default: int | None = None) -> int:
    return Body(dict(request.query_params)).number(name, default)
