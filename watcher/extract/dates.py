"""The dates that a page gives for its article: in its data, meta elements, time elements, print.

Pure. Chooses nothing: every date is a claim, with how it was found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from watcher.arabic.dates import DateFound, find_dates, read_date
from watcher.model import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

    from watcher.extract.texts import Texts

_PUBLISHED: Final = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "publish-date",
    "pubdate", "publication_date", "dc.date.issued", "dc.date", "dcterms.created",
    "article.published", "sailthru.date", "date", "parsely-pub-date",
)  # fmt: skip
_UPDATED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "article.updated", "lastmod", "last-modified", "modified", "revised",
)  # fmt: skip
_PUBLISHING: Final = re.compile(r"publish|pubdate|entry-date|post-date", re.IGNORECASE)
_UPDATING: Final = re.compile(r"updated|modified", re.IGNORECASE)
_UPDATE_LABEL: Final = re.compile(r"تحديث|محدث|حُ?دّ?ث|تعديل|updated|modified", re.IGNORECASE)
_PUBLISHED_LABEL: Final = re.compile(r"نُ?شر|منشور|published|posted", re.IGNORECASE)
_DATE_WORDS: Final = 14
_PARAGRAPH_WORDS: Final = 25
_AHEAD: Final = timedelta(days=1)  # clocks and zones are wrong by hours, not by days


@dataclass(frozen=True, slots=True)
class PageDates:
    """What a page says of when. `raw`: the first text that should be its publication's date."""

    claims: tuple[Claim, ...] = ()
    raw: str = ""

    @property
    def published(self) -> Claim | None:
        """The first claim to be the publication's."""
        return next((claim for claim in self.claims if not claim.is_update), None)


class _Given(NamedTuple):
    text: str
    how: str
    is_update: bool = False


def read_dates(
    texts: Texts,
    own: Mapping[str, Any],
    metas: Mapping[str, str],
    title: str,
    *,
    now: datetime,
) -> PageDates:
    """Read every date that can be right: the most trustworthy first, none that lies far ahead."""
    given = [one for one in _given(texts, own, metas, now=now) if one.text]
    claims = [claim for one in given if (claim := _claim(one, now=now))]
    raw = next((one.text for one in given if not one.is_update), "")
    printed = list(_printed_below(texts, title, now=now))
    if not raw and printed:
        raw = printed[0].raw
    return PageDates((*claims, *printed), raw)


def _given(
    texts: Texts, own: Mapping[str, Any], metas: Mapping[str, str], *, now: datetime
) -> Iterator[_Given]:
    yield _Given(_text(own.get("datePublished")), "page data")
    yield from (_Given(metas.get(name, ""), "meta element") for name in _PUBLISHED)
    yield from _times(texts, now=now)
    yield _Given(_text(own.get("dateModified")), "page data", is_update=True)
    yield from (_Given(metas.get(name, ""), "meta element", is_update=True) for name in _UPDATED)


def _times(texts: Texts, *, now: datetime) -> Iterator[_Given]:
    """Give the dates of the time elements that stand for publication and update.

    Templates forget to fill the attribute: where the printed day is another one, the print counts.
    """
    listed = [*texts.tree.iter("time")]
    marks = {time: " ".join(map(str, time.values())) for time in listed}
    published = [time for time in listed if _PUBLISHING.search(marks[time])]
    updated = [time for time in listed if time not in published and _UPDATING.search(marks[time])]
    alone = listed if len(listed) == 1 and not updated else []
    for time in published[:1] or alone:
        yield from (_Given(text, "time element") for text in _said(time, texts[time], now=now))
    for time in updated[:1]:
        said = _said(time, texts[time], now=now)
        yield from (_Given(text, "time element", is_update=True) for text in said)


def _said(time: HtmlElement, printed: str, *, now: datetime) -> tuple[str, str]:
    hidden = time.get("datetime") or ""
    seen, told = _read(printed, now=now), _read(hidden, now=now)
    differ = seen and told and abs(seen.instant - told.instant) > timedelta(days=2)
    return (printed, hidden) if differ else (hidden, printed)


