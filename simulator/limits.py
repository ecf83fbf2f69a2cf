"""How fast a bot may send: about 30 a second in all, 1 a second a chat (a short burst passes), 20 a minute a group."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

BUCKETS_KEPT = 50_000
RATES = ("per_second", "per_chat", "per_group_minute", "punish_s")
CHAT_BURST = 3


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class Limits:
    """Token buckets over real time, off until switched on. A bot that was too fast is refused for `punish_s` more."""

    monotonic: Callable[[], float]
    on: bool = False
    per_second: float = 30
    per_chat: float = 1
    per_group_minute: float = 20
    punish_s: float = 0
    _buckets: dict[tuple[str, int, int], _Bucket] = field(default_factory=dict)
    _punished: dict[int, float] = field(default_factory=dict)

    def reset(self) -> None:
        """Fill every bucket, as after a change of the limits."""
        self._buckets.clear()
        self._punished.clear()

    def wait(self, bot: int, chat: int) -> int:
        """Count one message; return 0 when it may pass, else the whole seconds to wait (then it was not counted)."""
        if not self.on:
            return 0
        now = self.monotonic()
        if (rest := self._punished.get(bot, now) - now) > 0:
            return max(1, math.ceil(rest))
        rules = [(("bot", bot, 0), self.per_second, max(self.per_second, 1.0)), self._chat_rule(bot, chat)]
        filled = [(self._filled(key, rate, size, now), rate) for key, rate, size in rules]
        delay = max((1 - bucket.tokens) / rate for bucket, rate in filled)
        if delay > 0:
            self._punished[bot] = now + self.punish_s
            return max(1, math.ceil(max(delay, self.punish_s)))
        for bucket, _ in filled:
            bucket.tokens -= 1
        return 0

    def _chat_rule(self, bot: int, chat: int) -> tuple[tuple[str, int, int], float, float]:
        if chat < 0:
            return ("group", bot, chat), self.per_group_minute / 60, max(self.per_group_minute, 1.0)
        return ("chat", bot, chat), self.per_chat, max(CHAT_BURST * self.per_chat, 1.0)

    def _filled(self, key: tuple[str, int, int], rate: float, size: float, now: float) -> _Bucket:
        if len(self._buckets) > BUCKETS_KEPT:
            self._buckets.clear()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        return bucket
