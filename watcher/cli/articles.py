"""`watcher articles list`, `show` and `reread`: single articles, and what became of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli import app
from watcher.cli.backtest import Since, instant, progress_bar
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import out
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

articles_app = typer.Typer(
    help="Look at recorded articles and read them again.", no_args_is_help=True
)
app.add_typer(articles_app, name="articles")

Source = Annotated[str | None, typer.Option(help="Only of this source.")]


@articles_app.command("list")
def list_articles(
    since: Since = "1d",
    source: Source = None,
    rule: Annotated[str | None, typer.Option(help="Only those that this rule matches.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Articles to show, the newest.")] = 50,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """List the articles recorded lately, the newest last."""
    asyncio.run(_list(config, instant(since), source, rule, limit))


@articles_app.command("show")
def show_article(
    which: Annotated[str, typer.Argument(metavar="URL|ID", help="As `list` prints them.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show an article as recorded: text, how it was read, matches, and how it changed."""
    asyncio.run(_show(config, which))


@articles_app.command("reread")
def reread_articles(
    since: Annotated[str, typer.Option(help="How far back: 12h, 30d, 8w, or all.")],
    source: Source = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Record what changed as revisions.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Read the pages that were kept again, and show what would come out otherwise."""
    asyncio.run(_reread(config, instant(since), source, applies=apply))


async def _list(
    config_file: Path, since: datetime | None, source: str | None, rule: str | None, limit: int
) -> None:
    from watcher.app.record import open_archive
    from watcher.cli.articles_view import show_line

    async with open_archive(config_file) as (_, record):
        found = await record.archive.articles(since, source, rule, limit)
    for one in found:
        show_line(one)
    out.print(f"{len(found)} articles" + (", the newest" if len(found) == limit else ""))


async def _show(config_file: Path, which: str) -> None:
    from watcher.app.record import open_archive
    from watcher.cli.articles_view import show_history

    async with open_archive(config_file) as (_, record):
        found = await record.archive.history(int(which) if which.isdecimal() else which)
    if found is None:
        raise WatcherError(f"there is no article '{which}' on record. `watcher articles list`")
    show_history(found)


async def _reread(
    config_file: Path, since: datetime | None, source: str | None, *, applies: bool
) -> None:
    from watcher.app.reading import reread_evidence
    from watcher.cli.articles_view import show_reread

    changed = 0
    with progress_bar() as progress:
        task = progress.add_task("reading again", total=None)

        def done(total: int) -> None:
            progress.update(task, advance=1, total=total)

        async for told, is_recorded in reread_evidence(
            config_file, since, source, done, applies=applies
        ):
            show_reread(told, is_recorded=is_recorded)
            changed += 1
    unrecorded = "" if applies else "; nothing was recorded, add --apply for that"
    out.print(f"{changed} come out otherwise{unrecorded if changed else ''}")
