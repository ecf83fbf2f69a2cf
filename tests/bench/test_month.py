"""The make-believe month with three cells: what every member hears in it, and that figures come of it."""

from __future__ import annotations

import asyncio

import pytest

from bench import month
from bench.month import Played, Size
from bench.processes import far_end
from bench.scale_meter import Cost
from makebelieve.postgres import postgres


@pytest.fixture(scope="module")
def found() -> Played:
    with far_end() as there, postgres() as server:
        month.prepared(server)
        return asyncio.run(month.played(server.empty(), there, Size(60, 60)))


def test_everybody_hears_the_ladder_by_his_answer_and_every_notice(found: Played) -> None:
    # Of twenty: 14 come (invited, brief, today), 2 do not (invited), 4 have not decided (invited, asked, last call,
    # today); beside them the secretary is asked about the papers and given those whom he has to call. What he is to
    # prepare stands in the message that invites him.
    assert found.reminders.sends == 3 * (14 * 3 + 2 * 1 + 4 * 4 + 2)
    assert found.notices.sends == 4 * 60


def test_every_tap_is_answered_and_the_others_are_counted(found: Played) -> None:
    assert found.taps > 0
    assert found.tapping.sends == found.taps
    assert found.said == 3 * (17 + 4 * 12)
    assert found.rows["intentions"] == 3 * 17


def test_figures_come_of_it(found: Played) -> None:
    values = {figure.figure: figure.value for figure in month.figures(found)}
    assert values["reminders, a member and month"] == 3.1
    assert values["rows a member and month: due_items"] == 3.15 + 4
    assert values["CPU of a message forgotten after 90 days, the bot"] > 0
    assert found.forgotten == found.all.sends


@pytest.mark.parametrize(
    ("seconds", "minutes", "live"),
    [(9.2, 10, 42_780), (920.0, 10, 920), (0.0092, 10, 999_580)],
    ids=["as many as there is time for", "never fewer than the probe", "never more than there are"],
)
def test_the_probe_chooses_the_size(seconds: float, minutes: float, live: int) -> None:
    probe = Played(Size(920, 920), reminders=Cost(seconds=seconds))
    assert month.fits(probe, 1_000_000, minutes) == Size(1_000_000, live)
