"""The sentence: schedule, fetch, parse, extract, clean, match, relate, record, notify.

One function per source (`poll`), one per article (`read`), one per notice (`deliver`). Only this file
knows the order. What a stage does stands in the stage; what happens between two stages stands here.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.clean import clean
from watcher.clock import Clock, utc_now
from watcher.extract import extract
from watcher.log import event
from watcher.match import match
from watcher.model import (
    Article,
    Entry,
    Fetched,
    FetchFailed,
    Match,
    NotAnArticle,
    Notice,
    NotModified,
    Pending,
    Reading,
    Refused,
    Sent,
    SourceState,
    TryAgain,
    Validators,
)
from watcher.notify import alert_of, route
from watcher.parse import decode, parse
from watcher.record import retry_delay
from watcher.schedule import Polled, schedule
from watcher.story import fingerprint, relate
from watcher.workers import WorkFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watcher.config import Limits, Polling
    from watcher.fetch import Fetcher
    from watcher.match import Rules
    from watcher.model import Alert, Source
    from watcher.notify import Notifier, Target
    from watcher.record import Record
    from watcher.workers import Workers

STORY_WINDOW = timedelta(days=14)
"""Older articles are not compared: a text that comes back after two weeks is news again."""
RETRY_READING = timedelta(minutes=2)


@dataclass(slots=True)
class Pipeline:
    """The stages of one daemon, built by app. `rules` is replaced as a whole when files change."""

    fetcher: Fetcher
    workers: Workers
    record: Record
    notifier: Notifier
    rules: Rules
    sources: Mapping[str, Source]
    targets: Sequence[Target]
    polling: Polling
    limits: Limits
    now: Clock = utc_now
    relating: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One article at a time finds its story: two copies read at once must not become two stories."""

    async def poll(self, state: SourceState) -> int:
        """Fetch a source, parse its entries and record them; give how many are new."""
        outcome = await self.fetcher.fetch(state.url, validators=state.validators, accept="feed")
        polled = await self._parse(outcome)
        after = schedule(
            state, polled, now=self.now(), polling=self.polling, jitter=random.random()
        )  # noqa: S311 - spreads load, hides nothing
        entries = polled.parsed.entries[: self.limits.max_entries_per_poll] if polled.parsed else ()
        new = await self.record.polled(after, entries, self.now())
        event(
            "poll",
            source=state.id,
            status=_status(outcome),
            entries=len(entries),
            new=new,
            remark=after.remark,
        )
        return new

    async def read(self, pending: Pending) -> tuple[Notice, ...]:
        """Extract, clean, match, relate and record one entry; give the notices it queued."""
        found = await self._article(pending)
        if isinstance(found, NotAnArticle):
            await self.record.entry_skipped(pending, found.why, self.now())
            event(
                "extract",
                source=pending.source,
                url=pending.entry.url,
                status="skipped",
                why=found.why,
            )
            return ()
        if isinstance(found, FetchFailed):
            await self._not_read(pending, found)
            return ()
        article = replace(found, source=pending.source, url=pending.entry.url)
        matches = match(self.rules, article, source_name=self._name(pending.source))
        held_back = self._held_back(pending, article) if matches else ""
        alerts = () if held_back else self._alerts(article, matches, pending)
        print_ = fingerprint(article)
        async with self.relating:
            relation = relate(
                print_, await self.record.neighbors(print_, self.now() - STORY_WINDOW)
            )
            reading = Reading(pending, article, print_, matches, relation, alerts, held_back)
            notices = await self.record.reading(reading, self.now())
        self._log(reading, notices)
        return notices

    async def deliver(self, notice: Notice) -> None:
        """Send one notice and record what the other side answered."""
        started = self.now()
        outcome = await self.notifier.send(notice)
        now = self.now()
        match outcome:
            case Sent():
                await self.record.sent(notice, outcome, now, (now - started).total_seconds())
            case TryAgain(why=why, after_s=asked):
                delay = retry_delay(notice.attempts + 1, asked, random.random())  # noqa: S311 - spreads load
                if delay is None:
                    await self.record.refused(notice, f"given up: {why}", now)
                else:
                    await self.record.postponed(notice, why, now + timedelta(seconds=delay), now)
            case Refused(why=why):
                await self.record.refused(notice, why, now)
        event(
            "notify",
            target=notice.target,
            rule=notice.rule,
            notice=notice.id,
            status=type(outcome).__name__,
            why=getattr(outcome, "why", ""),
        )

    # --- between the stages ---------------------------------------------------------------

    async def _parse(self, outcome: Fetched | NotModified | FetchFailed) -> Polled:
        if not isinstance(outcome, Fetched):
            return Polled(outcome)
        try:
            return Polled(outcome, await self.workers.run(parse, outcome, now=self.now()))
        except WorkFailed as failure:
            return Polled(outcome, failure=f"the feed could not be parsed: {failure}")

    async def _article(self, pending: Pending) -> Article | NotAnArticle | FetchFailed:
        """Read the page, or the feed's own body where that is the whole article or all there is."""
        entry = pending.entry
        if not self._wants_page(pending.source, entry):
            return await self._read_body(entry)
        page = await self.fetcher.fetch(
            entry.link or entry.url, validators=Validators(), accept="page"
        )
        if isinstance(page, Fetched):
            try:
                found = await self.workers.run(read_page, page, entry=entry, now=self.now())
            except WorkFailed as failure:
                found = NotAnArticle(entry.url, f"the page could not be read: {failure}")
        else:
            found = (
                page
                if isinstance(page, FetchFailed)
                else NotAnArticle(entry.url, "the server sent no page")
            )
        if isinstance(found, Article):
            return found
        if isinstance(found, FetchFailed) and not self._is_last_attempt(pending, found):
            return found
        # A headline without its page can still be the news somebody waits for.
        fallback = await self._read_body(entry) if entry.title or entry.body_html else found
        event("extract", source=pending.source, url=entry.url, status="feed only", why=_why(found))
        return fallback if isinstance(fallback, Article) else found

    async def _read_body(self, entry: Entry) -> Article | NotAnArticle:
        try:
            return await self.workers.run(read_body, entry, now=self.now())
        except WorkFailed as failure:
            return NotAnArticle(entry.url, f"the feed's text could not be read: {failure}")

    def _wants_page(self, source_id: str, entry: Entry) -> bool:
        source = self.sources.get(source_id)
        pages = source.pages if source else "auto"
        return pages == "always" or (pages == "auto" and not entry.is_whole)

    def _is_last_attempt(self, pending: Pending, failed: FetchFailed) -> bool:
        return failed.is_gone or pending.attempts + 1 >= self.limits.read_attempts

    async def _not_read(self, pending: Pending, failed: FetchFailed) -> None:
        last = self._is_last_attempt(pending, failed)
        asked = timedelta(seconds=failed.retry_after_s or 0)
        retry_at = None if last else self.now() + max(asked, RETRY_READING * 2**pending.attempts)
        await self.record.entry_failed(pending, failed.detail, self.now(), retry_at)
        event(
            "fetch",
            source=pending.source,
            url=pending.entry.url,
            status=failed.why,
            why=failed.detail,
            last=last,
        )

    def _held_back(self, pending: Pending, article: Article) -> str:
        """Say why matches of this article are recorded but not alerted on; empty when they are."""
        if pending.first_contact and article.published is None:
            return "first contact with the source, and the article has no date"
        return ""

    def _alerts(
        self, article: Article, matches: Sequence[Match], pending: Pending
    ) -> tuple[tuple[str, Alert], ...]:
        seen = pending.seen or self.now()
        alerts: list[tuple[str, Alert]] = []
        for found in matches:
            rule = self.rules[found.rule]
            if _age(article, seen, self.now()) > timedelta(
                seconds=rule.max_age_s or self.limits.max_age_s
            ):
                continue
            alert = alert_of(
                article,
                found,
                rule_title=rule.title,
                source_name=self._name(article.source),
                seen=seen,
            )
            alerts += [
                (target, alert) for target in route(rule.notify, found.severity, self.targets)
            ]
        return tuple(alerts)

    def _name(self, source_id: str) -> str:
        source = self.sources.get(source_id)
        return source.name if source else source_id

    def _log(self, reading: Reading, notices: Sequence[Notice]) -> None:
        event(
            "record",
            source=reading.pending.source,
            url=reading.article.url,
            rules=",".join(found.rule for found in reading.matches),
            story=reading.relation.kind,
            notices=len(notices),
            held_back=reading.held_back,
        )


def read_page(
    page: Fetched, *, entry: Entry | None = None, now: datetime, form: str = "page"
) -> Article | NotAnArticle:
    """Decode, extract and clean a page. Pure; runs in a worker that can be killed."""
    text = decode(page.body, page.content_type).text
    found = extract(text, url=page.final_url, entry=entry, form=form, now=now)  # type: ignore[arg-type]  # callers pass the literals
    return clean(found, now=now) if isinstance(found, Article) else found


def read_body(entry: Entry, *, now: datetime) -> Article | NotAnArticle:
    """Extract and clean the body that a feed carries. Pure; runs in a worker that can be killed."""
    found = extract(entry.body_html, url=entry.url, entry=entry, form="fragment", now=now)
    return clean(found, now=now) if isinstance(found, Article) else found


def _age(article: Article, seen: datetime, now: datetime) -> timedelta:
    return now - (article.published or seen)


def _status(outcome: Fetched | NotModified | FetchFailed) -> str:
    match outcome:
        case Fetched():
            return "fetched"
        case NotModified(why=why):
            return f"not modified ({why})"
    return outcome.why


def _why(found: NotAnArticle | FetchFailed) -> str:
    return found.why if isinstance(found, NotAnArticle) else found.detail
