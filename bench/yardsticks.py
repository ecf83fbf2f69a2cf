"""Running the sending yardsticks: how many messages a second each reaches, at its best number in flight."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from bench.processes import HERE, FarEnd, child, note, rate

AIOGRAM = ("aiogram==3.31.0", "aiohttp==3.14.5")  # the same aiohttp as ours, so that only the rest differs
CANDIDATES = (1, 4, 8, 16, 50)  # in flight


@dataclass(frozen=True)
class Run:
    """Messages a second as the far end saw them, and the CPU milliseconds that each took."""

    rate: float
    cost: float


@dataclass(frozen=True)
class Yardstick:
    """A loop of one library: which module runs it, under which name, by which interpreter."""

    name: str
    words: str
    target: str = ""
    module: str = "bench.loops"
    python: str = sys.executable

    def run(self, far_end: FarEnd, count: int, in_flight: int) -> Run:
        far_end.behave()
        arguments = ["-m", self.module, self.name, far_end.base_url, str(count), str(in_flight)]
        with child(arguments, cores=[HERE], python=self.python) as loop:
            loop.line()
            used = loop.cpu
            loop.tell("go")
            loop.line()
            run = Run(rate(far_end.seen()["moments"]), 1000 * (loop.cpu - used) / count)
            loop.tell("go home")
        return run

    def best(self, far_end: FarEnd, count: int, candidates: tuple[int, ...] = CANDIDATES) -> int:
        """The number in flight at which it is fastest, found by short runs."""
        if len(candidates) == 1:
            return candidates[0]
        found = {in_flight: self.run(far_end, count, in_flight).rate for in_flight in candidates}
        note(f"{self.name}: " + ", ".join(f"{reached:.0f}/s @{in_flight}" for in_flight, reached in found.items()))
        return max(found, key=lambda in_flight: found[in_flight])


STOCK = Yardstick("stock", "python-telegram-bot as it comes", "ratio >= 2.5")
BARE = Yardstick("bare", "python-telegram-bot over our transport", "ratio >= 0.6")
CHANNEL = Yardstick("channel", "our channel without storage")
RAW = Yardstick("raw", "prepared bytes", module="bench.loop_raw")


def named(name: str) -> Yardstick | None:
    """None where it cannot be had on this machine."""
    return {"stock": STOCK, "bare": BARE, "channel": CHANNEL}.get(name) or aiogram()


def aiogram() -> Yardstick | None:
    """aiogram in an environment of its own, because it wants an older pydantic than ours; None where there is none."""
    home = Path(tempfile.gettempdir()) / f"bench-{AIOGRAM[0]}"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        note(f"installing {AIOGRAM[0]} into {home}")
        venv.create(home, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *AIOGRAM]
        if subprocess.run(install, check=False, stderr=subprocess.DEVNULL).returncode:  # noqa: S603  our own command
            note("aiogram cannot be installed here; its figure is left out")
            return None
        (home / "complete").touch()
    return Yardstick("aiogram", "aiogram 3", "ratio >= 0.6", "bench.loop_aiogram", str(python))
