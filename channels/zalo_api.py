"""A client of Zalo's Bot Platform: its methods over HTTP, its refusals sorted by what became of the call.

The platform says 403 for its own faults, 408 where nothing came, 429 without a time to come back, and may wear HTTP 200
with any of them (channels.md). No error repeats what was answered: that may quote people's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from channels import wire
from channels.base import SendError

BASE_URL = "https://bot-api.zaloplatforms.com/bot"
AGENT = "tro-ly-chi-bo"
SLACK_S = 10.0  # longer than the platform is asked to wait for news
ACTION_S = 5.0  # nobody misses a sign of typing
QUOTA_PAUSE_S = 60.0  # a quota comes back by the day or month, not by the second; a limit of haste within a minute

Answer = dict[str, Any]


class ZaloApi:
    """The ten methods. `base_url` goes up to and without the token. Every method raises SendError."""

    def __init__(self, token: str, base_url: str = BASE_URL, connections: int = 16) -> None:
        self._address, self._connections = f"{base_url}{token}", connections
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        if self._session is None:
            self._session = wire.session(self._connections, AGENT)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    # ---- who we are, what comes ----

    async def get_me(self) -> Answer:
        """`id`, `account_name`, `account_type`, `can_join_groups`, `display_name`."""
        return _object(await self._call("getMe"))

    async def get_updates(self, wait_s: int) -> Answer | None:
        """The next event, which the platform forgets at once; None where none came in time."""
        try:
            found = await self._call("getUpdates", wait_s + SLACK_S, timeout=str(wait_s))
        except NothingCameError:
            return None
        return _object(found) if found else None

    async def set_webhook(self, url: str, secret_token: str) -> Answer:
        return _object(await self._call("setWebhook", url=url, secret_token=secret_token))

    async def delete_webhook(self) -> None:
        await self._call("deleteWebhook")

    async def get_webhook_info(self) -> Answer | None:
        """`url` and `updated_at`; None where no webhook is set, which the platform says with a 404."""
        try:
            return _object(await self._call("getWebhookInfo"))
        except NotThereError:
            return None

    # ---- what goes out: the message's id, but for the action ----

    async def send_message(self, chat_id: str, text: str) -> str:
        return _message_id(await self._call("sendMessage", chat_id=chat_id, text=text))

    async def send_photo(self, chat_id: str, photo: str, caption: str = "") -> str:
        """`photo`: a public address, which the platform fetches itself."""
        return _message_id(await self._call("sendPhoto", chat_id=chat_id, photo=photo, caption=caption))

    async def send_sticker(self, chat_id: str, sticker: str) -> str:
        return _message_id(await self._call("sendSticker", chat_id=chat_id, sticker=sticker))

    async def send_voice(self, chat_id: str, voice_url: str) -> str:
        """`voice_url`: a public address that ends in .aac."""
        return _message_id(await self._call("sendVoice", chat_id=chat_id, voice_url=voice_url))

    async def send_chat_action(self, chat_id: str, action: str = "typing") -> None:
        await self._call("sendChatAction", ACTION_S, chat_id=chat_id, action=action)

    async def _call(self, method: str, read_s: float | None = None, **fields: str) -> Any:
        if self._session is None:
            raise RuntimeError("the client is not open")
        waits = aiohttp.ClientTimeout(
            connect=wire.POOL_S, sock_connect=wire.CONNECT_S, sock_read=wire.READ_S if read_s is None else read_s
        )
        try:
            answered = await wire.ask(self._session, "POST", f"{self._address}/{method}", wire.as_json(fields), waits)
        except wire.NothingLeftError:
            raise SendError("no connection", "not_sent") from None
        except wire.NoAnswerError:
            raise SendError("no answer", "unknown") from None
        except wire.LostError:
            raise SendError("connection lost", "unknown") from None
        return _result(*answered)


class NothingCameError(SendError):
    """A 408: the platform had nothing to say within the wait."""


class NotThereError(SendError):
    """A 404: what was asked for is not there."""


def _result(status: int, payload: bytes) -> Any:
    """What was answered; raises SendError for a refusal, and for what is not the platform's word."""
    found = wire.parsed(payload)
    if found and found.get("ok") is True and status < HTTPStatus.MULTIPLE_CHOICES:
        return found.get("result")
    if found and found.get("ok") is False:
        raise refusal(_code(found, status), str(found.get("description", "")))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        # A gateway on the way says so too: in any case the call went no further.
        raise refusal(status, "")
    if status == HTTPStatus.REQUEST_TIMEOUT:
        raise NothingCameError("request timeout", "unknown")
    # A page of somebody on the way must not be taken for the platform's word on a chat or a token.
    raise SendError("unreadable answer", "unknown")


def _code(found: Mapping[str, Any], status: int) -> int:
    """The number of a refusal, which the body knows better than HTTP; 500 where neither says one."""
    code = found.get("error_code")
    if type(code) is int:
        return code
    return status if status >= HTTPStatus.BAD_REQUEST else HTTPStatus.INTERNAL_SERVER_ERROR


# What the platform is known, or likely, to say (lower case, a part of it) of a chat that it does not let us write to:
# nobody has written down all of it, so anything else is a fault of that one message only.
_DEAD = (
    ("chat not found", "chat not found"),
    ("user not found", "user not found"),
    ("invalid chat_id", "chat not found"),
    ("does not receive", "blocked"),
    ("blocked", "blocked"),
    ("not interacted", "never wrote"),
    ("has not started", "never wrote"),
)


_REFUSALS: Mapping[int, Callable[[], SendError]] = {
    HTTPStatus.UNAUTHORIZED: lambda: SendError("unauthorized", "not_sent", stop=True),
    HTTPStatus.FORBIDDEN: lambda: SendError("internal error", "unknown"),
    HTTPStatus.REQUEST_TIMEOUT: lambda: NothingCameError("request timeout", "unknown"),
    HTTPStatus.CONFLICT: lambda: SendError("conflict", "not_sent", stop=True),
    HTTPStatus.TOO_MANY_REQUESTS: lambda: SendError("quota exceeded", "not_sent", retry_after=QUOTA_PAUSE_S),
}


def refusal(code: int, description: str) -> SendError:
    """A refusal by its number and, for one chat, its words."""
    if code in _REFUSALS:
        return _REFUSALS[code]()
    if not HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendError("internal error", "unknown")
    said = description.lower()
    gone = next((reason for words, reason in _DEAD if words in said), None)
    kind = NotThereError if code == HTTPStatus.NOT_FOUND else SendError
    return kind(gone or f"refused {code}", "final", dead=gone is not None)


def _object(found: Any) -> Answer:
    if not isinstance(found, dict):
        raise SendError("unreadable answer", "unknown")
    return found


def _message_id(found: Any) -> str:
    """A message without an id may have arrived all the same."""
    message_id = _object(found).get("message_id")
    if not isinstance(message_id, str | int) or not message_id:
        raise SendError("unreadable answer", "unknown")
    return str(message_id)
