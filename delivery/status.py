from __future__ import annotations

from collections.abc import Mapping

from delivery.view import Renderer

RENDER: Mapping[str, Renderer] = {}
LINES: Mapping[str, Renderer] = {}
SCREENS: Mapping[str, Renderer] = {}
