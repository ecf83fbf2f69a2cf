"""What people do on their phones: write, tap, share a contact, block. Each act becomes an update for the bot."""

from dataclasses import dataclass

from simulator.entities import finish, utf16_length
from simulator.errors import ControlError
from simulator.files import picture_size
from simulator.model import Bot, Conversation, Json, User, seconds
from simulator.params import Upload
from simulator.state import Simulator, Tap

MOST_TEXT = 4096
_ZALO_ONLY = "Only Zalo phones send that here."


@dataclass
class Phone:
    """One person's phone, open at the chat with one bot."""

    simulator: Simulator
    user: User
    bot: Bot

    @property
    def conversation(self) -> Conversation:
        """The chat that the phone shows."""
        return self.simulator.conversation(self.bot, self.user)

    def say(self, text: str) -> Json:
        """Write words (or "/start payload"). Raises ControlError for none, or more than a message holds."""
        text, entities = finish(text, [])
        if not 0 < utf16_length(text) <= MOST_TEXT:
            raise ControlError(f"A message has 1 to {MOST_TEXT} characters.")
        return self._send({"text": text, "entities": entities} if entities else {"text": text})

    def send_document(self, upload: Upload, caption: str = "") -> Json:
        """Send a file."""
        file = self.simulator.files.add("documents", upload.name, upload.content_type, upload.data)
        return self._send({"document": file.as_document(), **_caption(caption)})

    def send_photo(self, upload: Upload, caption: str = "") -> Json:
        """Send a picture. Raises ControlError when it is none."""
        size = picture_size(upload.data)
        if size is None:
            raise ControlError("That is no picture: a photo is a PNG, JPEG or GIF.")
        file = self.simulator.files.add("photos", upload.name, upload.content_type, upload.data)
        return self._send({"photo": file.as_photo(size), **_caption(caption)})

    def send_sticker(self) -> Json:
        """Refuse, as the other two: of what Telegram has there, bots here are not told."""
        raise ControlError(_ZALO_ONLY)

    def send_voice(self) -> Json:
        """Refuse."""
        raise ControlError(_ZALO_ONLY)

    def send_unsupported(self, text: str = "") -> Json:
        """Refuse."""
        raise ControlError(_ZALO_ONLY)

    def share_contact(self, phone: str, owner: int | None = None) -> Json:
        """Share a phone number: one's own, or that of `owner` (0: of somebody who is not on Telegram)."""
        of = self.user.id if owner is None else owner
        person = self.simulator.users.get(of)
        contact: Json = {"phone_number": phone, "first_name": person.name if person else "Người quen"}
        if of:
            contact["user_id"] = of
        return self._send({"contact": contact})

    def tap(self, message_id: int, data: str) -> Json:
        """Tap a button, also one that the message no longer carries. ControlError if there never was the message."""
        chat = self.conversation
        if not 1 <= message_id <= chat.last_message_id:
            raise ControlError(f"There is no message {message_id} on this phone.", 404)
        message = chat.messages.get(message_id)
        gone = {"chat": chat.chat, "message_id": message_id, "date": 0}
        tap = Tap(self.bot.id, chat.id, message_id, seconds(self.simulator.clock.now()))
        query = {
            "id": self.simulator.new_tap(tap),
            "from": self.user.as_user(),
            "message": chat.as_api(message) if message else gone,
            "chat_instance": chat.instance,
            "data": data,
        }
        update_id = self.simulator.push(self.bot, "callback_query", query)
        return {"update_id": update_id, "message_id": message_id, "callback_query_id": query["id"]}

    def block(self, blocked: bool) -> Json:
        """Block the bot or let it write again; the bot is told by my_chat_member when that changes anything."""
        chat = self.conversation
        if chat.blocked == blocked:
            return {"update_id": None}
        chat.blocked = blocked
        self.simulator.changed(chat)
        states = [_membership(self.bot, "member"), _membership(self.bot, "kicked")]
        old, new = states if blocked else reversed(states)
        change = {
            "chat": chat.chat,
            "from": self.user.as_user(),
            "date": seconds(self.simulator.clock.now()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return {"update_id": self.simulator.push(self.bot, "my_chat_member", change)}

    def _send(self, content: Json) -> Json:
        """Send a message; a phone that blocked the bot unblocks it first, as Telegram's RESTART button does."""
        self.block(False)
        chat = self.conversation
        chat.started = True
        if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
            chat.keyboard = None
        message = self.simulator.write(chat, self.user.as_user(), content)
        update_id = self.simulator.push(self.bot, "message", chat.as_api(message))
        return {"update_id": update_id, "message_id": message.message_id}


def _caption(text: str) -> Json:
    text, entities = finish(text, [])
    return {"caption": text, **({"caption_entities": entities} if entities else {})} if text else {}


def _membership(bot: Bot, status: str) -> Json:
    left = {"until_date": 0} if status == "kicked" else {}
    return {"user": bot.as_user(), "status": status, **left}
