"""From what was fetched, or what a feed itself says, to an article. Pure; runs in the workers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.clean import clean
from watcher.clock import utc_now
from watcher.dating import settle
from watcher.extract import doubt, extract, judge_text, listed_claims
from watcher.model import Article, Fetched, FetchFailed, NotAnArticle, Removed
from watcher.parse import decode, parse

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.model import Entry

Form: TypeAlias = Literal["page", "fragment", "text"]


def warm_up() -> None:
    """Load what is heavy; each new worker process does it before its first input."""
    extract("<html></html>", now=utc_now())
    parse(Fetched("", "", b""), now=utc_now())


def read_page(
    page: Fetched,
    *,
    entry: Entry | None = None,
    form: Form = "page",
    furniture: frozenset[str] = frozenset(),
    now: datetime,
) -> Article | NotAnArticle:
    """Decode, extract and clean a page."""
    text = decode(page.body, page.content_type).text
    found = extract(text, url=page.final_url, entry=entry, form=form, now=now)
    return _cleaned(found, furniture, now=now) if isinstance(found, Article) else found


def _cleaned(article: Article, furniture: frozenset[str], *, now: datetime) -> Article:
    return judge_text(clean(article, furniture=furniture, now=now))


def read_by_hand(page: Fetched, *, form: Form = "page", now: datetime) -> Article | NotAnArticle:
    """Read a page of which no feed and no outlet's clock is known, as if first seen now."""
    found = read_page(page, form=form, now=now)
    return settle(found, {}, seen=now) if isinstance(found, Article) else found


def read_feed_text(
    entry: Entry, *, furniture: frozenset[str] = frozenset(), now: datetime
) -> Article | NotAnArticle:
    """Extract and clean what a feed itself says of an entry."""
    if entry.body_html:
        found = extract(entry.body_html, url=entry.url, entry=entry, form="fragment", now=now)
        if isinstance(found, Article):
            return _cleaned(found, furniture, now=now)
    # Only a headline: too little to read, enough to match.
    only = Article(
        entry.url,
        entry.title,
        "",
        entry.published,
        entry.published_raw,
        entry.author,
        published_how=entry.published_how,
        claims=listed_claims(entry),
    )
    return doubt(only, 0.2, "there is only a headline")


def stand_in(article: Article, missed: NotAnArticle | FetchFailed) -> Article:
    """Note on the feed's own text why it stands for the page."""
    why = missed.why if isinstance(missed, NotAnArticle) else missed.detail
    note = Removed("", f"the page could not be read, this is the feed's own text: {why}")
    told = replace(article, removed=(*article.removed, note))
    return doubt(told, 0.4, f"the page could not be read: {why}")
