"""What polls show of a source's health, and which troubles that makes. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher import rhythm
from watcher.model import Fetched, FetchFailed, NotModified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Condition, Polled, SourceState

DEAD_AFTER: Final = timedelta(hours=3)
CERTIFICATE_AFTER: Final = timedelta(minutes=30)
EMPTY_AFTER: Final = timedelta(hours=3)
EMPTY_ENTRIES: Final = 5.0
"""How many entries an empty feed must have missed: some list today's only."""
FEW_AFTER: Final = timedelta(hours=24)
"""A list of today's entries is short every morning."""
FEW_SHARE: Final = 0.2
FEWEST: Final = 5.0
"""Lists that are as short as this by rule say nothing by being shorter."""
ELSEWHERE_AFTER: Final = 3
LOOKED_AT_AGAIN: Final = timedelta(hours=6)
"""No silence is shorter: a busy morning says little of the afternoon."""
SUSPECT: Final = 3
"""Failures in a row after which a 304 is no proof of recovery."""
_LEARNED_FROM: Final = timedelta(hours=12)
"""Entries found after a longer pause than this teach nothing about the hours they came in."""
_ANNOUNCED_AGAIN: Final = timedelta(days=2)
_FAILING: Final = frozenset({"dead", "certificate"})
_SECOND_LEVEL: Final = frozenset({"com", "net", "org", "gov", "edu", "co", "ac", "info", "mil"})


def observe(state: SourceState, polled: Polled, trouble: str, now: datetime) -> Condition:
    """Note what a poll shows; `trouble` is why it counts as failed, empty if it does not.

    Gives the condition before the new entries are known: those are `renewed`'s.
    """
    before, outcome = state.condition, polled.outcome
    after = _observe_host(before, outcome)
    if trouble:
        why = outcome.why if isinstance(outcome, FetchFailed) else "feed"
        since = before.failing_since or now
        return replace(after, failing_since=since, failing_why=why)
    if not after.rhythm:
        after = replace(after, rhythm=rhythm.pack(rhythm.Rhythm(now.timestamp())))
    if after.failing_since and 0 < state.failures < SUSPECT:
        after = replace(after, failing_since=None, failing_why="")
    if isinstance(outcome, NotModified):
        return _quiet(after, now)
    return _quiet(_observe_list(after, polled, now), now)


def renewed(
    state: SourceState, arrivals: Sequence[datetime | None], last: datetime, now: datetime
) -> Condition:
    """Learn from new entries, given when each says it was published, and end the silence.

    What is not dated within the time since the last poll is spread evenly over it; what is dated
    days before was announced again, and says nothing of when the source works.
    """
    condition = state.condition
    fresh = [at for at in arrivals if at is None or now - at < _ANNOUNCED_AGAIN]
    learned = rhythm.unpack(condition.rhythm) or rhythm.Rhythm(now.timestamp())
    if now - last <= _LEARNED_FROM:
        learned = rhythm.learn(learned, _instants(fresh, last, now), now.timestamp())
    kinds = condition.troubles.split(",")
    return replace(
        condition,
        rhythm=rhythm.pack(learned),
        new_at=now,
        quiet_until=now + LOOKED_AT_AGAIN,
        troubles=",".join(kind for kind in kinds if kind and kind != "silent"),
    )


def met(state: SourceState, dates: Sequence[datetime | None], now: datetime) -> Condition:
    """Take a first idea of the rhythm from what the first list says of itself."""
    known = [at.timestamp() for at in dates if at]
    learned = rhythm.first_learned(known, now.timestamp())
    return replace(state.condition, rhythm=rhythm.pack(learned))


def judge(condition: Condition, now: datetime, *, failures: int) -> str:
    """Give the kinds of trouble that hold after a poll, with commas between.

    `failures` counts the failed polls in a row up to this one.
    What has begun goes on until its cause is gone, so that none flaps at a limit.
    """
    if _is_plain(condition, now):
        return ""
    held = {kind for kind in condition.troubles.split(",") if kind}
    still = {
        "dead": condition.failing_since is not None,
        "certificate": condition.failing_since is not None,
        "silent": True,  # until something new is listed
        "empty": condition.empty_since is not None,
        "few": condition.few_since is not None,
        "redirected": condition.elsewhere_seen > 0,
    }
    held = {kind for kind in held if still[kind]}
    if failures:
        if not held & _FAILING and failures >= SUSPECT:
            held |= _begun_by_failing(condition, now)
    else:
        held |= _begun_by_listing(condition, held, now)
    if condition.elsewhere_seen >= ELSEWHERE_AFTER:
        held.add("redirected")
    return ",".join(sorted(held))


def _is_plain(condition: Condition, now: datetime) -> bool:
    """Tell the usual case, in which there is nothing to judge."""
    is_quiet = condition.quiet_until is not None and now >= condition.quiet_until
    since = condition.failing_since or condition.empty_since or condition.few_since
    return not (is_quiet or since or condition.elsewhere_seen or condition.troubles)


