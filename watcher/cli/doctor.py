"""`watcher doctor`: looks at everything the daemon needs, and says what to do."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from watcher.cli import app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import as_json as json_of
from watcher.cli.show import err, out

if TYPE_CHECKING:
    from watcher.doctor import Finding

MARKS: Final = {
    "good": Text("✓", "green"),
    "warning": Text("!", "yellow"),
    "bad": Text("✗", "bold red"),
    "unknown": Text("?", "dim"),
}


@app.command()
def doctor(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Look at all that the daemon needs; status 1 if something is broken. Sends nothing."""
    from watcher.doctor import CHECKS, examine_all

    columns = (TextColumn("looking at"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=err, transient=True, disable=as_json) as progress:
        task = progress.add_task("", total=len(CHECKS))
        found = asyncio.run(
            examine_all(config, lambda name: progress.update(task, advance=1, description=name))
        )
    is_well = all(one.state != "bad" for one in found)
    if as_json:
        listed = [dataclasses.asdict(one) for one in found]
        typer.echo(json_of({"is_well": is_well, "findings": listed}))
    else:
        out.print(_table(found))
        out.print(_summary(found))
    raise typer.Exit(0 if is_well else 1)


def _table(found: list[Finding]) -> Table:
    table = Table(title="doctor", title_justify="left")
    table.add_column("")
    for column in ("check", "found", "what to do"):
        table.add_column(column, overflow="fold")
    before = ""
    for one in found:
        check = Text(one.check if one.check != before else "", "bold")
        what = Text(one.what, MARKS[one.state].style if one.state != "good" else "")
        table.add_row(MARKS[one.state], check, what, Text(one.advice))
        before = one.check
    return table


def _summary(found: list[Finding]) -> Text:
    count = {state: sum(one.state == state for one in found) for state in MARKS}
    if count["bad"]:
        return Text(f"{count['bad']} broken, {count['warning']} to be seen to.", "bold red")
    if count["warning"]:
        return Text(f"Nothing is broken; {count['warning']} to be seen to.", "yellow")
    return Text("All is well.", "green")
