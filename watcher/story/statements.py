"""What an article says about what a rule found in it: figures beside it, denials of it. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from watcher.arabic import words_of
from watcher.model import Statement
from watcher.story.denials import denial_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from watcher.model import Amount, Article, Figure, Match

LEAD_WORDS = 60
"""As the rule language counts the lead."""


def statements(
    article: Article, matches: Iterable[Match], found: Sequence[Figure]
) -> dict[str, Statement]:
    """Say, for each rule, what the article says about what the rule looks for.

    `found` are the article's figures.
    """
    borders = _Borders(article.text)
    return {match.rule: _statement(article, match, found, borders) for match in matches}


def amounts(found: Iterable[Figure]) -> dict[str, Amount]:
    """Give the first figure of each kind: what a headline says comes before the text."""
    told: dict[str, Amount] = {}
    for figure in found:
        told.setdefault(figure.what, (figure.low, figure.high))
    return told


def lead_of(text: str) -> str:
    """Give the lead of a text, which is about the news itself."""
    return text[: _Borders(text[: LEAD_WORDS * 15]).lead]


def leading(article: Article, found: Iterable[Figure]) -> list[Figure]:
    """Keep the figures of the headline and the lead, which are about the news itself."""
    end = _Borders(article.text).lead
    return [figure for figure in found if figure.field == "title" or figure.start < end]


def _statement(
    article: Article, match: Match, found: Sequence[Figure], borders: _Borders
) -> Statement:
    in_title = [(span.start, span.end) for span in match.spans if span.field == "title"]
    in_text = [(span.start, span.end) for span in match.spans if span.field in {"text", "lead"}]
    beside = borders.around(in_text)
    figures = [
        figure
        for figure in found
        if figure.field == "title"
        or figure.start < borders.lead
        or any(start <= figure.start < end for start, end in beside)
    ]
    denial = denial_in(article.title, in_title) or denial_in(article.text, in_text)
    return Statement(amounts(figures), denial)


class _Borders:
    """Where the lead of a text ends, and its sentences."""

    def __init__(self, text: str) -> None:
        self._words = words = words_of(text)
        count = len(words.raw)
        self.lead = words.ends[min(LEAD_WORDS, count) - 1] if count else 0

    def around(self, hits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Give the sentence of each hit with the next one of its paragraph."""
        return [self._of(start) for start, _ in hits]

    def _of(self, at: int) -> tuple[int, int]:
        words = self._words
        place = bisect_right(words.ends, at)
        if place == len(words.ends):
            return at, at
        number, paragraph = words.sentence[place], words.paragraph[place]
        first = bisect_left(words.sentence, number)
        after = min(
            bisect_right(words.sentence, number + 1), bisect_right(words.paragraph, paragraph)
        )
        return words.starts[first], words.ends[after - 1]
