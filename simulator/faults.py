"""Faults that were ordered by the control API: what the wire does wrong, to which method, how many times."""

from dataclasses import dataclass, field

from simulator.errors import ApiError, ControlError

MIGRATED_TO = -1_000_000_000_001

BEFORE = ("500", "reset", "429", "403", "chat_not_found", "migrate", "401", "409", "html200", "ok_false_200")
AFTER = ("502_after", "reset_after", "hang_after", "truncated", "slow")
KINDS = BEFORE + AFTER


@dataclass
class Fault:
    """One ordered fault. `method` "*" means every method but getUpdates; `user` restricts it to one chat."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    user: int | None = None
    delay_ms: int = 1000

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ControlError(f"No fault is called {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.times < 1 or self.retry_after < 0 or self.delay_ms < 0:
            raise ControlError("A fault happens at least once, and its times are not negative.")

    def meets(self, method: str, chat: int | None) -> bool:
        """Whether this call is one that the fault waits for; `method` is in lower case."""
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
    "409": (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"),
}


def too_many(retry_after: int) -> ApiError:
    """Return the refusal of a bot that sends too fast."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass
class Faults:
    """The faults still to come, in the order in which they were asked for."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat: int | None) -> Fault | None:
        """Return the fault that this call meets, if any, and count it off."""
        fault = next((fault for fault in self.waiting if fault.meets(method, chat)), None)
        if fault:
            fault.times -= 1
            self.waiting = [fault for fault in self.waiting if fault.times]
        return fault
