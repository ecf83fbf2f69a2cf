"""The wire under python-telegram-bot: its `BaseRequest` over aiohttp, which does not slow down with concurrency.

Errors keep their cause apart from the library's classes: `NotSentError` where the request certainly never left,
anything else may have arrived. No message of an error holds an address, because addresses hold the token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput

CONNECT_S = 10.0
READ_S = 30.0  # a slow answer is better than not knowing whether a message went (delivery.md)
UPLOAD_S = 60.0
POOL_S = 10.0


# No connection was made or free, or a proxy refused to make one.
_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


class NotSentError(NetworkError):
    """The request never left this machine: no connection was there or could be made."""


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
            pool = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(connector=pool, headers={"User-Agent": self.USER_AGENT})

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
        """One request; (HTTP status, body). Raises NotSentError, TimedOut or NetworkError."""
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        read, upload = _given(read_timeout, READ_S), _given(write_timeout, UPLOAD_S)
        files = bool(request_data and request_data.multipart_data)
        timeout = aiohttp.ClientTimeout(
            connect=_given(pool_timeout, POOL_S),
            sock_connect=_given(connect_timeout, CONNECT_S),
            sock_read=(read or 0) + (upload or 0) if files else read,
        )
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, proxy=self._proxy
            ) as answer:
                return answer.status, await answer.read()
        except _NEVER_LEFT as error:
            raise NotSentError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None


def _given(value: ODVInput[float], default: float) -> float | None:
    """What the caller asked for, where he asked for anything; None is no limit."""
    return default if value is BaseRequest.DEFAULT_NONE else value  # type: ignore[return-value]


def _body(request: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """Fields as a form; with files, as parts of their own."""
    if request is None:
        return None
    if not request.multipart_data:
        return dict(request.json_parameters)
    # Names of files are Vietnamese; percent escapes would arrive as part of the name.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, part in request.multipart_data.items():
        filename, content, kind = _part(part)
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _part(part: Any) -> tuple[str, bytes, str]:
    filename, content, kind = part
    return filename, content, kind
