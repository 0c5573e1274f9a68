"""Fetch: an address and what is known of it in; a body, "nothing new" or a failure out."""

from watcher.fetch.client import Fetcher
from watcher.fetch.settings import FetchSettings

__all__ = ["FetchSettings", "Fetcher"]
