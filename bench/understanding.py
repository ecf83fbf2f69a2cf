"""Puts figures into docs/understanding.md: a table of all of them, and a picture by the way people write.

`python -m bench.understanding FAQ.jsonl REPLIES.jsonl` takes the lines that bench.faq and bench.replies print.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.report import GREEN, INK, RED, ROOT, read, written

PAGE = ROOT / "docs" / "understanding.md"
PICTURE = ROOT / "docs" / "images" / "understanding.svg"
ROW, LABEL, SCALE, WIDTH = 24, 150, 4.0, 640  # pixels; SCALE: of one in a hundred
PARTS = {
    "unseen questions: solved, ": ("Questions solved at once or within three choices", 92),
    "replies understood, ": ("Replies understood", 95),
}


def shares(figures: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, float]]:
    """Part -> style -> percent."""
    return {
        part: {f["figure"].removeprefix(part): f["value"] for f in figures if f["figure"].startswith(part)}
        for part in PARTS
    }


def draw(found: Mapping[str, Mapping[str, float]]) -> str:
    """The picture, as SVG."""
    rows = [row for part, (title, target) in PARTS.items() for row in _rows(title, target, found[part])]
    height = ROW * len(rows)
    drawn = "".join(f'<g transform="translate(0 {ROW * (place + 1)})">{row}</g>' for place, row in enumerate(rows))
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    style = f'font-family="sans-serif" font-size="14" fill="{INK}"'
    paper = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{paper}{drawn}</svg>\n'


def _rows(title: str, target: int, styles: Mapping[str, float]) -> list[str]:
    head = f'<text font-weight="bold">{html.escape(title)} (of 100; target of the whole: {target})</text>'
    return [head, *(_bar(style, value, target) for style, value in sorted(styles.items())), ""]


def _bar(style: str, value: float, target: int) -> str:
    at, goal = SCALE * value, LABEL + SCALE * target
    return (
        f"<text>{html.escape(style)}</text>"
        f'<rect x="{LABEL}" y="-13" width="{at:.0f}" height="16" fill="{GREEN if value >= target else RED}"/>'
        f'<path d="M{goal:.0f} -15v20" stroke="{INK}"/><text x="{LABEL + SCALE * 100 + 12:.0f}">{value:.0f}</text>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    figures = read(parser.parse_args().files)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    PICTURE.write_text(draw(shares(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
