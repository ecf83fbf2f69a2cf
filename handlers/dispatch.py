"""From what arrived to the one handler that answers it, in one transaction."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from channels.base import Document, Incoming
from content import Message
from db import addresses, conversations, inbox, outbox, people, wire
from db.conversations import NEW_MENU, Conversation, Offer
from db.people import Person
from db.rules import Rules
from handlers import answer, ask, calls, cancel, home, join, on, picked, picking, privacy
from handlers.router import SILENCE, Entry, Turn, Who
from sheets.roster import RosterFile, UnreadableRoster
from vietnamese.text import fold, word_number

HOME_WORDS = frozenset({"0", "menu", "ve dau", "quay lai", "trang chu"})
ENOUGH = frozenset({"thoi", "thoi a", "thoi nhe", "thoi khong"})
HOME, LET_GO = "home", "let_go"

_RIGHTS = {
    Who.SECRETARY: frozenset(people.SECRETARIES),
    Who.STAFF: frozenset({*people.SECRETARIES, "official"}),
    Who.OFFICIAL: frozenset({"official"}),
}


@dataclass(frozen=True)
class Heard:
    """One waiting row of the inbox, read by its channel, with the document that was fetched for it."""

    row_id: int
    bot_id: int
    incoming: Incoming
    said_at: datetime
    document: RosterFile | UnreadableRoster | None = None


def handle(connection: Connection, heard: Heard, now: datetime, rules: Rules) -> Message | None:
    """Answer one event: every effect and the answer itself are rows of this transaction.

    Returns the answer (queued already unless it is a toast), or None where there is nothing to say.
    """
    if not inbox.take(connection, heard.row_id):
        return None
    turn = _turn(connection, heard, now, rules)
    begun = replace(turn.conversation, draft=copy.deepcopy(turn.conversation.draft))
    if heard.incoming.action and heard.incoming.message_id:
        wire.proven(connection, turn.address.id, heard.incoming.message_id, heard.incoming.action, now)
    lost = turn.conversation.lost
    message = _answer(turn, heard.said_at)
    if turn.conversation.lost == lost:
        turn.conversation.lost = 0  # it was understood: what comes next begins anew
    if message is SILENCE:
        message = None
    if message:
        _remember(turn.conversation, message, now)
        if not (message.toast and turn.incoming.tap_id):
            outbox.answer(connection, turn.address.id, message.to_json(), now)
    if turn.conversation != begun:
        conversations.save(connection, turn.address.id, turn.conversation)
    return message


def trouble(connection: Connection, heard: Heard, now: datetime, rules: Rules) -> None:
    """Say kindly that it did not work out, with the number by which the operator finds it (voice.md X9)."""
    turn = _turn(connection, heard, now, rules)
    message = turn.say("trouble", number=heard.row_id, phone=home.office_phone(turn))
    outbox.answer(connection, turn.address.id, message.to_json(), now)


def may_want_file(incoming: Incoming) -> bool:
    """Whether it is worth looking whether a document has to be fetched; of a tap its action says so by itself."""
    if incoming.kind == "tap":
        return _refetches(incoming.action or "")
    return incoming.kind in ("document", "text")


def wanted_file(connection: Connection, heard: Heard) -> Document | None:
    """The document that has to be fetched before this event can be handled: only for those who may send one."""
    incoming = heard.incoming
    address_id = addresses.find(connection, heard.bot_id, incoming.chat)
    if address_id is None:
        return None
    behind = addresses.people_at(connection, address_id)
    if not any(_holds(connection, person, Who.OFFICIAL) for person in behind):
        return None
    if incoming.document:
        return incoming.document
    draft = conversations.load(connection, address_id).draft
    if "file_id" not in draft or not _refetches(_action(connection, heard, address_id)):
        return None
    return Document(draft["file_id"], draft["file_name"], None)


def _refetches(action: str) -> bool:
    words = action.split()
    # On a shared phone the action comes behind whoever acts: "as 17 roster_apply 0f".
    words = words[2:] if words[:1] == ["as"] else words
    entry = on.actions.get(words[0]) if words else None
    return entry is not None and entry.refetches


def _action(connection: Connection, heard: Heard, address_id: int) -> str:
    if heard.incoming.action:
        return heard.incoming.action
    return picking.picked(conversations.newest_offers(connection, address_id, heard.said_at), heard.incoming.text) or ""


def _turn(connection: Connection, heard: Heard, now: datetime, rules: Rules) -> Turn:
    address = addresses.heard_from(connection, heard.bot_id, heard.incoming.chat, now)
    behind = tuple(addresses.people_at(connection, address.id))
    conversation = conversations.load(connection, address.id)
    if conversation.expects and not conversation.awaits(now):
        conversation.forget()
    return Turn(connection, heard.incoming, address, behind, conversation, now, rules, document=heard.document)


def _remember(conversation: Conversation, message: Message, now: datetime) -> None:
    conversation.expects = message.expects
    conversation.expects_number = message.wants_number
    conversation.expects_since = now if message.expects else None


# ---- routing: tap, home, awaited number, choice, words, awaited text, attendance, question, lost ----


def _answer(turn: Turn, said_at: datetime) -> Message | None:
    incoming, last = turn.incoming, picked.take(turn)
    if incoming.kind == "tap":
        return run(turn, incoming.action or "")
    if incoming.kind != "text":
        return _event(turn)
    return _text(turn, said_at, last)


def _event(turn: Turn) -> Message | None:
    entry = on.events.get(turn.incoming.kind)
    if entry is None:
        return home.unreadable(turn)
    # No action goes along: an event cannot be run again by a button once it is known who sent it.
    return _call(turn, entry, "", [])


def _text(turn: Turn, said_at: datetime, last: Sequence[str] | None) -> Message | None:
    if message := join.digits(turn) or (None if turn.people else join.stranger(turn)):
        return message
    words = fold(turn.text).strip(" .!?")
    offers = conversations.newest_offers(turn.connection, turn.address.id, said_at)
    if action := _way_back(turn, words, offers):
        return run(turn, action)
    if turn.conversation.expects_number and (message := _awaited(turn)):
        return message
    if message := _choice(turn, offers, said_at) or _taken_back(turn, last, words, offers):
        return message
    named = on.words.get(words) or picking.yes_or_no(offers, turn.text) or picking.labelled(offers[1:], turn.text)
    if action := named or privacy.meant(turn) or cancel.meant(turn, words):
        return run(turn, action)
    found = _awaited(turn) or _meant(turn, offers) or ask.about(turn)
    return found or join.waiting(turn) or privacy.left_over(turn) or home.lost(turn)


def _meant(turn: Turn, offers: Sequence[Offer]) -> Message | None:
    """Words that answer the open question about a meeting."""
    newest = offers[0].choices if offers else []
    action = calls.meant(turn, newest) or answer.meant(turn, newest)
    return _run_picked(turn, action) if action else None


def _way_back(turn: Turn, words: str, offers: Sequence[Offer]) -> str | None:
    """Out of whatever is going on: the newest label, home, the persistent menu, or "thôi"."""
    if words in ENOUGH:
        begun = turn.conversation.expects or home.unfinished(turn)
        return picking.way_out(offers) or (LET_GO if begun else HOME)
    labelled = picking.labelled(offers[:1], turn.text)
    return labelled or (HOME if words in HOME_WORDS else _menu_action(turn, words))


def _menu_action(turn: Turn, words: str) -> str | None:
    """The entry of the persistent menu that was tapped: its label comes back as words."""
    labels = {fold(choice.label): choice.action for choice in home.menu_choices(turn)}
    return labels.get(words)


def _awaited(turn: Turn) -> Message | None:
    entry = on.texts.get(turn.conversation.expects or "")
    return _call(turn, entry, "", []) if entry else None


def _choice(turn: Turn, offers: Sequence[Offer], said_at: datetime) -> Message | None:
    action, number = picking.picked(offers[:1], turn.text), word_number(turn.text)
    if action is None:
        return _unknown_number(turn, offers, number) if offers and number is not None and number <= 9 else None
    other = picking.picked(offers[1:], turn.text) if number else None
    newest = offers[0]
    # A message that came by itself within the last minute may not have been read when the number was written.
    if not newest.solicited and said_at - newest.left_at < NEW_MENU and other not in (None, action):
        return turn.say("number_twice", text=turn.text, options=[_found(offers[0], action), _found(offers[1], other)])
    return _by_number(turn, offers, action, number) if number else _run_picked(turn, action, newest)


def _unknown_number(turn: Turn, offers: Sequence[Offer], number: int) -> Message:
    """A number that the newest menu does not have: an open question before it may, else the menu is shown again."""
    return picked.old_question(turn, offers, number) or turn.say("number_unknown", choices=offers[0].choices)


def _by_number(turn: Turn, offers: Sequence[Offer], action: str, number: int) -> Message | None:
    """A number says less than words: what it was taken for is named, and what else it may have answered asked anew."""
    label = _found(offers[0], action)["label"]
    message = _run_picked(turn, action, offers[0])
    again = picked.old_question(turn, offers, number, label) if picked.is_done(message) else None
    if again is None or message is None:
        return picked.named(turn, number, label, message)
    outbox.answer(turn.connection, turn.address.id, message.to_json(), turn.now)
    return again


def _run_picked(turn: Turn, action: str, menu: Offer | None = None) -> Message | None:
    message = run(turn, action)
    picked.keep(turn, action, menu)
    return message


def _taken_back(turn: Turn, last: Sequence[str] | None, words: str, offers: Sequence[Offer]) -> Message | None:
    found = picked.taken_back(turn, last, words, offers) or picked.at_the_end(turn, last, offers)
    return run(turn, found) if isinstance(found, str) else found


def _found(offer: Offer, action: str | None) -> dict[str, str]:
    return next(choice for choice in offer.choices if choice["action"] == action)


# ---- running: rights, and which of several people acts ----


def run(turn: Turn, action: str) -> Message | None:
    """Run an action by its words: "answer 42 yes", or "as 17 answer 42 yes" where several share a phone."""
    words = action.split()
    if words[:1] == ["as"] and len(words) > 2:
        turn.persons = _acting(turn, words[1])
        if not turn.persons:
            return home.lost(turn)  # an old button of somebody who is not at this phone any more
        words = words[2:]
    entry = on.actions.get(words[0]) if words else None
    try:
        arguments = entry.arguments(words[1:]) if entry else []
    except ValueError:
        entry = None
    return _call(turn, entry, " ".join(words), arguments) if entry else home.lost(turn)


def _acting(turn: Turn, who: str) -> tuple[Person, ...]:
    return turn.people if who == "all" else tuple(p for p in turn.people if str(p.id) == who)


def _call(turn: Turn, entry: Entry, action: str, arguments: list[object]) -> Message | None:
    if entry.who is Who.ANYONE:
        return entry.handler(turn, *arguments)
    if not turn.people:
        return home.stranger(turn)
    candidates = turn.persons or tuple(p for p in turn.people if _holds(turn.connection, p, entry.who))
    if not candidates or not all(_holds(turn.connection, p, entry.who) for p in candidates):
        return home.not_yours(turn)
    if len(candidates) > 1 and not (turn.persons and entry.together):
        if action:
            return turn.say("who_acts", people=candidates, action=action, together=entry.together)
        candidates = _began(turn, candidates)
    turn.persons = candidates
    turn.draft["by"] = candidates[0].id
    return entry.handler(turn, *arguments)


def _began(turn: Turn, candidates: tuple[Person, ...]) -> tuple[Person, ...]:
    """Whoever of a household began what an awaited text goes on with."""
    return tuple(p for p in candidates if p.id == turn.draft.get("by")) or candidates[:1]


def _holds(connection: Connection, person: Person, who: Who) -> bool:
    if who in (Who.ANYONE, Who.MEMBER):
        return True
    return any(role in _RIGHTS[who] for role, _ in people.roles_of(connection, person.id))
