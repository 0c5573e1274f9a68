"""`watcher rules backtest` and `watcher search`: questions to the archive."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from watcher.cli import app
from watcher.cli.given import article_of, given
from watcher.cli.rules import rules_app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import err, out
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from watcher.archive import RuleSet
    from watcher.backtest import Backtest, Comparison, Difference, Outcome, Settings
    from watcher.model import Alert
    from watcher.record import Archived, Record

_BAR_WIDTH = 40
_SECONDS = {"h": 3600, "d": 86400, "w": 604800}

Since = Annotated[str, typer.Option(help="How far back: 12h, 30d, 8w, or all.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]


@rules_app.command("backtest")
def backtest_rules(  # noqa: PLR0913, PLR0917 - one for each option
    rule: Annotated[str | None, typer.Argument(help="The id of one rule; default all.")] = None,
    since: Since = "30d",
    rules: Annotated[
        Path | None, typer.Option(help="The folder of rule files; default the configured one.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="An older rule file: show what only one version catches.")
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option(help="Articles instead of the archive: one JSON object a line, or - ."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    samples: Annotated[int, typer.Option(min=0, help="Alerts to show of each rule.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Say what rules would have alerted on, per day, with samples, before they go live."""
    request = _Request(rule, instant(since), rules, against, samples, as_json)
    if articles is not None:
        asyncio.run(_over_lines(request, articles))
    else:
        asyncio.run(_over_archive(request, config))


@app.command()
def search(
    terms: Annotated[
        list[str], typer.Argument(metavar="TERM", help="Words or 'phrases', all of them wanted.")
    ],
    since: Since = "all",
    limit: Annotated[int, typer.Option(min=1, help="Articles to show, the newest.")] = 20,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Find recorded articles in which all the terms occur, in any inflection and spelling."""
    asyncio.run(_search(terms, instant(since), limit, config, as_json=as_json))


@dataclasses.dataclass(frozen=True, slots=True)
class _Request:
    rule: str | None
    since: datetime | None
    rules: Path | None
    against: Path | None
    samples: int
    as_json: bool


def instant(since: str) -> datetime | None:
    """Give when a time span that ends now began; None for `all`."""
    from watcher.clock import utc_now

    if since == "all":
        return None
    found = re.fullmatch(r"(\d{1,5})([hdw])", since)
    if found is None:
        raise typer.BadParameter(f"'{since}' is no time span. Write 12h, 30d, 8w or all.")
    return utc_now() - timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


# --- backtest ---------------------------------------------------------------------------------


async def _over_archive(request: _Request, config_file: Path) -> None:
    from watcher import archive
    from watcher.app.record import open_archive

    async with open_archive(config_file) as (config, record):
        new, old = _rule_sets(request, request.rules or config.rules)
        judge = _judge(new, old, _settings(request, config.limits.max_age_s, config.timezone))
        with progress_bar() as progress:
            await _make_searchable(record, progress)
            wanted = [*new.needs.values(), *(old.needs.values() if old else ())]
            narrowing = progress.add_task("searching the archive", total=None)
            ids = await archive.candidates(record, wanted, request.since)
            progress.remove_task(narrowing)
            stream = archive.read_articles(record, ids[::-1])
            looked = await _look(judge, stream, progress, len(ids))
    _tell(judge, looked, as_json=request.as_json)


async def _over_lines(request: _Request, file: Path) -> None:
    from watcher.config import Limits

    new, old = _rule_sets(request, request.rules or Path("rules"))
    judge = _judge(new, old, _settings(request, Limits().max_age_s, "UTC"))

    async def stream() -> AsyncIterator[Archived]:
        for one in _archived_lines(file):
            if not (one.seen and request.since and one.seen < request.since):
                yield one

    with progress_bar() as progress:
        looked = await _look(judge, stream(), progress)
    _tell(judge, looked, as_json=request.as_json)


def _rule_sets(request: _Request, folder: Path) -> tuple[RuleSet, RuleSet | None]:
    from watcher.archive import load_older_rule_set, load_rule_set

    new = load_rule_set(folder, request.rule)
    old = load_older_rule_set(request.against, folder, request.rule) if request.against else None
    return new, old


def _settings(request: _Request, max_age_s: float, zone: str) -> Settings:
    from watcher.backtest import Settings
    from watcher.clock import utc_now

    return Settings(max_age_s, ZoneInfo(zone), utc_now(), request.samples)


def _judge(new: RuleSet, old: RuleSet | None, settings: Settings) -> Backtest | Comparison:
    from watcher.backtest import Backtest, Comparison

    return Comparison(old.rules, new.rules, settings) if old else Backtest(new.rules, settings)


async def _look(
    judge: Backtest | Comparison,
    stream: AsyncIterator[Archived],
    progress: Progress,
    total: int | None = None,
) -> int:
    from watcher.backtest import Stories

    stories, task, looked = Stories(), progress.add_task("matching", total=total), 0
    async for one in stream:
        judge.look(one, stories)
        looked += 1
        progress.advance(task)
    return looked


def _archived_lines(file: Path) -> Iterator[Archived]:
    import sys

    from watcher.record import Archived

    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer if str(file) == "-" else stack.enter_context(file.open("rb"))
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            read, error = given(line, number)
            if error:
                raise WatcherError(error)
            article, story = article_of(read), read.get("story_id")
            known = story if isinstance(story, int) else None
            yield Archived(number, known, article.published, article.source, article)


# --- search -----------------------------------------------------------------------------------


async def _search(
    terms: Sequence[str],
    since: datetime | None,
    limit: int,
    config_file: Path,
    *,
    as_json: bool,
) -> None:
    from watcher import archive
    from watcher.app.record import open_archive

    async with open_archive(config_file) as (config, record):
        with progress_bar() as progress:
            await _make_searchable(record, progress)
            narrowing = progress.add_task("searching the archive", total=None)
            found = await archive.find(record, terms, since, limit)
            progress.remove_task(narrowing)
    if as_json:
        typer.echo(json.dumps([_alert_record(alert) for alert in found], ensure_ascii=False))
        return
    for alert in found:
        _show_alert(alert, config.timezone)
    out.print(f"{len(found)} articles" + (", the newest" if len(found) == limit else ""))


# --- showing ----------------------------------------------------------------------------------


def progress_bar() -> Progress:
    """Make a bar that goes away when it is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err, transient=True)


