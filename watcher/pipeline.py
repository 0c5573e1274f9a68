"""The sentence: schedule, fetch, parse, extract, clean, match, relate, record, notify.

One function per source (`poll`), one per article (`read`), one per notice (`deliver`). Only this
file knows the order. What a stage does stands in the stage; what happens between two stages stands
here.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from watcher.clock import Clock, utc_now
from watcher.dating import as_json
from watcher.delivery import Delivery
from watcher.extract import EXCUSES
from watcher.health import sample_of, sample_of_none
from watcher.intake import Intake
from watcher.log import debug, event, warning
from watcher.match import match
from watcher.model import (
    Alert,
    Article,
    Evidence,
    Fetched,
    FetchFailed,
    Match,
    NotAnArticle,
    NotModified,
    Polled,
    Reading,
)
from watcher.notify import alert_of, route
from watcher.outlets import OutletClocks
from watcher.pages import Read
from watcher.paging import Paging
from watcher.parse import parse
from watcher.points import reached
from watcher.reader import Obtained, Reader
from watcher.schedule import learn, schedule
from watcher.selfreport import SelfReport
from watcher.story import STORY_WINDOW, relate
from watcher.updates import Updates, said_in, wishes_of
from watcher.workers import WorkFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from watcher.config import Limits, Polling
    from watcher.fetch import Fetcher
    from watcher.match import Rule, Rules
    from watcher.model import (
        Notice,
        Pending,
        Sample,
        Source,
        SourceKind,
        SourceState,
        Validators,
        When,
    )
    from watcher.notify import Notifier, Target
    from watcher.record import Record
    from watcher.workers import Workers

ACCEPT: Mapping[SourceKind, Literal["feed", "page"]] = {
    "feed": "feed",
    "sitemap": "feed",
    "listing": "page",
    "telegram": "page",
}
"""What the server is asked for, by kind of source."""
PUBLISHED = "a channel's preview is published for everybody, as a feed is"
WITHHOLDING = frozenset({401, 402, 403, 406, 429, 451})
"""Answers that refuse us the page, not the page itself."""
GONE = frozenset({404, 410})


@dataclass(slots=True)
class Pipeline:
    """The stages of one daemon, built by app."""

    fetcher: Fetcher
    workers: Workers
    record: Record
    notifier: Notifier
    rules: Rules
    sources: Mapping[str, Source]
    targets: Sequence[Target]
    polling: Polling
    limits: Limits
    operator: str = ""
    """The target that hears of our own troubles; empty for none."""
    now: Clock = utc_now
    jitter: Callable[[], float] = random.random
    _known: dict[str, Rule] = field(default_factory=dict)
    waiting: dict[str, When] = field(init=False, default_factory=dict)
    """What rules wait for, of those that do."""
    _relating: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One article at a time finds its story: two copies read at once must not become two."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    intake: Intake = field(init=False)
    """How many entries polls may bring."""
    delivery: Delivery = field(init=False)
    _clocks: OutletClocks = field(init=False)

    def __post_init__(self) -> None:
        """Put the first rules in force."""
        self._clocks = OutletClocks(self.record)
        self.intake = Intake(self.record, self.limits.max_pending)
        self.delivery = Delivery(self)
        self.put_in_force(self.rules)

    def put_in_force(self, rules: Rules) -> None:
        """Match by these rules from now on; what is being read ends with the old ones."""
        self.rules = rules
        self._known = {rule.id: rule for rule in rules.rules}
        self.waiting = {rule.id: rule.when for rule in rules.rules if rule.when}

    async def poll(self, state: SourceState) -> int:
        """Fetch a source, parse its entries, and record them with when it is due again.

        Give how many were new.
        """
        reached("poll-begun")
        source = self.sources.get(state.id)
        kind = source.kind if source else "feed"
        permission = permission_of(source)

        async def read(url: str, validators: Validators) -> Polled:
            outcome = await self.fetcher.fetch(
                url, validators, ACCEPT[kind], ignore_robots=permission
            )
            reached("list-fetched")
            polled = await self._parse(outcome, source)
            reached("list-parsed")
            return polled

        paging = Paging(state, kind, self.now(), read, self.record.knows_one_of)
        polled, more = await paging.poll()
        return await self._polled(
            replace(state, more=more) if more != state.more else state, polled
        )

    async def read(self, pending: Pending) -> None:
        """Extract and clean one entry's article, match the rules, relate it, record it all."""
        reached("entry-taken")
        known = await self.record.furniture(pending.source)
        obtained = await self._reader.obtain(pending, known, partial(match, self.rules))
        reached("page-read")
        if await self._stays(pending, obtained):
            return
        evidence = self._evidence(pending, obtained.page)
        if not isinstance(obtained.found, Read):
            await self._not_read(pending, obtained.found, evidence)
            return
        article, traces = obtained.found
        seen = pending.seen or self.now()
        article = await self._clocks.date(article, pending, traces.fingerprint, seen)
        outlet = self.outlet(pending.source)
        # In threads: a long article must not hold up the loop.
        matches = await asyncio.to_thread(match, self.rules, article, outlet)
        reached("article-matched")
        said = await asyncio.to_thread(said_in, article, matches, outlet)
        alerts, held_back = self.alerts(article, matches, pending)
        async with self._relating:
            clocks = self._clocks.learned(article, pending, seen)
            reading = Reading(
                pending=pending,
                article=article,
                traces=traces,
                matches=matches,
                alerts=alerts,
                held_back=held_back,
                sample=self._sample(article, pending, obtained),
                clocks=as_json(clocks),
                evidence=evidence,
                said=said,
                when=self.waiting,
                wishes=wishes_of(self.targets),
            )
            now = self.now()
            since, at = now - STORY_WINDOW, article.published or now
            relating = partial(relate, traces.fingerprint, source=article.source, at=at)
            relation, notices = await self.record.related(reading, relating, since, now)
            reached("reading-kept")
            self._clocks.keep(pending.source, clocks)
        event(
            "record",
            source=pending.source,
            url=article.url,
            rules=",".join(found.rule for found in matches) or None,
            story=relation.kind,
            notices=len(notices),
            held_back="; ".join(held_back.values()) or None,
        )

    async def deliver(self, notice: Notice) -> None:
        """Notify one target, and record what the other side answered."""
        await self.delivery.deliver(notice)

    # When a stage raises, which is a mistake of ours, the work is put off and not lost.

    async def poll_broke(self, state: SourceState, failure: Exception) -> None:
        """Put off a source whose poll raised."""
        broken = FetchFailed(state.url, "protocol", f"polling broke: {failure!r}")
        await self._polled(state, Polled(broken))

    async def read_broke(self, pending: Pending, failure: Exception) -> None:
        """Put off an entry whose reading raised."""
        await self._not_read(pending, FetchFailed(pending.entry.url, "protocol", repr(failure)))

    async def delivery_broke(self, notice: Notice, failure: Exception) -> None:
        """Put off a notice whose delivery raised."""
        await self.delivery.broke(notice, failure)

    # Between the stages.

    async def _parse(
        self, outcome: Fetched | NotModified | FetchFailed, source: Source | None
    ) -> Polled:
        if not isinstance(outcome, Fetched):
            return Polled(outcome)
        kind, links = (source.kind, source.links) if source else ("feed", "")
        try:
            async with self.workers.room(len(outcome.body)):
                run = self.workers.run
                parsed = await run(parse, outcome, now=self.now(), kind=kind, links=links)
        except WorkFailed as failure:
            return Polled(outcome, failure=f"the {kind} could not be parsed: {failure}")
        return Polled(outcome, parsed)

    async def _polled(self, state: SourceState, polled: Polled) -> int:
        polling, now, jitter = self._polling(state.id), self.now(), self.jitter()
        after = schedule(state, polled, now=now, polling=polling, jitter=jitter)
        if isinstance(polled.outcome, NotModified) and is_as_before(state, after):
            new = 0
            self.record.polled_unchanged(after, state)
        else:
            entries = polled.parsed.entries if polled.parsed else ()
            learned = partial(learn, last=state.succeeded, now=now, polling=polling, jitter=jitter)
            listed = min(self.limits.max_entries_per_poll, len(entries))
            most, new = await self.intake.reserve(listed), 0
            try:
                new = await self.record.polled(after, entries, now, most, learned)
            finally:
                self.intake.settle(most, new)
            reached("poll-kept")
        status = "failed" if after.failures else type(polled.outcome).__name__
        # Ten thousand sources of which nothing is to be told would fill the journal.
        is_news = new or after.remark != state.remark
        tell = warning if after.failures else event if is_news else debug
        tell("poll", source=state.id, status=status, new=new, remark=after.remark or None)
        return new

    @property
    def _reader(self) -> Reader:
        attempts = self.limits.read_attempts
        return Reader(self.fetcher, self.workers, self.sources, attempts, self.now)

    @property
    def report(self) -> SelfReport:
        """What the operator is to be told."""
        return SelfReport(self.record, self.operator, self.sources, self.now)

    @property
    def updates(self) -> Updates:
        """What becomes of stories without any article."""
        quiet_s = self.limits.story_quiet_s
        return Updates(self.record, self.targets, self.sources, quiet_s, self.now)

    def _evidence(self, pending: Pending, page: Fetched | None) -> Evidence | None:
        """Give what was read, as received, where such is kept."""
        if not self.limits.keep_raw_s:
            return None
        return Evidence(pending.entry, self.now(), page)

    async def _stays(self, pending: Pending, obtained: Obtained) -> bool:
        """Keep what was read before of a page that cannot be read now; False: it is tried again."""
        found = obtained.missed or obtained.found
        if not pending.is_again or isinstance(found, Read):
            return False
        if self._reader.is_tried_again(pending, found):
            return False
        why, is_gone = found.why, False
        if isinstance(found, FetchFailed):
            why, is_gone = found.detail, found.status in GONE
        wishes = wishes_of(self.targets)
        return await self.record.stays(pending, why, self.now(), is_gone=is_gone, wishes=wishes)

    def _sample(self, article: Article, pending: Pending, obtained: Obtained) -> Sample | None:
        if obtained.missed:
            return sample_of_miss(pending, obtained.missed)
        return sample_of(article, pending)

    async def _not_read(
        self,
        pending: Pending,
        why: NotAnArticle | FetchFailed,
        evidence: Evidence | None = None,
    ) -> None:
        now, url = self.now(), pending.entry.url
        if isinstance(why, NotAnArticle):
            sample = sample_of_miss(pending, why)
            await self.record.entry_skipped(pending, why.why, now, sample, evidence)
            event("extract", source=pending.source, url=url, status="no article", why=why.why)
            return
        wait = self._reader.wait(pending, why)
        again = None if wait is None else now + wait
        missed = None if again else sample_of_miss(pending, why)
        await self.record.entry_failed(pending, why.detail, now, again, missed)
        reached("entry-put-off")
        event("fetch", source=pending.source, url=url, status=why.why, why=why.detail, again=again)

    def alerts(
        self, article: Article, matches: Sequence[Match], pending: Pending
    ) -> tuple[tuple[tuple[str, Alert], ...], dict[str, str]]:
        """Say who is to be told what, and which rules tell nobody, and why."""
        seen = pending.seen or self.now()
        alerts: list[tuple[str, Alert]] = []
        held_back: dict[str, str] = {}
        for found in matches:
            rule = self._known.get(found.rule)
            if rule is None:
                held_back[found.rule] = "the rule was taken out while the article was being read"
                continue
            if why := _too_old(article, rule, pending, self.limits, self.now()):
                held_back[rule.id] = why
                continue
            outlet = self.outlet(pending.source)
            alert = alert_of(
                article,
                found,
                rule_title=rule.title,
                topic=rule.topic,
                source_name=outlet,
                seen=seen,
            )
            whom = route(
                rule.notify,
                found.severity,
                self.targets,
                rule=rule.id,
                topic=rule.topic,
                source=pending.source,
            )
            alerts += [(target, alert) for target in whom]
        return tuple(alerts), held_back

    def outlet(self, source_id: str) -> str:
        """Give what a source is called."""
        source = self.sources.get(source_id)
        return source.name if source else source_id

    def _polling(self, source_id: str) -> Polling:
        """Give the bounds for a source: its own where it has them."""
        source = self.sources.get(source_id)
        if source is None:
            return self.polling
        return replace(
            self.polling,
            min_interval_s=source.min_interval_s or self.polling.min_interval_s,
            max_interval_s=source.max_interval_s or self.polling.max_interval_s,
        )


