"""`watcher run`, `watcher once` and `watcher demo`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli import app

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration file.", envvar="WATCHER_CONFIG")
]
DEFAULT_CONFIG = Path("watcher.yaml")


@app.command()
def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Watch until told to stop (SIGTERM or Ctrl-C)."""
    from watcher.app import run_daemon

    asyncio.run(run_daemon(config))


@app.command()
def once(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Poll every source that is due, read, match, deliver, and end."""
    from watcher.app import run_once

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
