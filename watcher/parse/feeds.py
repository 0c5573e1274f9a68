"""Feeds of every make: RSS 0.9 to 2.0, RDF and Atom through feedparser, JSON Feed through json.

Never raises: what cannot be read is said in the remarks, worded for a source's health.
"""

from __future__ import annotations

import calendar
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import feedparser

from watcher.model import Entry, Fetched, Parsed
from watcher.parse.address import absolute_url
from watcher.parse.decode import decode
from watcher.parse.entries import Body, Listed, Stamp, plain_text, read_entries
from watcher.parse.jsonfeed import read_json_feed, text_of
from watcher.parse.nesting import without_deep_nesting
from watcher.parse.repair import (
    is_cut_off,
    with_escaped_ampersands,
    with_matching_tags,
    without_endless_text,
    without_foreign_references,
    without_traps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PROLOG: Final = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_ROOT: Final = re.compile(
    r"<(?:rss|feed|(?:[A-Za-z]+:)?RDF|(?:rss|atom|a|ns0):(?:rss|feed)|channel)[\s>]", re.IGNORECASE
)
_ANY_TAG: Final = re.compile(r"<([a-zA-Z][\w:.\-]*)")
_HTML_TAGS: Final = frozenset(
    {"html", "head", "body", "title", "meta", "script", "div", "p", "table", "center", "h1", "br"}
    | {"b", "font", "iframe", "noscript", "style", "link"}
)
_FEED_LINK: Final = re.compile(
    r"<link\b[^>]{0,400}type=[\"']application/(?:rss|atom|feed)\+(?:xml|json)[^>]{0,400}>",
    re.IGNORECASE,
)
_HREF: Final = re.compile(r"href=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_PERIODS_S: Final = {
    "hourly": 3600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": 31_536_000,
}
_TTL_MAX_S: Final = 31_536_000.0


def parse(fetched: Fetched, *, now: datetime) -> Parsed:
    """Read what a poll brought: entries in the order of the feed, and remarks; any bytes will do.

    Dates without a zone are taken as UTC. Bodies are as the feed has them, not sanitized: they are
    input for extraction, never for display.
    """
    if not fetched.body.strip():
        return Parsed((), ("an empty body instead of a feed",), is_feed=False)
    decoded = decode(without_endless_text(fetched.body), fetched.content_type)
    text = decoded.text.lstrip()
    read = _read_json if text.startswith(("{", "[")) else _read_xml
    parsed = read(text, fetched, now)
    remarks = (*parsed.remarks, *decoded.remarks, *fetched.remarks)
    return Parsed(
        parsed.entries, remarks, parsed.title, parsed.language, parsed.ttl_s, is_feed=parsed.is_feed
    )


# --- JSON -------------------------------------------------------------------------------------


def _read_json(text: str, fetched: Fetched, now: datetime) -> Parsed:
    read = read_json_feed(text)
    if read is None:
        return Parsed((), ("a JSON document that is no JSON Feed",), is_feed=False)
    feed, items = read
    site = _site(text_of(feed, "home_page_url"), fetched)
    language = text_of(feed, "language")
    entries, remarks = read_entries(items, site=site, now=now, language=language)
    return Parsed(
        tuple(entries), _with_count(entries, remarks), plain_text(text_of(feed, "title")), language
    )


def _site(link: str, fetched: Fetched) -> str:
    base = fetched.final_url or fetched.url
    return absolute_url(link, base) or absolute_url(base) or absolute_url(fetched.url)


def _with_count(entries: Sequence[Entry], remarks: Sequence[str]) -> tuple[str, ...]:
    return tuple(remarks) if entries else ("no entries", *remarks)


# --- XML --------------------------------------------------------------------------------------


def _read_xml(text: str, fetched: Fetched, now: datetime) -> Parsed:
    start = _feed_start(text)
    if start < 0 and _root_name(text) in _HTML_TAGS:
        return Parsed((), (_html_instead(text, fetched),), is_feed=False)
    found = _best_reading(text[max(start, 0) :], fetched.final_url or fetched.url)
    if not found.entries and not found.get("version"):
        return Parsed((), (_what_instead(text, fetched, found),), is_feed=False)
    feed = found.feed
    language = _text(feed.get("language"))
    items = [_listed(entry, language, fetched.final_url) for entry in found.entries]
    first: list[str] = []
    if found.get("bozo"):
        items, first = _after_damage(items, found.bozo_exception, is_cut=is_cut_off(text))
    site = _site(_text(feed.get("link")), fetched)
    entries, remarks = read_entries(items, site=site, now=now, language=language)
    if start > 0:
        first.append("text that stands before the feed was skipped")
    title = plain_text(_text(feed.get("title")))
    return Parsed(
        tuple(entries), _with_count(entries, first + remarks), title, language, _ttl_s(feed)
    )


def _feed_start(text: str) -> int:
    """Say where the feed begins: 0 where only a prolog is before it, -1 where there is none."""
    prolog = _PROLOG.match(text)
    if prolog and _ROOT.match(text, prolog.end()):
        return 0
    root = _ROOT.search(text)
    return root.start() if root else -1


def _root_name(text: str) -> str:
    prolog = _PROLOG.match(text)
    tag = _ANY_TAG.search(text, prolog.end() if prolog else 0)
    return tag.group(1).lower() if tag else ""


def _html_instead(text: str, fetched: Fetched) -> str:
    link = _FEED_LINK.search(text)
    href = _HREF.search(link.group()) if link else None
    feed = absolute_url(href.group(1), fetched.final_url) if href else ""
    return "an HTML page instead of a feed" + (f"; it names the feed {feed}" if feed else "")


def _what_instead(text: str, fetched: Fetched, found: Any) -> str:
    root = _root_name(text)
    if root in {"urlset", "sitemapindex"}:
        return "a sitemap instead of a feed; write 'kind: sitemap' for it"
    if root in _HTML_TAGS:
        return _html_instead(text, fetched)
    if root and not found.get("bozo"):
        return f"an XML document «{root[:40]}» instead of a feed"
    return f"no feed but a text that begins «{plain_text(text[:200])[:60]}»"


def _best_reading(text: str, base: str) -> Any:
    """Read the feed; where the XML is damaged, mend it and take the reading with most entries.

    The damage stays on record in `bozo`. Plain feedparser's own lenient reading is among the
    candidates, so mending never costs an entry.
    """
    text = without_deep_nesting(without_foreign_references(without_traps(text)))
    found = _feedparser(text, base)
    if not found.get("bozo"):
        return found
    escaped = with_escaped_ampersands(text)
    mended = _feedparser(escaped, base)
    if mended.get("bozo"):
        mended = _feedparser(with_matching_tags(escaped), base)
    best = max(mended, found, key=_richness)
    best["bozo"], best["bozo_exception"] = True, found.get("bozo_exception")
    return best


def _richness(found: Any) -> tuple[int, int, int]:
    links, texts = (
        sum(bool(_text(entry.get(name))) for entry in found.entries for name in names)
        for names in (("link",), ("title", "summary"))
    )
    return len(found.entries), links, texts


def _feedparser(text: str, base: str) -> Any:
    """Run feedparser on a stream, never on text: it opens files and addresses that it is given."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    if "xml:base" in text:
        headers["content-location"] = base
    try:
        # Sanitizing and resolving links inside bodies is half of the time, and nobody uses it.
        return feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001 - its lenient parser raises whatever odd input makes it
        return feedparser.FeedParserDict(
            bozo=True,
            bozo_exception=error,
            entries=[],
            version="",
            feed=feedparser.FeedParserDict(),
        )


def _after_damage(
    items: list[Listed], error: object, *, is_cut: bool
) -> tuple[list[Listed], list[str]]:
    """Distrust the last item of a feed that is cut off: without an address it is left for later."""
    remarks = ["the feed is cut off"] if is_cut else []
    if is_cut and items and not (items[-1].pages or items[-1].guid):
        items = items[:-1]
        remarks = ["the feed is cut off in an entry without an address yet; the next poll has it"]
    elif is_cut and items:
        items = [*items[:-1], replace(items[-1], is_cut=True)]
    return items, [_damage(error, len(items)), *remarks]


def _damage(error: object, count: int) -> str:
    line, column = (getattr(error, name, None) for name in ("getLineNumber", "getColumnNumber"))
    where = f" at line {line()}, column {column()}" if line and column else ""
    message = getattr(error, "getMessage", None)
    why = f" ({message()})" if message else ""
    return f"the XML is damaged{where}{why}; entries that could still be read: {count}"


def _ttl_s(feed: Any) -> float | None:
    """Give how long the feed wants to be left alone: `ttl`, or the syndication module's period."""
    minutes = _number(_text(feed.get("ttl")))
    if minutes is not None:
        return min(minutes * 60, _TTL_MAX_S)
    period = _PERIODS_S.get(_text(feed.get("sy_updateperiod")).strip().lower())
    if period is None:
        return None
    return period / (_number(_text(feed.get("sy_updatefrequency"))) or 1)


def _number(text: str) -> float | None:
    stripped = text.strip()
    is_number = stripped.isascii() and stripped.isdigit() and len(stripped) < 9
    return float(stripped) if is_number and int(stripped) > 0 else None


# --- one item of feedparser -------------------------------------------------------------------


_get: Final = dict.get
"""feedparser's own `get` tries older names of a key first; the keys asked for here have none."""


def _listed(entry: Any, language: str, base: str) -> Listed:
    own_language = _text(_detail(entry, "title_detail").get("language"))
    return Listed(
        # An empty link becomes the address of the feed itself.
        pages=tuple(page for page in _resolved(_pages(entry), base) if page != base),
        media=tuple(filter(None, _media(entry))),
        guid=_text(_get(entry, "id")),
        title=_text(_get(entry, "title")),
        authors=tuple(filter(None, _authors(entry))),
        stamps=tuple(_stamps(entry)),
        bodies=tuple(body for body in _bodies(entry) if body.markup),
        tags=tuple(_text(_get(tag, "term")) for tag in _details(entry, "tags")),
        language=own_language or language,
    )


def _text(value: object) -> str:
    # Odd markup makes feedparser put a dictionary where a text is expected.
    return value if isinstance(value, str) else ""


def _detail(entry: Any, name: str) -> Any:
    value = _get(entry, name)
    return value if isinstance(value, dict) else {}


def _details(entry: Any, name: str) -> Sequence[Any]:
    values = _get(entry, name)
    if not isinstance(values, list):
        return ()
    return [value for value in values if isinstance(value, dict)]


def _pages(entry: Any) -> Iterator[str]:
    yield _text(_get(entry, "feedburner_origlink"))
    yield _text(_get(entry, "link"))
    links = _details(entry, "links")
    for rel in ("alternate", "related", "via"):
        yield from (_text(_get(x, "href")) for x in links if _get(x, "rel") == rel)


def _resolved(links: Iterable[str], base: str) -> Iterator[str]:
    """Make links absolute that are relative to the feed's own address."""
    return (link if ":" in link else absolute_url(link, base) for link in links if link)


def _media(entry: Any) -> Iterator[str]:
    yield from (
        _text(_get(x, "href")) for x in _details(entry, "links") if _get(x, "rel") == "enclosure"
    )
    yield from (_text(part.get("url")) for part in _details(entry, "media_content"))


def _authors(entry: Any) -> Iterator[str]:
    given, authors = _text(_get(entry, "author")), _details(entry, "authors")
    # feedparser ends an address after four letters of its last label: a@b.agency leaves "cy".
    is_cut = len(authors) == 1 and "email" in authors[0] and authors[0]["email"] in given
    names = [] if is_cut else [_text(author.get("name")) for author in authors]
    yield from names if any(names) else [given]


def _stamps(entry: Any) -> Iterator[Stamp]:
    for name in ("published", "created", "updated"):
        if name in entry:
            instant = _utc(entry.get(f"{name}_parsed"))
            yield Stamp(_text(entry[name]), instant, is_update=name == "updated")


def _utc(parts: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC) if parts else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _bodies(entry: Any) -> Iterator[Body]:
    for part in _details(entry, "content"):
        is_plain = part.get("type") == "text/plain"
        yield Body(_text(part.get("value")), is_plain=is_plain, is_full=not is_plain)
    is_plain = _detail(entry, "summary_detail").get("type") == "text/plain"
    yield Body(_text(_get(entry, "summary")), is_plain=is_plain)
