"""Keyboards as bots send them: checked and reduced to what the make-believe phone shows."""

import re
from dataclasses import dataclass
from typing import Any

from simulator.errors import ApiError, bad_request
from simulator.model import Json

MOST_BUTTONS = 100
DATA_BYTES = 64
_ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")
_REQUESTS = ("request_contact", "request_location", "request_poll", "request_users", "request_chat", "web_app")
_STYLES = ("danger", "success", "primary")
_URL = re.compile(r"^(?:(?:https?|tg|ton)://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]\S*)?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Markup:
    """A reply_markup: buttons inside the bubble, a keyboard under the composer, or the taking away of that keyboard."""

    inline: list[list[Json]] | None = None
    keyboard: Json | None = None
    removes: bool = False
    forces: bool = False

    @property
    def editable(self) -> bool:
        """Whether a message sent with it can be edited later: only one with inline buttons or with nothing can."""
        return not (self.keyboard or self.removes or self.forces)


def read_markup(value: Any) -> Markup:
    """Read a parsed reply_markup. Raises ApiError as the real server does."""
    if value is None:
        return Markup()
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        rows = _rows(value["inline_keyboard"], "inline_keyboard")
        return Markup(inline=[[_inline_button(button) for button in row] for row in rows] or None)
    if "keyboard" in value:
        return _keyboard(value)
    return Markup(removes=value.get("remove_keyboard") is True, forces=value.get("force_reply") is True)


def _keyboard(value: Json) -> Markup:
    rows = [[_reply_button(button) for button in row] for row in _rows(value["keyboard"], "keyboard")]
    flags = ("is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder")
    kept = {name: value[name] for name in flags if name in value}
    return Markup(keyboard={"keyboard": rows, **kept}) if rows else Markup()


def _rows(value: Any, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'Field "{name}" must be an Array of Arrays')
    if sum(len(row) for row in value) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return [row for row in value if row]


def _text(button: Any, where: str) -> str:
    text = button.get("text") if isinstance(button, dict) else None
    if not isinstance(text, str):
        raise bad_request(f'can\'t parse {where}: Field "text" must be of type String')
    if not text.strip():
        raise bad_request(f"{where} text must be non-empty")
    return text


def _styled(button: Json) -> Json:
    style = button.get("style")
    if style is not None and style not in _STYLES:
        raise bad_request("invalid button style specified")
    return {"style": style} if style else {}


def _inline_button(button: Any) -> Json:
    text = _text(button, "inline keyboard button")
    action = next((name for name in _ACTIONS if name in button), None)
    if action is None:
        reason = "Text buttons are unallowed in the inline keyboard"
        raise bad_request(f"can't parse inline keyboard button: {reason}")
    value = button[action]
    if action == "callback_data":
        _check_data(value)
    if action == "url":
        value = _checked_url(value)
    return {"text": text, action: value, **_styled(button)}


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_BYTES:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")


def _checked_url(url: Any) -> str:
    if not isinstance(url, str) or not _URL.match(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    return url if "://" in url else f"http://{url}"


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    asks = {name: button[name] for name in _REQUESTS if isinstance(button, dict) and button.get(name)}
    return {"text": _text(button, "keyboard button"), **asks, **_styled(button)}
