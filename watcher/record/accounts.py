"""What is on record of a story as one rule sees it, and who was told of it. Statements only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, literal, select

from watcher.model import RESENT, Account, Match, Report, Severity, Span, Statement
from watcher.record.moved import Step, last_step
from watcher.record.notices import FIRST_REPORT
from watcher.record.search import archived
from watcher.record.tables import articles, matches, notices, sources, stories
from watcher.record.values import alert_of, amounts_of
from watcher.story import agency_name, independent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Alert, When
    from watcher.record.search import Archived
    from watcher.story import Arrival

MOST_REPORTS = 20
"""Other reports that an alert names."""
BURST = "burst "
"""What the occasion of a burst begins with."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a target was told of a story by a rule."""

    first: Alert
    at: datetime
    """When the first notice was queued."""
    urls: frozenset[str]
    """Addresses of the articles it was shown."""


@dataclass(frozen=True, slots=True)
class LastMatch:
    """The newest match of a rule, with its article."""

    one: Archived
    story_id: int
    match: Match
    at: datetime
    silent_since: datetime
    """The same, or when the clock was put since then."""


def last_match(connection: Connection, rule: str) -> LastMatch | None:
    """Give the newest article that a rule matched and people could have been told of.

    It matched when it did so first: that its page is read again and matches anew is no news.
    """
    step = last_step(connection)
    found = connection.execute(LAST_MATCH, {"rule": rule, "after": step.articles}).one_or_none()
    silent_since = found.seen if found else step.at
    if found is None and step.articles:
        found = connection.execute(LAST_MATCH, {"rule": rule, "after": 0}).one_or_none()
    if found is None or not (about := archived(connection, [found.article_id])):
        return None
    own = (matches.c.article_id == found.article_id, matches.c.rule == rule)
    row = connection.execute(select(matches).where(*own).order_by(matches.c.id.desc())).first()
    row = row or found
    spans = () if row.revision_id is not None else tuple(Span(**span) for span in row.spans)
    match = Match(row.rule, Severity(row.severity), row.found_in, spans)
    return LastMatch(about[0], about[0].story_id or 0, match, found.seen, silent_since)


_EARLIER = matches.alias()
LAST_MATCH = (
    select(matches)
    .where(
        matches.c.rule == bindparam("rule"),
        matches.c.article_id > bindparam("after"),
        matches.c.held_back == "",
        ~select(literal(1))
        .where(
            _EARLIER.c.article_id == matches.c.article_id,
            _EARLIER.c.rule == matches.c.rule,
            _EARLIER.c.held_back == "",
            _EARLIER.c.id < matches.c.id,
        )
        .exists(),
    )
    .order_by(matches.c.seen.desc(), matches.c.id.desc())
    .limit(1)
)
"""Walks the index of the rule's matches from the newest on, mostly a step or two."""


def counted(connection: Connection, article_id: int, rule: str, when: When) -> int:
    """Count what a rule that waits has come to: independent outlets, or stories, up to an article.

    In the window that ends with the article's match; 0 where it has none.
    """
    where = (matches.c.article_id == article_id, matches.c.rule == rule)
    query = select(func.max(matches.c.seen), func.max(articles.c.story_id)).join(
        articles, articles.c.id == matches.c.article_id
    )
    at, story_id = connection.execute(query.where(*where)).one()
    if at is None:
        return 0
    since, step = at - timedelta(seconds=when.within_s), last_step(connection)
    if when.kind == "stories":
        found = arrivals(connection, rule, since, 0)
        is_later = article_id > step.articles
        return sum(began <= at and (one > step.stories) == is_later for began, one in found)
    known = of_one_clock(of_rules(connection, story_id, [rule])[rule], article_id, step)
    return independent([account for account in known if since <= account.seen <= at])


def told(connection: Connection, story_id: int) -> dict[tuple[str, str], Told]:
    """Give (rule, target) -> what it was told, of those that had a first notice.

    What was silenced was not told. What died was: to the target's fallback where it has one, and
    what follows tells the story whole.
    """
    known: dict[tuple[str, str], Told] = {}
    for row in connection.execute(NOTICES, {"story": story_id}):
        if row.status == "silenced":
            continue
        alert, key = alert_of(row.alert), (row.rule, row.target)
        if key in known:
            known[key] = replace(known[key], urls=known[key].urls | {alert.url})
        elif row.occasion.startswith((FIRST_REPORT, RESENT)):
            known[key] = Told(alert, row.created, frozenset({alert.url}))
    return known


def silenced(connection: Connection, story_id: int) -> dict[tuple[str, str], int]:
    """Give (rule, target) -> the number of the last first notice that was silenced."""
    rows = connection.execute(NOTICES, {"story": story_id})
    return {
        (row.rule, row.target): row.id
        for row in rows
        if row.status == "silenced" and row.occasion.startswith(FIRST_REPORT)
    }


