"""What each kind of source wants of its settings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher.config.values import BadValueError, phrase, web_address
from watcher.document import shorten

if TYPE_CHECKING:
    from watcher.config.fields import Fields
    from watcher.model import Source

_TELEGRAM: Final = frozenset({"t.me", "telegram.me", "telegram.dog"})


def channel(text: str) -> str:
    """Read the name or address of a public Telegram channel, and give that of its preview."""
    from watcher.parse import channel_address  # with it comes the feed library

    if address := channel_address(text):
        return web_address(address)
    named = "an address with a login" if "@" in text[1:] and "://" in text else f"'{shorten(text)}'"
    raise BadValueError(
        f"{named} names no public channel. Write https://t.me/NAME or '@NAME' in quotes."
    )


def selector(text: str) -> str:
    """Read a CSS selector."""
    from watcher.parse.listing import selector_fault

    if fault := selector_fault(phrase(text)):
        raise BadValueError(f"'{shorten(text)}' is no CSS selector: {fault}")
    return text


def fits_kind(given: Fields, source: Source) -> None:
    """Report settings that do not go with the kind of source."""
    if "links" in given.mapping.keys and source.kind != "listing":
        given.report_key("links", "'links' is only for 'kind: listing'. Remove it or add the kind.")
    if source.kind == "feed" and source.url:
        host = (urlsplit(source.url).hostname or "").removeprefix("www.")
        if host in _TELEGRAM or host.endswith(".t.me"):
            given.report_key("url", "Telegram has no feeds. Add 'kind: telegram'.")
    if source.kind == "telegram" and source.pages == "always":
        what = "a channel's posts are their own pages. Remove 'pages' or write auto."
        given.report_key("pages", what)
