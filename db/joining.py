"""Invitations: nine digits on paper, or a link, for the people of one household; and the installation's claim code.

Neither digits nor links are stored: both follow from the installation's secret, the invitation's number and its
attempt, so that a paper can be printed again, and the database alone opens no door.
"""

from __future__ import annotations

import base64
import hmac
import math
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from db import people as people_rows
from db.columns import moment
from db.people import Person
from db.rules import Rules
from db.sql import insert, many, one
from db.tables import addresses, bots, installation, invitation_people, invitations, join_attempts, links, people
from db.units import Unit
from vietnamese.text import fold

EXAMPLE = "482913057"  # printed on papers and in messages, so that it must never be anybody's
LENGTH = 9
VALID = timedelta(days=30)
CLAIM_VALID = timedelta(days=7)

MOST_IN_A_ROW = 5
WAIT = timedelta(minutes=15)
MOST_A_DAY = 20
ALARM_AN_HOUR = 50

# Words that people put around their digits, folded.
_FILLERS = {"ma", "so", "la", "cua", "toi", "day", "xin", "gui", "nhan", "dien", "thoai", "sdt", "dt", "a", "nhe"}
# Whatever else is a sentence, a clock time or a date.
_NO_DIGITS = re.compile(r"[^\w\s.,:–+()-]|_|\d:\d|\d[.-]\d{1,2}[.-]\d{4}\b")


@dataclass(frozen=True)
class Invitation:
    id: int
    attempt: int
    digits_hash: str | None
    token_hash: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    address_id: int | None
    void_at: datetime | None


@dataclass(frozen=True)
class JoinLine:
    """One strip of the sheet to print: names (several in a household), digits "482 913 057", the deep link if any."""

    number: int
    names: tuple[str, ...]
    digits: str
    link: str | None


# ---- the words of an invitation ----


def digits_of(invitation: Invitation, secret: bytes) -> str:
    """The nine digits of an invitation."""
    made = _mac(secret, f"digits:{invitation.id}:{invitation.attempt}")
    return f"{int.from_bytes(made[:8], 'big') % 10**LENGTH:0{LENGTH}}"


def link_token_of(invitation: Invitation, secret: bytes) -> str:
    """What the deep link and the square carry: 32 characters of [A-Za-z0-9_-], 192 bits."""
    made = _mac(secret, f"token:{invitation.id}:{invitation.attempt}")
    return base64.urlsafe_b64encode(made[:24]).decode()


def grouped(digits: str) -> str:
    """482913057 as it is printed and read aloud: 482 913 057."""
    return " ".join(digits[at : at + 3] for at in range(0, len(digits), 3))


def read_digits(text: str) -> str | None:
    """The digits of a message that says nothing else: "mã 482.913.057 ạ" → "482913057"; None for other messages."""
    folded = fold(unicodedata.normalize("NFKC", text))
    if _NO_DIGITS.search(folded) or not set(re.findall(r"[^\W\d]+", folded)) <= _FILLERS:
        return None
    return "".join(re.findall(r"[0-9]", folded)) or None


def _mac(secret: bytes, what: str) -> bytes:
    return hmac.digest(secret, what.encode(), "sha256")


def _hash(secret: bytes, what: str) -> str:
    """What is stored of digits or a token: nobody can try out all digits without the secret."""
    return _mac(secret, f"stored:{what}").hex()


# ---- making and finding ----


def invite(connection: Connection, persons: Sequence[Person], now: datetime, secret: bytes) -> Invitation:
    """The invitation of one person, or of the people of one household.

    An unused one for exactly these people goes on, for another 30 days, so that papers which were printed before
    stay good; otherwise a new one is made, and what named any of them before is void.
    """
    wanted = {person.id for person in persons}
    for invitation in _naming(connection, wanted, invitations.c.used_at.is_(None), invitations.c.expires_at > now):
        if _named(connection, invitation.id) == wanted:
            return _set(connection, invitation.id, expires_at=now + VALID)
    void(connection, wanted, now)
    return _make(connection, wanted, now, secret)


