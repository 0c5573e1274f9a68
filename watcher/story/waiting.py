"""What rules with `when:` wait for: bursts of stories, corroboration, silence. Pure."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from watcher.model import Update
from watcher.story.life import Development
from watcher.story.outlets import independent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Account, When

LASTING: Final = 8
"""Windows after which a burst is told again if it still goes on: what was before is not looked at,
so that what a story costs does not grow with how long a topic stays busy."""
Arrival: TypeAlias = tuple[datetime, int]
"""When a story's article matched, and the number of the story."""


def burst(arrivals: Sequence[Arrival], when: When, told: datetime | None) -> Development | None:
    """Tell of a burst that the last arrival completes; None where there is none, or it was told.

    `arrivals` are the matches of the rule in their order, from `looked_back` on; `told` is when
    people last heard of a burst. That one has subsided when, at any arrival since, fewer than half
    as many stories were left in the window.
    """
    now, _ = arrivals[-1]
    stories = _stories(arrivals, now, when.within_s)
    if len(stories) < when.count:
        return None
    if told is not None and not (
        _is_long_ago(told, when, now) or _has_subsided(arrivals, when, told)
    ):
        return None
    update = Update("burst", count=len(stories), within_s=when.within_s)
    return Development(f"burst {now:%Y-%m-%dT%H:%M:%S}", update)


def looked_back(when: When, told: datetime | None, now: datetime) -> datetime:
    """Give from when on arrivals say whether there is a burst, and whether it was told."""
    decides = now if told is None or _is_long_ago(told, when, now) else min(told, now)
    return decides - timedelta(seconds=when.within_s)


def stories_of(arrivals: Sequence[Arrival], when: When) -> list[int]:
    """Number the stories in the window that ends with the last arrival, the first one first."""
    return list(_stories(arrivals, arrivals[-1][0], when.within_s))


def corroborated(accounts: Sequence[Account], when: When) -> Development | None:
    """Tell of a story that so many independent outlets report by its last article.

    The occasion is for the record to choose: it is the story's first notice.
    """
    since = accounts[-1].seen - timedelta(seconds=when.within_s)
    count = independent([account for account in accounts if account.seen >= since])
    if count < when.count:
        return None
    return Development("", Update("corroborated", count=count, within_s=when.within_s))


def quiet(
    last: datetime, when: When, now: datetime, silent_since: datetime | None = None
) -> Development | None:
    """Tell that nothing has matched since `last` for long enough; once for each such silence.

    Its length counts from `silent_since`, where that is known only of less.
    """
    since_s = (now - (silent_since or last)).total_seconds()
    if since_s < when.within_s:
        return None
    return Development(f"quiet {last:%Y-%m-%dT%H:%M:%S}", Update("quiet", within_s=since_s))


def _stories(arrivals: Sequence[Arrival], until: datetime, within_s: float) -> dict[int, None]:
    since = until - timedelta(seconds=within_s)
    return dict.fromkeys(story for seen, story in arrivals if since <= seen <= until)


def _is_long_ago(told: datetime, when: When, now: datetime) -> bool:
    return now - told >= LASTING * timedelta(seconds=when.within_s)


def _has_subsided(arrivals: Sequence[Arrival], when: When, told: datetime) -> bool:
    """Look, in one pass, at the window that ends before each arrival since then."""
    window: deque[Arrival] = deque()
    times: Counter[int] = Counter()
    for seen, story in arrivals:
        while window and window[0][0] < seen - timedelta(seconds=when.within_s):
            _, left = window.popleft()
            times[left] -= 1
            if not times[left]:
                del times[left]
        if seen > told and len(times) * 2 < when.count:
            return True
        window.append((seen, story))
        times[story] += 1
    return False
