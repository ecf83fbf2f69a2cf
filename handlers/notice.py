"""An official's notice: written, shown as people will see it, sent once, and watched; and a member's "đã nắm"."""

from __future__ import annotations

import re
from typing import Any

from content import Message, prose
from db import audience as audiences
from db import conversations, doubts, notices, outbox, receipts, units
from db.notices import LONGEST, Notice
from db.secrecy import secret_mark
from handlers.planning import begin, is_in, says_yes
from handlers.router import Router, Turn, Who
from vietnamese.text import syllables

on = Router()

CELLS_A_PAGE = 10
NAMES_A_PAGE = 7
DOUBTS_A_PAGE = 4  # with the moment, and a choice each
NOTICES_A_PAGE = 5
_SENTENCE_END = re.compile(r"[.?!:;]\s|\n")


# ---- writing ----


@on.action("notice", who=Who.OFFICIAL, words=("gui thong bao", "viet thong bao"))
def compose(turn: Turn) -> Message:
    turn.conversation.forget()
    return turn.say("notice_compose", expects="notice.text")


@on.action("notice_edit", who=Who.OFFICIAL)
def edit(turn: Turn, notice_id: int) -> Message:
    """Write it anew: the draft is given up, so that none of its buttons can send it any more."""
    notices.drop(turn.connection, notice_id, turn.person.id)
    return compose(turn)


@on.action("notice_drop", who=Who.OFFICIAL)
def drop(turn: Turn, notice_id: int) -> Message:
    notices.drop(turn.connection, notice_id, turn.person.id)
    turn.conversation.forget()
    return turn.say("notice_dropped")


def go_on(turn: Turn) -> Message:
    """Back to the draft, at the step where it was left."""
    draft = turn.draft
    if "to" in draft:
        return preview(turn, draft["notice"], draft["to"], draft["cell"])
    return audience(turn, draft["notice"])


@on.text("notice.text", who=Who.OFFICIAL)
def text(turn: Turn) -> Message:
    """Take the words of the notice; what is marked as secret or too long is not kept."""
    if mark := secret_mark(turn.text):
        return turn.say("notice_secret", mark=mark)
    if len(turn.text) > LONGEST:
        return turn.say("notice_long", length=len(turn.text), longest=LONGEST, expects="notice.text")
    draft = notices.write(turn.connection, turn.person.id, turn.text, turn.now)
    begin(turn, "notice", notice=draft.id)
    return turn.say("notice_audience", notice=draft)


@on.action("notice_audience", who=Who.OFFICIAL)
def audience(turn: Turn, notice_id: int) -> Message:
    draft = notices.draft_of(turn.connection, notice_id, turn.person.id)
    return turn.say("notice_audience", notice=draft) if draft else _gone(turn, notice_id)


@on.action("notice_cells", who=Who.OFFICIAL)
def cells(turn: Turn, notice_id: int, page: int) -> Message:
    """Pick the one cell."""
    draft = notices.draft_of(turn.connection, notice_id, turn.person.id)
    if draft is None:
        return _gone(turn, notice_id)
    below = units.cells(turn.connection, units.get(turn.connection, draft.unit_id))
    shown = below[page * CELLS_A_PAGE :][:CELLS_A_PAGE]
    more = len(below) > (page + 1) * CELLS_A_PAGE
    return turn.say("notice_cells", notice=draft, cells=shown, page=page, more=more)


@on.action("notice_to", who=Who.OFFICIAL)
def preview(turn: Turn, notice_id: int, to: str, cell_id: int) -> Message:
    """The notice as people will see it, in a message of its own, then whom it will reach."""
    draft = notices.draft_of(turn.connection, notice_id, turn.person.id)
    if draft is None:
        return _gone(turn, notice_id)
    unit = units.get(turn.connection, draft.unit_id)
    cell = next((cell for cell in units.cells(turn.connection, unit) if cell.id == cell_id), None)
    if to not in audiences.AUDIENCES or (to == "cell") != (cell is not None):
        return turn.say("notice_audience", notice=draft)
    shown = turn.say("notice", notice=draft, unit=unit, preview=True)
    outbox.answer(turn.connection, turn.address.id, shown.to_json(), turn.now)
    reach = audiences.reach(turn.connection, unit, to, cell_id)
    begin(turn, "notice", notice=draft.id, to=to, cell=cell_id)
    said: dict[str, Any] = {"to": to, "cell": cell, "reach": reach, "long_sentence": _long_sentence(draft.text)}
    return turn.say("notice_check", notice=draft, **said, expects="notice.sure" if reach.reached else None)


