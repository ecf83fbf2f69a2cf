"""Posting updates to a bot's webhook: one at a time for each chat, many chats at once, again after a failure.

Zalo posts one at a time, without a number, until the answer is 200 itself, and begins with an empty body as a probe.
"""

import asyncio
from typing import Any

from simulator.bell import Bell
from simulator.model import Bot, Json, Webhook, event_of, seconds
from simulator.state import Simulator

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 16.0
_ATTEMPT_S = 30.0
_HEADERS = {"telegram": "X-Telegram-Bot-Api-Secret-Token", "zalo": "X-Bot-Api-Secret-Token"}


class WebhookPoster:
    """Runs beside the server; takes an update off the bot's queue when the webhook has answered 2xx."""

    def __init__(self, simulator: Simulator, bell: Bell) -> None:
        self.simulator = simulator
        self.bell = bell
        self._busy: set[tuple[int, int]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: Any = None

    async def run(self) -> None:
        """Post until cancelled."""
        try:
            while not self.bell.closed:
                await self.bell.until(lambda: bool(self._due() or self._unprobed()), float("inf"))
                for bot in self._unprobed():
                    self._probe(bot)
                for bot, hook, update in self._due():
                    self._start(bot, hook, update)
        finally:
            await self._stop()

    def _due(self) -> list[tuple[Bot, Webhook, Json]]:
        """Return the next update of every chat that has none on its way, within max_connections."""
        return [
            (bot, bot.webhook, update)
            for bot in self.simulator.bots.values()
            if bot.webhook
            for update in self._next_updates(bot, bot.webhook.max_connections)
        ]

    def _unprobed(self) -> list[Bot]:
        return [bot for bot in self.simulator.bots.values() if bot.webhook and not bot.webhook.probed]

    def _probe(self, bot: Bot) -> None:
        if bot.webhook:
            bot.webhook.probed = True
            self._keep(asyncio.create_task(self._post(bot, bot.webhook, None)))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next_updates(self, bot: Bot, most: int) -> list[Json]:
        room = most - sum(bot_id == bot.id for bot_id, _ in self._busy)
        taken = {chat for bot_id, chat in self._busy if bot_id == bot.id}
        found: list[Json] = []
        for update in bot.updates:
            if len(found) >= room:
                break
            if _chat(update) not in taken:
                taken.add(_chat(update))
                found.append(update)
        return found

    def _start(self, bot: Bot, hook: Webhook, update: Json) -> None:
        key = (bot.id, _chat(update))
        self._busy.add(key)
        task = asyncio.create_task(self._deliver(bot, hook, update))
        self._keep(task)
        task.add_done_callback(lambda _: self._done(key))

    def _done(self, key: tuple[int, int]) -> None:
        self._busy.discard(key)
        self.bell.ring()

    async def _deliver(self, bot: Bot, hook: Webhook, update: Json) -> None:
        """Post one update until it is taken or the webhook is no longer this one."""
        delay = FIRST_RETRY_S
        while bot.webhook is hook and update in bot.updates:
            error = await self._post(bot, hook, update)
            if not error:
                return self._taken(bot, update)
            hook.error, hook.error_at = error, seconds(self.simulator.clock.now())
            self.simulator.changed()
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_RETRY_S)

    def _taken(self, bot: Bot, update: Json) -> None:
        """Forget an update, unless it was dropped while it was on its way."""
        if update in bot.updates:
            bot.updates.remove(update)
        self.simulator.changed()

    async def _post(self, bot: Bot, hook: Webhook, update: Json | None) -> str:
        """Post one update, or nothing; return what went wrong, "" when nothing did."""
        import aiohttp  # noqa: PLC0415 - costs 0.1 s, and most runs have no webhook

        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ATTEMPT_S))
        headers = {_HEADERS[bot.channel]: hook.secret} if hook.secret else {}
        body = event_of(update) if update and bot.channel == "zalo" else update
        try:
            async with self._session.post(hook.url, json=body, headers=headers) as answer:
                taken = answer.status == 200 if bot.channel == "zalo" else answer.ok
                return "" if taken else f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"Connection failed: {type(error).__name__}"

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()


def _chat(update: Json) -> int:
    """Return the id of the chat that an update is about; updates of one chat keep their order."""
    kind = next(key for key in update if key != "update_id")
    body = update[kind]
    chat = body["message"]["chat"] if kind == "callback_query" else body["chat"]
    return int(chat["id"])
