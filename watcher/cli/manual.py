"""What help and man pages say of each command besides its options, in `manual.toml`'s words."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = "watcher"
EXITS = {
    0: "Done.",
    1: "It failed; the reason is on standard error.",
    2: "Mistakes in files, or in the command line; each is named.",
    3: "The database is damaged; nothing is written to it any more.",
}
CONFIG_FILES = (
    ("watcher.yaml", "The configuration, where --config and $WATCHER_CONFIG name no other."),
)
CONFIG_ENVIRONMENT = (
    ("WATCHER_CONFIG", "The configuration file, where --config names none."),
    (
        "CREDENTIALS_DIRECTORY",
        "Where file:NAME in the configuration is looked for first; systemd sets it.",
    ),
    (
        "CACHE_DIRECTORY",
        "Where compiled rules and the lexicon are kept; else ~/.cache/watcher. May be deleted.",
    ),
)
COMMON_ENVIRONMENT = (("NO_COLOR", "Set to anything: no colors."),)


class Command(Protocol):
    """What is asked of a command, or of a group."""

    help: str | None


class Entry(NamedTuple):
    """What `manual.toml` has of one command."""

    about: str
    examples: tuple[tuple[str, str], ...]
    exits: dict[int, str]
    see: tuple[str, ...]


NONE = Entry("", (), {}, ())


class Section(NamedTuple):
    """A heading, and rows of a term with its meaning."""

    title: str
    rows: tuple[tuple[str, str], ...]


@functools.cache
def entries() -> dict[str, Entry]:
    """Read the manual: a command's name without the program's -> its entry."""
    text = (resources.files("watcher.cli") / "manual.toml").read_text(encoding="utf-8")
    return {name: _entry(table) for name, table in tomllib.loads(text).items()}


def _entry(table: dict[str, Any]) -> Entry:
    return Entry(
        " ".join(table["about"].split()),
        tuple((command, what) for command, what in table["examples"]),
        {int(status): meaning for status, meaning in table.get("exits", {}).items()},
        tuple(table.get("see", ())),
    )


def sections(context: typer.Context) -> list[Section]:
    """Say what stands below the options of the context's command."""
    name = context.command_path.removeprefix(PROGRAM).strip()
    entry = entries().get(name, NONE)
    exits = {**EXITS, **entry.exits}
    found = [
        Section("Examples", entry.examples),
        Section("Exit status", tuple((str(code), exits[code]) for code in sorted(exits))),
        Section("Files", CONFIG_FILES if _reads_config(context) else ()),
        Section("Environment", _environment(context)),
        Section("See also", tuple((other, _summary_of(context, other)) for other in _see(context))),
    ]
    return [section for section in found if section.rows]


def summary(command: Command) -> str:
    """Give the one line that lists show of a command."""
    return " ".join((command.help or "").split("\n\n")[0].split()).removesuffix(".")


def description(context: typer.Context) -> str:
    """Give what is said of the command below its summary, as paragraphs."""
    name = context.command_path.removeprefix(PROGRAM).strip()
    command = context.command
    more = [" ".join(part.split()) for part in (command.help or "").split("\n\n")[1:]]
    return "\n\n".join([*more, *filter(None, [entries().get(name, NONE).about])])


def contexts(group: TyperGroup) -> Iterator[typer.Context]:
    """Give a context for the program and, depth first, for each of its groups and commands."""
    top = typer.Context(group, info_name=PROGRAM, **group.context_settings)
    yield top
    yield from _below(top)


def _below(parent: typer.Context) -> Iterator[typer.Context]:
    for name, command in _members(parent.command).items():
        if not command.hidden:
            context = typer.Context(command, info_name=name, parent=parent)
            yield context
            yield from _below(context)


def _members(command: object) -> dict[str, Any]:
    return dict(command.commands) if isinstance(command, TyperGroup) else {}


def _reads_config(context: typer.Context) -> bool:
    return any("--config" in param.opts for param in context.command.params)


def _environment(context: typer.Context) -> tuple[tuple[str, str], ...]:
    return (CONFIG_ENVIRONMENT if _reads_config(context) else ()) + COMMON_ENVIRONMENT


def _see(context: typer.Context) -> tuple[str, ...]:
    """Name the other commands of the group, then those that the manual names."""
    name = context.command_path.removeprefix(PROGRAM).strip()
    group = name.rpartition(" ")[0]
    siblings: list[str] = []
    if group and context.parent is not None:
        members = _members(context.parent.command)
        siblings = [f"{group} {member}" for member in members if f"{group} {member}" != name]
    told = (*siblings, *entries().get(name, NONE).see)
    return tuple(f"{PROGRAM} {other}" for other in told)


def _summary_of(context: typer.Context, other: str) -> str:
    command: Any = context.find_root().command
    for part in other.split()[1:]:
        command = _members(command).get(part)
        if command is None:
            return ""
    return summary(command)


class ManualCommand(TyperCommand):
    """A command whose help goes on below its options as the manual has it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print usage, what it does, options, and the sections of the manual."""
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        from watcher.cli.show import out

        first, more = self.help, description(ctx)
        self.help = "\n\n".join(filter(None, [f"{summary(self)}.", more]))
        try:
            super().format_help(ctx, formatter)
        finally:
            self.help = first
        for section in sections(ctx):
            table = Table.grid(padding=(0, 2))
            if section.title == "Examples":
                for command, what in section.rows:
                    table.add_row(Text(what, "dim"))
                    table.add_row(Text.assemble("  $ ", (command, "bold cyan")))
            else:
                for term, meaning in section.rows:
                    table.add_row(Text(term, "bold cyan", no_wrap=True), Text(meaning))
            out.print(Panel(table, border_style="dim", title=section.title, title_align="left"))


def add_manual(app: typer.Typer) -> None:
    """Have every command of the program and of its groups show its manual in its help."""
    for command in app.registered_commands:
        if command.cls is TyperCommand:
            command.cls = ManualCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add_manual(group.typer_instance)
