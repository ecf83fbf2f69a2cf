"""The entries as the people of one unit have them: those of content/faq, and what their officials have published."""

from __future__ import annotations

from content import faq, sources
from content.faq import Entry, Faq, Overlay
from db import published, units
from handlers.planning import words
from handlers.router import Turn


def book(turn: Turn) -> Faq:
    """What can be answered to whoever is at this address."""
    unit = units.get(turn.connection, turn.people[0].unit_id)
    more = published.phrasings(turn.connection, unit)
    own = tuple(_entry(turn, entry) for entry in published.entries(turn.connection, unit))
    return faq.overlaid(Overlay(own, tuple((phrasing.slug, phrasing.text) for phrasing in more)))


def source_line(entry: Entry) -> str:
    """Where an answer comes from and how sure it is."""
    return entry.closing or faq.source_line(entry, sources.load())


def _entry(turn: Turn, entry: published.Entry) -> Entry:
    unit = units.get(turn.connection, entry.unit_id)
    return faq.own(
        entry.slug, entry.question, entry.label, entry.body, closing(turn, entry, unit), entry.made_at.date()
    )


def closing(turn: Turn, entry: published.Entry, unit: units.Unit) -> str:
    """The line below an official's own answer: his document if he named one, and whose answer it is."""
    made = turn.rules.local(entry.made_at)
    return words(turn, "published_line", source=entry.source, unit=unit, month=f"{made.month}/{made.year}")
