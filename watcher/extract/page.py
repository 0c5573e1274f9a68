"""The main text of a page: trafilatura, between our own pruning and our own rescue.

What it is given has no captions; what it loses (a standfirst above the text, headings between its
paragraphs) is put back where the page has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lxml import etree

from watcher.extract.excuses import asks_for_payment
from watcher.extract.layout import (
    LONGEST_BLOCK,
    squeeze,
    tables_to_boxes,
    texts_to_paragraphs,
    words_in,
)
from watcher.extract.rescue import (
    HEADINGS,
    STOPPED,
    TEXT_BLOCKS,
    Asides,
    below_headline,
    is_prose,
    restore,
    running_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from watcher.extract.metadata import Metadata

_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:sub-?title|standfirst|lead|lede|chapeau|intro|summary|subheadline|sub-?heading|excerpt)(?:$|[\s_-])",
    re.IGNORECASE,
)
_DIALOG = re.compile(
    r"popup|modal|dialog|cookie|consent|newsletter|subscri|overlay|aside|footer|\bnav\b|\bform\b",
    re.IGNORECASE,
)
_LANGUAGES = ("Arabic", "Persian", "Kurdish", "Turkish", "English", "French")
_CAPTION_WORDS = 30
_LABEL_WORDS = 12
_CAPTION_LEVELS = 3
_PAID_WORDS = 120
"""A longer text is free, whatever else the page sells."""
_THIN_WORDS = 40
"""Below this, a second and more generous look at the page is worth its time."""


def read_tree(html: str) -> HtmlElement | None:
    """Parse HTML of any quality; None where there is nothing to parse."""
    from trafilatura import load_html

    try:
        tree: HtmlElement | None = load_html(html)
    except (etree.LxmlError, ValueError, LookupError):
        return None
    if tree is not None:
        tables_to_boxes(tree)
    return tree


@dataclass(frozen=True, slots=True)
class Found:
    """The article text of a page, one paragraph a line, and what else the page shows."""

    text: str = ""
    visible: int = 0
    """Words of running text outside of furniture; 0 where nothing was looked at."""
    asks_for_payment: bool = False
    """Whether the page sells the rest of a text as short as this."""


def main_text(tree: HtmlElement, about: Metadata, others: Sequence[HtmlElement] = ()) -> Found:
    """Find the page's article text; empty where there is none.

    Changes the tree. Steps: prune captions and `others`, its cards of other stories; extract
    precisely; if that is thin, look below the headline, into the page's own data, and last extract
    generously; put back the standfirst and what was lost between the lines.
    """
    for card in others:
        _remove(card)
    _prune(tree)
    texts_to_paragraphs(tree)
    blocks = list(_blocks(tree))
    asides = Asides()
    visible = sum(len(text.split()) for text in running_text(blocks, asides))
    lines = _run(tree, generous=False)
    if _count(lines) < _THIN_WORDS:
        lines = _second_look(tree, about, lines)
    standfirst = _standfirst(tree, about.title, lines)
    lines = _without_last_heading(restore(lines, blocks, asides), blocks)
    if standfirst and standfirst not in "\n".join(lines):
        lines.insert(0, standfirst)
    asks = _count(lines) < _PAID_WORDS and any(
        asks_for_payment(text) for block, text in blocks if block.tag != "li"
    )
    return Found("\n".join(lines), visible, asks)


def _blocks(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Give what may be a paragraph with its text; not what holds many, each of which is given."""
    for block in tree.iter(*TEXT_BLOCKS):
        text = words_in(block)
        if len(text) <= LONGEST_BLOCK or not any(True for _ in block.iterdescendants(*TEXT_BLOCKS)):
            yield block, text


def _second_look(tree: HtmlElement, about: Metadata, lines: list[str]) -> list[str]:
    """Choose among what other ways of reading give; generosity must bring more sentences."""
    _know_stop_words()
    best = max(lines, below_headline(tree, about.title), about.body.splitlines(), key=_count)
    generous = _run(tree, generous=True)
    more = sum(map(is_prose, generous)) > sum(map(is_prose, best))
    return generous if more or not best else best


