"""Whether a page is an article at all, and if not, why, in words for people. Pure.

An extractor finds some text on any page: a home page's teasers, a block page's excuse. The
evidence here is the page's outline (what stands under linked headings), its claims, its prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.arabic import fold
from watcher.extract.excuses import PAYWALL, asks_for_payment, excuse_in
from watcher.extract.layout import LONGEST_BLOCK, links_of
from watcher.extract.texts import word_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from watcher.extract.metadata import Metadata
    from watcher.extract.texts import Texts

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = (*sorted(_HEADINGS), "p", "li", "td", "blockquote", "a")
_STOPPED = re.compile(r"[.!?\u061f\u06d4\u2026][\s\"'\u201c\u201d\u00bb)]*$")
_READ_MORE = re.compile(
    r"^\W*(?:(?:اقرا|اقراي|قراءه|عرض|مشاهده) )?(?:ال)?مزيد\W*$|^\W*read more\W*$"
)
_OTHER_WORDS = re.compile(r"[بتثجحخذسصطظغفكنو]")
"""Letters that the label does not have, as folded as unfolded."""
_BLOCK_WORDS = 200
_EXCUSE_CHARS = 2000
_SHORT_TEXT = 60
"""Words of a text that may be all excuse."""
_FEWEST = 8
_TEASERS = 3
_TEASER_WORDS = 6
_TOLD_WORDS = 12
_FRONT_WORDS = 80
_HEADLINE_WORDS = 4
_SEPARATED = re.compile(r"\s+[|\u2022\u00b7\u2013\u2014:-]+\s+|\s*\|\s*")
_SHORT_PAGE = 80
"""Words of a page that may be all excuse; on longer ones only its front can be one."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page's structure shows.

    `under` maps the text of a block to the linked heading above it, or to nothing.
    """

    under: dict[str, str]
    linked_share: float
    """Characters inside links, of all characters."""
    links: int
    read_more: int
    """Blocks that say nothing but "read more"."""
    has_time: bool
    teasers: int = 0
    """Other stories that the page announces with a text of their own."""
    headline_words: int = 0
    """Words of the page's one h1, else of what it calls itself; sections have fewer than news."""


def why_no_text(text: str, title: str) -> str:
    """Give the reason why plain text is no article; empty if it may be one."""
    if not re.search(r"\w", text):
        return "there is no text"
    is_short = len(text) <= _EXCUSE_CHARS and len(text.split()) <= 60
    return excuse_in(f"{title}\n{text}") if is_short else ""


def why_blocked(texts: Texts, about: Metadata) -> str:
    """Give the reason why a page shows no article to us; empty if it may."""
    text = " ".join(texts.shown)
    has_script = any(True for _ in texts.tree.iter("script"))
    words = word_count(text)
    aside = " ".join(texts[one] for one in texts.tree.iter("noscript")) if words < 40 else ""
    front = text if words <= _SHORT_PAGE else text[:100]
    is_short = words <= _BLOCK_WORDS and not _is_news(about)
    if is_short and (why := excuse_in(f"{about.title}\n{front}\n{aside}")):
        return why
    if not text:
        return (
            "the page needs JavaScript to show its text" if has_script else "the page has no text"
        )
    if words < 15 and has_script:
        return "the page needs JavaScript to show its text"
    return ""


def outline(texts: Texts, others: Sequence[HtmlElement]) -> Outline:
    """Read the structure of a page; `others` are its cards of other stories."""
    body = next(texts.tree.iter("body"), texts.tree)
    under: dict[str, str] = {}
    linked = links = 0
    heading = ""
    for element in body.iter(*_BLOCKS):
        tag, size = element.tag, texts.size(element)
        if tag == "a":
            links += 1
            linked += size
        text = texts[element] if size <= LONGEST_BLOCK else ""
        if word_count(text) < 3:
            continue
        if tag in _HEADINGS or (tag == "a" and _stands_alone(element, text, texts)):
            heading = text if _is_linked(element) else ""
        elif tag != "a":
            under.setdefault(text, heading)
    total = sum(map(len, texts.shown)) or 1
    has_time = any(True for _ in body.iter("time"))
    told = {head for text, head in under.items() if head and word_count(text) >= _TOLD_WORDS}
    announced = sum(1 for card in others if _tells_more(card, texts))
    return Outline(
        under=under,
        linked_share=min(linked / total, 1.0),
        links=links,
        read_more=_read_more(body),
        has_time=has_time,
        teasers=max(len(told), announced),
        headline_words=_headline_words(texts),
    )


