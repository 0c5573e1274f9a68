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
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.clean import clean
from watcher.clock import Clock, utc_now
from watcher.dating import MIN_WORDS, OLD, as_json, clocks_of, old_claims, remember_old, settle
from watcher.dating import learn as learn_clocks
from watcher.extract import EXCUSES, doubt, extract, judge_text, listed_claims
from watcher.health import sample_of, sample_of_none
from watcher.log import event, warning
from watcher.match import match
from watcher.model import (
    Alert,
    Article,
    Entry,
    Evidence,
    Fetched,
    FetchFailed,
    Match,
    NotAnArticle,
    NotModified,
    Polled,
    Reading,
    Refused,
    Removed,
    Sent,
    TryAgain,
)
from watcher.notify import alert_of, own_trouble, route, troubles_begun, troubles_over
from watcher.paging import Paging
from watcher.parse import decode, parse
from watcher.record import retry_delay
from watcher.schedule import learn, schedule
from watcher.story import fingerprint, relate
from watcher.workers import WorkFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from watcher.config import Limits, Polling
    from watcher.dating import Clock as OutletClock
    from watcher.fetch import Fetcher
    from watcher.match import Rule, Rules
    from watcher.model import (
        Fingerprint,
        Notice,
        Pending,
        Sample,
        Source,
        SourceKind,
        SourceState,
        Trouble,
        Validators,
    )
    from watcher.notify import Notifier, Target
    from watcher.record import Record
    from watcher.workers import Workers

Form: TypeAlias = Literal["page", "fragment", "text"]
Found: TypeAlias = Article | NotAnArticle | FetchFailed

