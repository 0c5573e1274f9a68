"""Fetch: an address and what is known of it in; a body, "nothing new" or a failure out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.fetch.settings import FetchSettings

if TYPE_CHECKING:
    from watcher.fetch.client import Fetcher

__all__ = ["FetchSettings", "Fetcher"]


def __getattr__(name: str) -> Any:
    """Import the client when it is asked for: commands that only read settings start without it."""
    if name != "Fetcher":
        raise AttributeError(name)
    from watcher.fetch.client import Fetcher

    return Fetcher
