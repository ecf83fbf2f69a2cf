"""Papers for people whose channel carries no files: links that are signed, run out, and list nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from content.message import File


@dataclass(frozen=True)
class Links:
    """Makes and reads the addresses of papers under `public`, the address under which people reach this machine."""

    secret: str
    public: str
    clock: Callable[[], datetime]

    def __call__(self, file: File, chat: str) -> str | None:
        """The link to a paper for one chat; None where nobody reaches this machine from outside."""
        return None