def permission_of(source: Source | None) -> str:
    """Say why a source's own address is polled whatever robots.txt says; nothing where it is not.

    Feeds and sitemaps are not asked about at all.
    """
    if source is None:
        return ""
    return PUBLISHED if source.kind == "telegram" else source.ignore_robots


def is_as_before(before: SourceState, after: SourceState) -> bool:
    """Tell a poll after which all is as well or as ill as it was."""
    is_well = before.seen_before and not before.failures and not after.failures
    return is_well and before.condition.troubles == after.condition.troubles


def sample_of_miss(pending: Pending, missed: NotAnArticle | FetchFailed) -> Sample | None:
    """Say what a page that gave no article shows of its source; None for an outage."""
    if isinstance(missed, NotAnArticle):
        return sample_of_none(pending, withheld=missed.why if missed.why in EXCUSES else "")
    if missed.status in WITHHOLDING:
        return sample_of_none(pending, withheld=missed.detail)
    return None


def _too_old(article: Article, rule: Rule, pending: Pending, limits: Limits, now: datetime) -> str:
    """Say why a match is recorded but tells nobody; empty when it does."""
    if article.published is None:
        undated = "no date, and it was there when its source was first seen"
        return undated if pending.first_contact else ""
    oldest = timedelta(seconds=rule.max_age_s or limits.max_age_s)
    age = now - article.published
    return (article.old_news or f"published {age.days} days ago") if age > oldest else ""
