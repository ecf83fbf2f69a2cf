"""Serving the simulator on 127.0.0.1: for good from the command line, or for a while inside a running event loop."""

import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulator.state import Simulator
from simulator.web import create_app
from simulator.wire import ABORT

HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)
_DRAIN_S = 2


class _Protocol(H11Protocol):
    """Lets the application close its connection with a reset, which ASGI has no word for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app

        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ABORT] = self._abort
            await app(scope, receive, send)

        self.app = with_abort

    def _abort(self) -> None:
        if self.transport.is_closing():
            return
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()


class _Server(uvicorn.Server):
    """Ends long polls and event streams first, so that stopping takes no time."""

    def __init__(self, config: uvicorn.Config, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._simulator_app = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def begin(self, bound: socket.socket) -> None:
        """Start without the loop that waits for signals, which belong to the program around it."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([bound])
        await self.on_tick(0)  # puts the Date header into every answer

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._simulator_app.state.bell.close()
        await super().shutdown(sockets)


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
    bound = listen(port)
    # When it has stopped, uvicorn passes Ctrl-C on to its caller, which has nothing left to stop.
    with contextlib.suppress(KeyboardInterrupt):
        _server(simulator, lambda: ready(_url(bound))).run(sockets=[bound])


@contextlib.asynccontextmanager
async def running(simulator: Simulator, port: int = 0) -> AsyncIterator[str]:
    """Serve inside the running event loop; yields the base URL. Raises OSError when the port is taken."""
    bound = listen(port)
    server = _server(simulator, lambda: None)
    await server.begin(bound)
    try:
        yield _url(bound)
    finally:
        await server.shutdown([bound])


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
