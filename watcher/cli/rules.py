"""`watcher rules check` and `watcher rules test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watcher.cli import app
from watcher.cli.show import err, out, show_problems

rules_app = typer.Typer(name="rules", help="Check and test the rule files.", no_args_is_help=True)
app.add_typer(rules_app)

Folder = Annotated[Path, typer.Option("--rules", help="The folder of rule files.")]


@rules_app.command("check")
def check_rules(rules: Folder = Path("rules")) -> None:
    """Report every mistake of every rule file, each with its place and what to do."""
    from watcher.rulebook import read_folder

    read = read_folder(rules)
    show_problems(read.problems)
    if not read.is_usable:
        raise typer.Exit(2)
    out.print(f"[green]{len(read.rules.rules)} rules are right[/]")


@rules_app.command("test")
def run_rule_tests(rules: Folder = Path("rules")) -> None:
    """Run the tests that stand in the rule files, with the daemon's own engine."""
    from watcher.app import load_rules
    from watcher.match import run_tests

    results = run_tests(load_rules(rules))
    failed = [result for result in results if not result.passed]
    for result in failed:
        err.print(str(result), style="red", markup=False, soft_wrap=True)
    out.print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)
