"""The ASGI application: both Bot APIs, control API and phones page, for this machine only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.bell import Bell
from simulator.control import Control
from simulator.errors import ApiError, ControlError
from simulator.state import Simulator
from simulator.webhooks import WebhookPoster
from simulator.wire import BotApi, refusal
from simulator.zalo.wire import ZaloApi

STATIC = Path(__file__).parent / "static"
_HERE = ("127.0.0.1", "localhost")
_POLICY = "default-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def create_app(simulator: Simulator) -> Starlette:
    """Build the application; the server closes its `state.bell` before it stops, so that nothing keeps waiting."""
    bell = Bell()
    simulator.on_change(bell.ring)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        poster = asyncio.create_task(WebhookPoster(simulator, bell).run())
        yield
        bell.close()
        poster.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await poster

    async def download(request: Request) -> Response:
        return _download(simulator, request)

    app = Starlette(
        routes=[
            Route("/bot{token}/{method}", BotApi(simulator, bell)),
            Route("/zalo/bot{token}/{method}", ZaloApi(simulator, bell)),
            Route("/file/bot{token}/{path:path}", download, methods=["GET"]),
            *Control(simulator, bell).routes(),
            Route("/", _page, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(OnlyHere)],
        exception_handlers={ControlError: _control_error, ApiError: _api_error, 404: _not_found},
        lifespan=lifespan,
    )
    app.state.bell, app.state.simulator = bell, simulator
    return app


class OnlyHere:
    """Refuse every request that was not addressed to this machine, or that a page from elsewhere made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(Request(scope)):
            response = JSONResponse({"error": "This server answers only to 127.0.0.1 and localhost."}, 403)
            return await response(scope, receive, send)
        await self.app(scope, receive, send)


def _is_local(request: Request) -> bool:
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if host.partition(":")[0] not in _HERE:
        return False
    return origin is None or urlsplit(origin).netloc == host


async def _page(_: Request) -> Response:
    return FileResponse(
        STATIC / "index.html", headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    )


def _download(simulator: Simulator, request: Request) -> Response:
    simulator.bot_by_token(request.path_params["token"])
    file = simulator.files.at(request.path_params["path"])
    if file is None:
        raise ApiError(404, "Not Found")
    return Response(file.data, media_type="application/octet-stream")


async def _control_error(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, ControlError) else 400
    return JSONResponse({"error": str(error)}, status)


async def _api_error(_: Request, error: Exception) -> Response:
    return refusal(error if isinstance(error, ApiError) else ApiError(404, "Not Found"))


async def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/sim/"):
        return JSONResponse({"error": "There is no such control call."}, 404)
    return refusal(ApiError(404, "Not Found"))
