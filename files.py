"""Opens a recipe for a file at the moment it is sent: nothing that people print is kept on a disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.rules import Rules


@dataclass(frozen=True)
class Opener:
    """Reads the facts in one transaction and makes the file out of them, off the event loop."""

    db: Database
    clock: Callable[[], datetime]
    rules: Rules

    async def __call__(self, kind: str, arguments: tuple[int | str, ...]) -> bytes:
        raise LookupError(f"no such file: {kind} {arguments}")
