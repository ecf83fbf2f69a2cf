"""Every bench runs through with tiny sizes: the shape of its figures, and that something was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from bench import broadcast, inbound, queue, report
from bench.figures import Figure

KEYS = {"figure", "value", "unit", "yardstick", "ratio", "target", "met"}


def measured(figures: Iterable[Figure]) -> dict[str, Figure]:
    """The figures by name, each with the shape that the report reads."""
    found = {figure.figure: figure for figure in figures}
    for figure in found.values():
        assert set(json.loads(figure.line())) == KEYS
        assert figure.value > 0 or "429" in figure.figure or "memory" in figure.figure
    return found


def test_a_broadcast_is_held_against_plain_loops() -> None:
    few = replace(broadcast.QUICK, sends=200, probe=20, candidates=(4,), against=("bare",))
    found = measured(broadcast.measure(few, ("loops",)))
    assert len(found) == 3
    assert sum(1 for figure in found.values() if figure.yardstick) == 2


def test_a_limit_is_kept_as_the_far_end_counts_it() -> None:
    few = replace(broadcast.QUICK, limited=60, limit=50)
    found = measured(broadcast.measure(few, ("limit",)))
    [peak] = [figure for name, figure in found.items() if name.startswith("most in a sliding second")]
    assert peak.value <= 50
    assert len(found) == 3


def test_processes_share_the_work_on_postgres() -> None:
    few = replace(broadcast.QUICK, shared=60, rounds=1)
    assert len(measured(broadcast.measure(few, ("shared",)))) == 2


def test_taps_are_held_against_an_echo() -> None:
    few = inbound.Sizes(taps=20, at_once=10, rounds=1, beside=5, every=0.02, limits=(100,))
    found = measured(inbound.measure(few))
    assert len(found) == 6


def test_a_queue_is_made_and_sent_and_kept() -> None:
    few = queue.Sizes(people=600, few=50, short=500, window=200, rounds=1, finished=300, broadcast=50)
    assert len(measured(queue.measure(few))) == 11


FIGURES = [
    Figure("reached", 3.0, "1/s", 1.0, "ratio >= 2.5"),
    Figure("missed <by far>", 99.0, "ms", 0.0, "value <= 50"),
    Figure("told only", 7.0, "B"),
]


def test_figures_become_a_table_and_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "figures.jsonl"
    file.write_text("\n".join(figure.line() for figure in FIGURES), encoding="utf-8")
    page = report.written(f"before\n{report.BEGIN}\nstale\n{report.END}\nafter\n", report.read([file]))
    assert "| reached | 3 1/s | 1 1/s | 3 | ratio ≥ 2.5 | met |" in page
    assert "| missed <by far> | 99 ms | – | – | value ≤ 50 | **missed** |" in page
    assert "stale" not in page
    assert page.startswith("before\n") and page.endswith("after\n")
    drawn = report.picture(report.read([file]))
    assert "&lt;by far&gt;" in drawn
    assert "told only" not in drawn


@pytest.mark.parametrize(
    ("moments", "peak"), [([], 0), ([1.0], 1), ([0.0, 0.5, 1.0, 1.4], 3), ([0.0, 0.999, 1.0, 1.001], 3)]
)
def test_the_fullest_second_slides(moments: list[float], peak: int) -> None:
    from bench.ledger import peak_second

    assert peak_second(moments) == peak
