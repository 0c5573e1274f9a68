"""`watcher status`: sources, backlog, last alerts."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from watcher.cli import app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import ago, out

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.record import NoticeStatus, SourceStatus, Status

SEVERITY_COLOR = {"low": "dim", "medium": "cyan", "high": "yellow", "critical": "bold red"}
STATUS_COLOR = {"sent": "green", "waiting": "yellow", "dead": "bold red"}


@app.command()
def status(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show how sources, backlog and alerts are doing."""
    from watcher.app import read_status

    found = asyncio.run(read_status(config))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), default=str, ensure_ascii=False))
        return
    out.print(_sources(found))
    out.print(_backlog(found))
    if found.rules_refused:
        out.print("[bold red]the newest state of the rule files is not in force:[/]")
        out.print(found.rules_refused, style="red", markup=False)
    if found.alerts:
        out.print(_alerts("last alerts", found.alerts, found.at))
    if found.dead_letters:
        out.print(_alerts("never delivered", found.dead_letters, found.at))


def _sources(found: Status) -> Table:
    table = Table(title="sources", title_justify="left")
    for column in ("source", "last success", "next poll", "pending", "failed", "remark"):
        table.add_column(column, overflow="fold")
    for source in found.sources:
        table.add_row(*_source_row(source, found.at))
    return table


def _source_row(source: SourceStatus, now: datetime) -> tuple[Text, ...]:
    state = source.state
    color = "red" if state.failures else "green" if state.succeeded else "dim"
    return (
        Text(state.id, color),
        Text(ago(state.succeeded, now)),
        Text(ago(state.due, now)),
        Text(str(source.pending or "")),
        Text(str(source.failed or ""), "red"),
        Text(state.remark, "red" if state.failures else "yellow"),
    )


def _backlog(found: Status) -> Text:
    outbox = found.outbox
    oldest = f", the oldest from {ago(outbox.oldest, found.at)}" if outbox.oldest else ""
    return Text.assemble(
        (f"{found.articles} articles, {found.stories} stories. ", ""),
        (f"To read: {found.pending}, given up: {found.failed}. ", "yellow" if found.failed else ""),
        (f"To deliver: {outbox.waiting}{oldest}, ", ""),
        (f"never delivered: {outbox.dead}.", "red" if outbox.dead else ""),
    )


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
            Text(f"{alert.status} {alert.why}".strip(), STATUS_COLOR.get(alert.status, "")),
            Text(alert.title),
        )
    return table
