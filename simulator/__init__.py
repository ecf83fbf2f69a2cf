"""A make-believe Telegram and Zalo: Bot API servers strict as the real ones, phones, a clock, faults and a page.

It stands for the outside world and imports nothing of the product. README.md has the control API and the page's hooks.
"""

from simulator.clock import Clock
from simulator.errors import ControlError
from simulator.people import Phone
from simulator.phones import open_phone
from simulator.server import running, serve
from simulator.state import Simulator
from simulator.web import create_app

__all__ = ["Clock", "ControlError", "Phone", "Simulator", "create_app", "open_phone", "running", "serve"]
