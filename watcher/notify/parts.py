"""The values that a message is made of, before it takes the form of any service. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote, urlsplit

from watcher.model import Severity, UpdateKind
from watcher.notify import wording
from watcher.notify.bidi import Paragraph, clean, join, shorten
from watcher.notify.bidi import name as name_of

if TYPE_CHECKING:
    from watcher.model import Alert

MAX_NAME = 80
MAX_NAMES = 6
"""Names that one line lists."""

Kind: TypeAlias = UpdateKind | Literal["first", "digest", "storm"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the small print: `label: value`."""

    label: str
    value: Paragraph


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as it was or as it is; its hits are the words that are `gone` or `new`."""

    label: str
    text: Paragraph
    change: Literal["gone", "new"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reader can go; `url` is a web address in ASCII."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story of a digest: its severest notice, and a line for each further one."""

    told: Message
    also: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """The stories of a digest that belong together."""

    anchor: str
    """Names the place in the message that its table of contents leads to."""
    name: Paragraph
    count: str
    """How many stories there are, in words."""
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Everything a message shows, cleaned, in the order of importance."""

    kind: Kind
    severity: Severity
    rule_id: str
    subject: str
    """One line of plain text, isolates included."""
    heading: str
    """The subject without the rule: for places that show the rule beside it."""
    title: Paragraph
    news: tuple[Paragraph, ...]
    """What became of the story since the notice before; none in a first notice."""
    quotes: tuple[Quote, ...]
    passages: tuple[Paragraph, ...]
    rule: Paragraph
    why: Paragraph
    """The most prominent place of the match, and the rule's words that were found anywhere."""
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]
    """The article first, if it has an address; then how to answer the notice."""
    source: str
    url: str
    """The article's web address in ASCII, or nothing."""
    host: str
    """The site that the address leads to."""
    topics: tuple[Topic, ...] = ()
    """What a digest holds."""

    @property
    def severity_word(self) -> str:
        """The severity in Arabic."""
        return wording.SEVERITY[self.severity]

    @property
    def kind_word(self) -> str:
        """What kind of notice it is, in Arabic; empty for a first one."""
        return kind_word(self.kind)

    @property
    def is_digest(self) -> bool:
        """Whether it holds several stories."""
        return self.kind in {"digest", "storm"}

    @property
    def story_count(self) -> int:
        """How many stories a digest shows."""
        return sum(len(topic.stories) for topic in self.topics)

    @property
    def reason(self) -> Paragraph:
        """Rule and reason in one line."""
        if self.is_digest:
            return self.why
        importance = f") · {wording.IMPORTANCE}: {self.severity_word} · "
        id_ = name_of(self.rule_id)
        return join([f"{wording.RULE}: ", self.rule, " (", id_, importance, self.why])


def kind_word(kind: Kind) -> str:
    """Name a kind of notice in Arabic; a first one has no name."""
    if kind == "first":
        return ""
    if kind == "digest":
        return wording.DIGEST
    return wording.STORM if kind == "storm" else wording.KIND[kind]


def short_name(text: str, limit: int = MAX_NAME) -> Paragraph:
    """Give a name of bounded length for a line of Arabic."""
    return name_of(shorten(clean(text), limit))


def rule_of(alert: Alert) -> Paragraph:
    """Name the rule that an alert is about: by its title, or else its id."""
    return short_name(alert.rule_title if clean(alert.rule_title) else alert.rule)


def listed(names: list[str]) -> Paragraph:
    """Give names in one line, the first few of them."""
    shown = [short_name(name) for name in names[:MAX_NAMES]]
    parts = [part for name in shown for part in (wording.COMMA, name)][1:]
    more = len(names) - len(shown)
    return join([*parts, *([f" و{more} غيرها"] if more > 0 else [])])


def web_address(url: str) -> str:
    """Give an address that is safe to link: http or https, ASCII, nothing that ends an attribute.

    Anything else (javascript:, data:, no host) gives an empty text.
    """
    try:
        parts = urlsplit(clean(url).replace(" ", "%20"))
        host = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii").decode()
    except ValueError:
        return ""
    if (
        parts.scheme.lower() not in {"http", "https"}
        or not parts.hostname
        or set(host) & set("<>\"'")
    ):
        return ""
    rest = quote(parts._replace(scheme="", netloc="").geturl(), safe="/%:=&?~#+!$,;@*[]-._")
    return f"{parts.scheme.lower()}://{host}{rest or '/'}"
