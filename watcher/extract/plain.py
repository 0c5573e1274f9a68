"""Text out of small HTML and out of no HTML at all: one paragraph a line. Pure."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from watcher.extract.layout import names
from watcher.markup import pieces, read_html

if TYPE_CHECKING:
    from lxml.html import HtmlElement


_BLOCKS = names(
    """
    address article aside blockquote br caption center dd details div dl dt figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul
    """
)
_SILENT = names(
    """
    audio button canvas figcaption form head iframe math noscript object script select style
    svg template textarea title video
    """
)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|<!\\[CDATA\\[|\\]\\]>"
)
_SILENT_TEXT = re.compile(
    r"<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))})\b[^<>]*>", re.IGNORECASE)
_INLINE_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ARABIC = re.compile(r"[\u0620-\u064a]")
_LATIN = re.compile(r"[A-Za-z]")


def scraped_text(text: str) -> str:
    """Give scraped text with one paragraph a line and no empty lines; nothing else is touched."""
    return _lines(text)


def fragment_text(html: str) -> str:
    """Give the text of a feed's HTML, one block a line; captions and scripts have none."""
    if "<" not in html:
        return _lines(entities.unescape(html))
    tree = _fragment(html)
    return _lines(
        "".join(pieces(tree, blocks=_BLOCKS, silent=_SILENT))
        if tree is not None
        else _without_tags(html)
    )


def language_of(text: str) -> str:
    """Give "ar" for a text mostly in Arabic letters, else nothing: Latin proves no language."""
    return "ar" if len(_ARABIC.findall(text)) > len(_LATIN.findall(text)) else ""


def _fragment(html: str) -> HtmlElement | None:
    """Parse a part of a page; None where the parser gives nothing or gives up on the nesting.

    The box around it keeps what has no element of its own. trafilatura's reader is for whole pages:
    it takes a single block for no HTML.
    """
    return read_html(f"<div>{_FORBIDDEN.sub('', html)}", deepest=True)


def _without_tags(html: str) -> str:
    return entities.unescape(_INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", _SILENT_TEXT.sub("", html))))


def _lines(text: str) -> str:
    return "\n".join(filter(None, (line.strip() for line in text.splitlines())))
