"""What an explanation is made of: frozen values, and the passage that shows a place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.model import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.document import Mark
    from watcher.match.rule import Rule
    from watcher.model import Span, Where

_BESIDE = 48
"""Code points of context on each side of what is shown."""
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Explained:
    """A condition of a rule, and what it came to in one article.

    `form` is the key of the rule language, "term" for a word or phrase; `text` the condition as the
    rule writes it, members left out. `spans` are the evidence of a term or of what must stand near
    each other; where the condition is false, what came nearest to it. `note` says how near, or why
    not. Below `none`, a child that holds is what is excluded.
    """

    form: str
    text: str
    mark: Mark
    holds: bool
    note: str = ""
    spans: tuple[Span, ...] = ()
    passage: Passage | None = None
    """The text around the first of the spans, with them marked."""
    children: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule matches an article or does not; `notes` are about the rule as a whole."""

    rule: Rule
    holds: bool
    where: Where | None
    """The most prominent place with a full proof; None where the condition is false."""
    notes: tuple[str, ...]
    tree: Explained


def passage_around(text: str, spans: Iterable[tuple[int, int]]) -> Passage | None:
    """Cut out the first of the spans, as many more as fit, and some words on both sides."""
    ordered = sorted(span for span in spans if span[0] < span[1])
    if not ordered:
        return None
    shown = [span for span in ordered if span[1] - ordered[0][0] <= _LONGEST] or ordered[:1]
    begin, end = shown[0][0], max(end for _, end in shown)
    start, stop = _start(text, begin), _stop(text, end)
    hits: list[tuple[int, int]] = []
    for first, last in ((a - start, b - start) for a, b in shown):
        if hits and first < hits[-1][1]:
            hits[-1] = (hits[-1][0], max(last, hits[-1][1]))
        else:
            hits.append((first, last))
    before, after = text[:start].strip(), text[stop:].strip()
    return Passage(text[start:stop], tuple(hits), bool(before), bool(after))


def _start(text: str, begin: int) -> int:
    """Go back some words, within the paragraph."""
    lowest = max(text.rfind("\n", 0, begin) + 1, begin - _BESIDE)
    if lowest and not text[lowest - 1].isspace():
        lowest = next((n + 1 for n in range(lowest, begin) if text[n].isspace()), begin)
    return lowest


def _stop(text: str, end: int) -> int:
    """Go on some words, within the paragraph."""
    paragraph = text.find("\n", end)
    highest = min(paragraph if paragraph >= 0 else len(text), end + _BESIDE)
    if highest < len(text) and not text[highest].isspace():
        highest = next((n for n in range(highest, end, -1) if text[n - 1].isspace()), end + 1) - 1
    return max(end, highest)
