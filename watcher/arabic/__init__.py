"""The Arabic language, and nothing about news: normal forms, words, terms."""

from __future__ import annotations

from watcher.arabic.keys import content_keys, is_number, light_stem, printed_words, weekdays
from watcher.arabic.letters import fold
from watcher.arabic.numbers import Number, numbers
from watcher.arabic.terms import Analyses, Hit, Term, Terms, analyze
from watcher.arabic.words import Words, folded, words_of

__all__ = [
    "Analyses",
    "Hit",
    "Number",
    "Term",
    "Terms",
    "Words",
    "analyze",
    "content_keys",
    "fold",
    "folded",
    "is_number",
    "light_stem",
    "numbers",
    "printed_words",
    "weekdays",
    "words_of",
]
