"""How well replies to "bác có dự được không?" are understood, by style, and how long that takes.

`python -m bench.replies [--json]`: the replies of tests/vietnamese/unseen.tsv, from which nothing was learned. The
yardstick of the time is the rules alone.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Figure, report
from vietnamese.replies import understand
from vietnamese.reply_learning import Reply, read
from vietnamese.reply_model import WEIGHTS
from vietnamese.reply_rules import weigh

TESTS = Path(__file__).parents[1] / "tests"
UNSEEN, QUESTIONS = TESTS / "vietnamese" / "unseen.tsv", TESTS / "content" / "questions.tsv"
PROMISES = {"present", "absent", "late", "leave_early"}
ROUNDS = 3
IMPORTED = "import time; t = time.perf_counter(); import vietnamese.replies; print(time.perf_counter() - t)"


def quality(replies: Sequence[Reply]) -> list[Figure]:
    heard = [(reply, understand(reply.text)) for reply in replies]
    right = [reply for reply, meaning in heard if meaning.intent == reply.intent]
    wrong = [reply for reply, meaning in heard if not meaning.ask_back and _contrary(reply.intent, meaning.intent)]
    back = [reply for reply, meaning in heard if meaning.ask_back and meaning.intent in PROMISES]
    absent = [(r.reason, meaning.reason) for r, meaning in heard if r.intent == meaning.intent == "absent"]
    found = [
        Figure("replies understood", _percent(len(right), len(replies)), "%", target="value >= 95"),
        Figure("wrong commitments", _percent(len(wrong), len(replies)), "%", target="value <= 0.5"),
        Figure("answers asked back", _percent(len(back), len(replies)), "%"),
        Figure("reasons understood", _percent(sum(a == b for a, b in absent), len(absent)), "%"),
    ]
    styles, known = Counter(reply.style for reply in replies), Counter(reply.style for reply in right)
    return found + [
        Figure(f"replies understood, {style} ({n})", _percent(known[style], n), "%")
        for style, n in sorted(styles.items())
    ]


def questions() -> list[Figure]:
    """Unseen questions about procedure that come in while it is open who will attend: none is an answer."""
    with QUESTIONS.open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE) if row["slugs"] != "-"]
    meanings = {when: [understand(row["query"], asked=when) for row in rows] for when in ("attendance", None)}
    return [
        Figure(
            f"questions taken for an answer {'to the invitation' if when else 'that nobody asked for'} ({len(heard)})",
            _percent(sum(m.intent in PROMISES and not m.ask_back for m in heard), len(heard)),
            "%",
        )
        for when, heard in meanings.items()
    ]


def _contrary(meant: str, heard: str) -> bool:
    """Absent taken as present or the reverse, or what is no answer taken for one."""
    return {meant, heard} == {"present", "absent"} or (meant in {"ambiguous", "ack"} and heard in PROMISES)


def _percent(some: int, of: int) -> float:
    return round(100 * some / of, 2) if of else 0.0


def speed(replies: Sequence[Reply]) -> list[Figure]:
    understand("tôi đi")  # the weights are read by the first reply
    bare = _milliseconds(replies, lambda text: weigh(text, attendance=True))
    imported = [float(_run([sys.executable, "-c", IMPORTED])) for _ in range(ROUNDS)]
    return [
        Figure("a reply", _milliseconds(replies, understand), "ms", bare, "value <= 1"),
        Figure("import", round(1000 * median(imported)), "ms", target="value <= 100"),
        Figure("file of weights", round(WEIGHTS.stat().st_size / 1e6, 2), "MB", target="value <= 5"),
    ]


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  our own program


def _milliseconds(replies: Sequence[Reply], read_one: Callable[[str], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for reply in replies:
            read_one(reply.text)
        taken.append((time.perf_counter() - begun) / len(replies))
    return round(1000 * median(taken), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    replies = read(UNSEEN)
    report([*quality(replies), *questions(), *speed(replies)], as_json=as_json)


if __name__ == "__main__":
    main()
