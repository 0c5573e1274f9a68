"""Tell which articles are about one event. Pure: neighbors are handed in."""

from watcher.story.fingerprint import fingerprint, text_hash
from watcher.story.relate import relate
from watcher.story.revision import Difference, applied, counterpart, differences, stands

__all__ = [
    "Difference",
    "applied",
    "counterpart",
    "differences",
    "fingerprint",
    "relate",
    "stands",
    "text_hash",
]
