"""Text out of small HTML and out of no HTML at all: one paragraph a line. Pure."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from watcher.extract.page import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    """
    address article aside blockquote br caption center dd details div dl dt figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul
    """
)
_SILENT = _names(
    """
    audio button canvas figcaption form head iframe math noscript object script select style
    svg template textarea title video
    """
)
_ARABIC = re.compile(r"[\u0620-\u064a]")
_LATIN = re.compile(r"[A-Za-z]")


def scraped_text(text: str) -> str:
    """Give scraped text with one paragraph a line and no empty lines; nothing else is touched."""
    return _lines(text)


def fragment_text(html: str) -> str:
    """Give the text of a feed's HTML, one block a line; captions and scripts have none."""
    if "<" not in html:
        return _lines(entities.unescape(html))
    tree = read_tree(html)
    return _lines("".join(_pieces(tree))) if tree is not None else ""


def language_of(text: str) -> str:
    """Give "ar" for a text mostly in Arabic letters, else nothing: Latin proves no language."""
    return "ar" if len(_ARABIC.findall(text)) > len(_LATIN.findall(text)) else ""


def _lines(text: str) -> str:
    return "\n".join(filter(None, (line.strip() for line in text.splitlines())))


def _pieces(tree: HtmlElement) -> Iterator[str]:
    """Walk the text in document order without recursion: nesting may be deeper than the stack."""
    todo: list[HtmlElement | str] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
            continue
        if not isinstance(node.tag, str) or node.tag in _SILENT:
            continue
        edge = "\n" if node.tag in _BLOCKS else ""
        yield edge + re.sub(r"\s+", " ", node.text or "")
        todo.append(edge)
        for child in reversed(node):
            todo.append(re.sub(r"\s+", " ", child.tail or ""))
            todo.append(child)
