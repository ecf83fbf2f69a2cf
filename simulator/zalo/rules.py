"""What Zalo allows a bot, and what it keeps for one: the parts of the real server that nobody has written down."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from simulator.model import Bot, Json

MOST_TEXT = 2000
_TURN_S = 5  # what came behind another in one poll waits so long for the next, also when there is no grace
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class Rules:
    """The free plan as others report it, and two guesses that can be turned round.

    `per_month` messages and `people` a bot; `grace_s` seconds of real time for which messages wait for a bot between
    two polls; `http_200` answers refusals with HTTP 200, so that only `ok` tells them.
    """

    monotonic: Callable[[], float]
    per_month: int = 3000
    people: int = 50
    grace_s: float = 10
    http_200: bool = False

    def hears(self, bot: Bot) -> bool:
        """Whether what is written to the bot now is kept for it; else it is lost."""
        return bot.webhook is not None or self.monotonic() <= bot.heard_until

    def begin_poll(self, bot: Bot) -> int:
        """Open a poll and return its number; what waited for a bot that was away too long is gone."""
        if self.monotonic() > bot.heard_until + _TURN_S:
            bot.updates.clear()
        bot.poll += 1
        bot.heard_until = math.inf
        return bot.poll

    def end_poll(self, bot: Bot, mine: int) -> None:
        """Close a poll; from now on the grace runs, unless another one has been opened."""
        if bot.poll == mine:
            bot.heard_until = self.monotonic() + self.grace_s

    def used_up(self, bot: Bot, user: int, at: datetime) -> bool:
        """Whether the month's messages are spent, or this person came when the bot had its people already."""
        return bot.sent[month(at)] >= self.per_month or user not in list(bot.people)[: self.people]


def month(at: datetime) -> str:
    """Return the month by which messages are counted, like "2026-11", in Viet Nam."""
    return at.astimezone(_ZONE).strftime("%Y-%m")


def milliseconds(at: datetime) -> int:
    """Return Unix milliseconds, as every date here is written."""
    return int(at.timestamp() * 1000)


def wire_id(bot: int, chat: int, number: int) -> str:
    """Return the id of a message on the wire: one that tells nothing, different in every chat."""
    return hashlib.sha256(f"zalo/{bot}/{chat}/{number}".encode()).hexdigest()[:20]


def as_sender(bot: Bot) -> Json:
    """Return the bot as the sender of a message."""
    return {"id": str(bot.id), "display_name": bot.name, "is_bot": True}
