"""From a match to what people are told: the headline, and the sentences that prove it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.model import Alert, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from watcher.model import Article, Match

MAX_PASSAGES = 3
MAX_CHARS = 360
"""Longest passage, in code points; about four lines on a telephone."""
COMFORTABLE_CHARS = 160
"""Passages shorter than this take in a neighboring sentence of their paragraph."""
_LONGEST_WORD = 80
"""Beyond this a "word" is an address or garbage and may be cut."""

# A full stop before white space ends a sentence, but not after a single letter: «د. أحمد».
_SENTENCE_END = re.compile(r"(?:(?<!\s\w)\.|[!?؟…])[»\"”’)\]]*\s+|\n\s*")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece of the text that may be shown, with the hits in it."""

    start: int
    end: int
    hits: tuple[tuple[int, int], ...]


def alert_of(  # noqa: PLR0913 - what an article does not say of itself
    article: Article,
    match: Match,
    *,
    rule_title: str,
    source_name: str,
    seen: datetime,
    topic: str = "",
) -> Alert:
    """Say what a match is worth telling: the headline and one to three passages, hits marked.

    Passages are whole sentences where these are short enough, in the order of the text, the ones
    with the most hits first chosen. An article whose hits all stand in the headline shows its lead.
    """
    body = _merged(match, {"text", "lead"}, len(article.text))
    return Alert(
        rule=match.rule,
        rule_title=rule_title,
        severity=match.severity,
        where=match.where,
        title=article.title,
        title_hits=tuple(_merged(match, {"title"}, len(article.title))),
        passages=_passages(article.text, body),
        terms=tuple(dict.fromkeys(span.term for span in match.spans)),
        source=source_name,
        url=article.url,
        published=article.published,
        seen=seen,
        author=article.author,
        credit=article.credit,
        topic=topic,
        source_id=article.source,
    )


