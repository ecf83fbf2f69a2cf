"""A notice as its people see it, and the one message in which its author watches it go."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from db import doubts, fanout, notices, receipts, units
from db.notices import Notice
from delivery.view import Renderer, View


def notice(view: View) -> Message | None:
    """None once its author has stopped it, or while it is paused."""
    found = view.once(notices.get, view.subject)
    if found is None or found.state != "sending":
        return None
    if view.shared:
        return _said(view, found)  # its people are called by name
    # To everybody else it is the same, and it is drawn once for all whom one commit takes to the wire.
    drawn = (notice, found.id)
    if drawn not in view.facts:
        view.facts[drawn] = _said(view, found)
    same: Message = view.facts[drawn]
    return same


def _said(view: View, found: Notice) -> Message:
    return view.say("notice", notice=found, unit=view.once(units.get, found.unit_id), preview=False)


def progress(view: View) -> Message | None:
    """None where nobody at the address may watch it any more."""
    found = _watched(view)
    if found is None:
        return None
    figures = receipts.counts(view.connection, found, view.now)
    receipts.drawn(view.connection, found, figures)
    named = doubts.named(view.connection, found, figures, view.now)
    said = {"counts": figures, "doubts": named, "channel": view.channel, "screen": receipts.screen(found.id)}
    return view.say("notice_screen", notice=found, **said)


def paused(view: View) -> Message | None:
    """To the author: the platform refuses it time after time. None once he has decided, or nobody is left."""
    found = _watched(view)
    if found is None or found.state != "paused":
        return None
    figures = receipts.counts(view.connection, found, view.now)
    if figures.ready and not figures.waiting:
        return None
    return view.say("notice_paused", notice=found, counts=figures)


def _watched(view: View) -> Notice | None:
    mine = (notices.for_official(view.connection, view.subject, person.id) for person in view.people)
    return next((seen for seen in mine if seen), None)


RENDER: Mapping[str, Renderer] = {fanout.KIND: notice, "notice_paused": paused}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {fanout.KIND: progress}
