"""How words travel: each channel only translates; what to do about an error is decided by its one caller."""

import os

# Durations of python-telegram-bot are timedeltas from its next major version on; asked for now, it does not warn.
os.environ.setdefault("PTB_TIMEDELTA", "true")
