"""What a page says of itself: JSON-LD, OpenGraph, meta elements, headings. Pure.

In that order, because JSON-LD is written by the system that knows the article, OpenGraph by the one
that shares it, and headings by the template.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from watcher.arabic import fold
from watcher.extract.dates import PageDates, read_dates
from watcher.extract.layout import squeeze
from watcher.extract.limits import MOST_MARKUP
from watcher.extract.plain import fragment_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from watcher.extract.texts import Texts

_ARTICLE = re.compile(r"^(?:\w*Article|BlogPosting|Report|LiveBlogPosting)$")
_SUFFIX = re.compile(r"\s+[|\u2022\u00b7\u2013\u2014:-]+\s+|\s*\|\s*|\s*::\s*")
_MAX_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page claims about its article; empty where it claims nothing."""

    title: str = ""
    author: str = ""
    dates: PageDates = field(default_factory=PageDates)
    language: str = ""
    tags: tuple[str, ...] = ()
    body: str = ""
    """The text that JSON-LD carries, one paragraph a line."""
    is_article: bool = False
    """JSON-LD describes one article as the page's matter."""
    kind: str = ""
    """og:type."""

    @property
    def published(self) -> datetime | None:
        """When the page says that the article was published."""
        claim = self.dates.published
        return claim.instant if claim else None


def read(texts: Texts, *, now: datetime) -> Metadata:
    """Read what a page says of itself."""
    tree = texts.tree
    metas = dict(_metas(tree))
    articles = list(_articles(tree))
    own = articles[0] if len({str(item.get("headline")) for item in articles}) == 1 else {}
    title = _title(texts, own, metas)
    return Metadata(
        title=title,
        author=_author(own, metas),
        dates=read_dates(texts, own, metas, title, now=now),
        language=_language(tree, own, metas),
        tags=_tags(tree, own, metas),
        body=_body(own, title),
        is_article=bool(own),
        kind=metas.get("og:type", ""),
    )


def _metas(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Give names and contents of the meta elements, the first of a name last, so that it stands."""
    for meta in reversed([*tree.iter("meta")]):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = squeeze(meta.get("content") or "")
        if name and content:
            yield name.lower().strip(), content


def _articles(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                data = json.loads(script.text or "", strict=False)
            except (ValueError, RecursionError):
                continue
            yield from _walk(data)


def _walk(data: Any) -> Iterator[dict[str, Any]]:
    """Give the articles in JSON-LD; those inside a list of items are other pages' articles."""
    todo, seen = [data], 0
    while todo and seen < _MAX_ITEMS:
        item, seen = todo.pop(0), seen + 1
        if isinstance(item, list):
            todo += item
        elif isinstance(item, dict):
            kinds = item.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(name, str) and _ARTICLE.match(name) for name in names):
                yield item
            else:
                todo += [item[key] for key in ("@graph", "mainEntity") if key in item]


def _title(texts: Texts, own: dict[str, Any], metas: dict[str, str]) -> str:
    """Choose the title that a heading confirms, else the best claim without the site's name."""
    page = next((texts[title] for title in texts.tree.iter("title")), "")
    claims = [
        _text(own.get("headline")),
        metas.get("og:title", ""),
        metas.get("twitter:title", ""),
        page,
        metas.get("title", ""),
    ]
    claims = [claim for claim in claims if claim]
    headings = [text for one in texts.tree.iter("h1", "h2") if (text := texts[one])]
    for claim in claims:
        for heading in headings:
            if len(heading.split()) > 1 and _begins_with(claim, heading):
                return heading
    alone = _only_headline(texts, claims)
    if alone or not claims:
        return alone
    return _without_site(claims[0], metas.get("og:site_name", ""))


def _only_headline(texts: Texts, claims: list[str]) -> str:
    """Give the page's one h1, if the claims are about the same thing or only name the site."""
    ones = {texts[heading] for heading in texts.tree.iter("h1")} - {""}
    if len(ones) != 1:
        return ""
    headline = ones.pop()
    own = set(fold(headline).split())
    about = [set(fold(claim).split()) for claim in claims]
    if all(len(words) <= 2 for words in about):
        return headline
    is_same = any(len(own & words) >= 0.3 * len(words) for words in about)
    return headline if is_same and len(own) >= 4 else ""


def _begins_with(claim: str, heading: str) -> bool:
    """Tell whether a claim is the heading, alone or with the site's name behind it."""
    whole, front = fold(claim), fold(heading)
    if whole == front:
        return True
    return whole.startswith(front) and bool(_SUFFIX.match(whole, len(front)))


def _without_site(title: str, site: str) -> str:
    parts = _SUFFIX.split(title)
    last = parts[-1]
    if len(parts) > 1 and (
        fold(last) == fold(site) or len(last.split()) <= 3 < len(parts[0].split())
    ):
        return title[: title.rindex(last)].rstrip(" |\u2022\u00b7\u2013\u2014:-")
    return title


def _body(own: dict[str, Any], title: str) -> str:
    """Give the text that JSON-LD carries, if it is about what the page is about."""
    headline, about = (set(fold(text).split()) for text in (_text(own.get("headline")), title))
    if headline and about and 2 * len(headline & about) < min(len(headline), len(about)):
        return ""
    return fragment_text(_text(own.get("articleBody"))[:MOST_MARKUP])


def _author(own: dict[str, Any], metas: dict[str, str]) -> str:
    found = own.get("author")
    people = found if isinstance(found, list) else [found]
    names = [
        _text(person.get("name")) if isinstance(person, dict) else _text(person)
        for person in people
    ]
    named = "، ".join(dict.fromkeys(name for name in names if name and "://" not in name))
    if named:
        return named
    claimed = metas.get("author") or metas.get("article:author") or ""
    return "" if "://" in claimed or claimed == metas.get("og:site_name") else claimed


def _language(tree: HtmlElement, own: dict[str, Any], metas: dict[str, str]) -> str:
    claims = (_text(own.get("inLanguage")), tree.get("lang") or "", metas.get("og:locale", ""))
    found = next((claim for claim in claims if claim), "")
    return re.split(r"[-_]", found.strip())[0].lower()


def _tags(tree: HtmlElement, own: dict[str, Any], metas: dict[str, str]) -> tuple[str, ...]:
    keywords = own.get("keywords")
    listed = keywords if isinstance(keywords, list) else re.split(r"[,،]", _text(keywords))
    listed = [_text(item) for item in listed]
    listed += [
        squeeze(meta.get("content") or "")
        for meta in tree.iter("meta")
        if meta.get("property") == "article:tag"
    ]
    if not any(listed):
        listed = re.split(r"[,،]", metas.get("keywords", "") or metas.get("news_keywords", ""))
    return tuple(dict.fromkeys(tag for tag in map(squeeze, listed) if 0 < len(tag.split()) <= 6))[
        :30
    ]


def _text(value: Any) -> str:
    """Give a JSON value as text if it is one; JSON-LD may hold anything anywhere."""
    return value.strip() if isinstance(value, str) else ""
