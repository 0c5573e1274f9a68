"""`watcher status`: sources, backlog, last alerts."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from watcher.behind import trouble_of_backups
from watcher.cli import app
from watcher.cli.alerts_view import SEVERITY_COLOR, STATUS_COLOR, show_silences, status_words
from watcher.cli.cluster_view import show_cluster
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import ago, out
from watcher.cli.show import as_json as json_of
from watcher.health import KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.record import NoticeStatus, SourceStatus, Status

BARS = "·▁▂▃▄▅▆▇█"


@app.command()
def status(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show how sources, backlog and alerts are doing."""
    from watcher.app.record import read_status

    found = asyncio.run(read_status(config))
    if as_json:
        typer.echo(json_of(_as_data(found)))
        return
    out.print(_sources(found))
    if any(source.troubles for source in found.sources):
        out.print(_troubles(found))
    out.print(_backlog(found))
    _show_backups(found)
    if found.cluster:
        show_cluster(found.cluster)
    for what in found.behind:
        out.print(Text.assemble(("behind: ", "bold yellow"), (what, "yellow")))
    if found.rules_refused:
        out.print("[bold red]the newest state of the rule files is not in force:[/]")
        out.print(found.rules_refused, style="red", markup=False)
    if found.silences:
        show_silences(found.silences, found.at)
    if found.alerts:
        out.print(_alerts("last alerts", found.alerts, found.at))
    if found.dead_letters:
        out.print(_alerts("never delivered", found.dead_letters, found.at))


def _sources(found: Status) -> Table:
    table = Table(title="sources", title_justify="left")
    columns = ("source", "health", "last article", "14 days", "found after", "next poll")
    for column in (*columns, "pending", "failed", "remark"):
        table.add_column(column, overflow="fold")
    for source in found.sources:
        table.add_row(*_source_row(source, found.at))
    return table


def _source_row(source: SourceStatus, now: datetime) -> tuple[Text, ...]:
    state = source.state
    word, color = health_of(source)
    delay_s = state.condition.delay_s
    return (
        Text(state.id, color),
        Text(word, color),
        Text(ago(source.article_at, now)),
        Text(sparkline(source.days), color),
        Text(f"~{delay_s / 60:.0f} min" if delay_s else ""),
        Text(ago(state.due, now)),
        Text(str(source.pending or "")),
        Text(str(source.failed or ""), "red"),
        Text(state.remark, "red" if state.failures else "yellow"),
    )


def _troubles(found: Status) -> Table:
    table = Table(title="troubles of sources", title_justify="left")
    for column in ("source", "since", "trouble", "what to do"):
        table.add_column(column, overflow="fold")
    for source in found.sources:
        for trouble in source.troubles:
            since, kind = ago(trouble.since, found.at), KINDS[trouble.kind]
            seen = f"{kind.title}: {trouble.what}"
            table.add_row(Text(source.state.id, "red"), since, Text(seen), Text(kind.advice))
    return table


def _as_data(found: Status) -> dict[str, Any]:
    data = dataclasses.asdict(found)
    for source, shown in zip(found.sources, data["sources"], strict=True):
        shown["health"] = health_of(source)[0]
        del shown["state"]["condition"]["rhythm"]
    if found.cluster:
        data["cluster"]["problems"] = [what for what, _ in found.cluster.problems]
        for member, shown in zip(found.cluster.members, data["cluster"]["members"], strict=True):
            shown["remarks"] = found.cluster.remarks(member)
    return data


def health_of(source: SourceStatus) -> tuple[str, str]:
    """Say in a word how a source is, and in which color."""
    state, condition = source.state, source.state.condition
    if source.troubles:
        return ", ".join(trouble.kind for trouble in source.troubles), "red"
    if state.failures:
        return "failing", "yellow"
    if condition.failing_since:
        return "recovering", "yellow"
    if condition.empty_since:
        return "empty", "yellow"
    return ("well", "green") if state.succeeded else ("not polled yet", "dim")


def sparkline(counts: tuple[int, ...]) -> str:
    """Draw the numbers as bars, the largest in full; a day without any is a dot.

    >>> sparkline((0, 1, 4, 8))
    '·▁▄█'
    """
    most = max(counts, default=0)
    return "".join(BARS[-(-count * 8 // most)] if count else "·" for count in counts)


def _backlog(found: Status) -> Text:
    outbox = found.outbox
    oldest = f", the oldest from {ago(outbox.oldest, found.at)}" if outbox.oldest else ""
    return Text.assemble(
        (f"{found.articles} articles, {found.stories} stories. ", ""),
        (f"To read: {found.pending}, given up: {found.failed}. ", "yellow" if found.failed else ""),
        (f"To deliver: {outbox.waiting}{oldest}, ", ""),
        (f"collected: {outbox.collected}, " if outbox.collected else "", "cyan"),
        (f"never delivered: {outbox.dead}.", "red" if outbox.dead else ""),
    )


def _show_backups(found: Status) -> None:
    """Show the last backup, and what is wrong with backups."""
    said, advice = trouble_of_backups(found.backups, found.at)
    if made := found.backups.made:
        last = f"Last backup: {ago(made[0], found.at)}, {found.backups.file}"
        out.print(last, soft_wrap=True, markup=False)
    if said:
        out.print(Text.assemble((said, "bold red"), f". {advice}"), soft_wrap=True)


def _alerts(title: str, alerts: tuple[NoticeStatus, ...], now: datetime) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("when", "severity", "rule", "target", "status", "headline"):
        table.add_column(column, overflow="fold")
    for alert in alerts:
        word = alert.severity.word
        table.add_row(
            Text(ago(alert.created, now)),
            Text(word, SEVERITY_COLOR[word]),
            Text(alert.rule),
            Text(alert.target),
            Text(status_words(alert.status, alert.why), STATUS_COLOR.get(alert.status, "")),
            Text(alert.title),
        )
    return table
