"""`watcher rules check` and `watcher rules test`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli import app
from watcher.cli.show import err, out, show_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.errors import Problem
    from watcher.match import TestResult

rules_app = typer.Typer(name="rules", help="Check and test the rule files.", no_args_is_help=True)
app.add_typer(rules_app)

Folder = Annotated[Path, typer.Option("--rules", help="The folder of rule files.")]


@rules_app.command("check")
def check_rules(
    rules: Folder = Path("rules"),
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help="Also look at its targets, and at how frequent words are."
        ),
    ] = None,
) -> None:
    """Report every mistake of every rule file and what is unwise, with a proposal."""
    from watcher.archive import advise
    from watcher.rulefolder import read_folder

    read = read_folder(rules)
    show_problems(read.problems)
    if not read.is_usable:
        raise typer.Exit(2)
    show_problems(advise(rules) if config is None else asyncio.run(_advice(rules, config)))
    out.print(f"[green]{len(read.rules.rules)} rules are right[/]")


async def _advice(rules: Path, config_file: Path) -> list[Problem]:
    from watcher.app.record import open_archive
    from watcher.archive import advise, advise_by_archive

    async with open_archive(config_file) as (config, record):
        return [*advise(rules, config.targets), *await advise_by_archive(record, rules)]


@rules_app.command("test")
def run_rule_tests(rules: Folder = Path("rules")) -> None:
    """Run the tests that stand in the rule files, with the daemon's own engine."""
    from watcher.app.files import load_rules
    from watcher.match import run_tests

    results = run_tests(load_rules(rules))
    failed = [result for result in results if not result.passed]
    if failed:
        _explain(rules, failed)
    out.print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def _explain(rules: Path, failed: Sequence[TestResult]) -> None:
    from watcher.cli.explanation_view import show
    from watcher.match import explain
    from watcher.rulefolder import read_written

    files = read_written(rules)
    for result in failed:
        test = result.test
        err.print(str(result), style="red", markup=False, soft_wrap=True)
        show(explain(files, result.rule, test.article, test.source_name), test.article, err)


@rules_app.command("schema")
def write_schema() -> None:
    """Write the JSON Schema of the rule language, for editors that complete and check."""
    from watcher.match.schema import schema

    typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