def _long_sentence(words: str) -> int | None:
    """The tiếng of the longest sentence, if a slow reader would stumble over it (voice.md 16): a hint, never a stop."""
    longest = max(len(syllables(sentence)) for sentence in _SENTENCE_END.split(words))
    return longest if longest > prose.LONGEST_SENTENCE else None


# ---- sending ----


@on.text("notice.sure", who=Who.OFFICIAL)
def sure(turn: Turn) -> Message | None:
    """A plain yes to what has just been shown."""
    if not says_yes(turn) or not is_in(turn, "notice") or "to" not in turn.draft:
        return None
    return send(turn, turn.draft["notice"], turn.draft["to"], turn.draft["cell"])


@on.action("notice_send", who=Who.OFFICIAL)
def send(turn: Turn, notice_id: int, to: str, cell_id: int) -> Message:
    """Send at once, but in the hours of rest only after one more word about the morning."""
    draft = notices.draft_of(turn.connection, notice_id, turn.person.id)
    if draft is None or not turn.rules.is_quiet(turn.now):
        return hold(turn, notice_id, to, cell_id)
    reach = audiences.reach(turn.connection, units.get(turn.connection, draft.unit_id), to, cell_id)
    morning = turn.rules.next_allowed(turn.now)
    return turn.say("notice_night", notice=draft, to=to, cell_id=cell_id, reach=reach, morning=morning)


@on.action("notice_hold", who=Who.OFFICIAL)
def hold(turn: Turn, notice_id: int, to: str, cell_id: int) -> Message:
    """Send at the next allowed time. A second tap finds no draft and shows how the first one goes."""
    draft = notices.draft_of(turn.connection, notice_id, turn.person.id)
    if draft is None:
        return _gone(turn, notice_id)
    sent = notices.send(turn.connection, draft, to, cell_id or None, turn.now, turn.rules)
    turn.conversation.forget()
    return _screen(turn, sent) if sent else _gone(turn, notice_id)


@on.action("notice_stop", who=Who.OFFICIAL)
def stop(turn: Turn, notice_id: int) -> Message:
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    notices.stop(turn.connection, notice, turn.person.id, turn.now)
    if notice.state == "paused":
        # It was asked in a message of its own, and the screen stands far above it.
        return see(turn, notice_id)
    return _screen(turn, notices.for_official(turn.connection, notice_id, turn.person.id) or notice)


@on.action("notice_again", who=Who.OFFICIAL)
def again(turn: Turn, notice_id: int) -> Message:
    """Once more to those of whom nobody knows whether it came."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    found = doubts.about(turn.connection, notice, turn.now)
    doubts.send_again(turn.connection, notice, found, turn.person.id, turn.now, turn.rules)
    return _screen(turn, notice)


@on.action("notice_resume", who=Who.OFFICIAL)
def resume(turn: Turn, notice_id: int) -> Message:
    """Go on with what the bot has paused by itself."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    notices.resume(turn.connection, notice, turn.person.id, turn.now, turn.rules)
    return see(turn, notice_id)


# ---- watching ----


@on.action("notices", who=Who.OFFICIAL, words=("xem thong bao", "thong bao da gui"))
def sent(turn: Turn) -> Message:
    return sent_page(turn, 0)


@on.action("notices_page", who=Who.OFFICIAL)
def sent_page(turn: Turn, page: int) -> Message:
    """The notices sent so far, the newest first."""
    skip = page * NOTICES_A_PAGE
    found = notices.sent_by(turn.connection, turn.person.id, skip, NOTICES_A_PAGE + 1)
    more = len(found) > NOTICES_A_PAGE
    return turn.say("notices", notices=found[:NOTICES_A_PAGE], page=page, more=more)


@on.action("notice_see", who=Who.OFFICIAL)
def see(turn: Turn, notice_id: int) -> Message:
    """How a notice goes, as a new message at the bottom."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    conversations.unshow(turn.connection, turn.address.id, receipts.screen(notice.id))
    return _screen(turn, notice)


@on.action("notice_silent", who=Who.OFFICIAL)
def silent(turn: Turn, notice_id: int, page: int) -> Message:
    """Who has not said that he knows, by cell, with phone numbers to call."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    found = receipts.silent(turn.connection, notice, turn.now, page * NAMES_A_PAGE, NAMES_A_PAGE + 1)
    total = receipts.counts(turn.connection, notice, turn.now).silent
    return _names(turn, "notice_silent", notice, found, page, total)