def void(connection: Connection, person_ids: Iterable[int], now: datetime) -> None:
    """From now on no invitation that names one of these people opens anything."""
    old = invitations.update().where(invitations.c.id.in_(_ids_naming(person_ids)), invitations.c.void_at.is_(None))
    connection.execute(old.values(void_at=now))


def _make(connection: Connection, person_ids: Iterable[int], now: datetime, secret: bytes) -> Invitation:
    made = insert(connection, invitations, attempt=0, made_at=now, expires_at=now + VALID)
    rows = [{"invitation_id": made, "person_id": person_id} for person_id in sorted(person_ids)]
    connection.execute(invitation_people.insert(), rows)
    invitation = _set(connection, made)
    while _taken(connection, digits_of(invitation, secret), secret):
        invitation = _set(connection, made, attempt=invitation.attempt + 1)
    digits, token = digits_of(invitation, secret), link_token_of(invitation, secret)
    return _set(connection, made, digits_hash=_hash(secret, digits), token_hash=_hash(secret, token))


def _taken(connection: Connection, digits: str, secret: bytes) -> bool:
    hashed = _hash(secret, digits)
    mine, theirs = installation.c.claim_hash == hashed, invitations.c.digits_hash == hashed
    known = connection.execute(select(or_(exists().where(mine), exists().where(theirs)))).scalar()
    return digits == EXAMPLE or bool(known)


def _set(connection: Connection, invitation_id: int, **values: object) -> Invitation:
    mine = invitations.c.id == invitation_id
    if values:
        connection.execute(invitations.update().where(mine).values(**values))
    return Invitation(**connection.execute(select(invitations).where(mine)).one()._mapping)


def get(connection: Connection, invitation_id: int) -> Invitation | None:
    return one(Invitation, connection.execute(select(invitations).where(invitations.c.id == invitation_id)).first())


def by_digits(connection: Connection, digits: str, secret: bytes) -> Invitation | None:
    hashed = invitations.c.digits_hash == _hash(secret, digits)
    return one(Invitation, connection.execute(select(invitations).where(hashed)).first())


def by_token(connection: Connection, token: str, secret: bytes) -> Invitation | None:
    hashed = invitations.c.token_hash == _hash(secret, token)
    return one(Invitation, connection.execute(select(invitations).where(hashed)).first())


def people_of(connection: Connection, invitation_id: int) -> list[Person]:
    """Whom an invitation names and who has not left since, by given name."""
    named = select(people).join(invitation_people).where(invitation_people.c.invitation_id == invitation_id)
    rows = connection.execute(named.where(people.c.left_at.is_(None)).order_by(people.c.sort_key)).all()
    return many(Person, rows)


def _named(connection: Connection, invitation_id: int) -> set[int]:
    mine = invitation_people.c.invitation_id == invitation_id
    return set(connection.execute(select(invitation_people.c.person_id).where(mine)).scalars())


def _ids_naming(person_ids: Iterable[int]) -> Select[tuple[int]]:
    return select(invitation_people.c.invitation_id).where(invitation_people.c.person_id.in_(list(person_ids)))


def _naming(connection: Connection, person_ids: Iterable[int], *only: ColumnElement[bool]) -> list[Invitation]:
    mine = select(invitations).where(invitations.c.id.in_(_ids_naming(person_ids)), invitations.c.void_at.is_(None))
    return many(Invitation, connection.execute(mine.where(*only).order_by(invitations.c.id)).all())


# ---- using ----


