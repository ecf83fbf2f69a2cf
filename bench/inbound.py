"""How fast taps are answered: as many as can be, a thousand at once, and while a notice goes out at the limit.

`python -m bench.inbound [--json] [--quick]`. A tap is a press of "sẽ dự" by a member: kept, handled, its effect and its
answer committed, the answer sent. Its latency runs from the moment at which the far end holds it ready until the answer
has come there.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bench import world
from bench.figures import Figure, report
from bench.processes import HERE, FarEnd, Seen, child, end_cleanly, far_end, note
from bench.product import Product

AT_ONCE = 1000
PUNISHMENT_S = 3


@dataclass(frozen=True)
class Sizes:
    taps: int = 3000
    at_once: int = AT_ONCE
    rounds: int = 3
    beside: int = 300  # taps beside a notice
    every: float = 0.1  # seconds between two of them
    warming: float = 3.0  # seconds before the first of them, so that neither side is measured while it starts
    limits: tuple[int, ...] = (30, 300)


QUICK = Sizes(taps=120, at_once=80, rounds=1, beside=20, every=0.05, warming=0.0, limits=(300,))


class Bench:
    def __init__(self, far_end: FarEnd, folder: Path, sizes: Sizes) -> None:
        self.far_end, self.folder, self.sizes = far_end, folder, sizes
        self._files = 0

    @contextlib.contextmanager
    def _copy(self, template: Path) -> Iterator[str]:
        self._files += 1
        path = world.copy(template, self.folder / f"{self._files}.db")
        yield world.sqlite_url(path)
        path.unlink()

    def _village(self, name: str, count: int, tappers: int) -> Path:
        template = self.folder / name
        world.found(world.sqlite_url(template), count, tappers)
        if count:
            world.prepared(world.sqlite_url(template), count)
        return template

    # ---- as many as can be ----

    def at_once(self) -> list[Figure]:
        sizes = self.sizes
        template = self._village("taps.template", 0, sizes.taps)
        echoed, ours, costs, waits = [], [], [], []
        for _ in range(sizes.rounds):
            echoed.append(self._echoed(template, sizes.taps))
            reached, cost = self._answered(template, sizes.taps)
            ours.append(reached)
            costs.append(cost)
            waits.append(self._crowd(template))
            note(f"echoed {echoed[-1]:.0f}/s; ours {reached:.0f}/s, {cost:.2f} ms; p99 of a crowd {waits[-1]:.2f} s")
        rate = median(ours)
        name = "taps answered durably, to python-telegram-bot echoing them"
        crowd = f"p99 of {sizes.at_once} taps at once, to {sizes.at_once} / that rate"
        return [
            Figure(name, round(rate, 1), "1/s", round(median(echoed), 1), "ratio >= 0.6"),
            Figure("CPU of a tap", round(median(costs), 3), "ms"),
            Figure(crowd, round(median(waits), 3), "s", round(sizes.at_once / rate, 3), "ratio <= 1.5"),
        ]

    def _echoed(self, template: Path, count: int) -> float:
        self.far_end.behave()
        with self._copy(template) as url:
            taps = world.taps(url, count)
        with child(["-m", "bench.echo", self.far_end.base_url], cores=[HERE]) as process:
            process.line()
            self.far_end.tap(taps)
            seen = self.far_end.until(answers=count)
            process.tell("go home")
        return count / max(seen["latencies"])

    def _answered(self, template: Path, count: int) -> tuple[float, float]:
        """(taps a second, CPU milliseconds a tap)."""
        self.far_end.behave()
        with self._copy(template) as url, Product(url).running(self.far_end) as process:
            used = process.cpu
            self.far_end.tap(world.taps(url, count))
            seen = self.far_end.until(answers=count)
            cost = 1000 * (process.cpu - used) / count
        return count / max(seen["latencies"]), cost

    def _crowd(self, template: Path) -> float:
        self.far_end.behave()
        with self._copy(template) as url, Product(url).running(self.far_end):
            self.far_end.tap(world.taps(url, self.sizes.at_once))
            seen = self.far_end.until(answers=self.sizes.at_once)
        return p99(seen["latencies"])

    # ---- beside a notice ----

    def beside_a_notice(self, limit: int) -> list[Figure]:
        sizes = self.sizes
        seconds = sizes.beside * sizes.every + sizes.warming + 10
        calm = self._village(f"calm-{limit}.template", 0, sizes.beside)
        busy = self._village(f"busy-{limit}.template", int(limit * seconds), sizes.beside)
        alone, beside = self._one_by_one(calm, limit), self._one_by_one(busy, limit, after=limit // 3)
        before, value = p99(alone["latencies"]), p99(beside["latencies"])
        note(f"p99 at {limit}/s: {1000 * before:.1f} ms alone, {1000 * value:.1f} ms beside a notice")
        allowed = 1000 * (before + 1.5 / limit)
        name = f"p99 of a tap beside a notice at {limit}/s"
        return [
            Figure(
                f"{name}, to p99 without + 1.5 / limit", round(1000 * value, 2), "ms", round(allowed, 2), "ratio <= 1"
            ),
            Figure(f"median of a tap beside a notice at {limit}/s", round(1000 * median(beside["latencies"]), 2), "ms"),
            Figure(f"answers 429 beside a notice at {limit}/s", beside["refused"], "", 0.0, "value <= 0"),
        ]

    def _one_by_one(self, template: Path, limit: int, after: int = 0) -> Seen:
        sizes, count = self.sizes, self.sizes.beside
        self.far_end.behave(per_second=limit, punishment=PUNISHMENT_S)
        with self._copy(template) as url, Product(url, per_second=limit).running(self.far_end):
            taps = world.taps(url, count)
            self.far_end.until(sends=after)
            time.sleep(sizes.warming)
            self.far_end.tap(taps, sizes.every)
            return self.far_end.until(answers=count)


def p99(latencies: list[float]) -> float:
    return quantiles(latencies, n=100, method="inclusive")[98]


PARTS = ("rate", "beside")


def measure(sizes: Sizes, parts: tuple[str, ...] = PARTS) -> Iterator[Figure]:
    with far_end() as there, tempfile.TemporaryDirectory() as folder:
        bench = Bench(there, Path(folder), sizes)
        if "rate" in parts:
            yield from bench.at_once()
        for limit in sizes.limits if "beside" in parts else ():
            yield from bench.beside_a_notice(limit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not how fast")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    wanted = parser.parse_args()
    end_cleanly()
    for figure in measure(QUICK if wanted.quick else Sizes(), tuple(wanted.only)):
        report([figure], as_json=wanted.json)


if __name__ == "__main__":
    main()
