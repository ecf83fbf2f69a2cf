"""The arithmetic from one village to the country: what the make-believe month came to, times how many people there are.

`python -m bench.month --json > month.jsonl; python -m bench.scale month.jsonl` rewrites what stands between two marks
of docs/scale.md, and docs/images/scale.svg. Every line of the table says how it is reckoned.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.report import read
from delivery.line import APART_S

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "scale.md"
PICTURE = ROOT / "docs" / "images" / "scale.svg"
BEGIN, END = "<!-- arithmetic: written by bench.scale -->", "<!-- end of arithmetic -->"
MONTH, END_OF_MONTH = "<!-- the month: written by bench.scale -->", "<!-- end of the month -->"

PER_SECOND = 30 / (1 + APART_S)  # as processes share it: what one alone leaves free is less
EVENING_S = 2 * 3600  # from the invitations at 18:30 until the quiet hours begin at 20:30
HALF_HOUR_S = 1800
ZALO_USERS, ZALO_BOTS = 50, 3  # of a bot, of an account, on the free plan
KEPT_MONTHS = 3  # what is finished is kept for 90 days

GB = 1e9


@dataclass(frozen=True)
class Place:
    name: str
    members: int
    cells: int


PLACES = (
    Place("a village", 20, 1),
    Place("a commune", 460, 23),
    Place("a province", 60_000, 3_000),
    Place("the country", 5_600_000, 280_000),
)


class Month:
    """What bench.month found, per member and month; processor time in milliseconds."""

    def __init__(self, values: dict[str, float]) -> None:
        self.values = values
        self.reminders = values["reminders, a member and month"]
        self.notices = values["notices, a member and month"]
        self.answers = values["taps, a member and month"] * values["answers, a tap"]
        self.taps = values["taps, a member and month"]

    @property
    def messages(self) -> float:
        return self.reminders + self.notices + self.answers

    def cpu(self, whose: str) -> float:
        """Processor milliseconds a member and month: of "the bot", of "the database server"."""
        costs = {name: self.values[f"CPU of a {name}, {whose}"] for name in KINDS}
        counts = {KINDS[0]: self.reminders, KINDS[1]: self.notices, KINDS[2]: self.taps, KINDS[3]: self.messages}
        return sum(costs[name] * counts[name] for name in KINDS)

    @property
    def invitation(self) -> float:
        """Processor milliseconds of a reminder, bot and server together."""
        return sum(self.values[f"CPU of a {KINDS[0]}, {whose}"] for whose in ("the bot", "the database server"))

    @property
    def evening(self) -> float:
        """Milliseconds until the reminders of a cell are due; nobody is written to before those of all are."""
        return self.values["making the reminders of the invitations' evening due, a cell"]

    def _bytes(self, *tables: str) -> float:
        return sum(self.values.get(f"bytes a member and month: {table}", 0.0) for table in tables)

    @property
    def standing(self) -> float:
        """Bytes of a member that do not grow: the roster, and the menus of his chat, of which five are kept."""
        return self.values["bytes of a member on the roster"] + self._bytes("offers")

    @property
    def passing(self) -> float:
        """Bytes a month that go after 90 days; an answer that was only counted is a row of `deliveries` too."""
        a_row = self._bytes("deliveries") / self.values["rows a member and month: deliveries"]
        return self._bytes("deliveries", "due_items") + self.answers * a_row

    @property
    def lasting(self) -> float:
        """Bytes a month that are kept: who was to know and who said so, who will come, meetings, their rungs."""
        return self._bytes("notice_people", "intentions", "rungs", "meetings", "notices")

    @property
    def rows(self) -> float:
        """Rows written a month: as played, and for each answer that was only counted one in, one out."""
        return self.values["rows a member and month, as played"] + 2 * self.answers


KINDS = ("reminder", "notice to one member", "tap with its answer", "message forgotten after 90 days")

Line = tuple[str, Callable[[Place], str], str]


def lines(month: Month) -> Iterator[Line]:
    """What it is, its value for a place, how it is reckoned."""
    each = f"{month.reminders:.2f} reminders + {month.notices:.2f} notices + {month.answers:.2f} answers"
    yield "members, cells", lambda p: f"{p.members:,}, {p.cells:,}", "20 members a cell"
    yield "messages a month", lambda p: count(p.members * month.messages), f"members × ({each})"
    yield "the evening of the invitations, one Telegram token", _evening, f"members / {PER_SECOND:.2f} a second"
    yield "Telegram tokens to be done in half an hour", lambda p: _tokens(p, HALF_HOUR_S), "rounded up"
    yield "Telegram tokens to be done by 20:30", lambda p: _tokens(p, EVENING_S), "within two hours, rounded up"
    yield "Zalo bots, accounts", _zalo, f"members / {ZALO_USERS}, bots / {ZALO_BOTS}, rounded up"
    quota = min(ZALO_USERS * month.messages, 1e9)
    yield (
        "messages a month of a full Zalo bot",
        lambda _: count(quota),
        f"{ZALO_USERS} × {month.messages:.1f}; 3,000 allowed",
    )
    yield "rows written a month", lambda p: count(p.members * month.rows), f"members × {month.rows:.1f}"
    held = month.standing + KEPT_MONTHS * month.passing
    how = f"members × ({month.standing:,.0f} B + {KEPT_MONTHS} × {month.passing:,.0f} B)"
    yield "database, PostgreSQL, after 90 days", lambda p: size(p.members * held), how
    lasting = f"members × 12 × {month.lasting:,.0f} B"
    yield "and grows every year by", lambda p: size(p.members * 12 * month.lasting), lasting
    for whose in ("the bot", "the database server"):
        used = month.cpu(whose)
        yield f"processor time a month, {whose}", partial(_used, each=used), f"members × {used:.1f} ms"
    how = f"members × {month.invitation:.2f} ms (bot and server) / two hours"
    due = "from 18:30 until the first invitation leaves"
    yield due, lambda p: duration(p.cells * month.evening / 1000), f"cells × {month.evening:.1f} ms"
    yield "cores busy if all invitations leave by 20:30", lambda p: _cores(p, month), how


def _used(place: Place, each: float) -> str:
    return duration(place.members * each / 1000)


def _evening(place: Place) -> str:
    return duration(place.members / PER_SECOND)


def _tokens(place: Place, seconds: float) -> str:
    return f"{math.ceil(place.members / PER_SECOND / seconds):,}"


def _zalo(place: Place) -> str:
    bots = math.ceil(place.members / ZALO_USERS)
    return f"{bots:,}, {math.ceil(bots / ZALO_BOTS):,}"


def _cores(place: Place, month: Month) -> str:
    cores = place.members * month.invitation / 1000 / EVENING_S
    return f"{cores:.2g}" if cores >= 0.01 else "under 0.01"


# ---- how figures are written ----


def count(number: float) -> str:
    """260, 5,980, 780 thousand, 73 million."""
    if number < 1e5:
        return f"{number:,.0f}"
    return f"{number / 1e3:,.0f} thousand" if number < 1e6 else f"{number / 1e6:,.1f} million"


def size(number: float) -> str:
    for unit, bytes_ in (("GB", GB), ("MB", 1e6), ("kB", 1e3)):
        if number >= bytes_:
            return f"{number / bytes_:,.3g} {unit}"
    return f"{number:.0f} B"


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2g} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.1f} h" if seconds < 36_000 else f"{seconds / 3600:,.0f} h"


def table(month: Month) -> str:
    head = ["| | " + " | ".join(place.name for place in PLACES) + " | reckoned |", "|---" * (len(PLACES) + 2) + "|"]
    rows = [f"| {name} | " + " | ".join(value(p) for p in PLACES) + f" | {how} |" for name, value, how in lines(month)]
    return "\n".join([*head, *rows])


def found(figures: list[dict[str, Any]]) -> str:
    """What the month came to, as it was printed."""
    rows = [f"| {each['figure']} | {_figure(each)} |" for each in figures]
    return "\n".join(["| the make-believe month | |", "|---|---|", *rows])


def _figure(figure: dict[str, Any]) -> str:
    unit = f" {figure['unit']}" if figure["unit"] else ""
    yardstick = f" (to {figure['yardstick']:,.10g}{unit})" if figure["yardstick"] else ""
    return f"{figure['value']:,.10g}{unit}{yardstick}"


def written(page: str, figures: list[dict[str, Any]]) -> str:
    """The page with both its tables anew."""
    page = _between(page, BEGIN, table(Month(values(figures))), END)
    return _between(page, MONTH, found(figures), END_OF_MONTH)


def values(figures: list[dict[str, Any]]) -> dict[str, float]:
    return {each["figure"]: each["value"] for each in figures}


def _between(page: str, begin: str, words: str, end: str) -> str:
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{words}\n{end}{after}"


# ---- the picture ----

WIDE, HIGH, LEFT, TOP, RIGHT, BOTTOM = 900, 480, 90, 50, 250, 70
LEAST, MOST = 10.0, 1e7  # members
SHORTEST, LONGEST = 0.1, 1e6  # seconds
MARKS = (
    (0.1, "0.1 s"),
    (1, "1 s"),
    (60, "1 min"),
    (1800, "30 min"),
    (7200, "2 h"),
    (86_400, "1 day"),
    (604_800, "1 week"),
)
LABEL_GAP = 17
COLOURS = ("#b3261e", "#e07b00", "#1565c0", "#2e7d32")


def picture(month: Month) -> str:
    """How long the evening of the invitations takes, by what limits it; both axes by powers of ten."""
    curves: tuple[tuple[str, Callable[[float], float]], ...] = (
        ("one Telegram token, 30/s", lambda members: members / PER_SECOND),
        ("until the first one leaves", lambda members: members / 20 * month.evening / 1000),
        ("processor, one core", lambda members: members * month.invitation / 1000),
        ("100 Telegram tokens", lambda members: members / PER_SECOND / 100),
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" font-family="sans-serif">',
            f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
            _words(LEFT, 26, "How long the evening of the invitations takes, by what limits it", 16, "start"),
            *_axes(),
            *(_curve(seconds, colour) for (_, seconds), colour in zip(curves, COLOURS, strict=True)),
            *_labels(
                [(name, _y(seconds(MOST)), colour) for (name, seconds), colour in zip(curves, COLOURS, strict=True)]
            ),
            "</svg>\n",
        ]
    )


def _x(members: float) -> float:
    return LEFT + (WIDE - LEFT - RIGHT) * math.log(members / LEAST) / math.log(MOST / LEAST)


def _y(seconds: float) -> float:
    return HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * math.log(seconds / SHORTEST) / math.log(LONGEST / SHORTEST)


def _axes() -> Iterator[str]:
    for seconds, name in MARKS:
        edge = ' stroke="#222" stroke-dasharray="6 3"' if seconds == EVENING_S else ' stroke="#ddd"'
        yield f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{_y(seconds):.0f}" y2="{_y(seconds):.0f}"{edge}/>'
        yield _words(LEFT - 8, _y(seconds) + 4, name, 12, "end")
    yield _words(LEFT + 6, _y(EVENING_S) - 6, "20:30, the quiet hours begin", 12, "start")
    for place in PLACES:
        x = _x(place.members)
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{TOP}" y2="{HIGH - BOTTOM}" stroke="#ddd"/>'
        yield _words(x, HIGH - BOTTOM + 20, place.name, 12, "middle")
        yield _words(x, HIGH - BOTTOM + 36, f"{place.members:,}", 12, "middle")


def _curve(seconds: Callable[[float], float], colour: str) -> str:
    # Each is a straight line where both axes go by powers of ten.
    least = max(LEAST, LEAST * SHORTEST / seconds(LEAST))
    ends = f'x1="{_x(least):.0f}" y1="{_y(seconds(least)):.0f}" x2="{_x(MOST):.0f}" y2="{_y(seconds(MOST)):.0f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="2.5"/>'


def _labels(ends: list[tuple[str, float, str]]) -> Iterator[str]:
    """The names of the curves where they end, one below the other where they end together."""
    lowest = 0.0
    for name, y, colour in sorted(ends, key=lambda end: end[1]):
        lowest = max(y, lowest + LABEL_GAP)
        yield _words(_x(MOST) + 8, lowest + 4, name, 13, "start", colour)


def _words(x: float, y: float, words: str, high: int, anchor: str, colour: str = "#222") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{high}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="what bench.month wrote with --json")
    figures = read([parser.parse_args().file])
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    PICTURE.write_text(picture(Month(values(figures))), encoding="utf-8")


if __name__ == "__main__":
    main()
