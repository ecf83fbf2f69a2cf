"""The processes of a bench: the far end on one core, whatever is measured on the other, and what each has used."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

from bench.farend import Rules

ROOT = Path(__file__).parent.parent
TICK = 1 / os.sysconf("SC_CLK_TCK")  # in which the system counts the time that a process has used
CORES = sorted(os.sched_getaffinity(0))
HERE, THERE = CORES[-1], CORES[0]  # what is measured, and its far end
ENDED_S = 30.0


class Seen(TypedDict):
    """What the far end reports; see bench.ledger."""

    sends: int
    chats: int
    refused: int
    first: float
    last: float
    peak: int
    answers: int
    moments: list[float]
    latencies: list[float]


class Child:
    """A program of ours as a process; `cores` are those that it may run on."""

    def __init__(self, arguments: list[str], *, cores: list[int], python: str = sys.executable) -> None:
        self.process = subprocess.Popen(  # noqa: S603  our own programs
            [python, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Linux shares its time between sessions: each of ours is to have its own part
        )
        # Before it has any thread: those it makes later stay on the same cores.
        os.sched_setaffinity(self.process.pid, cores)

    def line(self) -> str:
        assert self.process.stdout  # noqa: S101
        said = self.process.stdout.readline().strip()
        if not said:
            raise RuntimeError(f"a process of the bench has died: {self.process.args!r}")
        return said

    def tell(self, line: str) -> None:
        assert self.process.stdin  # noqa: S101
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    @property
    def cpu(self) -> float:
        """Seconds of user and system time used so far, all threads together."""
        return cpu_of(self.process.pid)

    @property
    def most_memory(self) -> float:
        """The most megabytes it has held at once."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(ENDED_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def cpu_of(pid: int) -> float:
    # The name in brackets may hold spaces; the fields are counted behind it.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


@contextlib.contextmanager
def child(arguments: list[str], *, cores: list[int], python: str = sys.executable) -> Iterator[Child]:
    made = Child(arguments, cores=cores, python=python)
    try:
        yield made
    finally:
        made.end()


class FarEnd:
    """The far end's process, asked and told over the same port that it serves."""

    def __init__(self, process: Child) -> None:
        self.process = process
        self.url = process.line()

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    def behave(self, **rules: float) -> None:
        """Forget what was; from now on by these rules (bench.farend.Rules)."""
        wish = {**asdict(Rules()), **rules}
        del wish["port"]
        self._ask("rules", **wish)

    def tap(self, taps: list[tuple[int, str]], every: float = 0.0) -> None:
        """Let these chats press these buttons, all at once or one by one."""
        self._ask("tap", taps=taps, every=every)

    def until(self, sends: int = 0, answers: int = 0, most_s: float = 120.0) -> Seen:
        """What was seen once so much has come; RuntimeError when it does not come in time."""
        seen = self._ask("until", sends=sends, answers=answers, most_s=most_s, full=True)
        if seen["sends"] < sends or seen["answers"] < answers:
            raise RuntimeError(f"only {seen['sends']} messages and {seen['answers']} answers came in {most_s} s")
        return seen

    def seen(self) -> Seen:
        return self._ask("report", full=True)

    def _ask(self, what: str, **wish: Any) -> Seen:
        data = json.dumps(wish).encode()
        request = urllib.request.Request(f"{self.url}/bench/{what}", data)  # noqa: S310  our own address
        with urllib.request.urlopen(request, timeout=1800) as answer:  # noqa: S310
            found: Seen = json.load(answer)
        return found


@contextlib.contextmanager
def far_end() -> Iterator[FarEnd]:
    with child(["-m", "bench.farend", "{}"], cores=[THERE]) as process:
        yield FarEnd(process)


def rate(moments: list[float]) -> float:
    """Messages a second between the first and the last of these moments."""
    return (len(moments) - 1) / (moments[-1] - moments[0])


def end_cleanly() -> None:
    """Asked to end, take the other processes along: they live in sessions of their own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def note(words: str) -> None:
    """Progress, for whoever waits in front of the screen."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)
