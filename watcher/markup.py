"""HTML as trees, and trees as the text that they show. Pure; knows no kind of page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from lxml.html import HtmlElement

_SPACES: Final = re.compile(r"\s+")


def read_html(text: str, *, deepest: bool = False) -> HtmlElement | None:
    """Parse decoded HTML; None where there is nothing to parse.

    What nests deeper than 256 elements is cut off there. With `deepest` the parser goes as deep as
    it can, and where even that is not enough, there is nothing.
    """
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=deepest,
    )
    try:
        tree: HtmlElement = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None
    if deepest and any("depth" in error.message for error in parser.error_log):
        return None
    return tree if len(tree) else None


def pieces(
    element: HtmlElement, *, blocks: AbstractSet[str], silent: AbstractSet[str]
) -> Iterator[str]:
    """Walk the text in the order of the page; line breaks and the edges of blocks are newlines.

    Without recursion: nesting may be deeper than the stack.
    """
    todo: list[HtmlElement | str] = [element]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
            continue
        if not isinstance(node.tag, str) or node.tag in silent:
            continue
        if node.tag == "br":
            yield "\n"
        elif node.tag in blocks:
            yield "\n"
            todo.append("\n")
        yield _shown(node.text, node)
        for child in reversed(node):
            if child.tail:
                todo.append(_shown(child.tail, node))
            todo.append(child)


def _shown(text: str | None, parent: HtmlElement) -> str:
    """Give the text; white space of the markup is one space, except in preformatted text."""
    if not text:
        return ""
    return text if parent.tag == "pre" else _SPACES.sub(" ", text)
