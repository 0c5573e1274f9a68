"""From what was fetched, or what a feed itself says, to an article. Pure; runs in the workers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic import printed_words
from watcher.clean import clean, lines_of
from watcher.clock import utc_now
from watcher.dating import settle
from watcher.extract import doubt, extract, judge_text, listed_claims
from watcher.model import Article, Fetched, FetchFailed, NotAnArticle, Removed, Traces
from watcher.parse import decode, parse
from watcher.story import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from watcher.model import Entry

Form: TypeAlias = Literal["page", "fragment", "text"]


class Read(NamedTuple):
    """An article as read, under the address and source of its entry, with the traces it leaves."""

    article: Article
    traces: Traces


def warm_up() -> None:
    """Load what is heavy; each new worker process does it before its first input."""
    extract("<html></html>", now=utc_now())
    parse(Fetched("", "", b""), now=utc_now())


def read_whole(
    read: Callable[[], Article | NotAnArticle], *, source: str, url: str
) -> Read | NotAnArticle:
    """Read an entry, and work out the traces here, so that the daemon need not."""
    found = read()
    if not isinstance(found, Article):
        return found
    article = replace(found, source=source, url=url)
    return Read(article, traces_of(article))


def traces_of(article: Article) -> Traces:
    """Work out what is kept beside an article's text."""
    words = sorted(printed_words(f"{article.title}\n{article.text}"))
    return Traces(fingerprint(article), tuple(words), lines_of(article))


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
    if not entry.title.strip():
        return NotAnArticle(entry.url, "its feed gives neither a headline nor a text", "")
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
