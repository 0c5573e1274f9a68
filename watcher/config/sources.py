"""The sources file -> Sources. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast, get_args

from watcher.config.fields import Fields, fields
from watcher.config.kinds import channel, fits_kind, selector
from watcher.config.sections import interval, ordered
from watcher.config.values import (
    BadValueError,
    boolean,
    one_of,
    phrase,
    reason,
    same_address,
    slug,
    web_address,
)
from watcher.document import Mapping
from watcher.model import Pages, Source, SourceKind

if TYPE_CHECKING:
    from watcher.document import Node
    from watcher.errors import Problem

SOURCE_KEYS = (
    "id",
    "url",
    "kind",
    "links",
    "name",
    "site",
    "language",
    "group",
    "section",
    "tags",
    "pages",
    "enabled",
    "min_interval",
    "max_interval",
    "ignore_robots",
)


def read_sources(document: Node) -> tuple[tuple[Source, ...], list[Problem]]:
    """Read the document of a sources file; sources with mistakes are left out."""
    problems: list[Problem] = []
    top = fields(document, ("sources",), problems)
    nodes = list(top.items("sources", "a list of '- id: …' with 'url: …' below"))
    if not problems and top.is_empty("sources"):
        top.report(document, "no source is listed: nothing will be watched", warning=True)
    seen = _Seen()
    read = []
    for node in nodes:
        given = fields(node, SOURCE_KEYS, problems)
        if isinstance(node, Mapping):
            read.append(_source(given, seen))
    return tuple(source for source in read if source is not None), problems


@dataclass(frozen=True, slots=True)
class _Seen:
    """Ids and addresses so far, with the line each was first given in."""

    ids: dict[str, int] = field(default_factory=dict)
    urls: dict[str, int] = field(default_factory=dict)


def _source(given: Fields, seen: _Seen) -> Source | None:
    """Read one source; None where anything about it is wrong."""
    before = len(given.problems)
    id_ = given.need("id", slug, "")
    kind = cast("SourceKind", given.read("kind", one_of(get_args(SourceKind)), "feed"))
    url = given.need("url", channel if kind == "telegram" else web_address, "")
    source = Source(
        id=id_,
        name=given.read("name", phrase, id_),
        url=url,
        kind=kind,
        links=given.read("links", selector, ""),
        site=given.read("site", web_address, ""),
        language=given.read("language", _language, "ar"),
        group=given.read("group", phrase, ""),
        section=given.read("section", phrase, ""),
        tags=given.texts("tags"),
        pages=cast("Pages", given.read("pages", one_of(get_args(Pages)), "auto")),
        enabled=given.read("enabled", boolean, default=True),
        min_interval_s=_interval(given, "min_interval"),
        max_interval_s=_interval(given, "max_interval"),
        ignore_robots=given.read("ignore_robots", reason, ""),
    )
    ordered(given, source.min_interval_s, source.max_interval_s)
    fits_kind(given, source)
    _once(given, "id", id_, seen.ids)
    _once(given, "url", same_address(url) if url else "", seen.urls)
    return source if len(given.problems) == before and id_ else None


def _interval(given: Fields, key: str) -> float | None:
    return given.read(key, interval, 0.0) or None


def _once(given: Fields, key: str, value: str, seen: dict[str, int]) -> None:
    """Report a value that an earlier source has."""
    node = given.mapping.get(key)
    if not value or node is None:
        return
    if value in seen:
        other = "id" if key == "id" else "address"
        given.report(node, f"the source in line {seen[value]} has the same {other}. Remove one.")
    seen.setdefault(value, node.mark.line)


def _language(text: str) -> str:
    code = text.lower()
    if not (code.isascii() and code.isalpha() and len(code) in {2, 3}):
        raise BadValueError(f"expected a language code such as ar or en, got '{text}'")
    return code
