"""What a feed lists, made into entries: address, title, date, and whether the body is the article.

Knows nothing of feed formats: every format is first brought into the form of `Listed`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from watcher.arabic.dates import read_date
from watcher.model import AHEAD_OF_TIME, Entry
from watcher.parse.address import absolute_url, canonical_url, resolved_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as given, and as the feed library reads it (None where it cannot)."""

    raw: str
    instant: datetime | None = None
    is_update: bool = False
    """It tells when the item was last changed."""
    how: str = "feed"


@dataclass(frozen=True, slots=True)
class Body:
    """A text that the feed carries. `is_full`: the feed calls it the content, not a summary."""

    markup: str
    is_plain: bool = False
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An item of any feed format. `pages` and `media` are addresses, the best first."""

    pages: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    guid: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    bodies: tuple[Body, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    is_cut: bool = False
    """The feed ends within this item."""


# A comment ends its search at the next one, so that a row of unclosed ones costs no more than once.
_TAG: Final = re.compile(r"<!--(?:(?!<!--).)*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_ESCAPED_TAG: Final = re.compile(
    r"&(?:lt|#60|#x3c);/?[a-zA-Z][^<>&]{0,300}(?:&quot;[^<>&]{0,300})*&gt;", re.IGNORECASE
)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EMAIL: Final = re.compile(r"<?[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+>?")

_STAMP_CHARS: Final = 200
_TITLE_CHARS: Final = 2_000
_OLDEST: Final = datetime(1995, 1, 1, tzinfo=UTC)  # before that no outlet was on the web
_AHEAD: Final = timedelta(days=2)  # clocks and zones are wrong by hours, not by days
# The offset after a clock, the letters of a zone, its name in Arabic, or a date told from now.
_NAMES_A_ZONE: Final = re.compile(
    r"\d\s*Z$|:\d\d(?:\.\d+)?\s*[+-]\d\d(?::?\d\d)?$|\b(?!AM$|PM$)[A-Z]{2,5}$"
    r"|توقيت|[غج]رين|منذ|قبل|\bago\b"
)

_FULL_CHARS: Final = 400
_LONG_CHARS: Final = 1000
_TEASERS: Final = tuple(
    (clue, re.compile(rf"(?:{pattern})[\s.:»«>›→&\-]*$"))
    for clue, pattern in (
        ("…", "…|[\\[(] ?… ?[\\])]"),
        ("..", r"\.\.\.|[\[(] ?\.{2,} ?[\])]"),
        ("قر", "[اإأ]?قر[اأ] (?:المزيد|أكثر|التفاصيل|الخبر كاملا)"),
        ("قراءة", "قراءة المزيد|لقراءة (?:المزيد|الخبر|المقال).{0,40}"),
        ("القراءة", "(?:تابع|مواصلة|متابعة|[اأ]?كمل) القراءة"),
        ("تفاصيل", "تفاصيل أكثر|التفاصيل"),
        ("مزيد", "للمزيد|المزيد"),
        ("شاهد", "شاهد"),
        ("more", "more"),
        ("read the", "read the (?:full|rest).{0,40}"),
        ("continue reading", "continue reading.{0,200}"),
        ("full story", "full story"),
        ("lire", "lire (?:la suite|plus)"),
    )
)
"""How a text ends that goes on elsewhere, in small letters: tried where its clue stands at all."""
_FOOTER: Final = re.compile(
    r"""
    (?:the\spost|der\sbeitrag|l[’']article|ال?(?:مقالة?|تدوينة|خبر|مشاركة)|ظهرت?|نُ?شرت?)\b.{0,600}?
    (?:appeared\sfirst\son|first\sappeared\son|erschien\szuerst|est\sapparu\sen\spremier
    |[أا]ولا?ً?ا?\s(?:على|في))\b.{0,200}$""",
    re.DOTALL | re.VERBOSE,
)
_FIRST: Final = ("first", "zuerst", "premier")
_FIRST_IN_ARABIC: Final = re.compile("[أا]ولا?ً?ا? (?:على|في)")
"""One of them stands in every footer."""
_ENDS_A_SENTENCE: Final = re.compile(r"[.!?؟۔:\"”»')\]]\s*$")


def read_entries(
    items: Sequence[Listed], *, site: str, now: datetime, language: str = ""
) -> tuple[list[Entry], list[str]]:
    """Make the entries of one poll, and remarks on what was odd with them.

    `site` is the absolute address that the feed belongs to. An item without a page of its own is
    known by `site` with a fingerprint of its guid, or else of its text: it counts as whole, since
    there is nothing to fetch. Only an item that holds nothing at all gives no entry.
    """
    kept = [item for item in map(_scrubbed, items) if _says_something(item)]
    pages = _pages(kept, site)
    entries = [
        _entry(item, page, now=now, language=language)
        for item, page in zip(kept, pages, strict=True)
    ]
    own = [entry for entry in entries if entry.url]
    return own, _remarks(items, kept, own, site)


def plain_text(markup: str) -> str:
    """Give the text of a title or body: tags and entities gone, white space squeezed."""
    text = html.unescape(_TAG.sub(" ", markup)) if "<" in markup or "&" in markup else markup
    return " ".join(_FORBIDDEN.sub("", text).split())


def _says_something(item: Listed) -> bool:
    return bool(item.pages or item.media or item.guid or item.title or item.bodies)


def _scrubbed(item: Listed) -> Listed:
    """Drop what no text may hold: JSON escapes and careless parsers let lone surrogates through."""
    bodies = (replace(body, markup=_FORBIDDEN.sub("", body.markup)) for body in item.bodies)
    return replace(
        item,
        guid=_FORBIDDEN.sub("", item.guid).strip(),
        title=_title(item.title)[:_TITLE_CHARS],
        bodies=tuple(body for body in bodies if body.markup.strip()),
        stamps=tuple(
            replace(s, raw=_FORBIDDEN.sub("", s.raw[:_STAMP_CHARS]).strip()) for s in item.stamps
        ),
    )


def _title(markup: str) -> str:
    """Give a title as text; many feeds escape twice, so that markup shows only after unescaping."""
    once = html.unescape(_inline(markup))
    return plain_text(_inline(once))


def _inline(markup: str) -> str:
    return _TAG.sub("", markup)


def _entry(item: Listed, page: _Page, *, now: datetime, language: str) -> Entry:
    markup, is_full = _body(item)
    given = tuple(stamp for stamp in item.stamps if not stamp.is_update)
    published = _dated(given or item.stamps, now)
    updated = _dated([stamp for stamp in item.stamps if stamp.is_update], now)
    is_all_there_is = not page.is_readable
    return Entry(
        url=page.url,
        link=page.link,
        title=item.title,
        author=_author(item.authors),
        published=published.instant,
        published_raw=published.raw,
        body_html=markup or (f"<p>{html.escape(item.title)}</p>" if is_all_there_is else ""),
        is_whole=is_all_there_is or (not item.is_cut and _is_whole(markup, is_full=is_full)),
        tags=tuple(dict.fromkeys(filter(None, map(plain_text, item.tags)))),
        language=item.language or language,
        guid=item.guid,
        published_how=published.how,
        updated=updated.instant,
        updated_raw=updated.raw,
        updated_how=updated.how,
        is_zoneless=published.instant is not None and not _NAMES_A_ZONE.search(published.raw),
    )


# --- address ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """Where an item leads: `url` identifies it, and `is_readable` if a page of its own is there."""

    link: str
    url: str
    is_readable: bool = True


def _pages(items: Sequence[Listed], site: str) -> list[_Page]:
    """Give every item an address that no other item has.

    An address that cannot identify its item is made to with a fingerprint: the site itself, or one
    page under three titles and more (a live page whose entries differ by fragment).
    """
    home = canonical_url(site)
    pages = [_linked_page(item, site) for item in items]
    titles: dict[str, set[str]] = {}
    for item, page in zip(items, pages, strict=True):
        titles.setdefault(page.url, set()).add(item.title)
    return [
        page
        if page.url and len(titles[page.url]) <= (1 if page.url == home else 2)
        else _Page(
            page.link or absolute_url(site), _marked(item, page.url or home), is_readable=False
        )
        for item, page in zip(items, pages, strict=True)
    ]


def _linked_page(item: Listed, site: str) -> _Page:
    """Give the first usable address: a page, a guid that is an address, or the media."""
    guid = (item.guid,) if item.guid.lower().startswith(("http://", "https://")) else ()
    for address in (*item.pages, *guid):
        link, url = resolved_url(address, site)
        if url:
            return _Page(link, url)
    for address in item.media:
        link, url = resolved_url(address, site)
        if url:
            return _Page(link, url, is_readable=False)
    return _Page("", "", is_readable=False)


def _marked(item: Listed, url: str) -> str:
    if not url:
        return ""
    text = item.guid or "\n".join(
        [item.title, *(s.raw for s in item.stamps), *(b.markup for b in item.bodies)]
    )
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    return canonical_url(f"{url.partition('#')[0]}{'&' if '?' in url else '?'}watcher-entry={mark}")


# --- date and author --------------------------------------------------------------------------


def _dated(stamps: Sequence[Stamp], now: datetime) -> Stamp:
    """Give the first date that can be right, and how it was found; else the first text."""
    read = [replace(stamp, instant=_instant(stamp, now)) for stamp in stamps]
    for stamp in read:
        if stamp.instant is not None and _OLDEST <= stamp.instant <= now + _AHEAD:
            return stamp
    if not read:
        return Stamp("", how="")
    first = read[0]
    is_ahead = first.instant is not None and first.instant > now
    return Stamp(first.raw, how=AHEAD_OF_TIME if is_ahead else "")


def _instant(stamp: Stamp, now: datetime) -> datetime | None:
    # feedparser takes AST for the Atlantic; Arab outlets mean Arabia.
    if stamp.instant is not None and not stamp.raw.endswith("AST"):
        return stamp.instant
    read = read_date(stamp.raw, now=now)
    return read.instant if read else stamp.instant


def _author(authors: Iterable[str]) -> str:
    names = (_name(plain_text(_EMAIL.sub("", author))) for author in authors)
    return "، ".join(dict.fromkeys(filter(None, names)))


def _name(text: str) -> str:
    stripped = text.strip(" ,،")
    return (
        stripped[1:-1].strip() if stripped.startswith("(") and stripped.endswith(")") else stripped
    )


# --- body -------------------------------------------------------------------------------------


def _body(item: Listed) -> tuple[str, bool]:
    """Give the fullest body as HTML, and whether the feed calls it the content."""
    bodies = [(_as_html(body), body.is_full) for body in item.bodies]
    if len(bodies) == 1:
        return bodies[0]
    return max(bodies, key=lambda body: _fullness(body[0]), default=("", False))


def _fullness(markup: str) -> int:
    # Of two nearly equal texts the one with more paragraphs is better.
    return len(plain_text(markup)) + 20 * min(5, markup.count("<p") + markup.count("<br"))


def _as_html(body: Body) -> str:
    markup = body.markup.strip()
    if not _TAG.search(markup) and _ESCAPED_TAG.search(markup):
        markup = html.unescape(markup)
    if body.is_plain and not _TAG.search(markup):
        lines = filter(None, map(str.strip, html.unescape(markup).split("\n")))
        return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines)
    return _without_footer(markup)


def _without_footer(markup: str) -> str:
    """Drop WordPress's "The post … appeared first on …": it ends teasers and whole articles."""
    start = markup.rfind("<p")
    if start >= 0 and _FOOTER.match(plain_text(markup[start:]).lower()):
        return markup[:start].rstrip()
    return markup


def _is_whole(markup: str, *, is_full: bool) -> bool:
    """Judge whether a body is the whole article; in doubt it is not, and the page is read."""
    text = plain_text(markup)
    if _goes_on_elsewhere(text):
        return False
    if is_full:
        return len(text) >= _FULL_CHARS
    return len(text) >= _LONG_CHARS and bool(_ENDS_A_SENTENCE.search(text))


def _goes_on_elsewhere(text: str) -> bool:
    end = text[-900:].lower()
    is_first = any(word in end for word in _FIRST) or _FIRST_IN_ARABIC.search(end)
    if is_first and _FOOTER.search(end):
        return True
    end = end[-300:]
    return any(clue in end and pattern.search(end) for clue, pattern in _TEASERS)


# --- remarks ----------------------------------------------------------------------------------


def _remarks(
    items: Sequence[Listed], kept: Sequence[Listed], entries: Sequence[Entry], site: str
) -> list[str]:
    pageless = sum("watcher-entry=" in entry.url for entry in entries)
    unread = [e.published_raw for e in entries if e.published is None and e.published_raw]
    undated = sum(not e.published_raw for e in entries)
    repeated = sum(count - 1 for count in Counter(e.url for e in entries).values())
    sample = f"; the first is «{unread[0][:60]}»" if unread else ""
    counts = (
        (len(items) - len(kept), "entries that hold nothing, left out: {}"),
        (
            len(kept) - len(entries),
            f"entries without any address, left out because «{site[:60]}» is none either: {{}}",
        ),
        (pageless, "entries without a page of their own, known by a fingerprint: {}"),
        (len(unread), "dates that cannot be read or cannot be right: {}" + sample),
        (undated, "entries without a date: {}"),
        (repeated, "entries listed more than once: {}"),
    )
    return [text.replace("{}", str(count), 1) for count, text in counts if count]
