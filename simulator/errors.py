"""The two ways in which the simulator says no: to a bot and to whoever controls it."""

from typing import Any


class ApiError(Exception):
    """A Bot API call was refused; `description` is worded as the real server words it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON body: ok, error_code, description and, if there are any, parameters."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(reason: str) -> ApiError:
    """Return the refusal that the real server words as "Bad Request: reason"."""
    return ApiError(400, f"Bad Request: {reason}")


class ControlError(Exception):
    """A control call was refused; the message is a sentence for the person or script that made it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
