"""What many fault runs came to, as a table: counts are added up, the most of anything is the most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

MOST = ("busiest_second", "most_named_at_once")  # not sums
HEAD = """# Proofs

What the long fault runs came to (`make proof`; the short forms are part of `make test`). Each run is held against the
make-believe Telegram's own ledger, row by row: nothing lost; twice only what was named uncertain or sent again with its
mark; nothing when it was worth nothing any more; in no second more than the limit. *named*: rows that a crash or a
broken wire left unknown. *twice*: copies beyond the first. *never came*: held for their author and in fact not there.

"""


def write_report(kept: Sequence[tuple[str, dict[str, int]]], path: Path | None) -> str:
    """The table; also written to a file."""
    runs: dict[str, dict[str, int]] = {}
    for proof, figures in kept:
        sums = runs.setdefault(proof, {"runs": 0})
        sums["runs"] += 1
        for name, value in figures.items():
            sums[name] = max(sums.get(name, 0), value) if name in MOST else sums.get(name, 0) + value
    names = list(dict.fromkeys(name for sums in runs.values() for name in sums))
    lines = [["run", *(name.replace("_", " ") for name in names)], ["---", *("---:" for _ in names)]]
    lines += [[proof, *(str(sums.get(name, "")) for name in names)] for proof, sums in sorted(runs.items())]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    if path:
        path.write_text(f"{HEAD}{table}\n\nRun on {datetime.now(UTC):%Y-%m-%d}.\n", encoding="utf-8")
    return table
