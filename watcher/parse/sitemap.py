"""Sitemaps (sitemaps.org protocol 0.9), with Google's news namespace, index files and plain lists.

Never raises: what cannot be read is said in the remarks.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lxml import etree

from watcher.arabic.dates import read_date
from watcher.model import Fetched, Parsed
from watcher.parse import feeds
from watcher.parse.address import absolute_url
from watcher.parse.decode import decode
from watcher.parse.entries import Listed, Stamp, read_entries
from watcher.parse.nesting import without_deep_nesting
from watcher.parse.repair import without_foreign_references

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 32 * 2**20
"""A map is read so far; the protocol allows 50 MB, and no map of news comes near."""
MOST_ENTRIES: Final = 1000
"""Of the newest addresses; Google takes no more from a map of news either."""
FRESH: Final = timedelta(days=7)
LEAST_ENTRIES: Final = 50
"""So many are listed though they are older than `FRESH`: a quiet site is not an empty one."""
MOST_CHILDREN: Final = 3
"""Child maps of an index that are followed."""

_GZIP: Final = b"\x1f\x8b"
_ROOT: Final = re.compile(r"<(?:[\w.\-]{1,20}:)?(urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+")
_NEWS: Final = re.compile(r"news|akhbar|أخبار|latest|today|googlenews", re.IGNORECASE)
_NOT_NEWS: Final = re.compile(
    r"image|video|author|categor|taxonom|(?<![a-z])tags?(?![a-z])|(?<![a-z])pages?(?![a-z])|static",
    re.IGNORECASE,
)
_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a map says of one address. `changed` is when the page was, not when it was published."""

    url: str
    changed: datetime | None = None
    published: str = ""
    title: str = ""
    language: str = ""
    keywords: str = ""


def parse(fetched: Fetched, *, now: datetime) -> Parsed:
    """Read a sitemap: its newest addresses first, or the child maps of an index as `more`.

    The date of a map of news is the article's; `lastmod` only orders, since an old article that was
    touched is not news: the page then says when it was published.
    """
    body, cut = _unpacked(fetched.body)
    if not body.strip():
        return Parsed((), ("an empty body instead of a sitemap",), is_feed=False)
    decoded = decode(body, fetched.content_type)
    root = _ROOT.search(decoded.text[:20_000])
    if root is None:
        return _other(replace(fetched, body=body), decoded.text, now)
    if root[1].lower() == "sitemapindex":
        parsed = _index(decoded.text, fetched, now)
    else:
        parsed = _map(decoded.text, fetched, now)
    remarks = (*parsed.remarks, *cut, *decoded.remarks)
    return replace(parsed, remarks=remarks)


def _unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Undo the gzip of a `.xml.gz` that the transfer had compressed once more."""
    if not body.startswith(_GZIP):
        return body, ()
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        out = stream.decompress(body, MOST_BYTES)
    except zlib.error as error:
        return b"", (f"the gzip body is damaged: {error}",)
    return out, () if stream.eof else ("the gzip body is cut off or too large; read in part",)


# --- what the map says ------------------------------------------------------------------------


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    """Give the fields of each `url` or `sitemap`; local names only, namespaces are often wrong."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=True
    )
    source = without_deep_nesting(without_foreign_references(text.lstrip()))
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return
    if root is None:
        return
    for element in root.iter():
        if _local(element) != name:
            continue
        found: dict[str, str] = {}
        for child in element.iter():
            # Pictures and films have addresses and titles of their own.
            if not _is_of_media(child):
                found.setdefault(_local(child), (child.text or "").strip())
        yield found


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _is_of_media(element: etree._Element) -> bool:
    tag = element.tag
    return isinstance(tag, str) and ("sitemap-image" in tag or "sitemap-video" in tag)


def _places(text: str, name: str, base: str, now: datetime) -> list[_Place]:
    return [
        _Place(
            url=url,
            changed=_instant(fields.get("lastmod", ""), now),
            published=fields.get("publication_date", ""),
            title=fields.get("title", ""),
            language=fields.get("language", "").lower()[:20],
            keywords=fields.get("keywords", ""),
        )
        for fields in _elements(text, name)
        if (url := absolute_url(fields.get("loc", ""), base))
    ]


def _instant(raw: str, now: datetime) -> datetime | None:
    if not raw:
        return None
    try:  # what the protocol asks for, and fifty thousand times
        found = datetime.fromisoformat(raw)
    except ValueError:
        read = read_date(raw[:100], now=now)
        return read.instant if read and read.instant >= _EARLIEST else None
    instant = found if found.tzinfo else found.replace(tzinfo=UTC)
    return instant if instant >= _EARLIEST else None