@cache
def _know_stop_words() -> None:
    """Give trafilatura's last resort the stop words of the languages that Arab outlets write.

    Left to itself it takes those of a hundred languages, which are 30 MB and a tenth of a second
    for each page.
    """
    from trafilatura import external

    known: Any = external  # its types hide what it hands on, and what it will keep there
    words = (known.get_stoplist(language) for language in _LANGUAGES)
    known.JT_STOPLIST = tuple(frozenset().union(*words))


def _without_last_heading(lines: list[str], blocks: list[tuple[HtmlElement, str]]) -> list[str]:
    """Take away a heading below which nothing was kept: it headed what was no part of the text."""
    headings = {text for block, text in blocks if block.tag in HEADINGS}
    while len(lines) > 1 and lines[-1] in headings:
        lines = lines[:-1]
    return lines


def _run(tree: HtmlElement, *, generous: bool) -> list[str]:
    from trafilatura import extract

    text = extract(
        tree,
        include_comments=False,
        favor_precision=not generous,
        favor_recall=generous,
        fast=not generous,
        with_metadata=False,
    )
    return [line for line in map(squeeze, (text or "").splitlines()) if line]


def _count(lines: list[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _prune(tree: HtmlElement) -> None:
    for element in [*tree.iter("figcaption", "noscript", "template")]:
        _remove(element)
    labels: dict[HtmlElement, str | None] = {}
    for image in [*tree.iter("img", "picture", "amp-img")]:
        caption = _caption_around(image, labels)
        if caption is not None:
            _remove(caption)


def _remove(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _caption_around(
    image: HtmlElement, labels: dict[HtmlElement, str | None]
) -> HtmlElement | None:
    """Give the box that holds a picture and at most a short label without a full stop.

    `labels` remembers what was found of boxes, as many pictures may share one.
    """
    box = image.getparent()
    for _ in range(_CAPTION_LEVELS):
        if box is None or box.tag in {"body", "html", "article", "main", "td"}:
            return None
        if box not in labels:
            labels[box] = _label(box)
        label = labels[box]
        if label is None:
            return None
        if label:
            said = squeeze(f"{image.get('alt', '')} {image.get('title', '')}")
            most = _CAPTION_WORDS if box.tag != "p" or label in said else _LABEL_WORDS
            return box if len(label.split()) <= most else None
        box = box.getparent()
    return None


def _label(box: HtmlElement) -> str | None:
    """Give the text of a box, which may be none; None where it is no label."""
    if any(True for _ in box.iter("h1")):
        return None
    text = words_in(box)
    return None if len(text.split()) > _CAPTION_WORDS or STOPPED.search(text) else text


def _standfirst(tree: HtmlElement, title: str, lines: list[str]) -> str:
    """Give the paragraph that a page marks as such and that stands between headline and text."""
    first = lines[0].removeprefix("- ")[:40] if lines else ""
    is_below = False
    for element in tree.iter("h1", "h2", "div", "p", "section", "span"):
        if is_below and first and (text := element.text) and squeeze(text).startswith(first):
            return ""
        is_below = is_below or (element.tag in {"h1", "h2"} and words_in(element) == title)
        if not is_below:
            continue
        marks = f"{element.get('class', '')} {element.get('itemprop', '')}"
        if _STANDFIRST.search(marks):
            text = words_in(element)
            if not (first and first in text) and _is_own_text(element, text):
                return text
    return ""


def _is_own_text(element: HtmlElement, text: str) -> bool:
    """Tell a standfirst from a dialog: it has a paragraph's size and holds no controls."""
    if not 10 <= len(text.split()) <= 120 or any(True for _ in element.iter("a", "li", "input")):
        return False
    boxes = (
        f"{box.tag} {box.get('class', '')} {box.get('id', '')}" for box in element.iterancestors()
    )
    return not any(_DIALOG.search(box) for box in boxes)
