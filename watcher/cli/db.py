"""`watcher db …`: the database as a whole, over the years."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from watcher.cli import app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import as_json as json_of
from watcher.cli.show import err, out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.record import Tell

db_app = typer.Typer(help="Copy, back up, restore, clear out and check the database.")
app.add_typer(db_app, name="db")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


@db_app.command("copy")
def copy(
    to: Annotated[
        str,
        typer.Option(
            help="The address of an empty database, as in `database:`; file:NAME and ${NAME} "
            "keep its password out of the list of processes."
        ),
    ],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Copy everything into another database, SQLite or PostgreSQL, and compare both sides."""
    from watcher.app.database import copy_database

    with _telling() as tell:
        tables = copy_database(config, to, tell)
    if as_json:
        rows = [{"table": one.name, "rows": one.rows, "hash": one.hash} for one in tables]
        typer.echo(json_of({"tables": rows}))
        return
    table = Table(title="the same on both sides", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("hash of the content")
    for one in tables:
        table.add_row(one.name, f"{one.rows:,}", one.hash)
    out.print(table)
    out.print(
        "Now put the new address into `database:` of your configuration and start the daemon.",
        markup=False,
    )


@db_app.command("backup")
def backup(
    path: Annotated[
        Path | None,
        typer.Argument(help="A new file, or a folder; default `backups` beside the configuration."),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Keep so many of the newest in the folder; 0: all.")
    ] = 0,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write everything into one file, which `restore` takes; the daemon may run meanwhile."""
    from watcher.app.database import back_up_database

    with _telling() as tell:
        file, dropped = back_up_database(config, path, keep, tell)
    out.print(f"{file} ({_megabytes(file)})", soft_wrap=True, markup=False)
    for old in dropped:
        out.print(f"deleted {old}", soft_wrap=True, markup=False)


@db_app.command("restore")
def restore(
    path: Annotated[Path, typer.Argument(help="A file that `watcher db backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Over what is there, which is kept aside.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Put a backup in place of the database, SQLite or PostgreSQL, whichever it was made from."""
    from watcher.app.database import restore_database

    with _telling() as tell:
        database, kept = restore_database(config, path, tell, replaces=replace)
    out.print(f"restored {path} to {database}", soft_wrap=True, markup=False)
    if kept:
        out.print(f"what was there is in {kept}", soft_wrap=True, markup=False)


@db_app.command("prune")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    compact: Annotated[
        bool,
        typer.Option(
            "--compact", help="Write an SQLite file anew, smaller; the daemon must not run."
        ),
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Forget now what is older than `keep:` says; the daemon does so once a day."""
    from watcher.app.database import compact_database, prune_database

    with err.status("pruning"):
        found = asyncio.run(prune_database(config, is_dry=dry_run))
        sizes = compact_database(config) if compact and not dry_run else None
    if as_json:
        typer.echo(json_of({"pruned": not dry_run, "rows": found}))
        return
    table = Table(title="would go" if dry_run else "gone", title_justify="left")
    table.add_column("what")
    table.add_column("rows", justify="right")
    for what, rows in found.items():
        table.add_row(what.replace("_", " "), f"{rows:,}")
    out.print(table)
    if sizes:
        before, after = (f"{size / 1024**2:.1f} MB" for size in sizes)
        out.print(f"the file had {before} and has {after}", markup=False)


@db_app.command("check")
def check(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Look the whole database through; ends with status 1 where something is wrong."""
    from watcher.app.database import check_database

    with err.status("checking") as status:
        found = check_database(config, lambda step: status.update(f"checking {step}"))
    if as_json:
        typer.echo(json_of({"findings": [dataclasses.asdict(one) for one in found]}))
    else:
        table = Table(show_header=False, box=None)
        for one in found:
            mark = (
                "[green]✓[/]" if not one.what else "[red]✗[/]" if one.is_error else "[yellow]![/]"
            )
            table.add_row(
                mark, one.about, Text.assemble(one.what, (f"\n{one.do}" * bool(one.do), "dim"))
            )
        out.print(table)
    if any(one.what and one.is_error for one in found):
        raise typer.Exit(1)


def _megabytes(file: Path) -> str:
    return f"{file.stat().st_size / 1024**2:.1f} MB"


@contextlib.contextmanager
def _telling() -> Iterator[Tell]:
    """Show a bar for each thing that is done; they go away in the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=err, transient=True) as progress:

        def tell(what: str, total: int, done: int) -> None:
            if what not in tasks:
                for task in tasks.values():
                    progress.update(task, visible=False)
                tasks[what] = progress.add_task(what, total=total)
            progress.advance(tasks[what], done)

        yield tell