# --- maps -------------------------------------------------------------------------------------


def _map(text: str, fetched: Fetched, now: datetime) -> Parsed:
    base = fetched.final_url or fetched.url
    home = absolute_url("/", base).rstrip("/")
    places = [p for p in _places(text, "url", base, now) if p.url.rstrip("/") != home]
    if not places:
        return Parsed((), ("no entries",))
    newest, remarks = _newest(places, now)
    language = next((place.language for place in newest if place.language), "")
    entries, _ = read_entries(list(map(_listed, newest)), site=base, now=now, language=language)
    unread = sum(entry.published is None and bool(entry.published_raw) for entry in entries)
    if unread:
        remarks.append(f"dates that cannot be read or cannot be right: {unread}")
    return Parsed(tuple(entries), tuple(remarks), language=language)


def _newest(places: list[_Place], now: datetime) -> tuple[list[_Place], list[str]]:
    """Give the newest places first; what is left out is an archive, not news."""
    dates = {place.url: _instant(place.published, now) or place.changed for place in places}
    if len({date for date in dates.values() if date}) < 2:
        return _edges(places)
    ordered = sorted(places, key=lambda place: dates[place.url] or _EARLIEST, reverse=True)
    fresh = sum((date or _EARLIEST) >= now - FRESH for date in map(dates.get, dates))
    most = min(MOST_ENTRIES, max(LEAST_ENTRIES, fresh))
    left = fresh - most
    return ordered[:most], [f"more fresh addresses than are read: {left}"] if left > 0 else []


def _edges(places: list[_Place]) -> tuple[list[_Place], list[str]]:
    """Take the first and the last of a map without telling dates: new ones stand at either end."""
    half = MOST_ENTRIES // 2
    if len(places) <= MOST_ENTRIES:
        return places, []
    remark = f"no dates in the map: only the first and last {half} of {len(places)} are looked at"
    return [*places[:half], *reversed(places[-half:])], [remark]


def _listed(place: _Place) -> Listed:
    tags = re.split("[,،;]", place.keywords)
    return Listed(
        pages=(place.url,),
        title=place.title,
        stamps=(Stamp(place.published),) if place.published else (),
        tags=tuple(filter(None, map(str.strip, tags))),
        language=place.language,
    )


# --- index files ------------------------------------------------------------------------------


def _index(text: str, fetched: Fetched, now: datetime) -> Parsed:
    base = fetched.final_url or fetched.url
    children = [p for p in _places(text, "sitemap", base, now) if p.url != base]
    if not children:
        return Parsed((), ("an index of sitemaps that names none",), is_feed=False)
    ranked = sorted(children, key=_rank, reverse=True)
    news = [child for child in ranked if _is_of_news(child.url)]
    chosen = (news or ranked)[:MOST_CHILDREN]
    return Parsed((), (), more=tuple(dict.fromkeys(child.url for child in chosen)))


def _is_of_news(url: str) -> bool:
    path = urlsplit(url).path
    return bool(_NEWS.search(path)) and not _NOT_NEWS.search(path)


def _rank(child: _Place) -> tuple[bool, datetime, list[int]]:
    """Rank maps of pages before those of pictures and tags, then the newest, then the numbers."""
    path = urlsplit(child.url)
    numbers = [int(digits[:18]) for digits in _NUMBER.findall(f"{path.path}?{path.query}")]
    return not _NOT_NEWS.search(path.path), child.changed or _EARLIEST, numbers


# --- other forms that the protocol allows -----------------------------------------------------


def _other(fetched: Fetched, text: str, now: datetime) -> Parsed:
    """Read a feed, or a text of one address a line."""
    lines = text.split()
    base = fetched.final_url or fetched.url
    is_list = bool(lines) and all(line.startswith(("http://", "https://")) for line in lines[:100])
    if not is_list:
        parsed = feeds.parse(fetched, now=now)
        if parsed.is_feed:
            return parsed
        told = tuple(remark.replace("of a feed", "of a sitemap") for remark in parsed.remarks)
        return replace(parsed, remarks=told)
    places = [_Place(url) for line in lines if (url := absolute_url(line))]
    newest, remarks = _edges(places)
    entries, _ = read_entries(list(map(_listed, newest)), site=base, now=now)
    return Parsed(tuple(entries), tuple(remarks))
