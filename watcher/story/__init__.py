"""Tell which articles are about one event. Pure: neighbors are handed in."""

from watcher.story.fingerprint import INDEX_KEYS, fingerprint, text_hash
from watcher.story.relate import relate
from watcher.story.revision import Difference, applied, counterpart, differences, stands
from watcher.story.shelf import MAX_NEIGHBORS, MOST_PER_KEY, STORY_WINDOW, Shelf
from watcher.story.weights import WORD_KEYS, word_keys, words_to_count, words_to_weigh

__all__ = [
    "INDEX_KEYS",
    "MAX_NEIGHBORS",
    "MOST_PER_KEY",
    "STORY_WINDOW",
    "WORD_KEYS",
    "Difference",
    "Shelf",
    "applied",
    "counterpart",
    "differences",
    "fingerprint",
    "relate",
    "stands",
    "text_hash",
    "word_keys",
    "words_to_count",
    "words_to_weigh",
]
