"""A world of invented sources on a fake clock: when they publish, and what goes wrong with them.

Arrivals are Poisson's by the hour, with a curve for the day, quiet nights, weekends, better and
worse days and hours of breaking news. Nothing here knows how polling or health are judged.
"""

from __future__ import annotations

import bisect
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from watcher.health import Vitals, read_well
from watcher.model import (
    Entry,
    Fetched,
    FetchFailed,
    NotModified,
    Parsed,
    Polled,
    Sample,
    SourceState,
    Validators,
)

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
EARLY = 7
"""Days for which outlets have published before they are watched."""
ORIGIN = START - timedelta(days=EARLY)
LISTED = 40


@dataclass(slots=True)
class Outlet:
    """One source: how much it publishes, how its pages look, and its trouble, if it has one."""

    name: str
    dice: random.Random
    trouble: str = ""
    begins: datetime = START
    ends: datetime = START + timedelta(days=400)
    arrivals: list[datetime] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """Entries an hour, for each hour since ORIGIN."""
    size: float = 7.5
    misses: float = 0.01
    lag_s: float = 300.0
    flaky: float = 0.01
    rests: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Short outages, which are no trouble."""

    def has(self, trouble: str, now: datetime) -> bool:
        return self.trouble == trouble and self.begins <= now < self.ends


@dataclass(frozen=True, slots=True)
class Kind:
    """What a desk watches, as the starter list has it; ranges to draw from."""

    weight: float
    daily: tuple[float, float]
    """Entries on a working day."""
    night: tuple[float, float]
    """Of the busiest hour."""
    weekend: tuple[float, float]
    """Of a working day."""
    shifts: int


KINDS = (
    Kind(0.30, (100, 300), (0.1, 0.5), (0.6, 0.95), 2),  # agencies, newsrooms day and night
    Kind(0.35, (25, 100), (0.0, 0.15), (0.4, 0.9), 2),  # papers, broadcasters, portals
    Kind(0.20, (5, 25), (0.0, 0.1), (0.3, 0.9), 2),  # sections
    Kind(0.15, (0.3, 4), (0.0, 0.02), (0.05, 0.4), 1),  # ministries, embassies, institutes
)


def outlet(name: str, seed: int, days: int, *, kind: Kind | None = None) -> Outlet:
    """Draw an outlet at random, with everything it publishes in so many days."""
    dice = random.Random(f"{seed} {name}")
    drawn = dice.choices(KINDS, [one.weight for one in KINDS])[0]
    made = Outlet(
        name,
        dice,
        size=dice.uniform(6.8, 8.2),
        misses=dice.choice([0.0, 0.01, 0.03, 0.2]),
        lag_s=dice.choice([60.0, 300.0, 1200.0, 3600.0]),
        flaky=dice.choice([0.0, 0.005, 0.02]),
    )
    made.rates = _rates(dice, kind or drawn, days + EARLY)
    for hour, rate in enumerate(made.rates):
        at = dice.expovariate(rate) if rate > 0 else math.inf
        while at < 1:
            made.arrivals.append(ORIGIN + (hour + at) * HOUR)
            at += dice.expovariate(rate)
    for _ in range(dice.randrange(4)):
        begins = START + timedelta(days=dice.uniform(0, days))
        made.rests.append((begins, begins + timedelta(minutes=dice.uniform(5, 60))))
    return made


def _rates(dice: random.Random, kind: Kind, days: int) -> list[float]:
    least, most = kind.daily
    daily = math.exp(dice.uniform(math.log(least), math.log(most)))
    curve, weekend = _day_curve(dice, kind), dice.uniform(*kind.weekend)
    rates = []
    for day in range(days):
        is_weekend = (ORIGIN + timedelta(days=day)).weekday() in {4, 5}
        mood = dice.lognormvariate(0, 0.2) * (weekend if is_weekend else 1.0)
        rates += [daily * mood * share for share in curve]
    for _ in range(days // 6):  # breaking news
        first = dice.randrange(len(rates))
        for hour in range(first, min(first + dice.randrange(2, 6), len(rates))):
            rates[hour] *= dice.uniform(2, 4)
    return rates


def _day_curve(dice: random.Random, kind: Kind) -> list[float]:
    """Draw the share of each hour of the day, UTC, three hours behind most desks."""
    morning, evening = dice.gauss(7, 1), dice.gauss(15, 1.5)
    wide, night = dice.uniform(1.5, 3.5), dice.uniform(*kind.night)
    second = dice.uniform(0.4, 1.2) if kind.shifts == 2 else 0.0

    def bump(hour: float, center: float) -> float:
        away = min(abs(hour - center), 24 - abs(hour - center))
        return math.exp(-((away / wide) ** 2) / 2)

    curve = [night + bump(h, morning) + second * bump(h, evening) for h in range(24)]
    return [share / sum(curve) for share in curve]


@dataclass(slots=True)
class Watch:
    """One outlet as the watcher sees it; `begun` and `over` are what the operator would hear."""

    outlet: Outlet
    state: SourceState
    vitals: Vitals = field(default_factory=Vitals)
    polls: int = 0
    delays: list[float] = field(default_factory=list)
    known: int = 0
    """How many arrivals have been found."""
    answered: int = -1
    """How many arrivals the last whole answer listed: what the validators stand for."""
    begun: list[tuple[str, datetime]] = field(default_factory=list)
    over: list[tuple[str, datetime]] = field(default_factory=list)

    def hear(self, before: set[str], after: set[str], now: datetime) -> None:
        self.begun += [(kind, now) for kind in after - before]
        self.over += [(kind, now) for kind in before - after]


def watch(made: Outlet) -> Watch:
    due = START + timedelta(seconds=made.dice.uniform(0, 600))
    return Watch(made, SourceState(made.name, f"https://{made.name}.example/rss", due))


def answer(seen: Watch, now: datetime) -> tuple[Polled, list[datetime]]:
    """Give what a poll brings, and the arrivals that it lists for the first time."""
    made, url = seen.outlet, seen.state.url
    failed = _failure(made, url, now)
    if failed:
        return Polled(failed), []
    count = bisect.bisect_right(made.arrivals, now)
    if made.has("silent", now):
        count = bisect.bisect_right(made.arrivals, made.begins)
    if made.has("empty", now):
        return Polled(Fetched(url, url, b"x"), Parsed(())), []
    asked_whole = seen.state.validators == Validators()
    is_special = any(made.has(kind, now) for kind in ("few", "redirected"))
    if count == seen.answered and not asked_whole and not is_special:
        return Polled(NotModified(url, "304", seen.state.validators)), []
    new = made.arrivals[seen.known : count] if seen.known else made.arrivals[:count][-LISTED:]
    lists = 4 if made.has("few", now) else LISTED
    listed = made.arrivals[max(0, count - lists) : count] or [START]
    entries = tuple(Entry(url, url, published=at) for at in listed) if not seen.known else ()
    entries = entries or (Entry(url, url),) * len(listed)  # only their number is looked at
    seen.answered, seen.known = count, max(seen.known, count)
    host = "https://parked.example/rss" if made.has("redirected", now) else url
    fetched = Fetched(url, host, b"x", validators=Validators(etag=str(count)))
    return Polled(fetched, Parsed(entries)), new


def _failure(made: Outlet, url: str, now: datetime) -> FetchFailed | None:
    if made.has("certificate", now):
        return FetchFailed(url, "tls", "the certificate has expired")
    if made.has("dead", now) or made.has("outage", now):
        return FetchFailed(url, "dns", "there is no such host")
    if _fails(made, now, made.dice):
        return FetchFailed(url, "timeout", "the server did not answer in time")
    return None


def published(made: Outlet, arrival: datetime, now: datetime) -> datetime:
    """Say when an entry claims to be from: a little before it came, as outlets do."""
    said = arrival - timedelta(seconds=made.dice.expovariate(1 / made.lag_s))
    if made.has("clock", now):
        return said + timedelta(hours=3)
    if made.has("behind", now):
        return arrival - timedelta(hours=3, seconds=made.dice.uniform(0, 120))
    return said


def sample(made: Outlet, said: datetime, now: datetime) -> Sample:
    """Read one page, well or as its outlet's trouble wants it."""
    dice, age_s = made.dice, (now - said).total_seconds()
    if made.has("blocked", now):
        return Sample(0.0, withheld="the server asks for a captcha", age_s=age_s)
    if dice.random() < made.misses:
        return Sample(0.0, age_s=age_s)
    quality = min(1.0, dice.gauss(0.93, 0.05)) if dice.random() > 0.03 else dice.uniform(0.3, 0.9)
    if made.has("layout", now):
        quality = min(1.0, dice.gauss(0.45, 0.1))
    size = dice.lognormvariate(made.size, 0.6) * (0.12 if made.has("thin", now) else 1.0)
    arabic = dice.uniform(0.9, 1.0) if dice.random() > 0.01 else 0.05
    if made.has("garbled", now):
        arabic = dice.uniform(0.0, 0.1)
    return Sample(quality, max(1, int(size)), arabic, age_s=age_s)


