"""Which addresses look like an article's, and which like one another. Pure; knows no site."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_NEVER: Final = frozenset(
    {"tag", "tags", "author", "authors", "writer", "writers", "page", "search", "login", "signin"}
    | {"register", "signup", "account", "cart", "about", "about-us", "contact", "contact-us"}
    | {"privacy", "privacy-policy", "terms", "terms-of-use", "advertise", "careers", "subscribe"}
    | {"newsletter", "rss", "feed", "feeds", "print", "share", "wp-admin", "wp-login.php"}
    | {"wp-content", "cdn-cgi", "وسم", "وسوم", "كاتب", "كتاب", "بحث", "صفحة", "من-نحن"}
    | {"اتصل-بنا", "سياسة-الخصوصية"}
)
_FILES: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|docx?|xlsx?|apk|css|js|xml|rss)$", re.IGNORECASE
)
_PAGE_ENDING: Final = re.compile(r"\.(?:html?|aspx?|php|jsp|shtml)$", re.IGNORECASE)
_DATE: Final = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]|(?:\d\d)?/|/)")
_LONG_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9])\d{4,}(?![A-Za-z])|(?<!\d)\d{5,}(?!\d)")
_ARABIC: Final = re.compile("[\u0620-\u064a]")
_ID_KEYS: Final = re.compile(
    r"(?:.*_)?(?:id|aid|nid|newsid|article|articleid|p|storyid|sid|news|post|item|no|num)",
    re.IGNORECASE,
)


def is_article_like(url: str) -> bool:
    """Tell whether an address holds what an article's has: a date, a number, or a slug of words.

    >>> is_article_like("https://nahr.example/iraq/اجتماع-في-بغداد-بشأن-المياه")
    True
    >>> is_article_like("https://nahr.example/iraq/")
    False
    """
    parts = urlsplit(url)
    segments = [unquote(part).lower() for part in parts.path.split("/") if part]
    if _FILES.search(parts.path) or not _NEVER.isdisjoint(segments):
        return False
    if any(_ID_KEYS.fullmatch(key) and _has_digits(value) for key, value in parse_qsl(parts.query)):
        return True
    if not segments:
        return False
    last = _PAGE_ENDING.sub("", segments[-1])
    has_date = bool(_DATE.search(parts.path)) and (len(segments) > 2 or len(last) > 10)
    return has_date or bool(_LONG_NUMBER.search("/".join(segments[-3:]))) or _is_slug(last)


def is_same_site(url: str, other: str) -> bool:
    """Tell whether two addresses are of one site: the same host, or one below the other."""
    one, two = (_site(address) for address in (url, other))
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))


def shape_of(url: str) -> tuple[str, ...]:
    """Give what addresses of one kind have in common: what their parts are, not what they say."""
    parts = urlsplit(url)
    segments = [part for part in parts.path.split("/") if part]
    keys = sorted(key for key, _ in parse_qsl(parts.query))
    return (*map(_part, segments), "?", *keys)


def _has_digits(value: str) -> bool:
    return bool(re.search(r"\d{2,}", value))


def _is_slug(text: str) -> bool:
    words = [word for word in re.split(r"[-_+ .]+", text) if word]
    letters = len(_ARABIC.findall(text))
    return len(words) >= 4 or (letters >= 8 and len(words) >= 3) or letters >= 25


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def _part(segment: str) -> str:
    text = _PAGE_ENDING.sub("", unquote(segment))
    if text.isdigit():
        return "number"
    return "slug" if _is_slug(text.lower()) or _LONG_NUMBER.search(text) else "word"