@on.action("notice_stuck", who=Who.OFFICIAL)
def stuck(turn: Turn, notice_id: int, page: int) -> Message:
    """Whom it has not reached, each with the reason."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    found = receipts.stuck(turn.connection, notice, turn.now, page * NAMES_A_PAGE, NAMES_A_PAGE + 1)
    total = receipts.counts(turn.connection, notice, turn.now).stuck
    return _names(turn, "notice_stuck", notice, found, page, total)


# ---- those of whom nobody knows ----


@on.action("notice_doubts", who=Who.OFFICIAL)
def in_doubt(turn: Turn, notice_id: int, page: int) -> Message:
    """Each of them by name, with the moment and a number to call; one may be picked."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    if notice is None:
        return turn.say("notice_gone")
    total = doubts.count(turn.connection, notice, turn.now)
    if not total:
        return see(turn, notice_id)
    page = min(page, (total - 1) // DOUBTS_A_PAGE)
    found = doubts.about(turn.connection, notice, turn.now, page * DOUBTS_A_PAGE, DOUBTS_A_PAGE)
    more = total > (page + 1) * DOUBTS_A_PAGE
    return turn.say("notice_doubts", notice=notice, doubts=found, page=page, more=more, total=total)


@on.action("notice_doubt", who=Who.OFFICIAL)
def doubt(turn: Turn, notice_id: int, person_id: int) -> Message:
    """One of them: send it to him again, or note that he has it."""
    notice, found = _doubt(turn, notice_id, person_id)
    if notice is None or found is None:
        return in_doubt(turn, notice_id, 0)
    return turn.say("notice_doubt", notice=notice, doubt=found)


@on.action("notice_once_more", who=Who.OFFICIAL)
def once_more(turn: Turn, notice_id: int, person_id: int) -> Message:
    notice, found = _doubt(turn, notice_id, person_id)
    if notice and found:
        doubts.send_again(turn.connection, notice, [found], turn.person.id, turn.now, turn.rules)
    return in_doubt(turn, notice_id, 0)


@on.action("notice_has_come", who=Who.OFFICIAL)
def has_come(turn: Turn, notice_id: int, person_id: int) -> Message:
    """He was asked on the telephone, and has it."""
    notice, found = _doubt(turn, notice_id, person_id)
    if notice and found:
        doubts.has_come(turn.connection, notice, found, turn.person.id, turn.now)
    return in_doubt(turn, notice_id, 0)


def _doubt(turn: Turn, notice_id: int, person_id: int) -> tuple[Notice | None, doubts.Doubt | None]:
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    return notice, doubts.of(turn.connection, notice, person_id, turn.now) if notice else None


def _names(
    turn: Turn, template: str, notice: Notice, found: list[receipts.Recipient], page: int, total: int
) -> Message:
    said = {"people": found[:NAMES_A_PAGE], "page": page, "more": len(found) > NAMES_A_PAGE, "total": total}
    return turn.say(template, notice=notice, **said)


def _screen(turn: Turn, notice: Notice) -> Message:
    figures = receipts.counts(turn.connection, notice, turn.now)
    receipts.drawn(turn.connection, notice, figures)
    named = doubts.named(turn.connection, notice, figures, turn.now)
    said = {"counts": figures, "doubts": named, "channel": turn.channel, "screen": receipts.screen(notice.id)}
    return turn.say("notice_screen", notice=notice, **said)


def _gone(turn: Turn, notice_id: int) -> Message:
    """A button of a draft that is none any more: it has been sent, or was given up."""
    notice = notices.for_official(turn.connection, notice_id, turn.person.id)
    return _screen(turn, notice) if notice else turn.say("notice_gone")


# ---- for whoever receives one ----


@on.action("noticed", who=Who.MEMBER, together=True)
def noticed(turn: Turn, notice_id: int) -> Message:
    """A recipient says that he knows; nobody else's word counts for him, and his own counts once."""
    meant = [notices.for_recipient(turn.connection, notice_id, person.id) for person in turn.persons]
    notice = next((found for found in meant if found), None)
    if notice is None:
        return turn.say("notice_not_yours")
    fresh = [notices.acknowledge(turn.connection, notice_id, person.id, turn.now) for person in turn.persons]
    known = not any(fresh)
    return turn.say("notice_known", notice=notice, again=known, toast=known)
