"""HTML pages as trees, for the readers of listings and channels. Owns no rule about either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})
_BLOCKS: Final = frozenset(
    {"p", "div", "blockquote", "pre", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"section", "article", "header", "footer", "figure", "figcaption", "table", "tr", "td"}
)


def read_html(text: str) -> HtmlElement | None:
    """Parse a decoded page; None where there is nothing to parse.

    The parser's own limits stay on: what nests deeper than 256 elements is cut off there.
    """
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None
    return tree if len(tree) else None


def classes_of(element: HtmlElement) -> list[str]:
    """Give the element's classes."""
    return (element.get("class") or "").split()


def words_in(element: HtmlElement) -> str:
    """Give the visible text of an element in one line."""
    return " ".join("".join(pieces(element)).split())


def lines_in(element: HtmlElement) -> list[str]:
    """Give the visible text of an element, a line for each block and line break."""
    lines = (" ".join(line.split()) for line in "".join(pieces(element)).split("\n"))
    return [line for line in lines if line]


def pieces(element: HtmlElement) -> Iterator[str]:
    """Walk the text in the order of the page; line breaks and the edges of blocks are newlines."""
    todo: list[HtmlElement | str] = [element]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
            continue
        if not isinstance(node.tag, str) or node.tag in _SILENT:
            continue
        if node.tag == "br":
            yield "\n"
        is_block = node.tag in _BLOCKS
        if is_block:
            yield "\n"
            todo.append("\n")
        yield _as_spaces(node.text, node)
        for child in reversed(node):
            if child.tail:
                todo.append(_as_spaces(child.tail, node))
            todo.append(child)


def _as_spaces(text: str | None, parent: HtmlElement) -> str:
    """Give the text; newlines of the markup are spaces, except in preformatted text."""
    return (text or "") if parent.tag == "pre" else (text or "").replace("\n", " ")
