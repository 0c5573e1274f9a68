"""What sources list, and when it says to have been published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Literal

from watcher.model.sources import Fetched, FetchFailed, NotModified  # noqa: TC001 - part of the values themselves

AHEAD_OF_TIME = "ahead of its time"
"""How a date was found that lies too far ahead to be one: only its text is kept."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A date that a feed, a page or its address gives for an article."""

    instant: datetime
    raw: str
    how: str
    """feed · page data · meta element · time element · printed line · address"""
    is_update: bool = False
    """It tells when the article was last changed, not when it was published."""
    precision: Literal["exact", "day", "month"] = "exact"
    """A day stands for its beginning, a month for its last day."""
    has_zone: bool = True
    """False: a local time without a zone, read as UTC."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item that a source lists."""

    url: str
    """Canonical: tracking parameters, fragments, AMP and mobile twins folded."""
    link: str
    """The link as the source gives it, absolute."""
    title: str = ""
    author: str = ""
    published: datetime | None = None
    published_raw: str = ""
    body_html: str = ""
    """The fullest body that the feed carries, as HTML; empty where it carries none."""
    is_whole: bool = False
    """The feed's body is most likely the whole article, so that no page need be fetched."""
    tags: tuple[str, ...] = ()
    language: str = ""
    guid: str = ""
    published_how: str = ""
    updated: datetime | None = None
    updated_raw: str = ""
    updated_how: str = ""
    is_zoneless: bool = False
    """The dates name no zone and were read as UTC."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one poll listed. `remarks` are for the source's health, worded for people."""

    entries: tuple[Entry, ...]
    remarks: tuple[str, ...] = ()
    title: str = ""
    language: str = ""
    ttl_s: float | None = None
    is_feed: bool = True
    """False when the body is no list of the source's kind: another page, an error, nothing."""
    more: tuple[str, ...] = ()
    """Addresses that continue the list: child maps of an index, older posts of a channel."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of a source gave: the outcome of the fetch, and what was parsed of it."""

    outcome: Fetched | NotModified | FetchFailed
    parsed: Parsed | None = None
    """None unless something was fetched and could be parsed."""
    failure: str = ""
    """Why what was fetched could not be parsed at all."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry that waits to be read."""

    id: int
    source: str
    entry: Entry
    attempts: int = 0
    seen: datetime | None = None
    first_contact: bool = False
    """Listed by the very first poll of its source."""
    gap_s: float | None = None
    """How long its source had not been looked at when it was first seen; None where unknown."""
    is_again: bool = False
    """It was read before, and its source has said something else since."""
