"""Answer signed links: a small web room for people. Owns aiohttp's server."""

from watcher.web.room import Room

__all__ = ["Room"]
