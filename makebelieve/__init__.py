"""A make-believe place to try everything on: the real bot over HTTP against the simulator, and people with phones.

The demo, the tour, the benches and the story tests all stand on it.
"""

from makebelieve.commune import found_commune
from makebelieve.phones import Numbers, Phone
from makebelieve.world import TOKEN, World, open_world

__all__ = ["TOKEN", "Numbers", "Phone", "World", "found_commune", "open_world"]
