"""Serving the simulator on 127.0.0.1: for good from the command line, or for a while inside a running event loop."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulator.state import Simulator
from simulator.web import create_app
from simulator.wire import ABORT, CLOSE

HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)
_DRAIN_S = 2


class _Protocol(H11Protocol):
    """Lets the application close its connection, also with a reset, which ASGI has no word for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app

        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ABORT] = self.abort
            scope[CLOSE] = self.transport.close
            await app(scope, receive, send)

        self.app = with_abort

    @property
    def is_control(self) -> bool:
        """Whether the last request on it was one to the control API."""
        return bool(self.scope) and str(self.scope["path"]).startswith("/sim/")

    def abort(self) -> None:
        """Close it with a reset."""
        if self.transport.is_closing():
            return
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()


class _Server(uvicorn.Server):
    """Ends long polls and event streams first, so that stopping takes no time."""

    def __init__(self, config: uvicorn.Config, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._simulator: Simulator = app.state.simulator
        self._bell = app.state.bell
        self._ready = ready
        self._shut: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._port = self.servers[0].sockets[0].getsockname()[1]
        self._simulator.on_change(self._watch_door)
        self._ready()

    async def begin(self, bound: socket.socket) -> None:
        """Start without the loop that waits for signals, which belong to the program around it."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([bound])
        await self.on_tick(0)  # puts the Date header into every answer

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._bell.close()
        if self._shut:
            self._shut.cancel()
        if self._opening:
            await self._opening
        await super().shutdown(sockets)

    def _watch_door(self) -> None:
        """Take no connections while that is ordered; those of the control API stay."""
        left = self._simulator.faults.refused_for
        if self._bell.closed or bool(left) == bool(self._shut):
            return
        if self._shut:
            self._shut.cancel()
            self._shut, self._opening = None, asyncio.create_task(self._open_again())
            return
        self._shut = asyncio.get_running_loop().call_later(left, self._simulator.changed)
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, _Protocol) and not connection.is_control:
                connection.abort()

    async def _open_again(self) -> None:
        made = partial(
            _Protocol, config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=None
        )
        bound = listen(self._port)
        self.servers = [await asyncio.get_running_loop().create_server(made, sock=bound, backlog=self.config.backlog)]


def listen(port: int) -> socket.socket:
    """Return a socket bound to 127.0.0.1 (port 0: any free one). Raises OSError when the port is taken."""
    # With the protocol named, asyncio switches off Nagle's delay of 40 ms for every answer.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError:
        found.close()
        raise
    return found


def serve(simulator: Simulator, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is told the base URL. Raises OSError when the port is taken."""
    bound = _listen(simulator, port)
    # When it has stopped, uvicorn passes Ctrl-C on to its caller, which has nothing left to stop.
    with contextlib.suppress(KeyboardInterrupt):
        _server(simulator, lambda: ready(_url(bound))).run(sockets=[bound])


@contextlib.asynccontextmanager
async def running(simulator: Simulator, port: int = 0) -> AsyncIterator[str]:
    """Serve inside the running event loop; yields the base URL. Raises OSError when the port is taken."""
    bound = _listen(simulator, port)
    server = _server(simulator, lambda: None)
    await server.begin(bound)
    try:
        yield _url(bound)
    finally:
        await server.shutdown([bound])


def _listen(simulator: Simulator, port: int) -> socket.socket:
    bound = listen(port)
    simulator.url = _url(bound)
    return bound


def _url(bound: socket.socket) -> str:
    return f"http://{HOST}:{bound.getsockname()[1]}"


def _server(simulator: Simulator, ready: Callable[[], None]) -> _Server:
    app = create_app(simulator)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    return _Server(config, app, ready)
