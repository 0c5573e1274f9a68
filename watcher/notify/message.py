"""What a message says, before it takes the form of any service. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.model import Alert, Links
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
from watcher.notify.digests import digest_message
from watcher.notify.parts import Fact, Link, Message, listed, rule_of, short_name, web_address
from watcher.notify.updates import head_of, news_of, other_outlets, quotes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.model import Digest, Notice, Passage
    from watcher.notify.bidi import Direction

__all__ = ["Message", "message_of", "web_address"]

_NO_LINKS = Links()
_MAX_TITLE = 300
_MAX_TERMS = 8
_MAX_TERM = 60
_ELLIPSIS = Run((Piece("…"),))


def message_of(about: Notice | Alert, *, zone: str, links: Links = _NO_LINKS) -> Message:
    """Word a notice, or an alert alone, for readers in an IANA zone.

    `links` are where they answer it. A notice that holds a digest gives one message for all of it.
    """
    if isinstance(about, Alert):
        return _about_one(about, zone, links)
    if about.digest is not None:
        return _about_many(about.alert, about.digest, zone, links)
    return _about_one(about.alert, zone, links)


def _about_one(alert: Alert, zone: str, links: Links) -> Message:
    way = direction_of(" ".join((alert.title[:_MAX_TITLE], *(p.text for p in alert.passages))))
    title = _title(alert, way)
    url = web_address(alert.url)
    rule = rule_of(alert)
    heading = _heading(alert, title)
    quotes = quotes_of(alert.update)
    # A passage before and after its change is the passage; twice the same would hide the change.
    passages = () if quotes else (p for p in alert.passages if clean(p.text))
    return Message(
        kind=alert.update.kind if alert.update else "first",
        severity=alert.severity,
        rule_id=clean(alert.rule),
        subject=f"{heading} — {flat(rule)}",
        heading=heading,
        title=title,
        news=news_of(alert, zone),
        quotes=quotes,
        passages=tuple(_passage(p, way) for p in passages),
        rule=rule,
        why=_why(alert),
        facts=tuple(_facts(alert, zone)),
        links=_links(Link(wording.LINK, url), *_answers(links)),
        source=clean(alert.source),
        url=url,
        host=urlsplit(url).hostname or "",
    )


def _about_many(headline: Alert, digest: Digest, zone: str, links: Links) -> Message:
    told = [_about_one(alert, zone, _NO_LINKS) for alert in digest.alerts]
    return digest_message(headline, digest, told, zone, _links(*_answers(links)))


def _answers(links: Links) -> tuple[Link, Link]:
    return (
        Link(wording.ACKNOWLEDGE, web_address(links.acknowledge)),
        Link(wording.SILENCE, web_address(links.silence)),
    )


def _links(*links: Link) -> tuple[Link, ...]:
    return tuple(link for link in links if link.url)


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


def _heading(alert: Alert, title: Paragraph) -> str:
    """Begin with what telephones must show, which have about forty letters.

    That is the urgency and what became of the story, then the headline.
    """
    head = " · ".join(
        part for part in (wording.URGENT.get(alert.severity), head_of(alert.update)) if part
    )
    return f"{head}: {flat(title)}" if head else flat(title)


def _why(alert: Alert) -> Paragraph:
    terms = [short_name(term, _MAX_TERM) for term in alert.terms[:_MAX_TERMS]]
    more = len(alert.terms) - len(terms)
    shown = [part for term in terms for part in (wording.COMMA, "«", term, "»")][1:]
    rest = [f" و{more} غيرها"] if more > 0 else []
    words = [f"{wording.COMMA}{wording.TERMS}: "] if shown else []
    return join([f"{wording.MATCHED} {wording.WHERE[alert.where]}", *words, *shown, *rest])


def _facts(alert: Alert, zone: str) -> Iterator[Fact]:
    yield Fact(wording.SOURCE, short_name(alert.source))
    if clean(alert.author) not in {"", clean(alert.source)}:
        yield Fact(wording.AUTHOR, short_name(alert.author))
    if clean(alert.credit):
        yield Fact(wording.CREDIT, short_name(alert.credit))
    if others := other_outlets(alert):
        yield Fact(wording.OTHER_OUTLETS, listed(others))
    if alert.published:
        yield Fact(wording.PUBLISHED, paragraph(wording.moment(alert.published, zone)))
    yield Fact(wording.SEEN, paragraph(wording.moment(alert.seen, zone)))
