"""A make-believe Telegram: a Bot API server strict as the real one, people with phones, a clock, faults and a page.

It stands for the outside world and imports nothing of the product. README.md has the control API and the page's hooks.
"""

from simulator.clock import Clock
from simulator.errors import ControlError
from simulator.people import Phone, open_phone
from simulator.server import running, serve
from simulator.state import Simulator
from simulator.web import create_app

__all__ = ["Clock", "ControlError", "Phone", "Simulator", "create_app", "open_phone", "running", "serve"]