ACCEPT: Mapping[SourceKind, Literal["feed", "page"]] = {
    "feed": "feed",
    "sitemap": "feed",
    "listing": "page",
    "telegram": "page",
}
"""What the server is asked for, by kind of source."""
PUBLISHED = "a channel's preview is published for everybody, as a feed is"
STORY_WINDOW = timedelta(days=14)
"""Older articles are not compared: a text that comes back after two weeks is news again."""
WITHHOLDING = frozenset({401, 402, 403, 406, 429, 451})
"""Answers that refuse us the page, not the page itself."""
MANY_SOURCES = 5
"""Where there are so many and most of them fail, it is the network and not the sources."""
PASSING = frozenset({408, 425, 429})
"""Client errors that may be over in a while: timeout, too early, too many requests."""
GONE = frozenset({404, 410})
READ_AGAIN = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
OUTAGE = timedelta(hours=24)
"""How long a page that a host or the network withholds is waited for."""
"""How long an entry that could not be read waits at first; doubles with each attempt."""


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
    _relating: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One article at a time finds its story: two copies read at once must not become two."""
    _clocks: dict[str, Mapping[str, OutletClock]] = field(default_factory=dict)
    """What is known of the sources' clocks, as on record; of those read from since the start."""

    def __post_init__(self) -> None:
        """Put the first rules in force."""
        self.put_in_force(self.rules)

    def put_in_force(self, rules: Rules) -> None:
        """Match by these rules from now on; what is being read ends with the old ones."""
        self.rules = rules
        self._known = {rule.id: rule for rule in rules.rules}

    async def poll(self, state: SourceState) -> int:
        """Fetch a source, parse its entries, and record them with when it is due again.

        Give how many were new.
        """
        source = self.sources.get(state.id)
        kind = source.kind if source else "feed"
        permission = permission_of(source)

        async def read(url: str, validators: Validators) -> Polled:
            outcome = await self.fetcher.fetch(
                url, validators, ACCEPT[kind], ignore_robots=permission
            )
            return await self._parse(outcome, source)

        paging = Paging(state, kind, self.now(), read, self.record.knows_one_of)
        polled, more = await paging.poll()
        return await self._polled(
            replace(state, more=more) if more != state.more else state, polled
        )

    async def read(self, pending: Pending) -> None:
        """Extract and clean one entry's article, match the rules, relate it, record it all."""
        found, missed, page = await self._article(pending)
        evidence = self._evidence(pending, page)
        failed = missed or (None if isinstance(found, Article) else found)
        if pending.is_again and failed and await self._stays(pending, failed):
            return
        if not isinstance(found, Article):
            await self._not_read(pending, found, evidence)
            return
        article = replace(found, source=pending.source, url=pending.entry.url)
        traces = await asyncio.to_thread(fingerprint, article)
        article = await self._dated(article, pending, traces)
        sample = sample_of_miss(pending, missed) if missed else sample_of(article, pending)
        # In a thread: a long article must not hold up the loop.
        matches = await asyncio.to_thread(match, self.rules, article, self._outlet(pending.source))
        alerts, held_back = self.alerts(article, matches, pending)
        async with self._relating:
            neighbors = await self.record.neighbors(traces, self.now() - STORY_WINDOW)
            relation = relate(traces, neighbors)
            clocks = self._learned(article, pending)
            kept = as_json(clocks)
            reading = Reading(
                pending,
                article,
                traces,
                matches,
                relation,
                alerts,
                held_back,
                sample,
                kept,
                evidence,
            )
            notices = await self.record.reading(reading, self.now())
            self._clocks[pending.source] = clocks
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
        started = self.now()
        outcome = await self.notifier.send(notice)
        now = self.now()
        took_s = (now - started).total_seconds()
        match outcome:
            case Sent():
                await self.record.sent(notice, outcome, now, took_s)
            case Refused(why=why):
                await self._dead_letter(notice, why, took_s)
            case TryAgain(why=why, after_s=asked):
                wait = retry_delay(notice.attempts + 1, asked, self.jitter())
                if wait is None:
                    await self._dead_letter(notice, f"given up: {why}", took_s)
                else:
                    again = now + timedelta(seconds=wait)
                    await self.record.postponed(notice, why, again, now, took_s)

    async def tell_operator(self, what: str, details: str, *, occasion: str) -> None:
        """Queue a word to the operator's target about a trouble of ours, once for each occasion."""
        if self.operator:
            now = self.now()
            await self.record.tell(self.operator, own_trouble(what, details, now), occasion, now)

    async def tell_troubles(self) -> None:
        """Tell the operator of troubles of sources that began or are over, alike ones together."""
        untold = await self.record.untold_troubles()
        untold.sort(key=_kind_of_word)
        for (is_over, kind), group in groupby(untold, key=_kind_of_word):
            troubles = [trouble for trouble, _ in group]
            if not is_over and kind == "dead" and await self._is_network(troubles):
                continue
            word = troubles_over if is_over else troubles_begun
            names = {trouble.source: self._outlet(trouble.source) for trouble in troubles}
            now, ids = self.now(), [trouble.id for trouble in troubles]
            status = "over" if is_over else "begun"
            occasion = f"{status} {kind} {min(ids)}"
            notice = (self.operator, word(troubles, names, now), occasion)
            await self.record.troubles_told(ids, notice if self.operator else None, now)
            event("health", kind=kind, status=status, sources=",".join(names))

    async def _is_network(self, troubles: Sequence[Trouble]) -> bool:
        """Tell whether most sources fail; they are then told of as one, once a day."""
        failing, active = await self.record.failing()
        if active < MANY_SOURCES or failing * 2 <= active:
            return False
        now, ids = self.now(), [trouble.id for trouble in troubles]
        what = f"{failing} of {active} sources cannot be polled"
        details = "So many at once: look at the network of this machine, its DNS, its proxy.\n"
        details += (
            "They are not named one by one, neither now nor when it is over: `watcher status`."
        )
        notice = (self.operator, own_trouble(what, details, now), f"network {now:%Y-%m-%d}")
        await self.record.troubles_told(ids, notice if self.operator else None, now, words=2)
        warning("health", kind="network", failing=failing, sources=active)
        return True

    async def _dead_letter(self, notice: Notice, why: str, took_s: float) -> None:
        now = self.now()
        # First the word, then the mark: dying in between says it twice at most, never not at all.
        if notice.target != self.operator:
            occasion = f"dead letter {notice.target} {now:%Y-%m-%dT%H}"
            what = f"target '{notice.target}' does not take messages"
            await self.tell_operator(what, f"{why}\n{notice.alert.title}", occasion=occasion)
        await self.record.refused(notice, why, now, took_s)

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
        wait = retry_delay(notice.attempts + 1, None, self.jitter()) or 0.0
        now = self.now()
        await self.record.postponed(notice, repr(failure), now + timedelta(seconds=wait), now)

    # Between the stages.

    async def _parse(
        self, outcome: Fetched | NotModified | FetchFailed, source: Source | None
    ) -> Polled:
        if not isinstance(outcome, Fetched):
            return Polled(outcome)
        kind, links = (source.kind, source.links) if source else ("feed", "")
        try:
            parsed = await self.workers.run(parse, outcome, now=self.now(), kind=kind, links=links)
        except WorkFailed as failure:
            return Polled(outcome, failure=f"the {kind} could not be parsed: {failure}")
        return Polled(outcome, parsed)

    async def _polled(self, state: SourceState, polled: Polled) -> int:
        polling, now, jitter = self._polling(state.id), self.now(), self.jitter()
        after = schedule(state, polled, now=now, polling=polling, jitter=jitter)
        if isinstance(polled.outcome, NotModified) and is_as_before(state, after):
            new = 0
            self.record.polled_unchanged(after)
        else:
            entries = polled.parsed.entries if polled.parsed else ()
            most = self.limits.max_entries_per_poll
            learned = partial(learn, last=state.succeeded, now=now, polling=polling, jitter=jitter)
            new = await self.record.polled(after, entries, now, most, learned)
        status = "failed" if after.failures else type(polled.outcome).__name__
        tell = warning if after.failures else event
        tell("poll", source=state.id, status=status, new=new, remark=after.remark or None)
        return new

    async def _article(
        self, pending: Pending
    ) -> tuple[Found, NotAnArticle | FetchFailed | None, Fetched | None]:
        """Give the page's article, or the feed's own text where that is whole or all there is.

        Beside it, why the page was not read where the feed's text stands for it, and the page.
        """
        known = await self.record.furniture(pending.source)
        if not self._wants_page(pending):
            return await self._feed_text(pending.entry, known), None, None
        found, page = await self._page(pending, known)
        if isinstance(found, Article) or self._is_tried_again(pending, found):
            return found, None, page
        # A headline whose page cannot be read may still be the news somebody waits for.
        instead = await self._feed_text(pending.entry, known)
        if not isinstance(instead, Article):
            return found, None, page
        if self._may_pass(pending, found) and not match(self.rules, instead):
            return found, None, page  # the page may say more when it can be read again
        return stand_in(instead, found), found, page

    async def _page(
        self, pending: Pending, furniture: frozenset[str]
    ) -> tuple[Found, Fetched | None]:
        entry, source = pending.entry, self.sources.get(pending.source)
        permission = source.ignore_robots if source else ""
        page = await self.fetcher.fetch(
            entry.link or entry.url, accept="page", ignore_robots=permission
        )
        if not isinstance(page, Fetched):
            failed = page if isinstance(page, FetchFailed) else None
            return failed or NotAnArticle(entry.url, "no page"), None
        try:
            found: Found = await self.workers.run(
                read_page, page, entry=entry, furniture=furniture, now=self.now()
            )
        except WorkFailed as failure:
            found = FetchFailed(entry.url, "work", f"the page could not be read: {failure}")
        return found, page

    def _evidence(self, pending: Pending, page: Fetched | None) -> Evidence | None:
        """Give what was read, as received, where such is kept."""
        if not self.limits.keep_raw_s:
            return None
        return Evidence(pending.entry, self.now(), page)

    async def _stays(self, pending: Pending, failed: NotAnArticle | FetchFailed) -> bool:
        """Keep what was read before of a page that cannot be read now; False: it is tried again."""
        if self._is_tried_again(pending, failed):
            return False
        why, is_gone = failed.why, False
        if isinstance(failed, FetchFailed):
            why, is_gone = failed.detail, failed.status in GONE
        return await self.record.stays(pending, why, self.now(), is_gone=is_gone)

    async def _feed_text(self, entry: Entry, furniture: frozenset[str]) -> Found:
        try:
            return await self.workers.run(
                read_feed_text, entry, furniture=furniture, now=self.now()
            )
        except WorkFailed as failure:
            return FetchFailed(entry.url, "work", f"the feed's text could not be read: {failure}")

    async def _dated(self, article: Article, pending: Pending, traces: Fingerprint) -> Article:
        """Settle when the article was published, by what is known of its source's clocks."""
        seen, source = pending.seen or self.now(), pending.source
        earlier = None
        if traces.size >= MIN_WORDS:
            earlier = await self.record.earlier(source, traces.text_hash, seen - OLD)
        if source not in self._clocks:
            kept = await self.record.clocks(source)
            self._clocks.setdefault(source, clocks_of(kept))
        clocks, first = self._clocks[source], pending.first_contact
        return settle(article, clocks, seen=seen, first_contact=first, earlier=earlier)

    def _learned(self, article: Article, pending: Pending) -> Mapping[str, OutletClock]:
        """Give what is known of the source's clocks after this article."""
        clocks, seen = self._clocks[pending.source], pending.seen or self.now()
        if pending.first_contact:
            return clocks
        after = learn_clocks(clocks, article.claims, seen=seen, gap_s=pending.gap_s)
        for claim in old_claims(article.claims, seen):
            after = remember_old(after, claim)
        return after

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
        grown = min(READ_AGAIN * 2 ** min(pending.attempts, 16), LONGEST_WAIT)
        wait = max(grown, timedelta(seconds=why.retry_after_s or 0))
        open_ = self._may_pass(pending, why) or self._is_tried_again(pending, why)
        again = now + wait if open_ else None
        missed = None if again else sample_of_miss(pending, why)
        await self.record.entry_failed(pending, why.detail, now, again, missed)
        event("fetch", source=pending.source, url=url, status=why.why, why=why.detail, again=again)

    def alerts(
        self, article: Article, matches: Sequence[Match], pending: Pending
    ) -> tuple[tuple[tuple[str, Alert], ...], dict[str, str]]:
        """Say who is to be told what, and which rules tell nobody, and why."""
        seen = pending.seen or self.now()
        alerts: list[tuple[str, Alert]] = []
        held_back: dict[str, str] = {}
        for found in matches:
            rule = self._known[found.rule]
            if why := _too_old(article, rule, pending, self.limits, self.now()):
                held_back[rule.id] = why
                continue
            outlet = self._outlet(pending.source)
            alert = alert_of(article, found, rule_title=rule.title, source_name=outlet, seen=seen)
            whom = route(rule.notify, found.severity, self.targets)
            alerts += [(target, alert) for target in whom]
        return tuple(alerts), held_back

    def _outlet(self, source_id: str) -> str:
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

    def _wants_page(self, pending: Pending) -> bool:
        source = self.sources.get(pending.source)
        pages = source.pages if source else "auto"
        return pages == "always" or (pages == "auto" and not pending.entry.is_whole)

    def _is_tried_again(self, pending: Pending, found: NotAnArticle | FetchFailed) -> bool:
        """Tell whether the page is asked for again before the feed's own text is looked at."""
        if isinstance(found, NotAnArticle) or is_final(found):
            return False
        return pending.attempts + 1 < self.limits.read_attempts

    def _may_pass(self, pending: Pending, found: NotAnArticle | FetchFailed) -> bool:
        """Tell an outage, which is waited out for a day, from an answer that will stay the same."""
        if isinstance(found, NotAnArticle) or is_final(found) or found.why == "work":
            return False
        return self.now() - (pending.seen or self.now()) < OUTAGE


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


