"""The short forms of the fault runs are tests like all others; the long ones are run by `make proof`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.report import write_report

FIGURES = "figures"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A long run is only made when it is asked for by its mark."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            # Connections are refused and dropped by order here: the far end's ends are collected some time later.
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))
    if "proof" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("proof")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def seeds(short: int, long: int) -> list[Any]:
    """Seeds for a run: the first few always, the others when long runs are asked for."""
    return [*range(short), *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(short, long))]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.proof)])
def usual_url(request: pytest.FixtureRequest) -> str:
    """A database on the engine that most use; on the other one when long runs are asked for."""
    url: str = request.getfixturevalue("database_url" if request.param == "sqlite" else "server_url")
    return url


Keep = Callable[..., None]


@pytest.fixture
def keep(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Keep:
    """Keep the figures of a run for the report: `keep("a killed broadcast", kills=4, lost=0)`."""

    def work(proof: str, **figures: int) -> None:
        record_property(FIGURES, json.dumps([proof, figures]))

    return work


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What all runs came to; the long ones are written down."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    kept = [json.loads(value) for report in reports for name, value in report.user_properties if name == FIGURES]
    if not kept:
        return
    table = write_report(
        kept, Path(config.rootpath) / "docs" / "proofs.md" if config.option.markexpr == "proof" else None
    )
    terminalreporter.write_sep("-", "what the faults came to")
    terminalreporter.write_line(table)