NOTICES = (
    select(
        notices.c.id,
        notices.c.rule,
        notices.c.target,
        notices.c.occasion,
        notices.c.status,
        notices.c.alert,
        notices.c.created,
    )
    .where(notices.c.story_id == bindparam("story"))
    .order_by(notices.c.id)
)


def of_rules(
    connection: Connection, story_id: int, rules: Iterable[str]
) -> defaultdict[str, list[Account]]:
    """Give the articles of a story that match each rule, in the order in which they came."""
    wanted = set(rules)
    found: defaultdict[str, list[Account]] = defaultdict(list)
    if not wanted:
        return found
    rows = connection.execute(ACCOUNTS, {"story": story_id}).all()
    current = {(row.rule, row.article_id) for row in rows if row.revision_id is None}
    for row in rows:
        # Rules are not asked for: the index on them would be taken, and all their matches read.
        if row.rule not in wanted:
            continue
        account = Account(
            article=row.article_id,
            outlet=row.outlet or row.source,
            seen=row.seen,
            agencies=_agencies(row.agency),
            copy_of=row.copy_of,
            statement=Statement(amounts_of(row.figures), row.denial),
            is_withdrawn=(row.rule, row.article_id) not in current,
        )
        found[row.rule].append(account)
    return found


ACCOUNTS = (
    select(
        matches.c.rule,
        matches.c.article_id,
        matches.c.revision_id,
        matches.c.seen,
        matches.c.figures,
        matches.c.denial,
        articles.c.agency,
        articles.c.copy_of,
        articles.c.source,
        sources.c.outlet,
    )
    .join(articles, articles.c.id == matches.c.article_id)
    .join(sources, sources.c.id == articles.c.source)
    .where(
        articles.c.story_id == bindparam("story"),
        matches.c.held_back == "",
    )
    .order_by(matches.c.id)
)


def of_one_clock(line: Sequence[Account], article_id: int, step: Step) -> list[Account]:
    """Leave out what came on the other side of the last step of the clock than an article."""
    is_later = article_id > step.articles
    return [one for one in line if (one.article > step.articles) == is_later]


def _agencies(kept: str) -> tuple[str, ...]:
    return tuple(kept.split(",")) if kept else ()


_REPORTED = (
    sources.c.name,
    articles.c.title,
    articles.c.url,
    articles.c.published,
    func.coalesce(articles.c.first_seen, articles.c.seen).label("seen"),
    articles.c.relation,
    articles.c.agency,
)


def reports(connection: Connection, story_id: int, but: int) -> tuple[Report, ...]:
    """Give the other articles of the story, the first one first."""
    others = (
        select(*_REPORTED)
        .join(sources, sources.c.id == articles.c.source)
        .where(articles.c.story_id == story_id, articles.c.id != but)
        .order_by(articles.c.id)
        .limit(MOST_REPORTS)
    )
    return tuple(_report(row) for row in connection.execute(others))


def first_reports(
    connection: Connection, rule: str | None, numbers: Sequence[int], most_each: int = 1
) -> tuple[Report, ...]:
    """Give the first articles of some stories, those that match a rule if one is named."""
    found: list[Report] = []
    for number in numbers[:MOST_REPORTS]:
        query = (
            select(*_REPORTED)
            .join(sources, sources.c.id == articles.c.source)
            .where(articles.c.story_id == number)
            .order_by(articles.c.id)
            .limit(most_each)
        )
        if rule is not None:
            own = select(matches.c.article_id).where(matches.c.rule == rule)
            query = query.where(articles.c.id.in_(own.where(matches.c.article_id == articles.c.id)))
        found += [_report(row) for row in connection.execute(query)]
    return tuple(found)


def _report(row: Any) -> Report:
    return Report(
        outlet=row.name,
        title=row.title,
        url=row.url,
        published=row.published,
        seen=row.seen,
        relation=row.relation,
        agency="، ".join(map(agency_name, _agencies(row.agency))),
    )


def arrivals(connection: Connection, rule: str, since: datetime, after: int) -> list[Arrival]:
    """Give the stories that a rule first matched since then, in the order in which it did.

    None up to the number `after`, which began before the clock was put.
    """
    began = func.min(matches.c.seen).label("began")
    query = (
        select(began, articles.c.story_id)
        .join(articles, articles.c.id == matches.c.article_id)
        .join(stories, stories.c.id == articles.c.story_id)
        .where(matches.c.rule == rule, matches.c.seen >= since, matches.c.held_back == "")
        .where(stories.c.first_seen >= since, stories.c.id > after)
        .group_by(articles.c.story_id)
        .order_by(began, func.min(matches.c.id))
    )
    return [(row.began, row.story_id) for row in connection.execute(query)]


def last_burst(connection: Connection, rule: str, after: int) -> datetime | None:
    """Give when people last heard of a burst from a rule, by a notice after that number."""
    query = select(func.max(notices.c.created)).where(
        notices.c.rule == rule, notices.c.occasion.startswith(BURST), notices.c.id > after
    )
    last: datetime | None = connection.scalar(query)
    return last
