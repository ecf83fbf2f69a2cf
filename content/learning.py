"""What was learned from questions, kept on the disk so that the same is not learned anew at every start."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from content import ranking
from content.ranking import Phrase, Ranking

ROOT = Path(__file__).parents[1]
PROGRAM = ("content/grams.py", "content/ranking.py", "vietnamese/text.py")  # what the outcome depends on
KEPT = 4  # files, of 7 MB: a person may run two versions beside each other


def remembered(phrases: Sequence[Phrase]) -> Ranking:
    """Read back what was learned from just these phrases by just this program; else learned, 2 s, and kept."""
    path = cache() / f"questions-{_digest(phrases)}.npz"
    try:
        return ranking.read(path)
    except ranking.UNREADABLE:
        learned = ranking.learned(phrases)
        with contextlib.suppress(OSError):  # a disk that is full or closed costs those two seconds, not the answer
            _keep(learned, path)
        return learned


def cache() -> Path:
    """Where a person's programs may keep what they can make anew (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tro-ly-bi-thu"


def _digest(phrases: Sequence[Phrase]) -> str:
    program = b"".join((ROOT / file).read_bytes() for file in PROGRAM)
    return hashlib.sha256(program + repr(phrases).encode()).hexdigest()[:16]


def _keep(learned: Ranking, path: Path) -> None:
    """Whole or not at all, and in the place of what older books left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    learned.write(half)
    half.replace(path)
    newest = sorted(path.parent.glob("questions-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for older in newest[KEPT:]:
        older.unlink(missing_ok=True)