def announced_again(made: Outlet, now: datetime) -> list[datetime]:
    """Give the dates of old articles that a flood announces, once."""
    if not made.has("old", now):
        return []
    made.ends = now
    return [now - timedelta(days=made.dice.uniform(20, 400)) for _ in range(40)]


def take_up(seen: Watch, samples: list[Sample], now: datetime) -> None:
    """Judge what was read, one by one."""
    for one in samples:
        before = set(seen.vitals.troubles)
        seen.vitals = read_well(seen.vitals, one, now)
        seen.hear(before, set(seen.vitals.troubles), now)


def fixed_polling(watches: list[Watch], interval_s: float, days: int) -> tuple[int, float]:
    """Poll the same outlets at a fixed interval: how many requests, and the mean delay.

    They fail as often as they do for anyone else; what a failed poll misses, the next one finds.
    """
    requests, delays = 0, []
    for n, seen in enumerate(watches):
        phase = interval_s * (n + 0.5) / len(watches)
        dice = random.Random(n)
        requests += int(days * 86_400 / interval_s)
        for at in seen.outlet.arrivals:
            if at < START:
                continue
            since = (at - START).total_seconds() - phase
            delay = -since % interval_s
            while _fails(seen.outlet, at + timedelta(seconds=delay), dice):
                delay += interval_s
            delays.append(delay)
    return requests, sum(delays) / len(delays)


def _fails(made: Outlet, now: datetime, dice: random.Random) -> bool:
    return dice.random() < made.flaky or any(begins <= now < ends for begins, ends in made.rests)
