"""Faults that were ordered by the control API: what the wire does wrong, to which method, how often or how long."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.errors import ApiError, ControlError
from simulator.model import CHANNELS

MIGRATED_TO = -1_000_000_000_001

BEFORE = (
    "500",
    "reset",
    "black_hole",
    "429",
    "403",
    "chat_not_found",
    "migrate",
    "401",
    "408",
    "409",
    "html200",
    "ok_false_200",
)
AFTER = ("502_after", "reset_after", "hang_after", "truncated", "slow", "closed_after")
REFUSED = "refused"  # of the whole server: it takes no connections
KINDS = (*BEFORE, *AFTER, REFUSED)


@dataclass
class Fault:
    """One ordered fault. `method` "*" means every method but getUpdates; `user` restricts it to one chat,
    `channel` to one of the two servers.

    It happens `times` times, 0 for any number, and not later than `for_s` seconds of real time after it was ordered.
    """

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    user: int | None = None
    delay_ms: int = 1000
    for_s: float | None = None
    channel: str | None = None
    ends: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ControlError(f"No fault is called {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.channel not in (None, *CHANNELS):
            raise ControlError(f"A channel is one of {', '.join(CHANNELS)}.")
        if min(self.times, self.retry_after, self.delay_ms, self.for_s or 0) < 0:
            raise ControlError("Counts and times of a fault are not negative.")
        if self.kind == REFUSED and not self.for_s:
            raise ControlError("A server that refuses connections opens by itself: say for_s, in seconds.")

    def meets(self, method: str, chat: int | None, channel: str) -> bool:
        """Whether this call is one that the fault waits for."""
        if self.kind == REFUSED or self.channel not in (None, channel):
            return False
        method = method.lower()
        named = method != "getupdates" if self.method == "*" else method == self.method.lower()
        return named and self.user in (None, chat)

    def refusal(self) -> ApiError:
        """Return the error that a fault of a refusing kind answers with."""
        if self.kind == "429":
            return too_many(self.retry_after)
        if self.kind == "migrate":
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            return ApiError(400, reason, migrate_to_chat_id=MIGRATED_TO)
        return ApiError(*_REFUSALS[self.kind])


_REFUSALS = {
    "500": (500, "Internal Server Error"),
    "ok_false_200": (500, "Internal Server Error"),
    "403": (403, "Forbidden: bot was blocked by the user"),
    "chat_not_found": (400, "Bad Request: chat not found"),
    "401": (401, "Unauthorized"),
    "408": (408, "Request Timeout"),
    "409": (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"),
}


def too_many(retry_after: int) -> ApiError:
    """Return the refusal of a bot that sends too fast."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass
class Faults:
    """The faults still to come, in the order in which they were asked for."""

    monotonic: Callable[[], float] = time.monotonic
    waiting: list[Fault] = field(default_factory=list)

    def order(self, fault: Fault) -> None:
        """Have a fault happen; its time runs from now on."""
        if fault.for_s is not None:
            fault.ends = self.monotonic() + fault.for_s
        self.waiting.append(fault)

    def take(self, method: str, chat: int | None, channel: str = "telegram") -> Fault | None:
        """Return the fault that this call meets, if any, and count it off."""
        fault = next((fault for fault in self.now() if fault.meets(method, chat, channel)), None)
        if fault and fault.times:
            fault.times -= 1
            if not fault.times:
                self.waiting.remove(fault)
        return fault

    def now(self) -> list[Fault]:
        """Return the faults whose time is not over."""
        if any(fault.ends is not None for fault in self.waiting):
            at = self.monotonic()
            self.waiting = [fault for fault in self.waiting if fault.ends is None or at < fault.ends]
        return self.waiting

    @property
    def refused_for(self) -> float:
        """Seconds for which the server takes no connections from now on; 0 when it does."""
        ends = [fault.ends for fault in self.now() if fault.kind == REFUSED and fault.ends is not None]
        return max(ends) - self.monotonic() if ends else 0
