"""A second, simple look at a page: what stands below the headline, and what was left out. Pure.

Used where the first look gives little, and to put back what it dropped between paragraphs it kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.extract.layout import links_of, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
TEXT_BLOCKS = (*HEADINGS, "p", "li", "blockquote", "td", "dd", "pre")
STOPPED = re.compile(r"[.!?\u061f\u06d4\u2026][\s\"'\u201d\u00bb)]*$")
_ASIDE = re.compile(
    r"popup|modal|dialog|cookie|consent|newsletter|subscri|overlay|comment|related|share|social"
    r"|side-?bar|widget|most-?(?:read|viewed)|ticker|breadcrumb|(?:^|[\s_-])(?:tags?|meta|byline"
    r"|authors?|captions?|ads?|adverts?|credits?|pager|pagination|promo|more-on|read-(?:more|also))"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE_TAGS = frozenset(
    ("nav", "aside", "footer", "form", "figure", "button", "select", "noscript", "template")
)
_WHOLE = frozenset(("body", "html"))
_SHORTEST = 5
_SENTENCE = 8
_UNSTOPPED = 25


class Asides:
    """The boxes of furniture of a tree; remembers what it was asked, as boxes share theirs."""

    def __init__(self) -> None:
        self._known: dict[HtmlElement, bool] = {}

    def __contains__(self, element: HtmlElement) -> bool:
        """Tell whether an element is a box of furniture or stands in one."""
        asked: list[HtmlElement] = []
        box: HtmlElement | None = element
        while box is not None and box not in self._known:
            asked.append(box)
            box = box.getparent()
        is_aside = box is not None and self._known[box]
        for one in reversed(asked):
            is_aside = one.tag not in _WHOLE and (is_aside or _is_marked(one))
            self._known[one] = is_aside
        return is_aside


def below_headline(tree: HtmlElement, title: str) -> list[str]:
    """Give the paragraphs below the headline, up to the first headline of another story."""
    headline = _headline(tree, title)
    box = headline.getparent() if headline is not None else None
    while headline is not None and box is not None:
        found = list(_paragraphs_below(box, headline))
        if any(len(text.split()) >= _SHORTEST for text in found):
            return found
        box = box.getparent()
    return []


def is_prose(text: str) -> bool:
    """Tell running text from labels and headlines: it ends like a sentence, or is long."""
    count = len(text.split())
    return (count >= _SENTENCE and bool(STOPPED.search(text))) or count >= _UNSTOPPED


def restore(
    lines: list[str], blocks: Sequence[tuple[HtmlElement, str]], asides: Asides
) -> list[str]:
    """Put back what the page has among the lines that were kept.

    That is: headings between two kept lines, items of a list beside kept paragraphs, and the
    paragraphs of boxes that are made like the box of the text, such as its second half.
    """
    texts = [(block, text) for block, text in blocks if text]
    kept = {line.removeprefix("- ") for line in lines}
    parents = [block.getparent() for block, text in texts if text in kept and block.tag == "p"]
    homes = {_make(parent) for parent in parents if parent is not None and parent.get("class")}
    missing: dict[str, list[str]] = {}
    before, seen = "", set(kept)
    for at, (block, text) in enumerate(texts):
        if text in kept:
            before = text
        elif (
            text not in seen
            and before
            and not _is_furniture(block, asides)
            and _belongs(texts, at, kept, parents, homes)
        ):
            missing.setdefault(before, []).append(text)
            seen.add(text)
    return list(_merged(lines, missing))


def running_text(blocks: Sequence[tuple[HtmlElement, str]], asides: Asides) -> set[str]:
    """Give the paragraphs of a page that stand in none of its boxes of furniture."""
    return {
        text
        for block, text in blocks
        if is_prose(text)
        and not any(inner is not block for inner in block.iter(*TEXT_BLOCKS))
        and not _is_furniture(block, asides)
    }


def _merged(lines: list[str], missing: dict[str, list[str]]) -> Iterator[str]:
    for line in lines:
        yield line
        yield from missing.pop(line.removeprefix("- "), ())


def _belongs(
    texts: Sequence[tuple[HtmlElement, str]],
    at: int,
    kept: set[str],
    parents: list[HtmlElement | None],
    homes: set[tuple[str, str]],
) -> bool:
    block, text = texts[at]
    if block.tag in HEADINGS:
        neighbors = [texts[near][1] for near in (at - 1, at + 1) if 0 <= near < len(texts)]
        return len(neighbors) == 2 and all(near in kept for near in neighbors)
    if block.tag == "li":
        box = block.getparent()
        home = box.getparent() if box is not None else None
        return home is not None and home in parents and _is_between(box, kept)
    if block.tag == "p" and is_prose(text):
        parent = block.getparent()
        return parent is not None and _make(parent) in homes
    return False


def _is_between(box: HtmlElement, kept: set[str]) -> bool:
    """Tell whether paragraphs that were kept stand right before and somewhere after a list."""
    before = box.getprevious()
    is_behind = before is not None and words_in(before) in kept
    return is_behind and any(words_in(after) in kept for after in box.itersiblings("p"))


def _make(box: HtmlElement) -> tuple[str, str]:
    return str(box.tag), box.get("class") or ""


def _headline(tree: HtmlElement, title: str) -> HtmlElement | None:
    headings = [*tree.iter("h1"), *tree.iter("h2", "h3")]
    exact = next((one for one in headings if title and words_in(one) == title), None)
    return exact if exact is not None else next(tree.iter("h1"), None)


def _paragraphs_below(box: HtmlElement, headline: HtmlElement) -> Iterator[str]:
    is_below = False
    asides = Asides()
    for element in box.iter():
        if element is headline:
            is_below = True
        elif not is_below or element.tag not in TEXT_BLOCKS or element in asides:
            continue
        elif element.tag in HEADINGS and leads_away(element):
            return
        elif not any(inner is not element for inner in element.iter(*TEXT_BLOCKS)):
            text = words_in(element)
            if text and not leads_away(element):
                yield text


def leads_away(element: HtmlElement) -> bool:
    """Tell whether most of a block is a link to another page."""
    linked = sum(len(words_in(link)) for link in links_of(element))
    box = element.getparent()
    is_inside = box is not None and box.tag == "a"
    return is_inside or (linked > 0 and 2 * linked > len(words_in(element)))


def _is_furniture(element: HtmlElement, asides: Asides) -> bool:
    return element in asides or leads_away(element)


def _is_marked(box: HtmlElement) -> bool:
    marks = f"{box.get('class', '')} {box.get('id', '')}"
    return box.tag in _ASIDE_TAGS or bool(_ASIDE.search(marks))