def describe(kind: str, state: SourceState) -> str:
    """Say what was seen of a trouble that polls show."""
    condition = state.condition
    match kind:
        case "dead" | "certificate":
            return f"polls fail since {_moment(condition.failing_since)}: {state.remark}"
        case "silent":
            return f"nothing new since {_moment(condition.new_at)}, though it is polled well"
        case "empty":
            return f"the feed is valid and empty since {_moment(condition.empty_since)}"
        case "few":
            usual, lists = condition.entries_usual, state.entries_last
            return f"the feed lists {lists} entries, usually about {usual:.0f}"
        case "redirected":
            return f"{condition.elsewhere} answers instead of {condition.host}"
    raise KeyError(kind)


def _moment(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if instant else "the first contact"


def _begun_by_failing(condition: Condition, now: datetime) -> set[str]:
    failing = now - (condition.failing_since or now)
    if condition.failing_why == "tls":
        return {"certificate"} if failing >= CERTIFICATE_AFTER else set()
    return {"dead"} if failing >= DEAD_AFTER else set()


def _begun_by_listing(condition: Condition, held: set[str], now: datetime) -> set[str]:
    since = condition.empty_since
    if since:
        return {"empty"} if now - since >= EMPTY_AFTER and _missed(condition, since, now) else set()
    begun = set()
    if condition.few_since and now - condition.few_since >= FEW_AFTER:
        begun.add("few")
    is_well = condition.failing_since is None and not held & {"empty"}
    if is_well and condition.quiet_until and now >= condition.quiet_until:
        begun.add("silent")
    return begun


def _missed(condition: Condition, since: datetime, now: datetime) -> bool:
    learned = rhythm.unpack(condition.rhythm)
    if learned is None or not learned.total:
        return False
    return rhythm.expected(learned, since.timestamp(), now.timestamp()) >= EMPTY_ENTRIES


def _observe_list(before: Condition, polled: Polled, now: datetime) -> Condition:
    count = len(polled.parsed.entries) if polled.parsed else 0
    ttl_s = (polled.parsed.ttl_s or 0.0) if polled.parsed else 0.0
    asked_s = max(ttl_s, getattr(polled.outcome, "fresh_for_s", None) or 0.0)
    before = replace(before, asked_s=asked_s)
    if not count:
        return replace(before, empty_since=before.empty_since or now)
    after = replace(before, failing_since=None, failing_why="", empty_since=None)
    if before.failing_since or before.empty_since:
        after = replace(after, new_at=now, quiet_until=now + LOOKED_AT_AGAIN)
    usual = before.entries_usual or float(count)
    is_few = usual >= FEWEST and count < usual * FEW_SHARE
    return replace(
        after,
        few_since=(before.few_since or now) if is_few else None,
        # What lasts becomes the rule, but slowly.
        entries_usual=usual + (0.002 if is_few else 0.05) * (count - usual),
    )


def _observe_host(before: Condition, outcome: Fetched | NotModified | FetchFailed) -> Condition:
    if not isinstance(outcome, Fetched):
        return before
    host = site_of(outcome.final_url or outcome.url)
    if not before.host or host == before.host:
        if host == before.host and not before.elsewhere_seen:
            return before
        return replace(before, host=host, elsewhere="", elsewhere_seen=0)
    return replace(before, elsewhere=host, elsewhere_seen=before.elsewhere_seen + 1)


def site_of(url: str) -> str:
    """Give the part of a host that one owner registers, near enough.

    >>> site_of("https://rss.nahr.example/feed"), site_of("https://www.nahr.com.iq/")
    ('nahr.example', 'nahr.com.iq')
    """
    host = (urlsplit(url).hostname or "").lower()
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def _quiet(condition: Condition, now: datetime) -> Condition:
    """Fade what was learned, and work out how long silence can be chance, when there is a need."""
    if condition.quiet_until and (now < condition.quiet_until or "silent" in condition.troubles):
        return condition
    learned = rhythm.unpack(condition.rhythm) or rhythm.Rhythm(now.timestamp())
    start = condition.new_at or now
    # By what was known when it began: what is judged must not fade by being silent.
    known_at = max(start.timestamp(), learned.since)
    until = rhythm.quiet_until(learned, start.timestamp(), known_at)
    if until is None:
        learned = rhythm.aged(learned, now.timestamp())
        until = rhythm.quiet_until(learned, start.timestamp(), now.timestamp())
    return replace(
        condition,
        rhythm=rhythm.pack(learned),
        new_at=start,
        quiet_until=datetime.fromtimestamp(until, UTC) if until else now + LOOKED_AT_AGAIN,
    )


def _instants(arrivals: Sequence[datetime | None], last: datetime, now: datetime) -> list[float]:
    span, count = now - last, len(arrivals)
    return [
        (at if at and last < at <= now else last + span * ((n + 0.5) / count)).timestamp()
        for n, at in enumerate(arrivals)
    ]
