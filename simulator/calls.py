"""One Bot API call, and the readings of its parameters that several methods share."""

from dataclasses import dataclass
from typing import Any

from simulator.entities import Entity, ParseError, finish, parse_html, utf16_length
from simulator.errors import bad_request
from simulator.faults import too_many
from simulator.markup import Markup, read_markup
from simulator.model import Bot, Conversation
from simulator.params import Params
from simulator.state import Simulator

MOST_TEXT = 4096
MOST_CAPTION = 1024


@dataclass(frozen=True)
class Call:
    """Who calls, with what."""

    simulator: Simulator
    bot: Bot
    params: Params

    def markup(self) -> Markup:
        """Return the checked reply_markup."""
        return read_markup(self.params.parsed("reply_markup"))

    def chat(self) -> Conversation:
        """Return the chat to write to. Raises ApiError when the bot may not, or writes too fast."""
        conversation = self.simulator.writable(self.bot, self._chat_id())
        delay = self.simulator.limits.wait(self.bot.id, conversation.id)
        if delay:
            raise too_many(delay)
        return conversation

    def known_chat(self) -> Conversation:
        """Return the chat, whether or not it may be written to."""
        return self.simulator.known(self.bot, self._chat_id())

    def _chat_id(self) -> int | None:
        if not self.params.text("chat_id"):
            return None
        return self.params.chat_id() or 0

    def message_text(self) -> dict[str, Any]:
        """Return text and entities of a message. Raises ApiError when it is empty, too long or wrongly marked up."""
        text, entities = read_formatted(
            self.params.text("text"), self.params.text("parse_mode"), self.entities("entities")
        )
        if not text:
            raise bad_request("message text is empty")
        if utf16_length(text) > MOST_TEXT:
            raise bad_request("message is too long")
        return {"text": text, **({"entities": entities} if entities else {})}

    def caption(self) -> dict[str, Any]:
        """Return caption and caption_entities, nothing when there is no caption."""
        given = self.entities("caption_entities")
        return read_caption(self.params.text("caption"), self.params.text("parse_mode"), given)

    def entities(self, name: str) -> list[Entity]:
        """Return entities that the bot counted itself."""
        given = self.params.parsed(name) or []
        if not isinstance(given, list) or not all(_is_entity(entity) for entity in given):
            raise bad_request("can't parse entities: Array of MessageEntity expected")
        return given


def _is_entity(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return isinstance(value.get("offset"), int) and isinstance(value.get("length"), int)


def read_formatted(text: str, mode: str, given: list[Entity]) -> tuple[str, list[Entity]]:
    """Return text and entities by parse mode. Raises ApiError for any mode but HTML."""
    if not mode:
        return finish(text, given)
    if mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    try:
        return finish(*parse_html(text))
    except ParseError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def read_caption(text: str, mode: str, given: list[Entity]) -> dict[str, Any]:
    """Return caption and caption_entities, nothing when there is no caption."""
    text, entities = read_formatted(text, mode, given)
    if utf16_length(text) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text, **({"caption_entities": entities} if entities else {})}
