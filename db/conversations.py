"""What a chat is in the middle of: the awaited answer, the choices it has been shown, the screens it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, select

from db.columns import among
from db.sql import put
from db.tables import addresses, conversations, offers, screens

FORGET_AFTER = timedelta(minutes=30)  # an awaited answer
NEW_MENU = timedelta(minutes=1)  # a menu that left within this time before a number was written may not have been read
KEPT_OFFERS = 5
DEAD_KEPT = timedelta(days=1)  # the menus of a chat that may come back to life


@dataclass
class Conversation:
    """One chat's state. `draft` is what is being put together, emptied when it is done or given up."""

    expects: str | None = None
    expects_number: bool = False
    expects_since: datetime | None = None
    draft: dict[str, Any] = field(default_factory=dict)
    acting: str | None = None
    cell_id: int | None = None
    lost: int = 0

    def awaits(self, now: datetime) -> str | None:
        if self.expects and self.expects_since and now - self.expects_since <= FORGET_AFTER:
            return self.expects
        return None

    def forget(self) -> None:
        self.expects, self.expects_number, self.expects_since = None, False, None
        self.draft = {}


@dataclass(frozen=True)
class Offer:
    """Choices that left for a chat: [{"label", "action"}] in their order."""

    left_at: datetime
    message_id: str | None
    solicited: bool
    choices: list[dict[str, str]]


def load(connection: Connection, address_id: int) -> Conversation:
    row = connection.execute(_LOADED, {"here": address_id}).first()
    if row is None:
        return Conversation()
    values = {name: value for name, value in row._mapping.items() if name != "address_id"}
    return Conversation(**values)


_LOADED = select(conversations).where(conversations.c.address_id == bindparam("here"))


def save(connection: Connection, address_id: int, conversation: Conversation) -> None:
    put(connection, conversations, {"address_id": address_id}, vars(conversation))


def offered(connection: Connection, menus: Sequence[tuple[int, Offer]]) -> None:
    """Remember the choices of messages that have left, address by address; only the newest few are kept."""
    if not menus:
        return
    connection.execute(offers.insert(), [{"address_id": address_id, **vars(offer)} for address_id, offer in menus])
    connection.execute(_FORGET_OLDER, {"here": [address_id for address_id, _ in menus]})


def _older() -> Select[Any]:
    place = func.row_number().over(partition_by=offers.c.address_id, order_by=offers.c.id.desc()).label("place")
    here = among(offers.c.address_id, "here")
    ranked = select(offers.c.id, place).where(here).subquery()
    return select(ranked.c.id).where(ranked.c.place > KEPT_OFFERS)


_FORGET_OLDER = offers.delete().where(offers.c.id.in_(_older()))


def newest_offers(connection: Connection, address_id: int, said_at: datetime) -> list[Offer]:
    """The menus kept that had left before somebody wrote, newest first."""
    before = (offers.c.address_id == address_id) & (offers.c.left_at <= said_at)
    found = select(offers.c.left_at, offers.c.message_id, offers.c.solicited, offers.c.choices).where(before)
    return [Offer(*row) for row in connection.execute(found.order_by(offers.c.id.desc()).limit(KEPT_OFFERS)).all()]


@dataclass(frozen=True)
class Shown:
    """A live screen where it stands. `told`: how often it was sent by itself on the local day `told_on`."""

    message_id: str
    matters: str | None
    told_on: str | None
    told: int


def shown(connection: Connection, address_id: int, name: str, message_id: str, matters: str, now: datetime) -> None:
    values = {"message_id": message_id, "shown_at": now, "matters": matters}
    put(connection, screens, {"address_id": address_id, "name": name}, values)


def told(connection: Connection, address_id: int, name: str, today: str) -> None:
    """Count a screen that is sent as a message of its own because nothing can be edited there."""
    here = (screens.c.address_id == address_id) & (screens.c.name == name)
    again = case((screens.c.told_on == today, screens.c.told + 1), else_=1)
    connection.execute(screens.update().where(here).values(told_on=today, told=again))


def unshow(connection: Connection, address_id: int, name: str) -> None:
    """The message of a live screen is gone: the next render is a new one."""
    here = (screens.c.address_id == address_id) & (screens.c.name == name)
    connection.execute(screens.delete().where(here))


def standing(connection: Connection, address_id: int, name: str) -> Shown | None:
    """Where a live screen stands at an address, if it does."""
    row = connection.execute(_STANDING, {"here": address_id, "named": name}).first()
    return Shown(*row) if row else None


_STANDING = select(screens.c.message_id, screens.c.matters, screens.c.told_on, screens.c.told).where(
    screens.c.address_id == bindparam("here"), screens.c.name == bindparam("named")
)


def watchers(connection: Connection, name: str) -> list[int]:
    """The addresses where this live screen stands."""
    return list(connection.execute(_WATCHERS, {"named": name}).scalars())


_WATCHERS = select(screens.c.address_id).where(screens.c.name == bindparam("named"))


def clean(connection: Connection, now: datetime) -> int:
    """Forget what nobody went on with, and the menus of chats that are gone; how many rows."""
    given_up = conversations.c.expects_since < now - FORGET_AFTER
    empty: dict[str, Any] = {"expects": None, "expects_number": False, "expects_since": None, "draft": {}}
    forgotten = connection.execute(conversations.update().where(given_up).values(**empty)).rowcount
    gone = select(addresses.c.id).where(addresses.c.dead_at < now - DEAD_KEPT)
    return forgotten + connection.execute(offers.delete().where(offers.c.address_id.in_(gone))).rowcount
