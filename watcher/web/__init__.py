"""What listens: the room behind signed links, for people, and the instruments. aiohttp's server."""

from watcher.web.instruments import Instruments
from watcher.web.room import Room

__all__ = ["Instruments", "Room"]
