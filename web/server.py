"""The HTTP server that runs beside the bot, in its event loop, and stops when it is cancelled."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

DRAIN_S = 8  # of the 10 s in which everything stops
IDLE_S = 75  # longer than what stands in front keeps a connection, or it writes into one that has just closed
MOST_CONNECTIONS = 1000


def listen(address: tuple[str, int]) -> socket.socket:
    """A socket that listens on (host, port), port 0 being any free one. Raises OSError where that is taken or not ours.

    Whoever calls before `serve` runs waits in its queue.
    """
    host, port = address
    family, kind, protocol, _, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # With the protocol named, asyncio switches off Nagle's delay of 40 ms for every answer.
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(found)
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


async def serve(app: ASGIApp, bound: socket.socket) -> None:
    """Serve until cancelled, then finish what has been asked. Signals stay with the program around it."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.on_tick(0)  # puts the Date header into the first answers too
    await server.startup([bound])
    try:
        await server.main_loop()
    finally:
        await server.shutdown([bound])
