"""`watcher man`: the manual as man pages, written in man(7)'s markup from the tree of commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from watcher.cli import app, load_commands
from watcher.cli.manual import PROGRAM, Section, contexts, description, sections, summary
from watcher.cli.show import out
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


@app.command("man")
def write_man_pages(
    directory: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")],
) -> None:
    """Write the manual as man pages, one for each command."""
    from watcher.clock import utc_now

    pages = man_pages(utc_now().date())
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (directory / name).write_text(text, encoding="utf-8")
    out.print(f"[green]wrote[/] {len(pages)} pages into {directory}")


def man_pages(today: date) -> dict[str, str]:
    """Give the pages of the whole program: file name -> text."""
    from importlib.metadata import version

    group = typer.main.get_command(load_commands())
    if not isinstance(group, TyperGroup):
        raise WatcherError("the program has no commands")
    stamp = f'"{today.isoformat()}" "{PROGRAM} {version(PROGRAM)}" "{PROGRAM} manual"'
    return {
        f"{_page_name(context.command_path)}.1": "\n".join(_page(context, stamp)) + "\n"
        for context in contexts(group)
    }


def _page_name(command_path: str) -> str:
    return command_path.replace(" ", "-")


def _page(context: typer.Context, stamp: str) -> Iterator[str]:
    name, command = _page_name(context.command_path), context.command
    yield f".TH {name.upper()} 1 {stamp}"
    yield from _heading("NAME")
    yield f"{_plain(name)} \\- {_plain(summary(command))}"
    yield from _heading("SYNOPSIS")
    yield f".B {_plain(context.command_path)}"
    yield _plain(" ".join(command.collect_usage_pieces(context)))
    if more := description(context):
        yield from _heading("DESCRIPTION")
        yield "\n.PP\n".join(map(_plain, more.split("\n\n")))
    yield from _parameters(context)
    if isinstance(command, TyperGroup):
        rows = [(_page_name(f"{context.command_path} {n}"), c) for n, c in command.commands.items()]
        yield from _list("COMMANDS", [(f"{page}(1)", summary(c)) for page, c in rows])
    for section in sections(context):
        yield from _section(section)


def _parameters(context: typer.Context) -> Iterator[str]:
    records = [
        (param, param.get_help_record(context)) for param in context.command.get_params(context)
    ]
    for title, kind in (("ARGUMENTS", "argument"), ("OPTIONS", "option")):
        rows = [record for param, record in records if record and param.param_type_name == kind]
        yield from _list(title, rows)


def _section(section: Section) -> Iterator[str]:
    rows = section.rows
    if section.title == "Examples":
        yield from _heading("EXAMPLES")
        for command, what in rows:
            yield from (".TP", _plain(what), ".nf", _plain(command), ".fi")
    elif section.title == "See also":
        yield from _heading("SEE ALSO")
        pages = [_page_name(term) for term, _ in rows]
        comma = [","] * (len(pages) - 1) + [""]
        yield from (f".BR {_plain(page)} (1){end}" for page, end in zip(pages, comma, strict=True))
    else:
        yield from _list(section.title.upper(), rows)


def _list(title: str, rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    if rows:
        yield from _heading(title)
    for term, meaning in rows:
        yield from (".TP", f".B {_plain(term)}", _plain(" ".join(meaning.split())))


def _heading(title: str) -> tuple[str]:
    return (f".SH {title}",)


def _plain(text: str) -> str:
    r"""Write a text so that roff reads nothing into it.

    >>> _plain("--json 'it'"), _plain(".yaml\n'x")
    ("\\-\\-json \\(aqit\\(aq", '\\&.yaml\n\\&\\(aqx')
    """
    marks = {
        "\\": "\\e",
        "-": "\\-",
        "'": "\\(aq",
        "`": "\\(ga",
        "^": "\\(ha",
        "~": "\\(ti",
        '"': "\\(dq",
    }
    written = "".join(marks.get(letter, letter) for letter in text)
    return re.sub(r"(?m)^(?=[.]|\\\(aq)", r"\\&", written)
