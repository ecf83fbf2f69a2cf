"""`python -m tests.faults.skewed run …`: bot.py on a machine whose clock goes wrong by as much as a file says.

Only the clock on the wall does; what is measured as a duration stays right, as on any machine.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import app
from bot import main


def wrong_clock() -> datetime:
    """The time, and as many seconds more as the file named by AHEAD holds."""
    return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ["AHEAD"]).read_text()))


if __name__ == "__main__":
    app.system_clock = wrong_clock
    app.build.__kwdefaults__["clock"] = wrong_clock
    main()
