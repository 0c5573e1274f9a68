"""The addresses of public Telegram channels, in all their spellings. Pure."""

from __future__ import annotations

import re
from typing import Final

_HOSTS: Final = "t.me|telegram.me|telegram.dog"
_NAME: Final = r"(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})"
# t.me/c/… are private channels, t.me/+… and joinchat invitations, share and the like are functions.
_NO_CHANNEL: Final = frozenset(
    {"joinchat", "share", "proxy", "socks", "addstickers", "addemoji", "setlanguage", "login"}
    | {"iv", "addtheme", "confirmphone", "invoice", "contact", "boost", "addlist", "giftcode"}
)
_AT: Final = re.compile(rf"@{_NAME}")
_OWN: Final = re.compile(
    rf"(?:https?://)?(?:www\.)?(?:{_HOSTS})/(?:s/)?@?{_NAME}(?:/\d+)?/?(?:[?#].*)?", re.IGNORECASE
)
_SUBDOMAIN: Final = re.compile(rf"(?:https?://)?{_NAME}\.t\.me/?(?:[?#].*)?", re.IGNORECASE)
# A mirror, for networks that do not reach Telegram itself.
_MIRROR: Final = re.compile(rf"https?://[^\s/]+/s/{_NAME}/?", re.IGNORECASE)


def channel_address(text: str) -> str:
    """Give the address of a channel's public preview; "" when the text names no channel.

    >>> channel_address("@nahr_news")
    'https://t.me/s/nahr_news'
    >>> channel_address("telegram.me/nahr_news/120?single")
    'https://t.me/s/nahr_news'
    """
    given = text.strip()
    found = _AT.fullmatch(given) or _OWN.fullmatch(given) or _SUBDOMAIN.fullmatch(given)
    if found:
        name = found["name"]
        return "" if name.lower() in _NO_CHANNEL | {"www"} else f"https://t.me/s/{name}"
    return given.rstrip("/") if _MIRROR.fullmatch(given) else ""
