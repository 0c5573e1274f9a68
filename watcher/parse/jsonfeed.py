"""JSON Feed, versions 1 and 1.1, brought into the form of `Listed`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from watcher.parse.entries import Body, Listed, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Fields: TypeAlias = "Mapping[str, object]"


def read_json_feed(text: str) -> tuple[Fields, list[Listed]] | None:
    """Read the feed's own fields and its items; None when the text is no JSON Feed.

    The version is not insisted on: an object with a list of items is what readers take for a feed.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    return document, [_listed(item) for item in document["items"] if isinstance(item, dict)]


def text_of(fields: Fields, *names: str) -> str:
    """Give the first of the named fields that holds text or a number, "" when none does."""
    values = (fields.get(name) for name in names)
    return next((str(value) for value in values if _is_text(value)), "")


def _is_text(value: object) -> bool:
    # Numbers of thousands of digits cannot be printed, and identify nothing.
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20
    return is_number or (isinstance(value, str) and bool(value.strip()))


def _listed(item: Fields) -> Listed:
    bodies = (
        Body(text_of(item, "content_html"), is_full=True),
        Body(text_of(item, "content_text"), is_plain=True, is_full=True),
        Body(text_of(item, "summary"), is_plain=True),
    )
    stamps = (
        Stamp(text_of(item, "date_published")),
        Stamp(text_of(item, "date_modified"), is_update=True),
    )
    return Listed(
        pages=_filled(text_of(item, "url"), text_of(item, "external_url")),
        media=tuple(text_of(part, "url") for part in _objects(item.get("attachments"))),
        guid=text_of(item, "id"),
        title=text_of(item, "title"),
        authors=tuple(
            text_of(part, "name")
            for part in (*_objects(item.get("authors")), *_objects([item.get("author")]))
        ),
        stamps=tuple(stamp for stamp in stamps if stamp.raw),
        bodies=tuple(body for body in bodies if body.markup),
        tags=_tags(item.get("tags")),
        language=text_of(item, "language"),
    )


def _objects(value: object) -> Iterator[Fields]:
    return (
        (part for part in value if isinstance(part, dict)) if isinstance(value, list) else iter(())
    )


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()


def _filled(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if value)
