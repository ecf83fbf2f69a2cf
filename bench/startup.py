"""How long the bot takes to start for the demo commune, and how much memory it then holds.

The yardstick of the time is a bare interpreter importing python-telegram-bot and SQLAlchemy; that of the memory, what
that interpreter holds. `python -m bench.startup --json`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.figures import Figure, report
from makebelieve import found_commune
from simulator import Clock, Simulator, running

TOKEN = "1000:bench"  # noqa: S105  the make-believe Telegram takes any
RUNS = 5
YARDSTICK = "import telegram, sqlalchemy; print('running', flush=True); input()"


def started(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until a program says "running", and its resident megabytes then."""
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  our own programs
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout  # noqa: S101
        for line in process.stdout:
            if line.startswith("running"):
                break
        seconds, held = time.perf_counter() - begun, resident(process.pid)
        process.terminate()
    return seconds, held


def resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        simulator = Simulator(Clock(datetime.now(UTC), flowing=True))
        async with running(simulator) as url:
            simulator.put_bot(TOKEN)
            database = f"sqlite+aiosqlite:///{folder}/bot.db"
            config.write_text(
                f'database = "{database}"\nsecret = "x"\n[telegram]\ntoken = "{TOKEN}"\nbase_url = "{url}/bot"\n',
                encoding="utf-8",
            )
            await found_commune(database, datetime.now(UTC))
            bot = [sys.executable, "bot.py", "run", "--config", str(config)]
            bare = [sys.executable, "-c", YARDSTICK]
            environment = dict(os.environ)
            ours, theirs = [], []
            for _ in range(RUNS):
                ours.append(await asyncio.to_thread(started, bot, environment))
                theirs.append(await asyncio.to_thread(started, bare, environment))
    seconds, held = (round(median(values), 2) for values in zip(*ours, strict=True))
    bare_seconds, bare_held = (round(median(values), 2) for values in zip(*theirs, strict=True))
    return [
        Figure("start-up", seconds, "s", bare_seconds, "value <= 2"),
        Figure("resident memory after start-up", held, "MB", bare_held, "value <= 150"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    report(asyncio.run(measure()), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
