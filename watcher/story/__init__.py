"""Which articles are about one event, and what becomes of it. Pure: neighbors are handed in."""

from watcher.story.agencies import agencies_of, agency_name
from watcher.story.figures import figures
from watcher.story.fingerprint import INDEX_KEYS, fingerprint, text_hash
from watcher.story.life import WISHES, Change, Development, changed, closing, developments
from watcher.story.outlets import independent, outlets
from watcher.story.relate import relate
from watcher.story.revision import Difference, applied, counterpart, differences, stands
from watcher.story.shelf import MAX_NEIGHBORS, MOST_PER_KEY, STORY_WINDOW, Shelf
from watcher.story.statements import amounts, lead_of, leading, statements
from watcher.story.waiting import Arrival, burst, corroborated, looked_back, quiet, stories_of
from watcher.story.weights import WORD_KEYS, word_keys, words_to_count, words_to_weigh

__all__ = [
    "INDEX_KEYS",
    "MAX_NEIGHBORS",
    "MOST_PER_KEY",
    "STORY_WINDOW",
    "WISHES",
    "WORD_KEYS",
    "Arrival",
    "Change",
    "Development",
    "Difference",
    "Shelf",
    "agencies_of",
    "agency_name",
    "amounts",
    "applied",
    "burst",
    "changed",
    "closing",
    "corroborated",
    "counterpart",
    "developments",
    "differences",
    "figures",
    "fingerprint",
    "independent",
    "lead_of",
    "leading",
    "looked_back",
    "outlets",
    "quiet",
    "relate",
    "stands",
    "statements",
    "stories_of",
    "text_hash",
    "word_keys",
    "words_to_count",
    "words_to_weigh",
]
