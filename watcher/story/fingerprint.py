"""What an article leaves behind so that later ones can be compared with it. Pure."""

from __future__ import annotations

import hashlib
import heapq
from typing import TYPE_CHECKING

from watcher.arabic import content_keys, weekdays
from watcher.model import Article, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS_PER_SHINGLE = 3
SKETCH_SIZE = 256
"""Estimates of overlap are then within about 3 points (standard error)."""
INDEX_KEYS = 24
"""Of two articles of which one is a quarter of the other, about six keys are still shared."""
MOST_WORDS = 512
"""Words that are kept in order; of longer texts, which are few, the sketch knows the rest."""
MOST_TITLE_WORDS = 40


def fingerprint(article: Article) -> Fingerprint:
    """Keep the article's folded content words, and a sketch of their sequences.

    The sketch is the smallest hashes of all word shingles (bottom-k, Cohen & Kaplan 2007): unlike
    permuted MinHash it needs one hash a shingle, and it also estimates containment, so that a copy
    cut to its first paragraphs is still recognized.
    """
    words, title = content_keys(article.text), content_keys(article.title)
    hashes = heapq.nsmallest(SKETCH_SIZE, {hashed(shingle) for shingle in _shingles(words)})
    return Fingerprint(
        url=article.url,
        text_hash=text_hash(words or [article.title]),
        sketch=tuple(hashes),
        keys=tuple(hashes[:INDEX_KEYS]),
        size=len(words),
        words=tuple(words[:MOST_WORDS]),
        title=tuple(title[:MOST_TITLE_WORDS]),
        weekdays=tuple(weekdays(article.text)),
    )


def text_hash(words: Sequence[str]) -> str:
    """Hash the folded words themselves: equal for texts that differ in spelling and layout only."""
    # A title without words may hold lone surrogates, which UTF-8 has not.
    return hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).hexdigest()


def hashed(words: str) -> int:
    """Give 63 bits that stand for words: every database has a signed integer of that size."""
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest()) >> 1


def _shingles(words: Sequence[str]) -> set[str]:
    count = len(words) - WORDS_PER_SHINGLE + 1
    return {" ".join(words[i : i + WORDS_PER_SHINGLE]) for i in range(max(count, 0))}