def use(connection: Connection, invitation_id: int, address_id: int, now: datetime) -> bool:
    """Bind an invitation to the address that holds the paper; False where it is void, too late, or bound elsewhere."""
    mine = (invitations.c.id == invitation_id) & invitations.c.void_at.is_(None)
    free = invitations.c.used_at.is_(None) & (invitations.c.expires_at > now)
    here = invitations.c.address_id == address_id
    values = {"used_at": func.coalesce(invitations.c.used_at, moment(now)), "address_id": address_id}
    return connection.execute(invitations.update().where(mine, or_(free, here)).values(**values)).rowcount == 1


def close_others(connection: Connection, person_id: int, address_id: int, now: datetime) -> None:
    """Somebody has joined: other papers that name him are good on this phone alone."""
    unused = invitations.c.used_at.is_(None) & invitations.c.id.in_(_ids_naming([person_id]))
    connection.execute(invitations.update().where(unused).values(used_at=now, address_id=address_id))


# ---- tries ----


def limit(connection: Connection, address_id: int, now: datetime, rules: Rules) -> Literal["wait", "day"] | None:
    """Whether an address has tried too often: five wrong in a row, or twenty in a day."""
    today = rules.at(rules.local(now).date(), time.min)
    mine = join_attempts.c.address_id == address_id
    count = select(func.count()).select_from(join_attempts).where(mine, join_attempts.c.at >= today)
    if connection.execute(count).scalar_one() >= MOST_A_DAY:
        return "day"
    found = connection.execute(select(func.max(join_attempts.c.id)).where(mine, join_attempts.c.right)).scalar()
    wrong = select(func.count(), func.max(join_attempts.c.at)).where(mine, join_attempts.c.id > (found or 0))
    streak, newest = connection.execute(wrong).one()
    waits = streak and streak % MOST_IN_A_ROW == 0 and now - newest < WAIT
    return "wait" if waits else None


def tried(connection: Connection, address_id: int, now: datetime, *, right: bool) -> bool:
    """Count a try; True when the wrong ones of all chats within an hour are a reason for alarm."""
    insert(connection, join_attempts, address_id=address_id, at=now, right=right)
    recent = (join_attempts.c.at > now - timedelta(hours=1)) & join_attempts.c.right.is_(False)
    count = connection.execute(select(func.count()).select_from(join_attempts).where(recent)).scalar_one()
    return not right and count >= ALARM_AN_HOUR


def clean(connection: Connection, now: datetime) -> int:
    """Drop the tries that no limit looks at any more; how many."""
    old = join_attempts.c.at < now - timedelta(days=2)
    return connection.execute(join_attempts.delete().where(old)).rowcount


# ---- the sheet ----


def households(persons: Iterable[Person]) -> list[list[Person]]:
    """People of one cell who share a phone number together, everybody else alone; in the order given."""
    groups: dict[tuple[int, str | int], list[Person]] = {}
    for person in persons:
        groups.setdefault((person.unit_id, person.phone or person.id), []).append(person)
    return list(groups.values())


def not_joined(connection: Connection, cell: Unit) -> list[Person]:
    """Who of a unit's own people has not agreed anywhere, by given name."""
    waiting = (people.c.unit_id == cell.id) & people.c.left_at.is_(None) & people.c.erase_asked_at.is_(None)
    found = select(people).where(waiting, ~people_rows.joined()).order_by(people.c.sort_key)
    return many(Person, connection.execute(found).all())


def household_of(connection: Connection, person: Person) -> list[Person]:
    """The person, and whoever of the same cell and phone number has not joined either."""
    if person.phone is None:
        return [person]
    same = (people.c.unit_id == person.unit_id) & (people.c.phone == person.phone) & people.c.left_at.is_(None)
    found = select(people).where(same, ~people_rows.joined() | (people.c.id == person.id)).order_by(people.c.sort_key)
    return many(Person, connection.execute(found).all())


