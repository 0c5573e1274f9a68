"""From a decoded page, a feed's body or plain text to an article, or to why it is none. Pure.

Decides what the article's own lines and fields are; taking furniture out of them is clean's work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from watcher.extract import metadata, page, plain, rescue, state, verdict
from watcher.extract.dates import address_claims
from watcher.extract.excuses import EXCUSES
from watcher.extract.layout import cards
from watcher.extract.limits import (
    MOST_MARKUP,
    markup_within_limits,
    page_within_limits,
    within_limits,
)
from watcher.extract.quality import Evidence, doubt, judge_reading, judge_text
from watcher.extract.texts import Texts
from watcher.model import Article, Claim, Entry, NotAnArticle, Removed

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["EXCUSES", "doubt", "extract", "judge_text", "listed_claims"]

_CARRIED_WORDS = 20
"""Of a text that stands in a page's data only: fewer may be a summary."""


def extract(
    html: str,
    *,
    url: str = "",
    entry: Entry | None = None,
    form: Literal["page", "fragment", "text"] = "page",
    now: datetime,
) -> Article | NotAnArticle:
    """Extract the article from a whole page, from a feed's HTML fragment, or from text as scraped.

    What the entry says goes before what the page says of itself. Printed times without a zone are
    read in that of `now`. A text that is too long is cut, which `removed` tells.
    """
    listed = entry or Entry(url=url, link=url)
    address = url or listed.url
    if form == "page":
        return _from_page(html, address, listed, now=now)
    source, beyond = markup_within_limits(html)
    text = plain.fragment_text(source) if form == "fragment" else plain.scraped_text(source)
    why = verdict.why_no_text(text, listed.title)
    if why:
        return NotAnArticle(address, why, listed.title)
    found = _article(address, text, metadata.Metadata(), listed, beyond=beyond, now=now)
    return judge_reading(found, Evidence(found.text, is_cut=bool(found.removed)))


def _from_page(html: str, url: str, entry: Entry, *, now: datetime) -> Article | NotAnArticle:
    html, beyond = page_within_limits(html)
    tree = page.read_tree(html)
    if tree is None:
        return NotAnArticle(url, "the page is empty", entry.title)
    texts = Texts(tree)
    about = metadata.read(texts, now=now)
    why = verdict.why_blocked(texts, about)
    carried = about.body or state.body_in_state(tree, about.title)
    found = page.Found()
    if not why:
        others = cards(texts)
        outline = verdict.outline(texts, others)
        found = page.main_text(tree, about, others)
        why = verdict.why_not(found.text, outline, about, url)
    if _stands_in(carried, found.text, is_refused=bool(why)):
        found, why = page.Found(carried), ""
    if why:
        return NotAnArticle(url, why, entry.title or about.title)
    article = _article(url, found.text, about, entry, beyond=beyond, now=now)
    evidence = Evidence(
        text=article.text,
        carried=carried,
        summary=plain.fragment_text(entry.body_html[:MOST_MARKUP]),
        visible=found.visible,
        asks_for_payment=found.asks_for_payment,
        is_cut=bool(article.removed),
    )
    return judge_reading(article, evidence)


def _stands_in(carried: str, text: str, *, is_refused: bool) -> bool:
    """Tell whether the text that a page carries as data goes before what it shows.

    It does where the page shows no article, or only the first part of the same text.
    """
    count = len(carried.split())
    if is_refused:
        return count >= _CARRIED_WORDS
    first = next((line for line in text.splitlines() if rescue.is_prose(line)), "")
    return count > 1.5 * len(text.split()) and bool(first) and first in carried


def _article(  # noqa: PLR0913 - an article is made of all that
    url: str,
    text: str,
    about: metadata.Metadata,
    entry: Entry,
    *,
    beyond: tuple[Removed, ...] = (),
    now: datetime,
) -> Article:
    text, cut = within_limits(text)
    claims = (
        *listed_claims(entry),
        *about.dates.claims,
        *address_claims((entry.link, entry.url, url), now=now),
    )
    chosen = next((claim for claim in claims if _tells_published(claim)), None)
    updated = next((claim for claim in claims if claim.is_update), None)
    return Article(
        url=url,
        title=_title(entry.title.strip(), about.title),
        text=text,
        published=chosen.instant if chosen else None,
        published_raw=chosen.raw if chosen else entry.published_raw or about.dates.raw,
        published_how=chosen.how if chosen else entry.published_how,
        updated=updated.instant if updated else None,
        updated_raw=updated.raw if updated else "",
        updated_how=updated.how if updated else "",
        claims=claims,
        author=entry.author or about.author,
        language=about.language or entry.language or plain.language_of(text),
        tags=tuple(dict.fromkeys((*entry.tags, *about.tags))),
        removed=(*cut, *beyond),
    )


def listed_claims(entry: Entry) -> tuple[Claim, ...]:
    """Give the dates of an entry as claims."""
    has_zone = not entry.is_zoneless
    dates = (
        (entry.published, entry.published_raw, entry.published_how, False),
        (entry.updated, entry.updated_raw, entry.updated_how, True),
    )
    return tuple(
        Claim(instant, raw, how or "feed", is_update, _precision(instant, raw), has_zone)
        for instant, raw, how, is_update in dates
        if instant
    )


def _precision(instant: datetime, raw: str) -> Literal["exact", "day"]:
    return "exact" if ":" in raw or (instant.hour, instant.minute) != (0, 0) else "day"


def _tells_published(claim: Claim) -> bool:
    # The day in an address is the last resort, after the line that the cleaner may find.
    return not claim.is_update and claim.how != "address"


def _title(listed: str, printed: str) -> str:
    """Prefer the entry's title, unless the feed cut it off and the page has the whole."""
    stem = listed.rstrip(".\u2026 ")
    if stem != listed and printed.startswith(stem):
        return printed
    return listed or printed
