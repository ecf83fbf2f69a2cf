"""No meeting this time: asked why, said back with a word of care, and told to everybody invited."""

from __future__ import annotations

from content import Message
from db import changes, meetings, people
from db.meetings import Meeting
from handlers.changed import change_of, told_message, when_to_tell
from handlers.move import LONGEST_REASON, REASONS, closed, open_meeting, pick
from handlers.planning import begin, is_in, led_cell, mark, says_yes, words
from handlers.router import Router, Turn, Who

on = Router()


_OFF = {"huy hop", "huy buoi hop", "huy buoi nay", "khong hop", "khong hop nua", "khong hop buoi nay"}
_OFF |= {"khong hop thang nay", "bao khong hop", "bo hop", "bo buoi nay", "bo buoi hop", "nghi hop thang nay"}


def meant(turn: Turn, said: str) -> str | None:
    """ "Không họp nữa" from a secretary is about the meeting, not about himself; "hủy" where one is being moved."""
    expects = turn.conversation.expects
    if expects not in (None, "move_when") or said not in (_OFF | {"huy"} if expects else _OFF):
        return None
    return "cancel_pick" if any(people.cells_of(turn.connection, person.id) for person in turn.people) else None


@on.action("cancel_pick", who=Who.SECRETARY)
def pick_meeting(turn: Turn) -> Message:
    """Which meeting is not held: the one that is being moved, the only one there is, or one to be chosen."""
    if is_in(turn, "move"):
        return cancel(turn, turn.draft["meeting"])
    ahead = [m for m in meetings.upcoming(turn.connection, led_cell(turn).id, turn.now) if m.starts_at > turn.now]
    return cancel(turn, ahead[0].id) if len(ahead) == 1 else pick(turn)


def _drafted(turn: Turn, meeting_id: int) -> Meeting | None:
    """The meeting that this chat is cancelling, as it was when it began."""
    meeting = open_meeting(turn, meeting_id)
    if meeting is None or not is_in(turn, "cancel", meeting=meeting.id, revision=meeting.revision):
        return None
    return meeting


@on.action("cancel", who=Who.SECRETARY)
def cancel(turn: Turn, meeting_id: int) -> Message:
    if (meeting := open_meeting(turn, meeting_id)) is None:
        return closed(turn, meeting_id)
    begin(turn, "cancel", meeting=meeting.id, revision=meeting.revision)
    return turn.say("cancel_reason", meeting=meeting, expects="cancel_reason")


def go_on(turn: Turn) -> Message:
    meeting = _drafted(turn, turn.draft["meeting"])
    return _confirm(turn, meeting) if meeting and "reason" in turn.draft else cancel(turn, turn.draft["meeting"])


@on.action("cancel_why", who=Who.SECRETARY)
def pick_reason(turn: Turn, meeting_id: int, code: str) -> Message:
    if (meeting := _drafted(turn, meeting_id)) is None or code not in REASONS:
        return cancel(turn, meeting_id)
    turn.draft["reason"] = words(turn, "change_reason", code=code)
    return _confirm(turn, meeting)


@on.text("cancel_reason", who=Who.SECRETARY)
def read_reason(turn: Turn) -> Message | None:
    if (meeting := _drafted(turn, turn.draft.get("meeting", 0))) is None:
        return None
    turn.draft["reason"] = " ".join(turn.text.split())[:LONGEST_REASON]
    return _confirm(turn, meeting)


def _confirm(turn: Turn, meeting: Meeting) -> Message:
    tell = when_to_tell(turn, meeting, meeting.starts_at)
    facts = {"meeting": meeting, "reason": turn.draft["reason"], "tell": tell, "mark": mark(turn)}
    return turn.say("cancel_confirm", **facts, expects="cancel_sure")


@on.text("cancel_sure", who=Who.SECRETARY)
def sure(turn: Turn) -> Message | None:
    return save(turn, turn.draft.get("meeting", 0), mark(turn), "now") if says_yes(turn) else None


@on.action("cancel_save", who=Who.SECRETARY)
def save(turn: Turn, meeting_id: int, shown: str, when: str) -> Message:
    meeting = _drafted(turn, meeting_id)
    if meeting is None or "reason" not in turn.draft:
        return cancel(turn, meeting_id)
    if shown != mark(turn):
        return _confirm(turn, meeting)
    change = change_of(turn, meeting, meeting.starts_at, when)
    gone = changes.cancel(turn.connection, meeting, change)
    turn.conversation.forget()
    return told_message(turn, gone, change)
