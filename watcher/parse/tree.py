"""The text of elements, as the readers of listings and channels need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from watcher.markup import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})
_BLOCKS: Final = frozenset(
    {"p", "div", "blockquote", "pre", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"section", "article", "header", "footer", "figure", "figcaption", "table", "tr", "td"}
)


def classes_of(element: HtmlElement) -> list[str]:
    """Give the element's classes."""
    return (element.get("class") or "").split()


def words_in(element: HtmlElement) -> str:
    """Give the visible text of an element in one line."""
    return " ".join("".join(_pieces(element)).split())


def lines_in(element: HtmlElement) -> list[str]:
    """Give the visible text of an element, a line for each block and line break."""
    lines = (" ".join(line.split()) for line in "".join(_pieces(element)).split("\n"))
    return [line for line in lines if line]


def _pieces(element: HtmlElement) -> Iterator[str]:
    return pieces(element, blocks=_BLOCKS, silent=_SILENT)
