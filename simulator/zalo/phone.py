"""What people do on a Zalo phone. There is nothing to tap, and what the bot cannot read reaches it as "unsupported"."""

import re
from dataclasses import dataclass

from simulator.entities import Entity, finish, utf16_length
from simulator.errors import ControlError
from simulator.files import picture_size
from simulator.model import Json, StoredMessage
from simulator.params import Upload
from simulator.people import Phone
from simulator.zalo.rules import MOST_TEXT, milliseconds, wire_id

_ONLY_A_LINK = re.compile(r"https?://\S+")
_LINKED = ("url", "phone_number")
_NUMBER = re.compile(r"(?<![\w+/=.-])0\d(?:[ .]?\d){8}\b")


@dataclass
class ZaloPhone(Phone):
    """One person's Zalo, open at the chat with one bot."""

    def say(self, text: str) -> Json:
        """Write words; a message that is nothing but a link is one that bots cannot read."""
        text, entities = linked(text)
        if not 0 < utf16_length(text) <= MOST_TEXT:
            raise ControlError(f"A message has 1 to {MOST_TEXT} characters.")
        content = {"text": text, "entities": entities}
        if _ONLY_A_LINK.fullmatch(text):
            return self._pass("unsupported", content)
        return self._pass("text", content, text=text)

    def send_document(self, upload: Upload, caption: str = "") -> Json:
        """Send a file, of which the bot learns nothing."""
        file = self.simulator.files.add("documents", upload.name, upload.content_type, upload.data)
        return self._pass("unsupported", {"document": file.as_document(), **_caption(caption)})

    def send_photo(self, upload: Upload, caption: str = "") -> Json:
        """Send a picture. Raises ControlError when it is none."""
        size = picture_size(upload.data)
        if size is None:
            raise ControlError("That is no picture: a photo is a PNG, JPEG or GIF.")
        file = self.simulator.files.add("photos", upload.name, upload.content_type, upload.data)
        address = f"{self.simulator.url}/sim/file?id={file.file_id}"
        content = {"photo": file.as_photo(size), **_caption(caption)}
        return self._pass("image", content, photo_url=address, **({"caption": caption} if caption else {}))

    def send_sticker(self) -> Json:
        """Send a sticker."""
        return self._pass("sticker", {"sticker": True}, sticker="8b2a7b4e5c0b", url=self._address("sticker.png"))

    def send_voice(self) -> Json:
        """Send some spoken words."""
        return self._pass("voice", {"voice": True}, voice_url=self._address("voice.aac"))

    def send_unsupported(self, text: str = "") -> Json:
        """Send something that bots cannot read: a link, a card, a place; `text` is what the person sees of it."""
        words, entities = linked(text)
        return self._pass("unsupported", {"unsupported": True, "text": words, "entities": entities})

    def share_contact(self, phone: str, owner: int | None = None) -> Json:
        """Refuse: there is no such button."""
        raise ControlError("A Zalo phone shares no number; the person types it.")

    def tap(self, message_id: int, data: str) -> Json:
        """Refuse: there are no buttons."""
        raise ControlError("A Zalo phone has no buttons; the person types.")

    def block(self, blocked: bool) -> Json:
        """Block the bot or let it write again; the bot is not told."""
        chat = self.conversation
        chat.blocked = blocked
        self.simulator.changed(chat)
        return {"update_id": None}

    def _pass(self, kind: str, content: Json, **fields: str) -> Json:
        """Show the message on the phone, and tell the bot if it listens: `update_id` is null when the news is lost."""
        chat = self.conversation
        chat.started, chat.blocked = True, False
        self.bot.people.setdefault(self.user.id)
        message = self.simulator.write(chat, self._sender(), content)
        heard = self.simulator.zalo.hears(self.bot)
        event = {"message": {**self._head(message), **fields}, "event_name": f"message.{kind}.received"}
        update_id = self.simulator.queue(self.bot, event) if heard else None
        return {"update_id": update_id, "message_id": self._head(message)["message_id"]}

    def _head(self, message: StoredMessage) -> Json:
        return {
            "from": message.sender,
            "chat": {"id": str(self.user.id), "chat_type": "PRIVATE"},
            "message_id": wire_id(self.bot.id, self.user.id, message.message_id),
            "date": milliseconds(message.at),
        }

    def _sender(self) -> Json:
        return {"id": str(self.user.id), "display_name": self.user.name, "is_bot": False}

    def _address(self, name: str) -> str:
        return f"https://zalo.example/{name}"


def linked(text: str) -> tuple[str, list[Entity]]:
    """Return the words and what a Zalo phone makes of them by itself: addresses and numbers that can be touched."""
    text, entities = finish(text, [])
    found = [entity for entity in entities if entity["type"] in _LINKED]
    return text, found + [_number(text, match) for match in _NUMBER.finditer(text)]


def _number(text: str, match: re.Match[str]) -> Entity:
    """Return a number as it is written at home, which Telegram leaves alone."""
    start = utf16_length(text[: match.start()])
    return {"type": "phone_number", "offset": start, "length": utf16_length(match[0])}


def _caption(text: str) -> Json:
    words, entities = linked(text)
    return {"caption": words, "caption_entities": entities} if words else {}
