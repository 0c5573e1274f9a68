"""Section pages without a feed: the article links of an HTML page, found by structure.

Knows no site. 1. Links that look like an article's, by address and by a text as long as a headline,
outside of navigation, are gathered. 2. Each is widened to its box: the largest element that leads
to no other article. 3. Boxes that are siblings of a kind, three and more, make a list, and the
shapes of their addresses are what articles look like on this site. 4. Every gathered link of such
a shape is an entry, in the order of the page, with the time that its box holds.

With the operator's CSS selector only 2. and the time are left to find. Never raises.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from watcher.arabic.dates import find_dates
from watcher.markup import read_html
from watcher.model import Fetched, Parsed
from watcher.parse.address import absolute_url, canonical_url
from watcher.parse.decode import decode
from watcher.parse.entries import Listed, Stamp, read_entries
from watcher.parse.links import is_article_like, is_same_site, shape_of
from watcher.parse.tree import classes_of, lines_in, words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from lxml.html import HtmlElement

MOST_LINKS: Final = 3000
MOST_ENTRIES: Final = 500
_LEAST_SIBLINGS: Final = 3
_LEAST_WITHOUT_LIST: Final = 5
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_APART: Final = frozenset({"nav", "footer", "aside", "form", "select", "noscript"})
_APART_ROLES: Final = frozenset({"navigation", "contentinfo", "search", "menu", "menubar"})
_APART_WORDS: Final = frozenset(
    {"nav", "navbar", "navigation", "menu", "submenu", "breadcrumb", "breadcrumbs", "footer"}
    | {"pagination", "pager", "paging", "share", "sharing", "social", "tags", "tagcloud"}
    | {"tag-list", "sidebar", "comments", "copyright"}
)
_HEADLINE_WORDS: Final = 3
_HEADLINE_CHARS: Final = 15
_BOX_CHARS: Final = 3000
_DATE_LINE_CHARS: Final = 80


@dataclass(slots=True)
class _Link:
    """One address that the page links to, with the element that says it best."""

    url: str
    key: str
    element: HtmlElement
    title: str
    box: HtmlElement


def parse(fetched: Fetched, *, now: datetime, links: str = "") -> Parsed:
    """Read a section page: its article links in the order of the page.

    `links` is a CSS selector: only links that it selects or that stand inside what it selects count
    then, and all of them. A day printed without a clock is left to the article's page.
    """
    decoded = decode(fetched.body, fetched.content_type)
    tree = read_html(decoded.text) if decoded.text.strip() else None
    if tree is None:
        return Parsed((), ("an empty body instead of a page with links",), is_feed=False)
    base = _base(tree, fetched)
    found = _selected(tree, links, base) if links else _found(tree, base, fetched)
    if not found:
        return Parsed((), (_nothing(links),), is_feed=False)
    listed = [_listed(link, now) for link in found[:MOST_ENTRIES]]
    entries, _ = read_entries(listed, site=base, now=now)
    title = tree.find(".//title")
    name = words_in(title) if title is not None else ""
    return Parsed(tuple(entries), decoded.remarks, name, tree.get("lang") or "")


def selector_fault(links: str) -> str:
    """Say what is wrong with a CSS selector; empty when nothing is."""
    from lxml.cssselect import CSSSelector, ExpressionError, SelectorError

    try:
        CSSSelector(links, translator="html")
    except (SelectorError, ExpressionError, etree.XPathError, ValueError) as error:
        return str(error) or "it cannot be read"
    return ""


def _nothing(links: str) -> str:
    if links:
        return f"the selector '{links[:80]}' selects no links on this page any more"
    return "no list of article links was found; 'links: <CSS selector>' can say where it stands"


def _base(tree: HtmlElement, fetched: Fetched) -> str:
    own = fetched.final_url or fetched.url
    declared = tree.find(".//base[@href]")
    return (absolute_url(declared.get("href"), own) if declared is not None else "") or own


# --- which links ------------------------------------------------------------------------------


def _selected(tree: HtmlElement, selector: str, base: str) -> list[_Link]:
    if selector_fault(selector):
        return []
    anchors = (a for part in tree.cssselect(selector) for a in part.iter("a"))
    return _boxed(_gathered(anchors, base))


def _found(tree: HtmlElement, base: str, fetched: Fetched) -> list[_Link]:
    apart = _apart(tree)
    here = canonical_url(fetched.final_url or fetched.url)
    anchors = (anchor for anchor in tree.iter("a") if not _is_apart(anchor, apart))
    gathered = [
        link
        for link in _boxed(_gathered(anchors, base))
        if link.key != here and is_same_site(link.key, here) and is_article_like(link.key)
    ]
    headlines = [link for link in gathered if _is_headline(link.title)]
    shapes = _shapes(headlines)
    return [link for link in headlines if shape_of(link.key) in shapes]


def _gathered(anchors: Iterable[HtmlElement], base: str) -> list[_Link]:
    """Give one link for each address: picture, headline and "more" of an article are one."""
    links: dict[str, _Link] = {}
    for count, anchor in enumerate(anchors):
        if count >= MOST_LINKS:
            break
        url = absolute_url(anchor.get("href") or "", base)
        key = canonical_url(url, base) if url else ""
        if not key:
            continue
        title = _words_of(anchor)
        known = links.setdefault(key, _Link(url, key, anchor, title, anchor))
        if _says_more(anchor, title, known):
            known.element, known.title = anchor, title
    return list(links.values())


def _says_more(anchor: HtmlElement, title: str, known: _Link) -> bool:
    if not title or _is_in_heading(known.element):
        return False
    return _is_in_heading(anchor) or len(title) > len(known.title)


def _words_of(anchor: HtmlElement) -> str:
    """Give the headline in a link: a heading inside it, its text, or what it is labeled with."""
    for heading in anchor.iter(*_HEADINGS):
        if words := words_in(heading):
            return words
    lines = lines_in(anchor)
    longest = max(lines, key=len, default="")
    # A link around a whole card: the headline comes before the teaser.
    text = next((line for line in lines if _is_headline(line)), longest)
    if text:
        return text
    image = next((i.get("alt") for i in anchor.iter("img") if i.get("alt")), "")
    return " ".join((anchor.get("title") or anchor.get("aria-label") or image or "").split())


def _is_in_heading(anchor: HtmlElement) -> bool:
    around = [anchor, *list(anchor.iterancestors())[:3]]
    return any(e.tag in _HEADINGS for e in around) or any(True for _ in anchor.iter(*_HEADINGS))


def _is_headline(text: str) -> bool:
    return len(text.split()) >= _HEADLINE_WORDS and len(text) >= _HEADLINE_CHARS


def _apart(tree: HtmlElement) -> set[HtmlElement]:
    """Give the elements that hold navigation and the like."""
    return {element for element in tree.iter() if _is_navigation(element)}


def _is_navigation(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in {"body", "html"}:
        return False
    if element.tag in _APART or (element.get("role") or "").lower() in _APART_ROLES:
        return True
    names = [*classes_of(element), element.get("id") or ""]
    return any(name.lower() in _APART_WORDS for name in names)


def _is_apart(anchor: HtmlElement, apart: set[HtmlElement]) -> bool:
    return any(around in apart for around in anchor.iterancestors())


# --- boxes and lists --------------------------------------------------------------------------


def _boxed(links: list[_Link]) -> list[_Link]:
    """Widen each link to the largest element around it that holds no other of these links."""
    holds: Counter[HtmlElement] = Counter()
    for link in links:
        holds.update(link.element.iterancestors())
    for link in links:
        for around in link.element.iterancestors():
            if holds[around] > 1 or around.tag in {"body", "html", "main"}:
                break
            link.box = around
    return links


def _shapes(links: Sequence[_Link]) -> set[tuple[str, ...]]:
    """Give the shapes of address that repeated boxes lead to: most of a list must agree."""
    lists: dict[tuple[HtmlElement | None, str], list[_Link]] = {}
    for link in links:
        lists.setdefault((_list_of(link.box), str(link.box.tag)), []).append(link)
    shapes: set[tuple[str, ...]] = set()
    for members in lists.values():
        counts = Counter(shape_of(link.key) for link in members)
        if len(members) >= _LEAST_SIBLINGS:
            shapes.update(shape for shape, count in counts.items() if count * 4 >= len(members))
    if shapes:
        return shapes
    # Every article in a box of its own kind: then their number must do.
    everywhere = Counter(shape_of(link.key) for link in links)
    return {shape for shape, count in everywhere.items() if count >= _LEAST_WITHOUT_LIST}


def _list_of(box: HtmlElement) -> HtmlElement | None:
    """Give what holds the box; rows of a grid are passed over, so that two by two is one list."""
    parent = box.getparent()
    if parent is not None and parent.tag in {"tr", "div"} and parent.getparent() is not None:
        twins = [e for e in parent.getparent() if e.tag == parent.tag]
        if len(twins) > 1 and len(list(parent)) <= _LEAST_SIBLINGS:
            return parent.getparent()
    return parent


# --- one entry --------------------------------------------------------------------------------


def _listed(link: _Link, now: datetime) -> Listed:
    stamp = _stamp(link.box, now)
    return Listed(pages=(link.url,), title=link.title, stamps=(stamp,) if stamp else ())


def _stamp(box: HtmlElement, now: datetime) -> Stamp | None:
    """Give the first time in a box that has a clock."""
    for raw in _times(box):
        dates = find_dates(raw, now=now)
        if dates and dates[0].precision != "day":
            return Stamp(raw, dates[0].instant)
    return None


def _times(box: HtmlElement) -> Iterator[str]:
    for time in box.iter("time"):
        yield (time.get("datetime") or "")[:_DATE_LINE_CHARS]
    lines = lines_in(box)
    if sum(map(len, lines)) <= _BOX_CHARS:
        yield from (line for line in lines if len(line) <= _DATE_LINE_CHARS)
