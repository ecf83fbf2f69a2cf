"""Where papers are fetched by their links: the bot's own web server, on a free port of this machine."""

from __future__ import annotations

import asyncio

from app import App
from web.server import listen


class PaperServer:
    """Has an address at once; serves when a paper is wanted for the first time, until `stop`."""

    def __init__(self) -> None:
        self.bound = listen(("127.0.0.1", 0))
        self._work: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """As [web] public names it."""
        host, port = self.bound.getsockname()
        return f"http://{host}:{port}"

    def start(self, app: App) -> None:
        self._work = self._work or asyncio.create_task(app.run(("web",), bound=self.bound))

    async def stop(self) -> None:
        if self._work:
            self._work.cancel()
            await asyncio.wait([self._work])
        self.bound.close()
