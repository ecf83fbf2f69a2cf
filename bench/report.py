"""Puts figures into docs/performance.md: a table of all of them, and a picture of those that have a yardstick.

`python -m bench.broadcast --json > b.jsonl; python -m bench.report b.jsonl i.jsonl q.jsonl` rewrites what stands
between the two marks of the document, and docs/images/performance.svg.
"""

from __future__ import annotations

import argparse
import html
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.svg"
BEGIN, END = "<!-- figures: written by bench.report -->", "<!-- end of figures -->"

ROW, LABEL, BAR, SCALE = 30, 560, 300, 3.0  # pixels; a bar of full length is three times the target
GREEN, RED, INK = "#2e7d32", "#b3261e", "#222"


def read(files: Iterable[Path]) -> list[dict[str, Any]]:
    """The figures of these files; of one that was taken several times, the newest."""
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    return list({line["figure"]: line for line in lines}.values())


# ---- the table ----


def table(figures: list[dict[str, Any]]) -> str:
    head = ["| figure | value | yardstick | ratio | target | |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(figure) for figure in figures)])


def _row(figure: dict[str, Any]) -> str:
    unit = f" {figure['unit']}" if figure["unit"] else ""
    yardstick = f"{figure['yardstick']:g}{unit}" if figure["yardstick"] else "–"
    ratio = "–" if figure["ratio"] is None else f"{figure['ratio']:.3g}"
    target = figure["target"].replace("<=", "≤").replace(">=", "≥") or "–"
    met = {True: "met", False: "**missed**", None: ""}[figure["met"]]
    return f"| {figure['figure']} | {figure['value']:g}{unit} | {yardstick} | {ratio} | {target} | {met} |"


def written(page: str, figures: list[dict[str, Any]]) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(figures)}\n{END}{after}"


# ---- the picture ----


def share(figure: dict[str, Any]) -> float | None:
    """How far a target is reached: 1 is just so, more is better; None where nothing can be divided."""
    if not figure["target"]:
        return None
    what, sign, bound = figure["target"].split()
    found: float | None = figure[what]
    wanted = float(bound)
    if found is None or not wanted or not found:
        return None
    return found / wanted if sign == ">=" else wanted / found


def picture(figures: list[dict[str, Any]]) -> str:
    """Bars as long as their targets are reached; the line is the target."""
    shown = [(figure, reached) for figure in figures if (reached := share(figure)) is not None]
    wide, high = LABEL + BAR + 80, ROW * len(shown) + 60
    line = LABEL + BAR / SCALE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" font-family="sans-serif">',
            f'<rect width="{wide}" height="{high}" fill="#fff"/>',
            f'<text x="{line}" y="24" font-size="13" text-anchor="middle" fill="{INK}">target</text>',
            *(_bar(figure, reached, 40 + ROW * number) for number, (figure, reached) in enumerate(shown)),
            f'<line x1="{line}" y1="30" x2="{line}" y2="{high - 15}" stroke="{INK}" stroke-dasharray="4 3"/>',
            "</svg>\n",
        ]
    )


def _bar(figure: dict[str, Any], reached: float, top: int) -> str:
    long, colour = min(reached, SCALE) * BAR / SCALE, GREEN if figure["met"] else RED
    words = html.escape(f"{figure['value']:g} {figure['unit']}".strip())
    return (
        f'<text x="{LABEL - 8}" y="{top + 14}" font-size="12" text-anchor="end" fill="{INK}">'
        f"{html.escape(figure['figure'])}</text>"
        f'<rect x="{LABEL}" y="{top}" width="{long:.0f}" height="{ROW - 12}" fill="{colour}"/>'
        f'<text x="{LABEL + long + 6:.0f}" y="{top + 14}" font-size="12" fill="{INK}">{words}</text>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="what the benches wrote with --json")
    figures = read(parser.parse_args().files)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    PICTURE.write_text(picture(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
