"""Articles, what rules find in them, and how they stand to one another."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Literal, TypeAlias

from watcher.model.basics import Severity, Where  # noqa: TC001 - part of the values themselves
from watcher.model.entries import Claim  # noqa: TC001 - part of the values themselves


@dataclass(frozen=True, slots=True)
class Removed:
    """A line that was not the article, and the reason in words."""

    line: str
    why: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article; paragraphs of `text` are separated by single newlines."""

    url: str
    title: str
    text: str
    published: datetime | None = None
    published_raw: str = ""
    author: str = ""
    language: str = ""
    credit: str = ""
    """Dateline and agency as the outlet printed it: «إيلاف من لندن», «رويترز»."""
    tags: tuple[str, ...] = ()
    source: str = ""
    """The source's id; empty for a page read by hand."""
    removed: tuple[Removed, ...] = ()
    quality: float = 1.0
    """How well it was read: 1 without a doubt, below 0.5 damaged. A judgment of us, not of them."""
    quality_why: tuple[str, ...] = ()
    """What speaks against it, worded for people."""
    published_how: str = ""
    """How `published` was found, in words for people: «page data», «feed, corrected by -3 h»."""
    updated: datetime | None = None
    updated_raw: str = ""
    updated_how: str = ""
    claims: tuple[Claim, ...] = ()
    """Every date found, from which `published` and `updated` were chosen; not recorded."""
    old_news: str = ""
    """Why this is an old article announced again as new; empty when it is not."""


@dataclass(frozen=True, slots=True)
class NotAnArticle:
    """The page is none: a section page, a shell without text, a block page. `why` is for people."""

    url: str
    why: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: where a term stands in a field, and the term as the rule writes it."""

    field: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for an article. `where` is the most prominent place with a full proof."""

    rule: str
    severity: Severity
    where: Where
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What one article leaves behind so that later ones can be compared with it.

    `keys` are looked up in an index: articles that share none are never compared.
    """

    url: str
    text_hash: str
    sketch: tuple[int, ...]
    keys: tuple[int, ...]
    size: int
    """Number of folded words."""
    words: tuple[str, ...] = ()
    """The first of them, in order; none in what older versions recorded."""
    title: tuple[str, ...] = ()
    """Those of the headline."""
    weekdays: tuple[int, ...] = ()
    """The weekdays that it names, Monday 1."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one article that its source may repeat, each under its key."""

    texts: Mapping[int, str]
    """As printed."""
    marks: Mapping[int, int]
    """Lowest bit: it is a sentence; bit n + 1: the article is about its nth word."""
    above: tuple[int, ...]
    """Keys from the top downwards."""
    below: tuple[int, ...]
    """Keys from the bottom upwards."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is worked out once from an article's words, for all that is kept beside its text."""

    fingerprint: Fingerprint
    words: tuple[str, ...]
    """The different words of title and text as printed, in order; it is found again by them."""
    lines: Lines


@dataclass(frozen=True, slots=True)
class Neighbor:
    """An earlier article that shares a key, with the story it belongs to."""

    article_id: int
    story_id: int
    fingerprint: Fingerprint
    source: str = ""
    at: datetime | None = None
    """When it was published, or else first seen."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many stories words stand, by their stems, of all that are counted."""

    stories: int = 0
    of: Mapping[str, int] = field(default_factory=dict)


Relationship: TypeAlias = Literal["new", "copy", "revision", "same-event"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How an article stands to what is on record; `story_id` is None for a new story."""

    kind: Relationship
    story_id: int | None
    article_id: int | None
    why: str
