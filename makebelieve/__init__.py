"""A make-believe place to try everything on: the real bot over HTTP against the simulator, and people with phones.

The demo, the tour, the benches and the story tests all stand on it.
"""

from makebelieve.commune import found_commune
from makebelieve.phones import Paper, Phone
from makebelieve.world import World, open_world

__all__ = ["Paper", "Phone", "World", "found_commune", "open_world"]
