"""`watcher init`, `watcher check` and `watcher send-test`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli import app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import err, out, show_problems


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")],
) -> None:
    """Write a commented starter set: configuration, rules, sources."""
    from watcher.config import write_starter

    for path in write_starter(directory):
        out.print(f"[green]wrote[/] {path}")
    config = directory / "watcher.yaml"
    out.print(f"\nNext: [bold]watcher check -c {config}[/], then [bold]watcher run -c {config}[/]")


@app.command()
def check(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Report every mistake of configuration, sources, rules and message templates at once."""
    from watcher.app.files import check_all

    problems = check_all(config)
    show_problems(problems)
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(2)
    out.print("[green]configuration, sources and rules are right[/]")


@app.command("send-test")
def send_test(
    target: Annotated[str, typer.Argument(help="The target's name in the configuration.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Send a test alert to one target and say what the other side answered."""
    from watcher.app.people import send_test_notice
    from watcher.model import Sent

    outcome = asyncio.run(send_test_notice(config, target))
    if isinstance(outcome, Sent):
        out.print(f"[green]{target} took the message[/] {outcome.answer}")
        return
    err.print(f"[red]{target} did not take the message:[/] {outcome.why}")
    raise typer.Exit(1)
