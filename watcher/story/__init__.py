"""Tell which articles are about one event. Pure: neighbors are handed in."""

from watcher.story.fingerprint import fingerprint, text_hash
from watcher.story.relate import relate

__all__ = ["fingerprint", "relate", "text_hash"]
