"""The product as a process of a bench: `bot.py run`, with limits that no configuration may lift.

`python -m bench.ours CONFIG ROLE PER_SECOND IN_FLIGHT`; with BENCH_PROFILE in the environment, cProfile writes there.
"""

from __future__ import annotations

import asyncio
import cProfile
import os
import sys
from pathlib import Path

import logs
from commands.run import run
from config import Settings, load


def settings(path: Path, per_second: float, in_flight: int) -> Settings:
    """Those of the file, at a speed that may be beyond what the file may say: benches ask what the machine can do."""
    loaded = load(path)
    speed = loaded.delivery.model_copy(update={"per_second": per_second, "in_flight": in_flight})
    return loaded.model_copy(update={"delivery": speed})


def main() -> None:
    path, role, per_second, in_flight = sys.argv[1:]
    logs.set_up()
    work = run(settings(Path(path), float(per_second), int(in_flight)), role)
    target = os.environ.get("BENCH_PROFILE")
    if not target:
        sys.exit(asyncio.run(work))
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, work)
    profile.dump_stats(target)


if __name__ == "__main__":
    main()
