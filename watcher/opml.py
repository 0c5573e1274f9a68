"""OPML 2.0, in which readers exchange their lists of feeds (http://opml.org/spec2.opml). Pure.

What OPML has no word for (id, kind, …) stands in attributes of a namespace of our own, which other
readers pass over. Libraries for OPML drop such attributes, so that lxml reads the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from lxml import etree

from watcher.config.values import (
    BadValueError,
    boolean,
    duration,
    phrase,
    same_address,
    slug,
    web_address,
)
from watcher.config.write import as_settings
from watcher.model import Pages, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

NAMESPACE: Final = "urn:watcher:source"
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_ID: Final = 48
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Skipped:
    """An outline that gives no new source, and why not."""

    title: str
    why: str


def write_opml(sources: Iterable[Source], title: str = "watcher") -> bytes:
    """Write sources as OPML, those of one group and of one section together."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"watcher": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        path = tuple(filter(None, (source.group, source.section)))
        for depth in range(1, len(path) + 1):
            if path[:depth] not in folders:
                around = folders[path[: depth - 1]]
                folder = etree.SubElement(around, "outline", {"text": _safe(path[depth - 1])})
                folders[path[:depth]] = folder
        etree.SubElement(folders[path], "outline", cast("Any", _attributes(source)))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def read_opml(body: bytes, known: Sequence[Source] = ()) -> tuple[list[Source], list[Skipped]]:
    """Read the sources of an OPML file that are not known yet, and say what was skipped.

    Folders become the section (the innermost) and tags (those around it). ValueError where the file
    is no OPML at all.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as error:
        raise ValueError(f"this is no XML: {error}") from error
    if root is None or root.tag != "opml":
        raise ValueError("this is no OPML file: its first element is not <opml>")
    reading = _Reading(
        ids={source.id for source in known}, urls={_same(s.url): s.id for s in known}
    )
    for outline, folders in _outlines(root):
        reading.take(outline, folders)
    return reading.sources, reading.skipped


class _Reading:
    """What was read so far; later outlines must differ from it."""

    def __init__(self, ids: set[str], urls: dict[str, str]) -> None:
        self.sources: list[Source] = []
        self.skipped: list[Skipped] = []
        self._ids = ids
        self._urls = urls

    def take(self, outline: etree._Element, folders: tuple[str, ...]) -> None:
        title = _text(outline, "title") or _text(outline, "text")
        address = _text(outline, "xmlUrl")
        try:
            source = self._source(outline, title, folders)
        except BadValueError as wrong:
            self.skipped.append(Skipped(title or address, str(wrong)))
            return
        if known := self._urls.get(_same(source.url)):
            self.skipped.append(Skipped(title or address, f"the address is that of '{known}'"))
            return
        self._urls[_same(source.url)] = source.id
        self._ids.add(source.id)
        self.sources.append(source)

    def _source(self, outline: etree._Element, title: str, folders: tuple[str, ...]) -> Source:
        kind = _own(outline, "kind", _kind, "feed")
        url, kind = _address(_text(outline, "xmlUrl"), kind)
        id_ = unique(_own(outline, "id", slug, "") or proposed_id(title, url), self._ids)
        is_ours = outline.get(f"{{{NAMESPACE}}}id") is not None
        section, tags = ("", ()) if is_ours or not folders else (folders[-1], folders[:-1])
        categories = (part.strip("/ ") for part in _text(outline, "category").split(","))
        return Source(
            id=id_,
            name=_or(title, phrase, id_),
            url=url,
            kind=kind,
            links=_own(outline, "links", phrase, "") if kind == "listing" else "",
            site=_or(_text(outline, "htmlUrl"), web_address, ""),
            language=_or(_text(outline, "language"), _language, "ar"),
            group=_own(outline, "group", phrase, ""),
            section=_own(outline, "section", phrase, section),
            tags=tuple(dict.fromkeys(filter(None, (*tags, *categories)))),
            pages=cast("Pages", _own(outline, "pages", _pages, "auto")),
            enabled=_own(outline, "enabled", boolean, True),  # noqa: FBT003 - a default value
            min_interval_s=_own(outline, "min_interval", duration, 0.0) or None,
            max_interval_s=_own(outline, "max_interval", duration, 0.0) or None,
        )


# --- ids --------------------------------------------------------------------------------------


def proposed_id(title: str, url: str) -> str:
    """Make an id of a title in Latin letters, or else of the host."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") if title.isascii() else ""
    if sum(char.isalpha() for char in words) < 3:
        parts = re.sub(r"^https?://(?:www\.)?", "", url.lower()).partition("/")
        host = parts[0].partition(":")[0].rpartition(".")[0] or parts[0]
        channel = parts[2].removeprefix("s/") if host == "t" else ""
        words = re.sub(r"[^a-z0-9]+", "-", channel or host).strip("-")
    return words[:_LONGEST_ID].strip("-") or "source"


def unique(id_: str, taken: set[str]) -> str:
    """Give the id, or with a number behind it where it is taken."""
    numbered, count = id_, 2
    while numbered in taken:
        numbered, count = f"{id_}-{count}", count + 1
    return numbered


# --- outlines ---------------------------------------------------------------------------------


def _outlines(root: etree._Element) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Walk the outlines that have an address, with the titles of the folders around them."""
    for outline in root.iter("outline"):
        if not _text(outline, "xmlUrl"):
            continue
        around = list(outline.iterancestors("outline"))[:_DEEPEST]
        titles = (_text(e, "text") or _text(e, "title") for e in reversed(around))
        yield outline, tuple(filter(None, titles))


def _attributes(source: Source) -> dict[str, str]:
    told = as_settings(source)
    attributes = {
        "type": "rss",
        "text": source.name,
        "title": source.name,
        "xmlUrl": source.url,
        "htmlUrl": source.site,
        "language": source.language,
        "category": ",".join(source.tags),
    }
    own = ("id", "kind", "links", "group", "section", "pages", "min_interval", "max_interval")
    attributes |= {f"{{{NAMESPACE}}}{key}": str(told[key]) for key in own if key in told}
    if not source.enabled:
        attributes[f"{{{NAMESPACE}}}enabled"] = "false"
    return {key: _safe(value) for key, value in attributes.items() if value}


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _text(outline: etree._Element, key: str) -> str:
    return " ".join((outline.get(key) or "").split())


def _own(outline: etree._Element, key: str, convert: Callable[[str], Any], default: Any) -> Any:
    return _or(_text(outline, f"{{{NAMESPACE}}}{key}"), convert, default)


def _or(text: str, convert: Callable[[str], Any], default: Any) -> Any:
    """Convert a value; of what is missing or wrong in a stranger's file the default is taken."""
    try:
        return convert(text) if text else default
    except BadValueError:
        return default


def _address(text: str, kind: SourceKind) -> tuple[str, SourceKind]:
    from watcher.parse import channel_address

    if (channel := channel_address(text)) and (kind == "telegram" or channel.count("//t.me/")):
        return channel, "telegram"
    return web_address(text), kind


def _same(url: str) -> str:
    return same_address(url)


def _kind(text: str) -> SourceKind:
    if text not in get_args(SourceKind):
        raise BadValueError("no such kind")
    return cast("SourceKind", text)


def _pages(text: str) -> str:
    if text not in get_args(Pages):
        raise BadValueError("no such choice")
    return text


def _language(text: str) -> str:
    code = text.lower().partition("-")[0].partition("_")[0]
    if not (code.isascii() and code.isalpha() and len(code) in {2, 3}):
        raise BadValueError("no code of a language")
    return code
