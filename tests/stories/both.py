"""The village with one bot on Telegram and one on Zalo, where a person may have a phone on each."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from config import Settings
from tests.stories.village import Village, settled

Both = Village


def both_channels(settings: Settings) -> AbstractAsyncContextManager[Both]:
    """xã Suối Trong with chi bộ thôn Khe Đào, on Wednesday, 25 November 2026, at noon."""
    return settled(settings, "telegram", "zalo")