def _merged(match: Match, fields: set[str], size: int) -> list[tuple[int, int]]:
    """Give the spans of some fields, clipped to the text, sorted and without overlaps."""
    merged: list[tuple[int, int]] = []
    spans = ((s.start, min(s.end, size)) for s in match.spans if s.field in fields)
    for start, end in sorted(span for span in spans if 0 <= span[0] < span[1]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _passages(text: str, hits: Sequence[tuple[int, int]]) -> tuple[Passage, ...]:
    sentences = list(_sentences(text))
    if not sentences:
        return ()
    stretches = [part for s in _with_hits(sentences, hits) for part in _split_long(text, s)]
    if not stretches:
        lead = _Stretch(*sentences[0], ())
        return (_shown(text, lead, sentences),)
    best = sorted(_joined(text, stretches), key=lambda s: (-_distinct(text, s), s.start))
    chosen = sorted(best[:MAX_PASSAGES], key=lambda s: s.start)
    borders = [*(stretch.start for stretch in chosen[1:]), len(text)]
    passages, done = [], 0
    for stretch, border in zip(chosen, borders, strict=True):
        start, end = _comfortable(text, stretch, [s for s in sentences if done <= s[0] < border])
        passages.append(_shown(text, _Stretch(start, end, stretch.hits), sentences))
        done = end
    return tuple(passages)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of every sentence, without the white space around it."""
    start = 0
    for found in (*_SENTENCE_END.finditer(text), None):
        end = found.end() if found else len(text)
        piece = text[start:end]
        if piece.strip():
            head = len(piece) - len(piece.lstrip())
            yield start + head, start + len(piece.rstrip())
        start = end


def _with_hits(
    sentences: Iterable[tuple[int, int]], hits: Sequence[tuple[int, int]]
) -> Iterator[_Stretch]:
    for start, end in sentences:
        inside = tuple((max(a, start), min(b, end)) for a, b in hits if a < end and b > start)
        if inside:
            yield _Stretch(start, end, inside)


def _split_long(text: str, sentence: _Stretch) -> Iterator[_Stretch]:
    """Cut a sentence that is too long into windows around its hits, between words."""
    if sentence.end - sentence.start <= MAX_CHARS:
        yield sentence
        return
    left, lowest = sentence.hits, sentence.start
    while left:
        first, last = left[0][0], _last_that_fits(left)
        room = max(0, MAX_CHARS - (last - first)) // 2
        start = _word_start(text, first - room, lowest, first)
        end = _word_end(text, min(sentence.end, start + MAX_CHARS), sentence.end, last)
        yield _Stretch(start, end, tuple((a, min(b, end)) for a, b in left if a < end))
        left, lowest = tuple(hit for hit in left if hit[0] >= end), end


def _last_that_fits(hits: Sequence[tuple[int, int]]) -> int:
    """Give the end of the last hit that fits into one window with the first and some words."""
    first = hits[0][0]
    fitting = [end for _, end in hits if end - first <= MAX_CHARS - 2 * _LONGEST_WORD]
    return fitting[-1] if fitting else min(hits[0][1], first + MAX_CHARS)


def _word_start(text: str, at: int, lowest: int, highest: int) -> int:
    """Move a start forward to the beginning of a word, never beyond the first hit."""
    if at <= lowest:
        return lowest + len(text[lowest:highest]) - len(text[lowest:highest].lstrip())
    for index in range(at, min(highest, at + _LONGEST_WORD) + 1):
        if text[index - 1].isspace():
            return index
    # The hit itself begins inside a long word: go back to that word's beginning.
    for index in range(highest, max(lowest, highest - _LONGEST_WORD), -1):
        if text[index - 1].isspace():
            return index
    return min(at, highest)


def _word_end(text: str, at: int, highest: int, lowest: int) -> int:
    """Move an end back to the end of a word, unless that would lose a hit."""
    if at >= highest or text[at].isspace():
        return min(at, highest)
    for index in range(at, max(lowest, at - _LONGEST_WORD), -1):
        if text[index - 1].isspace():
            return index - 1
    return at


def _joined(text: str, stretches: Iterable[_Stretch]) -> list[_Stretch]:
    """Join neighbors of one paragraph that together are short enough, or overlap."""
    joined: list[_Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last and _may_join(text, last, stretch):
            hits = dict.fromkeys((*last.hits, *stretch.hits))
            joined[-1] = _Stretch(last.start, stretch.end, tuple(hits))
        else:
            joined.append(stretch)
    return joined


def _may_join(text: str, first: _Stretch, second: _Stretch) -> bool:
    gap = text[first.end : second.start]
    return not gap.strip() and _fits(text, first.start, second.end)


def _distinct(text: str, stretch: _Stretch) -> int:
    return len({text[start:end] for start, end in stretch.hits})


def _comfortable(
    text: str, stretch: _Stretch, sentences: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Take in the sentence after, and the one before, where a short passage has room for them."""
    start, end = stretch.start, stretch.end
    after = next((s for s in sentences if s[0] >= end), None)
    if after and end - start < COMFORTABLE_CHARS and _fits(text, start, after[1]):
        end = after[1]
    before = next((s for s in reversed(sentences) if s[1] <= start), None)
    if before and end - start < COMFORTABLE_CHARS and _fits(text, before[0], end):
        start = before[0]
    return start, end


def _fits(text: str, start: int, end: int) -> bool:
    return end - start <= MAX_CHARS and "\n" not in text[start:end]


def _shown(text: str, stretch: _Stretch, sentences: Sequence[tuple[int, int]]) -> Passage:
    """Cut the passage out and count its hits from its beginning."""
    start, end = stretch.start, stretch.end
    if end - start > MAX_CHARS:
        end = _word_end(text, start + MAX_CHARS, end, start)
    return Passage(
        text=text[start:end],
        hits=tuple((a - start, min(b, end) - start) for a, b in stretch.hits if a < end),
        cut_before=all(start != first for first, _ in sentences),
        cut_after=all(end != last for _, last in sentences),
    )