def join_lines(
    connection: Connection, cell: Unit, secret: bytes, now: datetime, bot_username: str | None
) -> list[JoinLine]:
    """A strip for everybody of a cell who has not joined, one for a household. Makes invitations: a write.

    `bot_username` is the bot on Telegram; where there is none, the digits alone lead in.
    """
    lines = []
    for number, household in enumerate(households(not_joined(connection, cell)), 1):
        invitation = invite(connection, household, now, secret)
        start = f"https://t.me/{bot_username}?start={link_token_of(invitation, secret)}"
        names = tuple(person.name for person in household)
        digits = grouped(digits_of(invitation, secret))
        lines.append(JoinLine(number, names, digits, start if bot_username else None))
    return lines


# ---- the bot to write to ----


@dataclass(frozen=True)
class _Bot:
    id: int
    channel: str
    username: str
    unit_id: int | None
    most_people: int | None
    people: int  # chats behind which somebody has agreed

    @property
    def room(self) -> float:
        return math.inf if self.most_people is None else self.most_people - self.people


def bots_for(connection: Connection, unit: Unit, asked: int, in_use: Collection[int]) -> dict[str, str]:
    """channel -> the name of the bot to which new people of a unit shall write.

    Of the bots `in_use` that are for these people or for everybody, the one of their own commune comes first, then the
    one with most room. A channel on which all are full is left out; where none has room, it is the bot `asked`, through
    which the paper was wanted.
    """
    found = many(_Bot, connection.execute(_bots(unit)).all())
    known = sorted((bot for bot in found if bot.id in {asked, *in_use}), key=lambda bot: _last(bot, asked))
    with_room = [bot for bot in known if bot.room > 0]
    # A later one of the same channel takes the place of an earlier one.
    return {bot.channel: bot.username for bot in with_room or [bot for bot in known if bot.id == asked]}


def _last(bot: _Bot, asked: int) -> tuple[bool, float, bool, int]:
    """The order of bots, the best one last."""
    return bot.unit_id is not None, bot.room, bot.id == asked, -bot.id


def _bots(unit: Unit) -> Select[Any]:
    agreed = exists().where(links.c.address_id == addresses.c.id, links.c.consent == "agreed")
    here = (addresses.c.bot_id == bots.c.id) & addresses.c.dead_at.is_(None) & agreed
    count = select(func.count()).select_from(addresses).where(here).scalar_subquery()
    theirs = or_(bots.c.unit_id.is_(None), bots.c.unit_id.in_([int(part) for part in unit.path.split(".") if part]))
    shown = (bots.c.id, bots.c.channel, bots.c.username, bots.c.unit_id, bots.c.most_people, count.label("people"))
    return select(*shown).where(theirs)


# ---- the installation's own code ----


def new_claim_code(connection: Connection, secret: bytes, now: datetime) -> str:
    """Nine digits for the first official, good once and for a week; an earlier code is worth nothing any more."""
    code = f"{secrets.randbelow(10**LENGTH):0{LENGTH}}"
    while _taken(connection, code, secret):
        code = f"{secrets.randbelow(10**LENGTH):0{LENGTH}}"
    values = {"claim_hash": _hash(secret, code), "claim_until": now + CLAIM_VALID, "claimed_at": None}
    if connection.execute(installation.update().values(**values)).rowcount == 0:
        insert(connection, installation, **values)
    return code


def claim_state(
    connection: Connection, digits: str, secret: bytes, now: datetime
) -> Literal["open", "used", "expired"] | None:
    """What the claim code is worth if these are its digits; None if they are not."""
    hashed = installation.c.claim_hash == _hash(secret, digits)
    row = connection.execute(select(installation).where(hashed)).first()
    if row is None:
        return None
    if row.claimed_at:
        return "used"
    return "open" if now < row.claim_until else "expired"


def claim(connection: Connection, now: datetime) -> bool:
    """Use the claim code up; False when somebody else was quicker or it is too late."""
    free = installation.c.claimed_at.is_(None) & (installation.c.claim_until > now)
    return connection.execute(installation.update().where(free).values(claimed_at=now)).rowcount == 1
