"""Sources, what a poll of one brings, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Literal, TypeAlias

Pages: TypeAlias = Literal["auto", "always", "never"]

SourceKind: TypeAlias = Literal["feed", "sitemap", "listing", "telegram"]


@dataclass(frozen=True, slots=True)
class Source:
    """What is polled, as the operator wrote it. Intervals in seconds."""

    id: str
    name: str
    url: str
    kind: SourceKind = "feed"
    links: str = ""
    """CSS selector of what holds the article links of a listing; empty to find them."""
    site: str = ""
    language: str = "ar"
    group: str = ""
    """Owner group: sources with the same value are one outlet."""
    section: str = ""
    tags: tuple[str, ...] = ()
    pages: Pages = "auto"
    enabled: bool = True
    min_interval_s: float | None = None
    max_interval_s: float | None = None
    ignore_robots: str = ""
    """Why robots.txt does not hold for us here, in the operator's words; empty where it holds."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the next poll ask "anything new?" instead of fetching again."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that arrived, decompressed, as bytes."""

    url: str
    """The address asked for."""
    final_url: str
    """The address that answered, after redirects."""
    body: bytes
    content_type: str = ""
    validators: Validators = Validators()
    moved_to: str = ""
    """Where permanent redirects (301, 308) lead; empty if none, or a temporary one, came first."""
    fresh_for_s: float | None = None
    """Cache-Control max-age or Expires, where the server says so."""
    remarks: tuple[str, ...] = ()
    """Oddities that did not hinder: wrong length, missing type …"""
    date: str = ""
    """When the server says it answered, as it writes it."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing new: the server said so (304) or the bytes are the same as last time."""

    url: str
    why: Literal["304", "same bytes"]
    validators: Validators = Validators()
    moved_to: str = ""
    fresh_for_s: float | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The fetch gave no body. `why` is a slug for machines, `detail` a sentence for people."""

    url: str
    why: str
    """work · timeout · dns · refused · tls · address · redirect · status · politeness · robots ·
    too-large · truncated · encoding · protocol"""
    detail: str
    status: int | None = None
    retry_after_s: float | None = None
    is_gone: bool = False
    """410, or what the protocol calls permanent: a person should look at the source."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What polls have shown of a source's rhythm and health."""

    rhythm: bytes = b""
    """How often it has something new, as watcher.rhythm packs it; empty at first."""
    asked_s: float = 0.0
    """The pause that its feed or its server asked for with the last body."""
    delay_s: float = 0.0
    """How long a new entry waits on average until a poll finds it; 0 before the first success."""
    new_at: datetime | None = None
    """Last poll that found something new, or that ended failures."""
    quiet_until: datetime | None = None
    """Silence is not judged before; by then it is worked out how long it can be chance."""
    failing_since: datetime | None = None
    """First of the failures that no whole and readable feed has ended yet."""
    failing_why: str = ""
    """`why` of the last failed fetch, or `feed` where what came was none."""
    empty_since: datetime | None = None
    """Since when the feed has been valid and listed nothing."""
    host: str = ""
    """The site that answered first."""
    elsewhere: str = ""
    """Another site that answers in its place."""
    elsewhere_seen: int = 0
    """Bodies in a row that came from elsewhere."""
    entries_usual: float = 0.0
    """Entries that it lists as a rule."""
    few_since: datetime | None = None
    """Since when it has listed less than a fifth of that."""
    troubles: str = ""
    """The kinds of trouble that polls show now, with commas between."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered about a source between polls."""

    id: str
    url: str
    """The address polled: the operator's, or the one adopted after a lasting redirect."""
    due: datetime
    validators: Validators = Validators()
    polled: datetime | None = None
    """Last poll of any outcome."""
    succeeded: datetime | None = None
    """Last poll that gave a feed or a 304."""
    failures: int = 0
    """Failed polls in a row."""
    not_found: int = 0
    """404 in a row."""
    moved_to: str = ""
    moved_seen: int = 0
    """How many polls in a row were redirected permanently to `moved_to`."""
    remark: str = ""
    """What a person should know, empty when all is well."""
    entries_last: int = 0
    """Entries listed by the last successful parse."""
    interval_s: float = 0.0
    seen_before: bool = False
    """False until the first successful poll: first contact."""
    more: Mapping[str, Validators] = field(default_factory=dict)
    """What the next poll fetches beside `url`: child maps of an index, older posts that lack."""
    condition: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble of a source that began, and perhaps is over."""

    id: int
    source: str
    kind: str
    since: datetime
    until: datetime | None
    what: str
    """What was seen when it began."""
