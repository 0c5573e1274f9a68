"""The order in which a text is cleaned: what is certain first, what needs its neighbors later."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.clean import captions, headline, publication
from watcher.clean.credit import is_agency, sign_off, split_credit
from watcher.clean.furniture import (
    READ_ALSO,
    WEATHER_OR_CLOCK,
    byline,
    edge_furniture,
    is_widget,
    opens_list_of_links,
)
from watcher.clean.furniture import (
    furniture as furniture_of,
)
from watcher.clean.joining import goes_on, join_broken
from watcher.clean.learned import drop_learned
from watcher.clean.lines import LONG_WORDS, Draft, Line, read_line
from watcher.clean.markers import strip_markers
from watcher.model import Removed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from watcher.clean.publication import DateLine
    from watcher.model import Article

_TITLE = "headline"
_TAG_WORDS = 4
_WEATHER = re.compile(r"(?<!\w)[وفبلك]*(?:ال|لل)?(?:حراره|طقس|مناخ|جويه|درجات)(?!\w)")
_DATELINE = re.compile(r"^\s*[^\d\W][\w.\s]{1,24}\s*[-\u2013/|]\s*[^\d\W][\w.\s]{1,24}$")


def clean(article: Article, *, furniture: frozenset[str] = frozenset(), now: datetime) -> Article:
    """Take out of an article's text what is none of it, and fill the fields that its lines held.

    `furniture` holds lines that the source is known to repeat, see `learned`. `now` bounds dates
    and, by its zone, reads clock times that name none. Title, published, author and credit are only
    filled where they are empty. Every line of the text ends up in the text, in one of these fields
    or in `removed`.
    """
    removed: list[Removed] = []
    draft = Draft(_read(article.text, removed), article.title, article.author, article.credit)
    drop_learned(draft, furniture)
    _drop_furniture(draft)
    _drop_names(draft)
    dates = publication.date_lines(draft, now=now)
    _drop_inside(draft, dates)
    captions.drop_credited(draft)
    _drop_edges(draft, dates)
    published = _settle_head(draft, dates, now=now)
    _drop_labels(draft)
    _drop_links(draft)
    captions.drop_captions(draft, now=now)
    _drop_repeated(draft)
    _drop_tags(draft, article.tags)
    _lift_credit(draft)
    return _finish(article, draft, published, removed)


def _read(text: str, removed: list[Removed]) -> list[Line]:
    lines = []
    for raw in text.splitlines():
        bare, markers = strip_markers(raw)
        removed += [Removed(marker, "shortcode marker") for marker in markers]
        if bare.strip():
            lines.append(read_line(bare))
    return lines


def _drop_furniture(draft: Draft) -> None:
    for at, line in enumerate(draft.lines):
        if (why := furniture_of(line)) and not _ends_a_sentence(draft, at):
            draft.drop(at, why)


def _ends_a_sentence(draft: Draft, at: int) -> bool:
    """Tell whether a few words end the sentence that the paragraph before left open."""
    if not at or at - 1 in draft.why:
        return False
    before, line = draft.lines[at - 1], draft.lines[at]
    return len(before) >= LONG_WORDS and line.has_full_stop and goes_on(before, line)


def _edges(draft: Draft) -> list[int]:
    """Give the kept lines above the first paragraph and below the last."""
    first, last = draft.body()
    return [at for at in draft.kept() if at < first or at >= last]


def _drop_edges(draft: Draft, dates: Collection[int]) -> None:
    for at in _edges(draft):
        if at not in dates and (why := edge_furniture(draft.lines[at])):
            draft.drop(at, why)


def _drop_inside(draft: Draft, dates: Mapping[int, DateLine]) -> None:
    """Take out widgets and the page's own dates from between the paragraphs."""
    edges = set(_edges(draft))
    inside = [at for at in draft.kept() if at not in edges]
    is_about_weather = any(
        _WEATHER.search(line.folded) for line in draft.lines if len(line) >= LONG_WORDS
    )
    for at in inside:
        if at in dates and dates[at].is_header:
            draft.drop(at, "date line")
        elif not is_about_weather and is_widget(draft.lines[at]):
            draft.drop(at, WEATHER_OR_CLOCK)


