"""How fast a notice leaves: against bare loops, with slow answers, at the limit, and by several processes.

`python -m bench.broadcast [--json] [--quick]`. Every figure is taken between the first and the last message as the far
end saw them; afterwards the database must say of every row that it was sent.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import world, yardsticks
from bench.figures import Figure, report
from bench.processes import CORES, Child, FarEnd, Seen, end_cleanly, far_end, note, rate
from bench.product import Product
from bench.yardsticks import CANDIDATES, Run, Yardstick
from makebelieve.postgres import Server, postgres

SLOW_S = 0.05  # an answer from far away
PAID_PER_SECOND = 1000  # what Telegram allows a broadcast that is paid for
MANY = 128  # in flight, where answers are late and the speed is that of a paid broadcast: 1000/s x 0.05 s, and room
FEW = 16  # in flight a process, so that the wire is what holds it up and not the machine
PUNISHMENT_S = 3


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    sends: int = 8000
    probe: int = 1500
    rounds: int = 3
    candidates: tuple[int, ...] = CANDIDATES
    against: tuple[str, ...] = ("stock", "bare", "channel", "aiogram")
    slow: int = 6000
    shared: int = 4000
    limited: int = 6000
    limit: int = 300
    strict_s: float = 120.0
    budget: int = 900


QUICK = Sizes(sends=400, probe=100, rounds=1, slow=300, shared=300, limited=300, strict_s=5, budget=60)


class Bench:
    def __init__(self, far_end: FarEnd, folder: Path, sizes: Sizes) -> None:
        self.far_end, self.folder, self.sizes = far_end, folder, sizes
        self._templates: dict[int, Path] = {}
        self._files = 0

    @contextlib.contextmanager
    def queue(self, count: int) -> Iterator[str]:
        """An SQLite database in which so many messages wait to leave."""
        if count not in self._templates:
            template = self.folder / f"{count}.template"
            world.found(world.sqlite_url(template), count)
            world.prepared(world.sqlite_url(template), count)
            self._templates[count] = template
        self._files += 1
        path = world.copy(self._templates[count], self.folder / f"{self._files}.db")
        yield world.sqlite_url(path)
        path.unlink()

    # ---- against bare loops ----

    def ours(self, count: int, in_flight: int = 64, **rules: float) -> Run:
        """One process on SQLite."""
        self.far_end.behave(**rules)
        with self.queue(count) as url:
            with Product(url, in_flight=in_flight).running(self.far_end) as process:
                warm, used = self.far_end.until(sends=count // 10)["sends"], process.cpu
                moments = self.far_end.until(sends=count)["moments"]
                cost = 1000 * (process.cpu - used) / (count - warm)
            world.all_sent(url, count)
        return Run(rate(moments), cost)

    def against_loops(self) -> list[Figure]:
        """Each loop in turn with ours, so that both meet the same weather on a machine that others use too."""
        sizes = self.sizes
        loops = [loop for name in sizes.against if (loop := yardsticks.named(name))]
        best = {loop: loop.best(self.far_end, sizes.probe, sizes.candidates) for loop in loops}
        theirs: dict[Yardstick, list[Run]] = {loop: [] for loop in loops}
        ours: dict[Yardstick, list[Run]] = {loop: [] for loop in loops}  # those that ran beside each
        for _ in range(sizes.rounds):
            for loop, runs in theirs.items():
                runs.append(loop.run(self.far_end, sizes.sends, best[loop]))
                ours[loop].append(self.ours(sizes.sends))
                note(f"{loop.name}: {runs[-1]}; ours: {ours[loop][-1]}")
        figures = []
        for loop in loops:
            (speed, cost), (its_speed, its_cost) = typical(ours[loop]), typical(theirs[loop])
            name = f"durable sends, to {loop.words} @{best[loop]}"
            figures.append(Figure(name, speed, "1/s", its_speed, loop.target))
            figures.append(Figure(f"CPU of a durable send, to {loop.words}", cost, "ms", its_cost))
        return figures

    def ceiling(self) -> Figure:
        best = yardsticks.RAW.best(self.far_end, 10 * self.sizes.probe, self.sizes.candidates)
        reached = yardsticks.RAW.run(self.far_end, 20 * self.sizes.probe, best)
        return Figure(f"the far end's own ceiling @{best}", round(reached.rate, 1), "1/s")

    def slow_answers(self) -> list[Figure]:
        found = [self.ours(self.sizes.slow, MANY, delay=SLOW_S).rate for _ in range(self.sizes.rounds)]
        note(f"with answers 50 ms late: {', '.join(f'{reached:.0f}/s' for reached in found)}")
        name = f"durable sends at 50 ms answers, {MANY} in flight, to the paid-broadcast limit"
        return [Figure(name, round(median(found), 1), "1/s", PAID_PER_SECOND, "ratio >= 0.9")]

    # ---- at the limit ----

    def at_the_limit(self) -> list[Figure]:
        count, limit = self.sizes.limited, self.sizes.limit
        self.far_end.behave(per_second=limit, punishment=PUNISHMENT_S)
        with self.queue(count) as url:
            with Product(url, per_second=limit).running(self.far_end):
                seen = self.far_end.until(sends=count, most_s=10 * count / limit)
            world.all_sent(url, count)
        wall = seen["last"] - seen["first"]
        name = f"at a limit of {limit}/s, punished for {PUNISHMENT_S} s"
        return [
            Figure(f"wall time {name}, to {count} / limit", round(wall, 3), "s", count / limit, "ratio <= 1.02"),
            Figure(f"answers 429 {name}", seen["refused"], "", 0.0, "value <= 0"),
            Figure(f"most in a sliding second {name}", seen["peak"], "", limit, "ratio <= 1"),
        ]

    def stricter(self) -> list[Figure]:
        """The far end allows a fifth less than we were told."""
        configured, allowed, seconds = 30, 24, self.sizes.strict_s
        self.far_end.behave(per_second=allowed, punishment=PUNISHMENT_S)
        with self.queue(self.sizes.sends) as url, Product(url, per_second=configured).running(self.far_end):
            self.far_end.until(sends=1)
            time.sleep(seconds)
            seen = self.far_end.seen()
        name = f"with {allowed}/s allowed and {configured}/s configured"
        reached = seen["sends"] / seconds
        return [
            Figure(f"answers 429 a minute {name}", round(seen["refused"] * 60 / seconds, 2), "", 0.0, "value <= 1"),
            Figure(f"messages {name}", round(reached, 2), "1/s", allowed),
        ]

    # ---- several processes on PostgreSQL ----

    def shared(self, server: Server) -> list[Figure]:
        template = server.empty()
        world.found(template, self.sizes.shared)
        world.prepared(template, self.sizes.shared)
        one: list[Run] = []
        two: list[Run] = []
        for _ in range(self.sizes.rounds):
            one.append(self._by(server, template, 1))
            two.append(self._by(server, template, 2))
            note(f"1 process: {one[-1]}; 2: {two[-1]}")
        name = f"2 processes on PostgreSQL, 50 ms answers, {FEW} in flight each, to 1 process"
        (speed, cost), (speed_of_one, cost_of_one) = typical(two), typical(one)
        return [
            Figure(f"durable sends, {name}", speed, "1/s", speed_of_one, "ratio >= 1.8"),
            Figure(f"CPU of a send, {name}", cost, "ms", cost_of_one, "ratio <= 1.15"),
        ]

    def _by(self, server: Server, template: str, processes: int) -> Run:
        """While so many processes share the work; the CPU of all of them together."""
        self.far_end.behave(delay=SLOW_S)
        url = server.copy(template)
        world.hold(url)
        with self._processes(url, processes, in_flight=FEW) as running:
            used = sum(process.cpu for process in running)
            world.release(url)
            moments = self.far_end.until(sends=self.sizes.shared)["moments"]
            cost = 1000 * (sum(process.cpu for process in running) - used) / self.sizes.shared
        world.all_sent(url, self.sizes.shared)
        server.drop(url)
        return Run(rate(moments), cost)

    @contextlib.contextmanager
    def _processes(self, url: str, count: int, **limits: int) -> Iterator[list[Child]]:
        with contextlib.ExitStack() as stack:
            # They share the machine with the server of the database, so that none is tied to a core.
            product = Product(url, role="send", **limits)
            yield [stack.enter_context(product.running(self.far_end, cores=CORES)) for _ in range(count)]

    def budget(self, server: Server) -> list[Figure]:
        """Three processes, one limit."""
        count, limit = self.sizes.budget, 30
        url = server.empty()
        world.found(url, count)
        world.prepared(url, count)
        world.hold(url)
        self.far_end.behave(per_second=limit, punishment=PUNISHMENT_S)
        with self._processes(url, 3, per_second=limit):
            world.release(url)
            seen = self.far_end.until(sends=count, most_s=20 * count / limit)
        world.all_sent(url, count)
        return self._kept(seen, limit)

    def _kept(self, seen: Seen, limit: int) -> list[Figure]:
        name = f"3 processes on PostgreSQL sharing {limit}/s"
        return [
            Figure(f"durable sends, {name}", round(rate(seen["moments"]), 2), "1/s", limit, "ratio >= 0.97"),
            Figure(f"answers 429, {name}", seen["refused"], "", 0.0, "value <= 0"),
            Figure(f"most in a sliding second, {name}", seen["peak"], "", limit, "ratio <= 1"),
        ]


def typical(runs: list[Run]) -> tuple[float, float]:
    """The medians of rate and cost."""
    return round(median(run.rate for run in runs), 1), round(median(run.cost for run in runs), 3)


PARTS = ("loops", "slow", "limit", "strict", "shared", "budget")


def measure(sizes: Sizes, parts: tuple[str, ...] = PARTS) -> Iterator[Figure]:
    with far_end() as there, tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        bench = Bench(there, Path(folder), sizes)
        if "loops" in parts:
            yield bench.ceiling()
            yield from bench.against_loops()
        if "slow" in parts:
            yield from bench.slow_answers()
        if "limit" in parts:
            yield from bench.at_the_limit()
        if "strict" in parts:
            yield from bench.stricter()
        if {"shared", "budget"} & set(parts):
            server = stack.enter_context(postgres())
            if "shared" in parts:
                yield from bench.shared(server)
            if "budget" in parts:
                yield from bench.budget(server)


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
