"""What happens when someone speaks: one file for each thing a person can do, listed here."""

from handlers import answer, home
from handlers.router import Router

on = Router().join(home.on, answer.on)
