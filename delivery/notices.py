"""A notice as its people see it, and the one message in which its author watches it go."""

from __future__ import annotations

from collections.abc import Mapping

from content import Message
from db import notices, receipts, units
from delivery.view import Renderer, View


def notice(view: View) -> Message | None:
    """None once its author has stopped it."""
    found = notices.get(view.connection, view.subject)
    if found is None or found.state != "sending":
        return None
    unit = units.get(view.connection, found.unit_id)
    return view.say("notice", notice=found, unit=unit, preview=False)


def progress(view: View) -> Message | None:
    """None where nobody at the address may watch it any more."""
    mine = (notices.for_official(view.connection, view.subject, person.id) for person in view.people)
    found = next((seen for seen in mine if seen), None)
    if found is None:
        return None
    figures = receipts.counts(view.connection, found, view.now)
    receipts.drawn(view.connection, found, figures)
    return view.say("notice_screen", notice=found, counts=figures, screen=receipts.screen(found.id))


RENDER: Mapping[str, Renderer] = {notices.KIND: notice}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {notices.KIND: progress}
