"""Kept evidence, read again as it would be read now: what would come out otherwise.

Reads with the same functions as the daemon, in workers that can be killed; asks no server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watcher.dating import clocks_of, settle
from watcher.match import match
from watcher.model import Article, NotAnArticle, Pending, Reading, Relation
from watcher.pages import read_feed_text, read_page, stand_in, traces_of
from watcher.story import STORY_WINDOW, differences, relate, words_to_weigh
from watcher.updates import said_in, wishes_of
from watcher.workers import WorkFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from watcher.model import Fingerprint, Match
    from watcher.pipeline import Pipeline
    from watcher.record import History, Kept
    from watcher.story import Difference

WHY = "read again"
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Reread:
    """A piece of evidence that says something else when it is read again."""

    kept: Kept
    before: History | None
    """None where it was refused before."""
    after: Article | NotAnArticle
    in_title: tuple[Difference, ...] = ()
    in_text: tuple[Difference, ...] = ()
    matches: tuple[Match, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Rules that match now and did not, and the other way round."""


async def reread(
    pipeline: Pipeline, since: datetime, source: str | None, done: Callable[[], object]
) -> AsyncIterator[Reread]:
    """Read evidence received since then again; give what comes out otherwise.

    `done` hears of each piece. Evidence whose article has been read from a newer entry since is
    passed over, and so is what the workers cannot read.
    """
    record, after = pipeline.record, 0
    while some := await record.archive.evidence(since, source, after, _AT_ONCE):
        after = some[-1].id
        for kept in some:
            before = await record.archive.history_of_entry(kept.entry_id)
            if before is not None or kept.status == "skipped":
                found = await _read(pipeline, kept, before)
                if found is not None and (told := _compared(pipeline, kept, before, found)):
                    yield told
            done()


async def apply(pipeline: Pipeline, told: Reread, now: datetime) -> bool:
    """Record what came out as a revision; False for an article that is now refused, which stays.

    Only rules that did not match before alert, and only within their age limit.
    """
    article, kept = told.after, told.kept
    if not isinstance(article, Article):
        return False
    pending = pending_of(kept)
    traces = traces_of(article)
    if told.before is None:
        relation = await _relation(pipeline, article, traces.fingerprint, now)
    else:
        one = told.before.one
        relation = Relation("revision", one.story_id, one.id, WHY)
    alerts, held_back = pipeline.alerts(article, told.matches, pending)
    news = tuple((target, alert) for target, alert in alerts if alert.rule in told.gained)
    reading = Reading(
        pending,
        article,
        traces,
        told.matches,
        relation,
        news,
        held_back,
        said=said_in(article, told.matches, pipeline.outlet(kept.source)),
        when=pipeline.waiting,
        wishes=wishes_of(pipeline.targets),
    )
    await pipeline.record.read_again(reading, now)
    return True


async def _relation(
    pipeline: Pipeline, article: Article, fingerprint: Fingerprint, now: datetime
) -> Relation:
    """Relate an article that was refused before to what is on record."""
    near = await pipeline.record.neighbors(fingerprint, now - STORY_WINDOW)
    counts = await pipeline.record.word_counts(words_to_weigh(fingerprint, near))
    at = article.published or now
    return relate(fingerprint, near, source=article.source, at=at, counts=counts)


def pending_of(kept: Kept) -> Pending:
    """Give the entry as it waited when it was first read."""
    return Pending(
        id=kept.entry_id,
        source=kept.source,
        entry=kept.evidence.entry,
        seen=kept.seen,
        first_contact=kept.first_contact,
        gap_s=kept.gap_s,
    )


async def _read(
    pipeline: Pipeline, kept: Kept, before: History | None
) -> Article | NotAnArticle | None:
    """Read one piece as the daemon would, without fetching; None where a worker gave up."""
    evidence, run = kept.evidence, pipeline.workers.run
    known = await pipeline.record.furniture(kept.source)
    entry, at = evidence.entry, evidence.received
    found: Article | NotAnArticle
    try:
        if evidence.page is None:
            found = await run(read_feed_text, entry, furniture=known, now=at)
        else:
            found = await run(read_page, evidence.page, entry=entry, furniture=known, now=at)
            if isinstance(found, NotAnArticle):
                instead = await run(read_feed_text, entry, furniture=known, now=at)
                found = stand_in(instead, found) if isinstance(instead, Article) else found
    except WorkFailed:
        return None
    if not isinstance(found, Article):
        return found
    article = replace(found, source=kept.source, url=entry.url)
    clocks = clocks_of(await pipeline.record.clocks(kept.source))
    settled = settle(
        article, clocks, seen=kept.seen, first_contact=kept.first_contact, earlier=None
    )
    return _as_old(settled, before.one.article) if before else settled


def _as_old(article: Article, before: Article) -> Article:
    """Keep that an article was old news, which was known from others then."""
    if not before.old_news:
        return article
    return replace(article, published=before.published, old_news=before.old_news)


def _compared(
    pipeline: Pipeline, kept: Kept, before: History | None, after: Article | NotAnArticle
) -> Reread | None:
    """Say what is otherwise; None where nothing is."""
    if not isinstance(after, Article):
        return Reread(kept, before, after) if before else None
    source = pipeline.sources.get(kept.source)
    found = tuple(match(pipeline.rules, after, source.name if source else kept.source))
    now = {one.rule for one in found}
    if before is None:
        return Reread(kept, None, after, matches=found, gained=tuple(sorted(now)))
    old, then = before.one.article, {one.rule for one in before.matches}
    in_title, in_text = differences(old.title, after.title), differences(old.text, after.text)
    gained, lost = tuple(sorted(now - then)), tuple(sorted(then - now))
    if not (in_title or in_text or gained or lost):
        return None
    return Reread(kept, before, after, in_title, in_text, found, gained, lost)
