"""Mend the XML of feeds: forbidden characters, HTML entities, bare ampersands, lost tags."""

from __future__ import annotations

import html.entities
import re
from typing import Final

from lxml import etree

_REFERENCE: Final = re.compile(
    r"&(?:#[xX](?P<hex>[0-9a-fA-F]{1,12})|#(?P<decimal>[0-9]{1,12})"
    r"|(?!(?:lt|gt|amp|quot|apos);)(?P<name>[A-Za-z][A-Za-z0-9]{1,30}));"
)
_ENTITY: Final = re.compile(
    r"<!ENTITY\s[^<>\"']{1,200}(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
_LONGEST_ENTITY: Final = 1_000
_OWN_DTD: Final = re.compile(r"<!DOCTYPE[^<>\[]{0,1000}\[.*?\]\s*>", re.DOTALL)
_LONG_TAG: Final = re.compile(r"<[^<>]{32000,}>?")
_LONG_TEXT: Final = re.compile(rb"(>[^<]{1999999})[^<]+")
"""Even, so that two bytes of a letter stay together."""
_ROOT_CLOSED: Final = re.compile(r"</(?:[\w.\-]{1,20}:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_MARKUP: Final = frozenset("<>&\"'")
_BARE_AMPERSAND: Final = re.compile(
    r"<!\[CDATA\[(?:(?!<!\[CDATA\[).)*?\]\]>|<!--(?:(?!<!--).)*?-->|&(?!(?:#\d{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot|apos);)",
    re.DOTALL | re.IGNORECASE,
)


def without_foreign_references(text: str) -> str:
    """Drop references to characters that XML forbids (XML 1.0, section 2.2), resolve those of HTML.

    Feeds use &nbsp; and its like without the DTD that would define them. A text that defines
    entities of its own keeps its names.
    """
    own_names = "<!ENTITY" in text
    return _REFERENCE.sub(lambda found: _resolved(found, own_names=own_names), text)


def _resolved(found: re.Match[str], *, own_names: bool) -> str:
    if found["name"]:
        character = html.entities.html5.get(f"{found['name']};", "")
        is_foreign = character and not own_names and not _MARKUP.intersection(character)
        return character if is_foreign else found.group()
    code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
    is_allowed = code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return found.group() if is_allowed or 0x10000 <= code <= 0x10FFFF else ""


def with_escaped_ampersands(text: str) -> str:
    """Escape every ampersand that begins no reference, outside of CDATA and comments."""
    return _BARE_AMPERSAND.sub(lambda m: "&amp;" if m.group() == "&" else m.group(), text)


def without_endless_text(body: bytes) -> bytes:
    """Drop what of a text without any markup no reader would reach, two million bytes behind."""
    return _LONG_TEXT.sub(rb"\1", body)


def without_traps(text: str) -> str:
    """Drop what grows beyond measure when it is read, and says nothing.

    That is a DTD whose entities name each other or are long, and tags of endless attributes.
    """
    values = (found["double"] or found["single"] or "" for found in _ENTITY.finditer(text))
    if any("&" in value or len(value) > _LONGEST_ENTITY for value in values):
        text = _OWN_DTD.sub("", text, count=1)
    return _LONG_TAG.sub("", text)


def is_cut_off(text: str) -> bool:
    """Tell whether the feed ends before its root element does."""
    return not _ROOT_CLOSED.search(text)


def _last_end_tag(text: str) -> int:
    start = text.rfind("</", 0, text.rfind(">") + 1)
    return text.find(">", start) + 1 if start >= 0 else len(text)


def with_matching_tags(text: str) -> str:
    """Close what is open and drop what closes nothing, as libxml2 recovers; "" where it cannot.

    A text that is cut off loses its last, unfinished element first: half an address is a wrong one.
    """
    if is_cut_off(text):
        text = text[: _last_end_tag(text)]
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, ValueError):
        return ""
    return "" if root is None else etree.tostring(root, encoding="unicode")