def why_not(text: str, page: Outline, about: Metadata, url: str) -> str:
    """Give the reason why an extracted text is no article; empty if it is one."""
    lines = text.splitlines()
    prose = [line for line in lines if _is_prose(line)]
    count = len(text.split())
    claimed = about.is_article
    if count <= _SHORT_TEXT and (why := _excuse_of(lines, about)):
        return why
    if _is_listing(prose, page) or (not _is_news(about) and _is_front(prose, count, page)):
        return "the page lists other articles: its paragraphs stand under linked headlines"
    if not claimed and page.linked_share > (0.9 if prose else 0.5):
        return "the page is mostly links and has no paragraph of its own"
    if about.kind == "profile" and not claimed:
        return "the page is about a person who writes, and says so"
    if not count:
        return "no article text was found on the page"
    if not claimed and urlsplit(url).path in {"", "/"} and about.kind in {"", "website"} and url:
        return "the address is the site's own, and the page does not say that it is an article"
    if (
        page.read_more >= 2
        and not claimed
        and about.kind != "article"
        and not _is_dated(page, about)
    ):
        return "the page is a hub: it leads on to other pages and is no dated article"
    if count < (_FEWEST if claimed or about.kind == "article" else 20):
        return f"only {count} words of text were found on the page"
    return ""


def _is_news(about: Metadata) -> bool:
    """Tell whether a page says of itself that it is a dated piece of news; excuses never do."""
    return about.is_article or about.kind == "article" or about.published is not None


def _excuse_of(lines: list[str], about: Metadata) -> str:
    """Give the excuse that a short text consists of; what else it says must be an article still.

    Pages of news have one only: that the rest must be paid for, below a headline and nothing else.
    """
    if not _is_news(about):
        return excuse_in(f"{about.title}\n" + "\n".join(lines))
    rest = sum(len(line.split()) for line in lines if not asks_for_payment(line))
    return PAYWALL if lines and rest < _FEWEST and asks_for_payment("\n".join(lines)) else ""


def _read_more(body: HtmlElement) -> int:
    """Count the labels "read more" that are no links themselves: each heads a list of links."""
    return sum(
        1
        for one in body.iter("strong", "b", "p", "span", "h3", "h4", "div")
        if (text := one.text) and not _OTHER_WORDS.search(text)
        if not len(one) and _READ_MORE.match(fold(text))
    )


def _stands_alone(link: HtmlElement, text: str, texts: Texts) -> bool:
    """Tell whether a link is a headline of its own: four words or more and nothing beside it."""
    box = link.getparent()
    if word_count(text) < 4 or box is None or box.tag in {"p", "span", "em", "strong", "b"}:
        return False
    if box.tag in {"li", "div", "article", "section"}:
        return True
    return texts.size(box) <= len(text) + 25


def _is_linked(heading: HtmlElement) -> bool:
    if heading.tag == "a" or any(True for _ in heading.iter("a")):
        return True
    box = heading.getparent()
    return box is not None and box.tag == "a"


def _is_prose(line: str) -> bool:
    count = len(line.split())
    return (count >= 12 and bool(_STOPPED.search(line))) or count >= 25


def _is_listing(prose: list[str], page: Outline) -> bool:
    """Tell teasers from an article: most paragraphs belong to several linked headlines."""
    heads = [page.under.get(line.removeprefix("- "), "") for line in prose]
    teasers = [head for head in heads if head]
    if len(set(teasers)) >= 3 and len(teasers) >= 0.5 * len(prose):
        return True
    short = sum(len(line.split()) for line in prose) < 80
    return bool(teasers) and short and len(teasers) == len(prose) and page.linked_share > 0.5


def _is_front(prose: list[str], count: int, page: Outline) -> bool:
    """Tell the front of a section from a short article that announces others below its text."""
    is_named_like_one = page.headline_words < _HEADLINE_WORDS
    return count < _FRONT_WORDS and page.teasers >= _TEASERS and (is_named_like_one or not prose)


def _tells_more(card: HtmlElement, texts: Texts) -> bool:
    linked = sum(word_count(texts[link]) for link in links_of(card))
    return word_count(texts[card]) >= linked + _TEASER_WORDS


def _headline_words(texts: Texts) -> int:
    """Count the words of the one h1, unless it is the site's name, else of the title's front."""
    title = next((texts[title] for title in texts.tree.iter("title")), "")
    headings = [texts[heading] for heading in texts.tree.iter("h1")]
    is_own = len(headings) == 1 and bool(headings[0]) and not title.endswith(headings[0])
    own = headings[0] if is_own else _SEPARATED.split(title)[0]
    return len(own.split())


def _is_dated(page: Outline, about: Metadata) -> bool:
    return page.has_time or about.published is not None