async def _make_searchable(record: Record, progress: Progress) -> None:
    from watcher import archive

    missing = await record.archive.unsearchable()
    if missing:
        task = progress.add_task("entering older articles into the index", total=missing)
        await archive.make_searchable(record, lambda entered: progress.advance(task, entered))


def _tell(judge: Backtest | Comparison, looked: int, *, as_json: bool) -> None:
    from watcher.backtest import Comparison

    if isinstance(judge, Comparison):
        _tell_difference(judge, as_json=as_json)
        return
    outcomes = judge.outcomes()
    if as_json:
        told = {"looked_at": looked, "rules": [_outcome_record(one) for one in outcomes]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for outcome in outcomes:
        _show_outcome(outcome)


def _show_outcome(outcome: Outcome) -> None:
    held = f", {outcome.held_back} more too old to alert on" if outcome.held_back else ""
    out.print(
        f"[bold cyan]{outcome.rule}[/]  [bold]{outcome.stories}[/] alerts: one for each story, "
        f"of {outcome.articles} articles{held}"
    )
    if outcome.remark:
        out.print(f"  [yellow]{outcome.remark}[/]")
    most = max((bar.stories for bar in outcome.bars), default=0) or 1
    for bar in outcome.bars:
        length = -(-bar.stories * min(_BAR_WIDTH, most) // most)
        out.print(f"  {bar.begins}  [yellow]{'█' * length}[/] {bar.stories or '·'}")
    for alert in outcome.samples:
        _show_alert(alert)
    out.print()


def _show_alert(alert: Alert, zone: str = "UTC") -> None:
    from watcher.notify import message_of
    from watcher.notify.terminal import write

    out.print()
    write(message_of(alert, zone=zone), out)


def _tell_difference(judge: Comparison, *, as_json: bool) -> None:
    before = {one.rule: one for one in judge.old.outcomes()}
    after = {one.rule: one for one in judge.new.outcomes()}
    if as_json:
        told = [
            {
                "rule": rule,
                "old": _outcome_record(before[rule]) if rule in before else None,
                "new": _outcome_record(after[rule]) if rule in after else None,
                **_difference_record(difference),
            }
            for rule, difference in judge.differences.items()
        ]
        typer.echo(json.dumps({"rules": told}, ensure_ascii=False))
        return
    for rule, difference in judge.differences.items():
        counts = (one[rule].stories if rule in one else 0 for one in (before, after))
        out.print("[bold cyan]{}[/]  alerts: {} before, {} now".format(rule, *counts))
        _show_only("only the old version", difference.only_old, difference.samples_old, "red")
        _show_only("only the new version", difference.only_new, difference.samples_new, "green")


def _show_only(what: str, count: int, samples: Sequence[Alert], color: str) -> None:
    out.print(f"[{color}]{what}: {count} articles[/]")
    for alert in samples:
        _show_alert(alert)
    out.print()


def _outcome_record(outcome: Outcome) -> dict[str, Any]:
    days = [
        {"from": str(bar.begins), "stories": bar.stories, "articles": bar.articles}
        for bar in outcome.bars
    ]
    return {
        "rule": outcome.rule,
        "stories": outcome.stories,
        "articles": outcome.articles,
        "held_back": outcome.held_back,
        "remark": outcome.remark,
        "days": days,
        "samples": [_alert_record(alert) for alert in outcome.samples],
    }


def _difference_record(difference: Difference) -> dict[str, Any]:
    return {
        "only_old": difference.only_old,
        "only_new": difference.only_new,
        "samples_old": [_alert_record(alert) for alert in difference.samples_old],
        "samples_new": [_alert_record(alert) for alert in difference.samples_new],
    }


def _alert_record(alert: Alert) -> dict[str, Any]:
    return {
        "title": alert.title,
        "url": alert.url,
        "source": alert.source,
        "published": alert.published.isoformat() if alert.published else None,
        "where": alert.where,
        "terms": list(alert.terms),
        "passages": [passage.text for passage in alert.passages],
    }
