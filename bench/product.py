"""Starting the product for a bench: on which database, at which speed, as how many processes."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import HERE, Child, FarEnd, child
from bench.text import TOKEN

LIFTED = 1_000_000.0  # messages a second: no limit


@dataclass(frozen=True)
class Product:
    """One process of ours. `per_second`: its limit; `in_flight`: most messages on the wire at once."""

    url: str
    per_second: float = LIFTED
    in_flight: int = 64
    role: str = "all"

    @contextlib.contextmanager
    def running(self, far_end: FarEnd, *, cores: list[int] | None = None) -> Iterator[Child]:
        """Started, and past its start-up."""
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.toml"
            config.write_text(self._config(far_end), encoding="utf-8")
            arguments = ["-m", "bench.ours", str(config), self.role, str(self.per_second), str(self.in_flight)]
            with child(arguments, cores=cores or [HERE]) as process:
                process.line()
                yield process

    def _config(self, far_end: FarEnd) -> str:
        return f"""
database = "{self.url}"
secret = "for benches only"
quiet = {{ start = "00:00", end = "00:00" }}
telegram = {{ token = "{TOKEN}", base_url = "{far_end.base_url}" }}
"""
