"""`watcher run`, `watcher once` and `watcher demo`."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli import app

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration file.", envvar="WATCHER_CONFIG")
]
DEFAULT_CONFIG = Path("watcher.yaml")


class Part(StrEnum):
    """What one process does of all there is to do."""

    all = "all"
    schedule = "schedule"
    work = "work"
    send = "send"


@app.command()
def run(
    config: ConfigFile = DEFAULT_CONFIG,
    role: Annotated[
        list[Part],
        typer.Option(
            help="What this process does: all by itself, or a part in a cluster over one "
            "PostgreSQL. Can be given several times."
        ),
    ] = [Part.all],  # noqa: B006 - typer's way to name the default
) -> None:
    """Watch until told to stop (SIGTERM or Ctrl-C)."""
    from watcher.app.daemon import run_daemon

    if Part.all in role and len(set(role)) > 1:
        raise typer.BadParameter("`all` is one process by itself: no other role goes with it")
    asyncio.run(run_daemon(config, [part.value for part in set(role) if part != Part.all]))


@app.command()
def once(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Poll every source that is due, read, match, deliver, and end."""
    from watcher.app.daemon import run_once

    asyncio.run(run_once(config))


@app.command()
def demo(
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep running after the last article.")
    ] = False,
    pace: Annotated[
        float, typer.Option(help="Seconds between two published articles.", min=0.05)
    ] = 1.0,
    serve: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=1,
            max=65535,
            help="Only publish, all at once on this port, for a configuration of your own.",
        ),
    ] = None,
) -> None:
    """Watch an invented newsroom on this machine turn into alerts."""
    from watcher.demo import run_demo, serve_newsroom

    if serve is not None:
        raise typer.Exit(asyncio.run(serve_newsroom(serve)))
    raise typer.Exit(asyncio.run(run_demo(stay=stay, pace_s=pace)))
