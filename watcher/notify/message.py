"""What a message says, before it takes the form of any service. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from watcher.notify import wording
from watcher.notify.bidi import (
    Paragraph,
    Piece,
    Run,
    clean,
    direction_of,
    flat,
    join,
    name,
    paragraph,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.model import Alert, Passage, Severity
    from watcher.notify.bidi import Direction

_MAX_TITLE = 300
_MAX_TERMS = 8
_MAX_TERM = 60
_MAX_NAME = 80
_ELLIPSIS = Run((Piece("…"),))


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the small print: `label: value`."""

    label: str
    value: Paragraph


@dataclass(frozen=True, slots=True)
class Message:
    """Everything a message shows, cleaned, in the order of importance."""

    severity: Severity
    rule_id: str
    subject: str
    """One line of plain text, isolates included."""
    title: Paragraph
    passages: tuple[Paragraph, ...]
    rule: Paragraph
    why: Paragraph
    """The most prominent place of the match, and the rule's words that were found anywhere."""
    facts: tuple[Fact, ...]
    source: str
    url: str
    """A web address in ASCII, or nothing."""
    host: str
    """The site that the address leads to."""

    @property
    def severity_word(self) -> str:
        """The severity in Arabic."""
        return wording.SEVERITY[self.severity]


def message_of(alert: Alert, *, zone: str) -> Message:
    """Word an alert for readers in an IANA zone."""
    way = direction_of(" ".join((alert.title[:_MAX_TITLE], *(p.text for p in alert.passages))))
    title = _title(alert, way)
    url = web_address(alert.url)
    rule = _short_name(alert.rule_title if clean(alert.rule_title) else alert.rule)
    return Message(
        severity=alert.severity,
        rule_id=clean(alert.rule),
        subject=_subject(alert.severity, title, rule),
        title=title,
        passages=tuple(_passage(p, way) for p in alert.passages if clean(p.text)),
        rule=rule,
        why=_why(alert),
        facts=tuple(_facts(alert, zone)),
        source=clean(alert.source),
        url=url,
        host=urlsplit(url).hostname or "",
    )


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


def _short_name(text: str) -> Paragraph:
    return name(shorten(clean(text), _MAX_NAME))


def _title(alert: Alert, way: Direction) -> Paragraph:
    title = alert.title[:_MAX_TITLE]
    if not clean(title):
        return name(wording.UNTITLED)
    cut = title if len(alert.title) <= _MAX_TITLE else shorten(alert.title, _MAX_TITLE)
    hits = [(start, end) for start, end in alert.title_hits if end <= len(cut)]
    return paragraph(cut, hits, direction=way)


def _passage(passage: Passage, way: Direction) -> Paragraph:
    body = paragraph(passage.text, passage.hits, direction=way)
    before = (_ELLIPSIS, Run((Piece(" "),))) if passage.cut_before else ()
    after = (Run((Piece(" "),)), _ELLIPSIS) if passage.cut_after else ()
    return Paragraph((*before, *body.runs, *after), way)


def _subject(severity: Severity, title: Paragraph, rule: Paragraph) -> str:
    """Headline first, since telephones show about forty letters; the rule behind it."""
    urgent = wording.URGENT.get(severity)
    head = f"{urgent}: " if urgent else ""
    return f"{head}{flat(title)} — {flat(rule)}"


def _why(alert: Alert) -> Paragraph:
    terms = [name(shorten(clean(term), _MAX_TERM)) for term in alert.terms[:_MAX_TERMS]]
    more = len(alert.terms) - len(terms)
    listed = [part for term in terms for part in (wording.COMMA, "«", term, "»")][1:]
    rest = [f" و{more} غيرها"] if more > 0 else []
    words = [f"{wording.COMMA}{wording.TERMS}: "] if listed else []
    return join([f"{wording.MATCHED} {wording.WHERE[alert.where]}", *words, *listed, *rest])


def _facts(alert: Alert, zone: str) -> Iterator[Fact]:
    yield Fact(wording.SOURCE, _short_name(alert.source))
    if clean(alert.author):
        yield Fact(wording.AUTHOR, _short_name(alert.author))
    if clean(alert.credit):
        yield Fact(wording.CREDIT, _short_name(alert.credit))
    if alert.published:
        yield Fact(wording.PUBLISHED, paragraph(wording.moment(alert.published, zone)))
    yield Fact(wording.SEEN, paragraph(wording.moment(alert.seen, zone)))
