"""The wire under python-telegram-bot: its `BaseRequest` over aiohttp, which does not slow down with concurrency.

Errors keep their cause apart from the library's classes: `NotSentError` where nothing of the request was written,
anything else may have arrived. No message of an error holds an address, because addresses hold the token, and none
holds what was answered, because answers hold people's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from channels import wire
from channels.wire import CONNECT_S, POOL_S, READ_S

if TYPE_CHECKING:
    from telegram._utils.types import JSONDict, ODVInput

UPLOAD_S = 60.0
PAUSE_S = 3  # where a refusal for haste does not say how long to wait

_FINE = b'{"ok":true'
_UNREADABLE = "unreadable answer"


class NotSentError(NetworkError):
    """The request never left this machine: no connection was there, or it was gone before anything was written."""


class Transport(BaseRequest):
    """A pool of at most `connections` kept-alive connections; `proxy` is an http:// or https:// address."""

    def __init__(self, connections: int, *, proxy: str | None = None) -> None:
        self._connections, self._proxy = connections, proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ_S

    async def initialize(self) -> None:
        if self._session is None:
            self._session = wire.session(self._connections, self.USER_AGENT)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request; (HTTP status, body). Raises NotSentError, TimedOut, NetworkError, RetryAfter or BadRequest."""
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        read, upload = _given(read_timeout, READ_S), _given(write_timeout, UPLOAD_S)
        if request_data and request_data.multipart_data:
            read = read + upload if read is not None and upload is not None else None
        timeout = aiohttp.ClientTimeout(
            connect=_given(pool_timeout, POOL_S),
            sock_connect=_given(connect_timeout, CONNECT_S),
            sock_read=read,
        )
        try:
            status, payload = await wire.ask(self._session, method, url, _body(request_data), timeout, self._proxy)
        except wire.NothingLeftError as error:
            raise NotSentError(str(error)) from None
        except wire.NoAnswerError:
            raise TimedOut from None
        except wire.LostError as error:
            raise NetworkError(str(error)) from None
        if status < HTTPStatus.MULTIPLE_CHOICES and (method == "GET" or payload.startswith(_FINE)):
            return status, payload
        return _judged(status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """As the library does it, but without a log line that quotes the answer."""
        found = wire.parsed(payload)
        if found is None:
            raise TelegramError(_UNREADABLE)
        return found


class Fields:
    """The fields of a request that has no files: as much of the library's `RequestData` as a transport asks for."""

    contains_files = False
    multipart_data: Mapping[str, Any] = {}

    def __init__(self, **fields: str | None) -> None:
        self.json_parameters = {name: value for name, value in fields.items() if value is not None}


def _judged(status: int, payload: bytes) -> tuple[int, bytes]:
    """An answer that is not plainly fine: what the platform said with it, or that it was not the platform's.

    A gateway, a proxy or a page of the network's owner says 403 and 404 too; taken for the platform's word, that would
    declare every address dead, or the token wrong. What became of the request is unknown then.
    """
    found = wire.parsed(payload)
    if found and found.get("ok") is False and status < HTTPStatus.BAD_REQUEST:
        # A refusal in the clothes of a success says in its body what it is.
        status = int(found.get("error_code", HTTPStatus.INTERNAL_SERVER_ERROR))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = found.get("parameters", {}).get("retry_after") if found else None
        raise RetryAfter(PAUSE_S if wait is None else wait)
    if found is None or ("result" not in found and found.get("ok") is not False):
        raise NetworkError(_UNREADABLE)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise BadRequest("Request Entity Too Large")
    return status, payload


def _given(value: ODVInput[float], default: float) -> float | None:
    """What the caller asked for, where he asked for anything; None is no limit."""
    return default if value is BaseRequest.DEFAULT_NONE else value  # type: ignore[return-value]


def _body(request: RequestData | None) -> Mapping[str, Any]:
    """Fields as JSON, because to escape Vietnamese for a form takes ten times as long; with files, as parts.

    A field that is itself JSON stays a string: the platform reads both.
    """
    if request is None:
        return {}
    if not request.multipart_data:
        return wire.as_json(request.json_parameters)
    # Names of files are Vietnamese; percent escapes would arrive as part of the name.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, part in request.multipart_data.items():
        filename, content, kind = _part(part)
        form.add_field(name, content, filename=_on_one_line(filename), content_type=kind)
    return {"data": form}


def _part(part: Any) -> tuple[str, bytes, str]:
    filename, content, kind = part
    return filename, content, kind


def _on_one_line(name: str) -> str:
    """A name that cannot break out of the header that it stands in."""
    return "".join(letter if letter.isprintable() else " " for letter in name)
