"""The state of the make-believe Telegram: plain, synchronous, deterministic; time and randomness come from outside."""

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from simulator.clock import Clock
from simulator.errors import ApiError, ControlError, bad_request
from simulator.faults import Faults
from simulator.files import FileStore
from simulator.ledger import Ledger
from simulator.limits import Limits
from simulator.model import CHANNELS, Bot, Conversation, Json, StoredMessage, User
from simulator.zalo.rules import Rules

CALLBACKS_KEPT = 20_000
_TOKEN = re.compile(r"(\d{1,15}):[A-Za-z0-9_-]{3,}")
_FIRST_UPDATE_ID = 1_000


@dataclass
class Tap:
    """A callback query that may still be answered; `asked` is the make-believe Unix second of the tap."""

    bot_id: int
    chat_id: int
    message_id: int
    asked: int


class Simulator:
    """Bots, people, chats and what passed between them. Not thread-safe: use it from the event loop that serves it."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self.bots: dict[int, Bot] = {}
        self.users: dict[int, User] = {}
        self.conversations: dict[tuple[int, int], Conversation] = {}
        self.taps: dict[str, Tap] = {}
        self.files = FileStore()
        self.faults = Faults(monotonic)
        self.limits = Limits(monotonic)
        self.zalo = Rules(monotonic)
        self.ledger = Ledger()
        self.url = ""
        self.version = 0
        self.people = 0
        self._tap_ids = itertools.count(4_200_000_001)
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change, in the caller's stack."""
        self._listeners.append(listener)

    def changed(self, conversation: Conversation | None = None) -> None:
        """Say that something (in this conversation) is different now."""
        self.version += 1
        if conversation:
            conversation.version = self.version
        for listener in self._listeners:
            listener()

    # Bots

    def bot_by_token(self, token: str, channel: str = "telegram") -> Bot:
        """Return the bot of a token, made at first use. ApiError 401 for a wrong one, 404 (Zalo: 401) for none."""
        match = _TOKEN.fullmatch(token)
        if not match:
            raise ApiError(404, "Not Found") if channel == "telegram" else ApiError(401, "Unauthorized")
        bot = self.bots.get(int(match[1])) or self.put_bot(token, channel=channel)
        if bot.revoked or (bot.token, bot.channel) != (token, channel):
            raise ApiError(401, "Unauthorized")
        return bot

    def put_bot(self, token: str, username: str = "", name: str = "", channel: str = "") -> Bot:
        """Make a bot (of Telegram when nothing is said), or give the bot of these digits another token or name."""
        _check(channel or "telegram")
        match = _TOKEN.fullmatch(token)
        if not match:
            raise ControlError("A token looks like 123456:ABC_def, with three characters or more after the colon.")
        number = int(match[1])
        bot = self.bots.get(number)
        if bot is None:
            bot = Bot(number, token, f"bot{number}_bot", f"Bot {number}", last_update_id=_FIRST_UPDATE_ID)
            self.bots[number] = bot
        bot.token, bot.revoked, bot.channel = token, False, channel or bot.channel
        bot.username, bot.name = username or bot.username, name or bot.name
        self.people += 1
        self.changed()
        return bot

    def bot_for(self, wanted: int | str | None) -> Bot:
        """Return a bot by id, username or token, the first one for None. Raises ControlError when there is none."""
        if wanted is None:
            found = next(iter(self.bots.values()), None)
        else:
            found = next((bot for bot in self.bots.values() if wanted in (bot.id, bot.username, bot.token)), None)
            found = found or self.bots.get(_number(wanted))
        if found is None:
            raise ControlError("No such bot has called yet; POST /sim/bot makes one.", 404)
        return found

    def bots_on(self, channel: str) -> list[Bot]:
        """Return the bots of one channel, in the order in which they were made."""
        return [bot for bot in self.bots.values() if bot.channel == channel]

    def bot_of(self, user: User, wanted: int | str | None = None) -> Bot:
        """Return the bot that a phone shows: the wanted one, else one that the person has started, else the first.

        Raises ControlError when there is none on the person's channel.
        """
        if wanted is None:
            bots = self.bots_on(user.channel)
            found = [bot for bot in bots if self.started(bot, user)] or bots
            wanted = found[0].id if found else -1
        bot = self.bot_for(wanted)
        if bot.channel != user.channel:
            raise ControlError(f"{user.name} is on {user.channel}, and that bot is not.")
        return bot

    # People and chats

    def put_user(self, user_id: int, **fields: str) -> User:
        """Make a person or change one: name, role, phone, channel ("telegram" or "zalo")."""
        _check(fields.get("channel", "telegram"))
        user = self.users.setdefault(user_id, User(user_id, f"Khách {user_id}"))
        for name, value in fields.items():
            setattr(user, name, value)
        for conversation in self.conversations.values():
            if conversation.id == user_id:
                conversation.chat = user.as_chat()
        self.people += 1
        self.changed()
        return user

    def put_group(self, chat_id: int, title: str) -> None:
        """Make a group of which every bot is a member."""
        for bot in self.bots_on("telegram"):
            chat = {"id": chat_id, "type": "supergroup", "title": title}
            self.conversations[bot.id, chat_id] = Conversation(bot.id, chat, started=True)
        self.changed()

    def started(self, bot: Bot, user: User) -> bool:
        """Whether a person has ever written to a bot."""
        found = self.conversations.get((bot.id, user.id))
        return found is not None and found.started

    def conversation(self, bot: Bot, user: User) -> Conversation:
        """Return the private chat of a person with a bot, which may not have been started yet."""
        key = (bot.id, user.id)
        if key not in self.conversations:
            self.conversations[key] = Conversation(bot.id, user.as_chat())
        return self.conversations[key]

    def writable(self, bot: Bot, chat_id: int | None) -> Conversation:
        """Return the chat that a bot may write to. Raises ApiError for an unknown, never-started or blocking one."""
        conversation = self.known(bot, chat_id)
        if conversation.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not conversation.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return conversation

    def known(self, bot: Bot, chat_id: int | None) -> Conversation:
        """Return a chat that exists for this bot. Raises ApiError when there is none."""
        if chat_id is None:
            raise bad_request("chat_id is empty")
        if (bot.id, chat_id) in self.conversations:
            return self.conversations[bot.id, chat_id]
        if chat_id not in self.users:
            raise bad_request("chat not found")
        return self.conversation(bot, self.users[chat_id])

    # What passes between them

    def write(self, conversation: Conversation, sender: Json, content: Json) -> StoredMessage:
        """Put a message into a chat under the chat's next number."""
        conversation.last_message_id += 1
        message = StoredMessage(conversation.last_message_id, self.clock.now(), sender, content)
        conversation.add(message)
        self.changed(conversation)
        return message

    def push(self, bot: Bot, kind: str, payload: Json) -> int | None:
        """Queue an update for a bot; return its id, None when the bot did not ask for this kind."""
        if not bot.wants(kind):
            return None
        return self.queue(bot, {kind: payload})

    def queue(self, bot: Bot, update: Json) -> int:
        """Queue an update under the bot's next number, and return that."""
        bot.last_update_id += 1
        bot.updates.append({"update_id": bot.last_update_id, **update})
        self.changed()
        return bot.last_update_id

    def new_tap(self, tap: Tap) -> str:
        """Remember a callback query until it is answered; return its id."""
        query_id = str(next(self._tap_ids))
        self.taps[query_id] = tap
        if len(self.taps) > CALLBACKS_KEPT:
            del self.taps[next(iter(self.taps))]
        return query_id


def _check(channel: str) -> None:
    if channel not in CHANNELS:
        raise ControlError(f"A channel is one of {', '.join(CHANNELS)}.")


def _number(wanted: int | str) -> int:
    return int(wanted) if isinstance(wanted, int) or wanted.isdecimal() else -1
