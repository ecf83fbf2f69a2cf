"""What the far end saw: when each message came, what was refused, how long each tap waited for its answer."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    """Moments are seconds of the monotonic clock, which all processes of a machine share."""

    moments: list[float] = field(default_factory=list)
    chats: list[int] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    pressed: dict[int, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    goals: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)

    def accepted(self, chat: int, now: float) -> None:
        self.moments.append(now)
        self.chats.append(chat)
        if (since := self.pressed.pop(chat, None)) is not None:
            self.latencies.append(now - since)
        if self.goals:
            self._reach_goals()

    def tapped(self, chat: int) -> None:
        self.pressed[chat] = time.monotonic()

    async def until(self, sends: int, answers: int, most_s: float) -> None:
        """Wait until so many messages and answers to taps have come, at most so long."""
        goal = asyncio.get_running_loop().create_future()
        self.goals.append((sends, answers, goal))
        self._reach_goals()
        await asyncio.wait([goal], timeout=most_s)
        self.goals = [one for one in self.goals if one[2] is not goal]

    def _reach_goals(self) -> None:
        for sends, answers, goal in self.goals:
            if not goal.done() and len(self.moments) >= sends and len(self.latencies) >= answers:
                goal.set_result(None)

    def report(self, *, full: bool) -> dict[str, Any]:
        """The figures; `full` adds every moment, and every latency in the order of the answers."""
        short = {
            "sends": len(self.moments),
            "chats": len(set(self.chats)),
            "refused": len(self.refused),
            "first": self.moments[0] if self.moments else 0.0,
            "last": self.moments[-1] if self.moments else 0.0,
            "peak": peak_second(self.moments),
            "answers": len(self.latencies),
        }
        return {**short, "moments": self.moments, "latencies": self.latencies} if full else short


def peak_second(moments: list[float]) -> int:
    """The most messages that any sliding second holds."""
    within: deque[float] = deque()
    peak = 0
    for moment in moments:
        within.append(moment)
        while within[0] <= moment - 1:
            within.popleft()
        peak = max(peak, len(within))
    return peak
