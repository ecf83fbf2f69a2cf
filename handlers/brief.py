from __future__ import annotations

from handlers.router import Router

on = Router()