def _settle_head(draft: Draft, found: Mapping[int, DateLine], *, now: datetime) -> DateLine | None:
    """Find headline and publication date, which explain each other; drop what repeats them."""
    edges = set(_edges(draft))
    dates = {at: line for at, line in found.items() if at in edges}
    title = read_line(draft.title) if draft.title else None
    at: int | None = None
    if title is None:
        at = headline.find_headline(draft, dates)
        title = draft.lines[at] if at is not None else None
    chosen = publication.publication(draft, dates, headline=at, now=now)
    for date_at in dates:
        draft.drop(date_at, "date line")
    if title is not None:
        headline.drop_headlines(draft, title, keep=at)
    if at is not None and title is not None:
        draft.title = title.text
        headline.drop_above(draft, at)
        draft.drop(at, _TITLE)
    return chosen


def _drop_labels(draft: Draft) -> None:
    """Take out place, outlet and labels that stand above the text among other furniture."""
    first, _ = draft.body()
    has_furniture = any(draft.why.get(at, _TITLE) != _TITLE for at in range(first))
    if first == len(draft.lines) or not has_furniture:
        return
    for at in range(first):
        line = draft.lines[at]
        if at in draft.why or line.is_stopped:
            continue
        if len(line) <= 5 and _DATELINE.match(line.text):
            draft.credit = draft.credit or line.text
            draft.drop(at, "agency credit")
        elif len(line) <= 3:
            draft.drop(at, "label above the text")


def _drop_names(draft: Draft) -> None:
    """Move bylines and lines that only name an agency out of the text's edges into their fields."""
    _, last = draft.body()
    for at in _edges(draft):
        line = draft.lines[at]
        if name := byline(line):
            draft.author = draft.author or name
            draft.drop(at, "byline")
        elif len(line) <= 6 and is_agency(line.text, beside_outlet=at >= last):
            draft.credit = draft.credit or line.text.strip(" ()[]:.-")
            draft.drop(at, "agency credit")


def _drop_links(draft: Draft) -> None:
    """Take out the headlines that stand under "read also": the links that they were are lost."""
    _, last = draft.body()
    is_list = False
    for at, line in enumerate(draft.lines):
        if draft.why.get(at) == READ_ALSO:
            is_list = opens_list_of_links(line)
        elif at not in draft.why:
            is_link = not line.is_paragraph and not line.has_full_stop
            is_list = is_list and is_link and (at >= last or len(line) >= 5)
            if is_list:
                draft.drop(at, READ_ALSO)


def _drop_repeated(draft: Draft) -> None:
    """Take out a paragraph that stands in the text already, word by word."""
    seen: set[tuple[str, ...]] = set()
    for at in draft.kept():
        line = draft.lines[at]
        if len(line) >= 8 and line.words in seen:
            draft.drop(at, "printed twice")
        seen.add(line.words)


def _drop_tags(draft: Draft, tags: Collection[str]) -> None:
    """Take out list items at the edges that are the article's tags or repeat each other."""
    known = {read_line(tag).words for tag in tags}
    items = [
        at
        for at in _edges(draft)
        if draft.lines[at].is_bulleted and len(draft.lines[at]) <= _TAG_WORDS
    ]
    counts = [line.words for line in draft.lines if line.is_bulleted]
    for at in items:
        words = draft.lines[at].words
        if words in known or counts.count(words) > 1:
            draft.drop(at, "tags")


def _lift_credit(draft: Draft) -> None:
    """Move the dateline in front of the text, or the agency behind it, into `credit`."""
    kept = draft.kept()
    if not kept:
        return
    first, last = draft.body()
    at = first if first < len(draft.lines) else kept[0]
    if split := split_credit(draft.lines[at].text):
        draft.credit = draft.credit or split[0]
        draft.lifted[at] = split[1]
    elif (
        not draft.credit
        and last <= len(draft.lines)
        and (end := sign_off(draft.lines[kept[-1]].text))
    ):
        draft.lifted[kept[-1]], draft.credit = end


def _finish(
    article: Article, draft: Draft, published: DateLine | None, removed: list[Removed]
) -> Article:
    left = {at: read_line(text) for at, text in draft.lifted.items()}
    lines = [left.get(at, draft.lines[at]) for at in draft.kept()]
    removed += [
        Removed(draft.lines[at].text, why) for at, why in sorted(draft.why.items()) if why != _TITLE
    ]
    fill = published is not None and article.published is None
    raw = draft.lines[published.at].text if published else ""
    return replace(
        article,
        title=draft.title,
        text="\n".join(join_broken(lines)),
        published=published.found.instant if published and fill else article.published,
        published_raw=raw if fill else article.published_raw,
        published_how="printed line" if fill else article.published_how,
        claims=(*article.claims, *publication.claims(published, raw)),
        author=draft.author,
        credit=draft.credit,
        removed=(*article.removed, *removed),
    )