def _printed_below(texts: Texts, title: str, *, now: datetime) -> Iterator[Claim]:
    """Give the dates that stand alone in a box between the headline and the first paragraph.

    A date above the headline is the page's own day.
    """
    is_below = False
    for element in texts.tree.iter(
        "h1", "h2", "h3", "div", "p", "span", "li", "time", "small", "td"
    ):
        is_heading = element.tag in {"h1", "h2", "h3"}
        if (not is_below and not is_heading) or len(element) > _DATE_WORDS:
            continue
        text = texts[element]
        if not is_below:
            is_below = bool(title) and text == title
        elif element.tag == "p" and len(text.split()) >= _PARAGRAPH_WORDS:
            break
        elif 1 < len(text.split()) <= _DATE_WORDS:
            claims = list(printed_claims(text, now=now))
            yield from claims
            if any(not claim.is_update for claim in claims):
                break


def printed_claims(text: str, *, now: datetime) -> Iterator[Claim]:
    """Read a line that is nothing but dates; the label before each says which it is."""
    zone = now.tzinfo or UTC
    if not read_date(text, now=now, zone=zone):
        return
    end = 0
    for found in find_dates(text, now=now, zone=zone):
        label = text[end : found.start]
        is_update = bool(_UPDATE_LABEL.search(label)) and not _PUBLISHED_LABEL.search(label)
        end = found.end
        if found.instant <= now + _AHEAD:
            yield _of_found(found, _Given(text, "printed line", is_update))


# --- reading ----------------------------------------------------------------------------------


class _Read(NamedTuple):
    instant: datetime
    precision: Literal["exact", "day"]
    has_zone: bool


def _claim(given: _Given, *, now: datetime) -> Claim | None:
    """Read a date; None where it cannot be read or lies ahead."""
    read = _read(given.text, now=now)
    if read is None or read.instant > now + _AHEAD:
        return None
    return Claim(
        read.instant, given.text, given.how, given.is_update, read.precision, read.has_zone
    )


def _of_found(found: DateFound, given: _Given) -> Claim:
    return Claim(found.instant, given.text, given.how, given.is_update, *_of_words(found)[1:])


def _read(text: str, *, now: datetime) -> _Read | None:
    standard = _standard(text) or _mail(text)
    if standard is None:
        found = read_date(text, now=now, zone=now.tzinfo or UTC)
        return _of_words(found) if found else None
    is_day = ":" not in text and "T" not in text
    has_zone = standard.tzinfo is not None
    instant = standard if has_zone else standard.replace(tzinfo=now.tzinfo or UTC)
    return _Read(instant, "day" if is_day else "exact", has_zone)


def _of_words(found: DateFound) -> _Read:
    precision: Literal["exact", "day"] = "day" if found.precision == "day" else "exact"
    return _Read(found.instant, precision, found.has_zone or found.is_relative)


def _standard(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


# --- address ----------------------------------------------------------------------------------

_DAY_IN_PATH: Final = re.compile(
    r"/(?P<y>(?:19|20)\d\d)(?:/(?P<m>\d{1,2})(?:/(?P<d>\d{1,2}))?|-(?P<m2>\d\d)-(?P<d2>\d\d)"
    r"|(?P<m3>\d\d)(?P<d3>\d\d))(?=/)"
)
_FIRST_YEAR: Final = 1995  # before that no outlet was on the web


def address_claims(urls: Iterable[str], *, now: datetime) -> tuple[Claim, ...]:
    """Read the day or month that stands in the path of an address: /2024/05/12/, /2024-05-12/.

    Only whole segments count, and never the last one: that is the article's own name.
    """
    for url in urls:
        match = _DAY_IN_PATH.search(url.partition("?")[0].partition("#")[0])
        claim = _of_path(match, now=now) if match else None
        if claim:
            return (claim,)
    return ()


def _of_path(match: re.Match[str], *, now: datetime) -> Claim | None:
    year, month = int(match["y"]), int(match["m"] or match["m2"] or match["m3"])
    day = match["d"] or match["d2"] or match["d3"]
    try:
        first = datetime(year, month, int(day or 1), tzinfo=UTC)
    except ValueError:
        return None
    if year < _FIRST_YEAR or first > now + _AHEAD:
        return None
    raw = match.group().strip("/")
    if day:
        return Claim(first, raw, "address", precision="day", has_zone=False)
    next_month = (first + timedelta(days=31)).replace(day=1)
    last = min(next_month - timedelta(days=1), now)
    return Claim(last, raw, "address", precision="month", has_zone=False)
