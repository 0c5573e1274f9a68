"""When an article was published: from all that is said of it, and from first sight. Pure."""

from watcher.dating.clocks import Clock, as_json, clocks_of, learn, remember_old
from watcher.dating.settle import MIN_WORDS, OLD, old_claims, settle

__all__ = [
    "MIN_WORDS",
    "OLD",
    "Clock",
    "as_json",
    "clocks_of",
    "learn",
    "old_claims",
    "remember_old",
    "settle",
]
