"""Make a page's markup say what its layout means, before any extractor looks at it. Pure.

Tables that lay out a page become boxes, text between line breaks becomes paragraphs, and cards of
other stories go. Each is a way in which extractors are known to lose Arabic news.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lxml.html import Element

from watcher.extract.texts import word_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from watcher.extract.texts import Texts


def names(text: str) -> frozenset[str]:
    """Give the names that a text lists."""
    return frozenset(text.split())


LONGEST_BLOCK = 20_000
"""Characters of a paragraph, cell or item; what has more holds others, again and again perhaps."""
_CELLS = ("td", "th")
_TABLE_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
_CELL_WORDS = 40
"""A cell with more words than this is no cell of data."""
_BLOCKS = names(
    """
    address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2
    h3 h4 h5 h6 header hr iframe li main nav ol p pre section table ul script style noscript
    template video audio
    """
)
_BREAKABLE = frozenset(("div", "article", "section", "main", "body", "center", "font", "span", "p"))
_RUN_WORDS = 12
"""Loose text of so many words is a paragraph though no line break says so."""
_BROKEN_WORDS = 25
"""Of text between line breaks in an inline element, below which the breaks are only layout."""
_MOST_BREAKS = 5000
"""Nobody writes so many lines; extractors take long over as many paragraphs."""
_CARDS = 3
_CARD_TAGS = frozenset(("div", "li", "article", "section", "tr", "a"))
_CARD_WORDS = 70
_HEADLINE_WORDS = 4
_MARKED = re.compile(r"\bh[2-6]\b")


def words_in(element: HtmlElement) -> str:
    """Give the text of an element with its white space squeezed."""
    return squeeze(element.text_content())


def squeeze(text: str) -> str:
    """Make every run of white space one space."""
    return " ".join(text.split())


def cards(texts: Texts) -> list[HtmlElement]:
    """Give the boxes that announce other stories: three or more alike side by side.

    A card is short and holds a linked headline; nothing in it is left when the link is taken away
    but a teaser, a label and a day.
    """
    found: list[HtmlElement] = []
    whole = {box for headline in texts.tree.iter("h1") for box in headline.iterancestors()}
    for box in texts.tree.iter(
        "div", "section", "ul", "ol", "main", "aside", "article", "body", "tbody", "table", "td"
    ):
        if len(box) < _CARDS:
            continue
        alike: dict[tuple[str, str], list[HtmlElement]] = {}
        for child in box:
            tag = child.tag
            if tag in _CARD_TAGS:
                alike.setdefault((tag, child.get("class") or ""), []).append(child)
        for group in alike.values():
            if len(group) >= _CARDS:  # first, since to look into a box takes time
                among = [one for one in group if one not in whole and _is_card(one, texts)]
                found += among if len(among) >= _CARDS else []
    return found


def links_of(element: HtmlElement) -> Iterator[HtmlElement]:
    """Give the links in an element that lead to another page."""
    for link in element.iter("a"):
        if not (link.get("href") or "#").startswith(("#", "javascript:", "mailto:")):
            yield link


def _words(element: HtmlElement) -> list[str]:
    return words_in(element).split()


def _is_card(element: HtmlElement, texts: Texts) -> bool:
    if not _HEADLINE_WORDS <= word_count(texts[element]) <= _CARD_WORDS:
        return False
    if element.tag == "a":
        return bool(element.get("href"))
    return any(_heads(link, element, texts) for link in links_of(element))


def _heads(link: HtmlElement, card: HtmlElement, texts: Texts) -> bool:
    """Tell a headline that leads to its story from a link inside a sentence."""
    words = word_count(texts[link])
    if words < _HEADLINE_WORDS:
        return False
    if any(_MARKED.match(str(inner.tag)) for inner in link.iter()):
        return True
    box = link.getparent()
    while box is not None and box is not card.getparent():
        if _MARKED.match(str(box.tag)):
            return True
        if box.tag == "p" and word_count(texts[box]) > words + 2:
            return False
        box = box.getparent()
    after = link.getnext()
    opens = texts[card].startswith(texts[link]) and after is not None and after.tag == "br"
    return opens or 2 * words >= word_count(texts[card])


# --- tables -----------------------------------------------------------------------------------


def tables_to_boxes(tree: HtmlElement) -> None:
    """Rename the parts of each table that holds running text or another table."""
    for table in [*tree.iter("table")]:
        if not any(_lays_out(cell) for cell in table.iter(*_CELLS)):
            continue
        for part in [*table.iter()]:
            if part.tag in _TABLE_PARTS and _table_of(part) is table:
                part.tag = "div"
        table.tag = "div"


def _lays_out(cell: HtmlElement) -> bool:
    if any(True for _ in cell.iter("h1", "table", "article")):
        return True
    return len(_words(cell)) > _CELL_WORDS


def _table_of(part: HtmlElement) -> HtmlElement | None:
    if part.tag == "table":
        return part
    return next(part.iterancestors("table"), None)


# --- loose text -------------------------------------------------------------------------------


def texts_to_paragraphs(tree: HtmlElement) -> None:
    """Put loose text and what stands between line breaks into paragraphs; no word is lost."""
    body = next(tree.iter("body"), tree)
    breaks = Counter(line_break.getparent() for line_break in body.iter("br"))
    for box in [*body.iter(*_BREAKABLE)]:
        if breaks[box] > _MOST_BREAKS:
            continue
        if breaks[box] and _is_broken_text(box):
            _wrap(box, least=1)
        elif box.tag not in {"p", "span", "font"}:
            _wrap(box, least=_RUN_WORDS)


def _is_broken_text(box: HtmlElement) -> bool:
    """Tell paragraphs that line breaks part from a label set in two lines."""
    if any(True for _ in box.iter("h1")) and box.tag in {"p", "span", "font"}:
        return False
    if box.tag == "p":
        return _has_double_break(box)
    return sum(len(run.split()) for run in _loose_texts(box)) >= _BROKEN_WORDS


def _has_double_break(box: HtmlElement) -> bool:
    return any(
        child.tag == "br"
        and not (child.tail or "").strip()
        and (after := child.getnext()) is not None
        and after.tag == "br"
        for child in box
    )


def _loose_texts(box: HtmlElement) -> Iterator[str]:
    yield box.text or ""
    for child in box:
        if isinstance(child.tag, str) and child.tag not in _BLOCKS:
            yield child.text_content()
        yield child.tail or ""


def _wrap(box: HtmlElement, *, least: int) -> None:
    """Put each run of text and inline elements of a box into a paragraph of its own.

    A run ends at a block or a line break; one of fewer than `least` words, links aside, stays.
    """
    runs = list(_runs(box))
    if not any(_is_text(run, least) for run in runs):
        return
    box.text = None
    for child in [*box]:
        box.remove(child)
        child.tail = None  # it is in a run of its own
    for run in runs:
        if _is_text(run, least):
            _append(box, _paragraph(run))
        else:
            for part in run:
                _append(box, part)
    if box.tag in {"p", "span", "font"}:
        box.tag = "div"


def _runs(box: HtmlElement) -> Iterator[list[HtmlElement | str]]:
    run: list[HtmlElement | str] = [box.text] if box.text else []
    for child in box:
        if child.tag == "br" or child.tag in _BLOCKS or _holds_blocks(child):
            yield run
            yield [child]
            run = []
        else:
            run.append(child)
        if child.tail:
            run.append(child.tail)
    yield run


def _holds_blocks(child: HtmlElement) -> bool:
    return isinstance(child.tag, str) and any(inner.tag in _BLOCKS for inner in child.iter())


def _is_text(run: list[HtmlElement | str], least: int) -> bool:
    """Tell text from labels: words outside links, at least so many, and no block."""
    own = 0
    for part in run:
        if isinstance(part, str):
            own += len(part.split())
        elif part.tag == "br" or part.tag in _BLOCKS or _holds_blocks(part):
            return False
        elif part.tag != "a" and isinstance(part.tag, str):
            own += len(_words(part))
    return own >= least


def _paragraph(run: list[HtmlElement | str]) -> HtmlElement:
    paragraph = Element("p")
    for part in run:
        _append(paragraph, part)
    return paragraph


def _append(box: HtmlElement, part: HtmlElement | str) -> None:
    if not isinstance(part, str):
        box.append(part)
        return
    last = next(box.iterchildren(reversed=True), None)  # to count the children would take time
    if last is not None:
        last.tail = (last.tail or "") + part
    else:
        box.text = (box.text or "") + part