def is_final(failed: FetchFailed) -> bool:
    """Tell what will be the same next time, a client error or robots.txt, from what may pass."""
    is_refusal = 400 <= (failed.status or 0) < 500 and failed.status not in PASSING
    return is_refusal or failed.why == "robots"


def stand_in(article: Article, missed: NotAnArticle | FetchFailed) -> Article:
    """Note on the feed's own text why it stands for the page."""
    why = missed.why if isinstance(missed, NotAnArticle) else missed.detail
    note = Removed("", f"the page could not be read, this is the feed's own text: {why}")
    told = replace(article, removed=(*article.removed, note))
    return doubt(told, 0.4, f"the page could not be read: {why}")


def sample_of_miss(pending: Pending, missed: NotAnArticle | FetchFailed) -> Sample | None:
    """Say what a page that gave no article shows of its source; None for an outage."""
    if isinstance(missed, NotAnArticle):
        return sample_of_none(pending, withheld=missed.why if missed.why in EXCUSES else "")
    if missed.status in WITHHOLDING:
        return sample_of_none(pending, withheld=missed.detail)
    return None


def _kind_of_word(untold: tuple[Trouble, bool]) -> tuple[bool, str]:
    trouble, is_over = untold
    return is_over, trouble.kind


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
    """Decode, extract and clean a page. Pure; runs in a worker that can be killed."""
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
    """Extract and clean what a feed itself says of an entry. Pure; runs in a worker."""
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


def _too_old(article: Article, rule: Rule, pending: Pending, limits: Limits, now: datetime) -> str:
    """Say why a match is recorded but tells nobody; empty when it does."""
    if article.published is None:
        undated = "no date, and it was there when its source was first seen"
        return undated if pending.first_contact else ""
    oldest = timedelta(seconds=rule.max_age_s or limits.max_age_s)
    age = now - article.published
    return (article.old_news or f"published {age.days} days ago") if age > oldest else ""
