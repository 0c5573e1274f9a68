"""What travels between the stages: frozen values, one word per idea.

Every instant is timezone-aware. Every span counts code points of the field as it stands in the
article.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Generic, Literal, TypeAlias, TypeVar

Pages: TypeAlias = Literal["auto", "always", "never"]
SourceKind: TypeAlias = Literal["feed", "sitemap", "listing", "telegram"]
Where: TypeAlias = Literal["title", "lead", "text"]


class Secret(str):
    """Text that never shows itself: str() and repr() give stars, `reveal()` the value."""

    __slots__ = ()

    def __str__(self) -> str:
        """Give stars."""
        return "***"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        """Give stars, also inside f-strings."""
        return "***"

    def reveal(self) -> str:
        """Give the value itself, for the one call that needs it."""
        return str.__str__(self)


class Severity(enum.IntEnum):
    """How much a match matters, as the rule says; compares by urgency."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The word that rule files use."""
        return self.name.lower()


# --- sources and fetching ---------------------------------------------------------------------


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


# --- dates ------------------------------------------------------------------------------------

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


# --- entries ----------------------------------------------------------------------------------


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


# --- articles ---------------------------------------------------------------------------------


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
class Evidence:
    """What an entry was read from, as received: shown when it is disputed, and read again."""

    entry: Entry
    received: datetime
    page: Fetched | None = None
    """None where the feed's own text was all that was read."""


# --- matching ---------------------------------------------------------------------------------


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


# --- searching --------------------------------------------------------------------------------

Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class Each(Generic[Leaf]):
    """All of these are wanted; without parts, nothing is."""

    parts: tuple[Wanted[Leaf], ...] = ()


@dataclass(frozen=True, slots=True)
class Either(Generic[Leaf]):
    """One of these is wanted; without parts, nothing will do."""

    parts: tuple[Wanted[Leaf], ...] = ()


Wanted: TypeAlias = frozenset[Leaf] | Each[Leaf] | Either[Leaf]
"""What an article must hold: a set is one of its members, such as numbers of words."""


# --- stories ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Neighbor:
    """An earlier article that shares a key, with the story it belongs to."""

    article_id: int
    story_id: int
    fingerprint: Fingerprint
    source: str = ""


Relationship: TypeAlias = Literal["new", "copy", "revision", "same-event"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How an article stands to what is on record; `story_id` is None for a new story."""

    kind: Relationship
    story_id: int | None
    article_id: int | None
    why: str


# --- telling people ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the article around a hit; `hits` are spans inside `text`, in order, apart."""

    text: str
    hits: tuple[tuple[int, int], ...]
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """What a notice says, whoever it is for: everything a message needs, nothing to look up."""

    rule: str
    rule_title: str
    severity: Severity
    where: Where
    title: str
    title_hits: tuple[tuple[int, int], ...]
    passages: tuple[Passage, ...]
    terms: tuple[str, ...]
    """The terms that were found, as the rule writes them."""
    source: str
    """The source's display name."""
    url: str
    published: datetime | None
    seen: datetime
    author: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one target is to be told about one story by one rule; the same over retries."""

    id: int
    identity: str
    """Stable text made of rule, story, target and occasion: messages carry it for threading."""
    rule: str
    story_id: int | None
    """None for what the program has to say of itself."""
    target: str
    alert: Alert
    attempts: int = 0
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took the message."""

    answer: str = ""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now; trying again can help. `after_s` is what the other side asked for, if it did."""

    why: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the same message to the same target will be refused again."""

    why: str


Outcome: TypeAlias = Sent | TryAgain | Refused


# --- state of a source ------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Sample:
    """What reading one entry shows of its source's health."""

    quality: float
    """As the article's; 0 for a page that gave none."""
    characters: int = 0
    """Length of the text; 0 for a page that gave none."""
    arabic: float | None = None
    """Share of Arabic letters among the letters; None where there are too few."""
    is_garbled: bool = False
    """Holds replacement characters, or letters of a wrong encoding."""
    withheld: str = ""
    """Why the server did not show the page; empty where it did."""
    age_s: float | None = None
    """Age when it was listed, less than 0 when dated ahead; None where that says nothing."""
    is_old_news: bool = False
    """An old article announced again as new, whatever its age was said to be."""


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


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that reading one entry gave, to be recorded in one transaction."""

    pending: Pending
    article: Article
    fingerprint: Fingerprint
    matches: tuple[Match, ...]
    relation: Relation
    alerts: tuple[tuple[str, Alert], ...] = field(default_factory=tuple)
    """(target, alert) for every notice to queue, unless rule, story and target had one."""
    held_back: Mapping[str, str] = field(default_factory=dict)
    """Rule -> why its match tells nobody, e.g. too old."""
    sample: Sample | None = None
    clocks: Mapping[str, Mapping[str, object]] | None = None
    """What is now known of the source's clocks, as JSON; None to leave what is on record."""
    evidence: Evidence | None = None
    """None where none is kept."""
