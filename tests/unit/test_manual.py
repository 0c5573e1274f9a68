"""Every command has a manual that holds: help for each option, examples that parse, pages that are sound."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from watcher.cli import load_commands
from watcher.cli.man import man_pages
from watcher.cli.manual import contexts, description, entries, sections, summary

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM: Any = typer.main.get_command(load_commands())
ALL = {context.command_path: context for context in contexts(PROGRAM)}
COMMANDS = {path: found for path, found in ALL.items() if not hasattr(found.command, "commands")}
EXAMPLES = [line for entry in entries().values() for line, _ in entry.examples]


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_says_all_of_itself(path: str) -> None:
    context = COMMANDS[path]
    command: Any = context.command
    titles = [section.title for section in sections(context) if section.title != "See also"]
    files = ["Files"] if any("--config" in param.opts for param in command.params) else []

    assert 10 < len(summary(command)) <= 100
    assert "\n" not in summary(command)
    assert description(context)
    assert titles == ["Examples", "Exit status", *files, "Environment"]
    assert [param.name for param in command.params if not getattr(param, "help", None)] == []


def test_a_parameter_of_one_name_means_one_thing() -> None:
    """An option that several commands have takes the same kind of value in all of them."""
    kinds: dict[str, set[str]] = {}
    for context in COMMANDS.values():
        for param in context.command.get_params(context):
            record = param.get_help_record(context)
            if record and param.opts[0] in {"--since", "--limit", "--config", "--json", "--by"}:
                kinds.setdefault(param.opts[0], set()).add(record[0])
    assert {name: terms for name, terms in kinds.items() if len(terms) > 1} == {}


def test_the_manual_names_no_command_that_is_not_there() -> None:
    known = {path.removeprefix("watcher ") for path in COMMANDS}
    named = set(entries()) | {other for entry in entries().values() for other in entry.see}

    assert named - known == set()
    assert known - set(entries()) == set()


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_parses(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(re.sub(r"\s[<>]\s*\S+", "", line))
    context = typer.Context(PROGRAM, info_name=program)
    command: Any = PROGRAM
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
        context = typer.Context(command, info_name=name, parent=context)

    command.parse_args(context, words)  # raises on what it does not know

    assert program == "watcher"


def test_an_example_that_does_not_parse_would_be_found() -> None:
    check = PROGRAM.commands["check"]
    with pytest.raises(Exception, match="--nonsense"):
        check.parse_args(typer.Context(check, info_name="check"), ["--nonsense"])


@pytest.mark.parametrize("path", ["watcher check", "watcher rules explain", "watcher demo"])
def test_help_shows_the_manual_below_the_options(path: str) -> None:
    _, *words = path.split()
    shown = CliRunner().invoke(load_commands(), [*words, "--help"], terminal_width=100).output

    places = [
        shown.index(title)
        for title in ("Options", "Examples", "Exit status", "Environment", "See also")
    ]
    assert places == sorted(places)
    assert entries()[path.removeprefix("watcher ")].examples[0][0] in shown


def test_there_is_a_page_for_the_program_each_group_and_each_command() -> None:
    pages = man_pages(date(2026, 5, 17))

    assert set(pages) == {f"{path.replace(' ', '-')}.1" for path in ALL}
    assert "watcher.1" in pages
    assert "watcher-alerts-silence.1" in pages
    assert r"\-\-why" in pages["watcher-alerts-silence.1"]
    assert "2026-05-17" in pages["watcher.1"]


def test_references_between_pages_lead_somewhere() -> None:
    pages = man_pages(date(2026, 5, 17))
    named = {name for text in pages.values() for name in re.findall(r"\.BR? (\S+?) ?\(1\)", text)}

    assert named
    assert {name.replace("\\", "") for name in named} - {
        page.removesuffix(".1") for page in pages
    } == set()


def test_pages_are_clean_to_the_strictest_reader(tmp_path: Path) -> None:
    mandoc = shutil.which("mandoc")
    if mandoc is None:
        assert os.environ.get("CI") != "true", "mandoc is missing"
        pytest.skip("mandoc is not installed")
    result = CliRunner().invoke(load_commands(), ["man", str(tmp_path / "man1")])
    files = sorted((tmp_path / "man1").iterdir())
    linted = subprocess.run(
        [mandoc, "-Tlint", "-Wwarning", *files], capture_output=True, text=True, check=False
    )

    assert result.exit_code == 0
    assert len(files) == len(ALL)
    assert (linted.stdout, linted.returncode) == ("", 0)
    shown = subprocess.run(
        [mandoc, "-Tutf8", str(tmp_path / "man1" / "watcher-search.1")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "قوات التحالف" in shown.stdout


def test_the_program_says_its_version() -> None:
    told = CliRunner().invoke(load_commands(), ["--version"])

    assert told.exit_code == 0
    assert re.fullmatch(r"watcher \d+\.\d+\.\d+\n", told.output)
