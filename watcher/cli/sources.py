"""`watcher sources`: look at a site, list and check sources, exchange them as OPML."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from watcher.cli import app
from watcher.cli.reading import AllowNetwork  # noqa: TC001 - typer reads annotations while it runs
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import ago, err, out
from watcher.cli.show import as_json as json_of
from watcher.cli.sources_view import checked_row, entry_as_record, show_preview, show_skipped
from watcher.errors import WatcherError
from watcher.notify.bidi import isolate

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.model import Source, SourceState

sources_app = typer.Typer(no_args_is_help=True, help="What is polled: look, list, check, exchange.")
app.add_typer(sources_app, name="sources")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@sources_app.command("preview")
def preview(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="A site, a section, a feed, t.me/NAME or @NAME.")
    ],
    allow: AllowNetwork = None,
    as_json: AsJson = False,
) -> None:
    """Show what a site offers, as it would be recorded, and the YAML to paste."""
    from watcher.app.reading import preview_address

    where = url if "://" in url or url.startswith("@") else f"https://{url}"
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(where)

        def tell(address: str) -> None:
            progress.update(task, description=address)

        found = asyncio.run(preview_address(where, allow=tuple(allow or ()), tell=tell))
    if as_json:
        offers = [
            {"kind": o.kind, "url": o.url, "entries": [*map(entry_as_record, o.parsed.entries)]}
            for o in found.offers
        ]
        told = {"offers": offers, "failure": found.failure or None}
        typer.echo(json_of(told))
    else:
        show_preview(found)
    if not found.offers:
        raise typer.Exit(1)


@sources_app.command("list")
def list_sources(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the sources with how they are doing."""
    from watcher.app.record import read_sources_with_states
    from watcher.clock import utc_now

    found, now = asyncio.run(read_sources_with_states(config)), utc_now()
    if as_json:
        told = [dataclasses.asdict(s) | {"state": _as_record(state)} for s, state in found]
        typer.echo(json_of(told))
        return
    table = Table(title="sources", title_justify="left")
    for column in ("source", "kind", "last success", "next poll", "remark"):
        table.add_column(column, overflow="fold")
    for source, state in found:
        table.add_row(*_row(source, state, now))
    out.print(table)


def _as_record(state: SourceState | None) -> dict[str, Any] | None:
    return dataclasses.asdict(state) if state else None


def _row(source: Source, state: SourceState | None, now: datetime) -> tuple[Text, ...]:
    is_failing = state is not None and state.failures > 0
    color = "red" if is_failing else "green" if state and state.succeeded else "dim"
    due = "switched off" if not source.enabled else ago(state.due, now) if state else "at the start"
    return (
        Text.assemble((source.id, color), f"\n{isolate(source.name)}\n", (source.url, "dim")),
        Text(source.kind),
        Text(ago(state.succeeded if state else None, now)),
        Text(due),
        Text(state.remark if state else "", "red" if is_failing else "yellow"),
    )


@sources_app.command("check")
def check_sources(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Only these sources.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Poll each source once, record nothing, and say what came; status 1 if one fails."""
    from watcher.app.reading import check_each_source

    table = Table(title="checked", title_justify="left")
    for column in ("source", "kind", "entries", "newest", "remark"):
        table.add_column(column, overflow="fold")
    is_well = True
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("polling")

        def done(count: int) -> None:
            progress.update(task, total=count, advance=1)

        checked = asyncio.run(check_each_source(config, ids or [], done))
    for source, polled in checked:
        row, is_fine = checked_row(source, polled)
        table.add_row(*row)
        is_well = is_well and is_fine
    out.print(table)
    if not is_well:
        raise typer.Exit(1)


@sources_app.command("import")
def import_sources(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="The list of another reader.")],
    into: Annotated[
        Path | None, typer.Option(help="The sources file to add to, instead of printing.")
    ] = None,
) -> None:
    """Make sources of an OPML file: print them, or add those that are new to a sources file."""
    from watcher.config import read_sources_file
    from watcher.config.write import add, as_yaml
    from watcher.opml import read_opml

    known = read_sources_file(into) if into and into.exists() else ()
    try:
        found, skipped = read_opml(file.read_bytes(), known)
    except ValueError as wrong:
        raise WatcherError(f"{file}: {wrong}") from wrong
    if into and found:
        add(into, found)
        out.print(Text(f"{len(found)} sources were added to {into}"), soft_wrap=True)
    elif not into:
        sys.stdout.write(f"sources:\n{as_yaml(found)}")
    show_skipped(skipped)


@sources_app.command("export")
def export_sources(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Write the sources as OPML 2.0, which other readers import."""
    from watcher.config import load_config
    from watcher.opml import write_opml

    sys.stdout.flush()
    sys.stdout.buffer.write(write_opml(load_config(config).sources))
