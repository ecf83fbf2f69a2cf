"""A client that speaks to the make-believe Zalo as bots do."""

from dataclasses import dataclass
from typing import Any

from sim_world import World

BOT = "900:zalo-secret"


@dataclass
class Zalo:
    """One bot's way to the server under test."""

    world: World
    token: str = BOT

    async def call(self, method: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Call a method with a JSON body; return HTTP status and body."""
        async with self.world.http.post(f"{self.world.url}/zalo/bot{self.token}/{method}", json=fields) as answer:
            return answer.status, await answer.json()

    async def ok(self, method: str, **fields: Any) -> Any:
        """Call a method that must be accepted; return its result."""
        status, body = await self.call(method, **fields)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **fields: Any) -> tuple[int, str]:
        """Call a method that must be refused; return the number and the words."""
        status, body = await self.call(method, **fields)
        assert (body["ok"], body["error_code"]) == (False, status), body
        return status, body["description"]

    async def said(self, user: int, text: str) -> int | None:
        """A person writes; return the update's number, None when the words were lost."""
        answer = await self.world.sim("message", user=user, text=text)
        number: int | None = answer["update_id"]
        return number
