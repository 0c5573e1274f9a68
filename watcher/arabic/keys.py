"""What articles are filed under: content words for their likeness, printed words for searching.

All words of a text are worked on at once, which costs less than to remember them one by one, and
takes no memory of the workers.
"""

from __future__ import annotations

import re

from watcher.arabic.letters import UNMARKED, fold
from watcher.arabic.tables import FOLDED_FUNCTION_WORDS as FUNCTION_WORDS
from watcher.arabic.words import printed

_PROCLITIC = re.compile(
    r"^(?:(?:وبال|فبال|وكال|وال|فال|بال|كال|ولل|فلل|لل|ال)(?=.{3})|و(?=.{4}))", re.MULTILINE
)
"""The article with what precedes it, or a single و, as far as three letters stay, or four."""

_DROPPED = re.compile(f"[{''.join(map(chr, UNMARKED))}]+")


def content_keys(text: str) -> list[str]:
    """List the keys of the words of `text` in order, function words dropped.

    >>> content_keys("وقالت القوات إنها انسحبت من بغداد")
    ['قالت', 'قوات', 'انسحبت', 'بغداد']
    """
    folded = fold("\n".join(printed(text)))
    stems = _PROCLITIC.sub("", folded)
    pairs = zip(folded.split("\n"), stems.split("\n"), strict=True)
    return [
        stem
        for word, stem in pairs
        if stem and word not in FUNCTION_WORDS and stem not in FUNCTION_WORDS
    ]


def printed_words(text: str) -> set[str]:
    """Give the different words of `text` as printed, without marks, tatweel, invisible characters.

    What is dropped only ever forbids a reading: a term that is found in a word is also found in
    that word without it.

    >>> sorted(printed_words("قُوّات وقُوّاتٌ وقوات"))
    ['قوات', 'وقوات']
    """
    unmarked = _DROPPED.sub("", "\n".join(set(printed(text))))
    return set(unmarked.split("\n")) - {""}
