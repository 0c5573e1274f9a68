"""The command `watcher`. Commands only read their options, call, and print; no logic lives here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from watcher.errors import Invalid, StorageDamaged, WatcherError

app = typer.Typer(
    name="watcher",
    help="Watch Arabic news and tell people when a topic they wrote down is reported.",
    epilog="Each command has examples: [bold]watcher COMMAND --help[/], or its man page.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version_asked(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"watcher {version('watcher')}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_version_asked, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Watch Arabic news and tell people when a topic they wrote down is reported."""


def load_commands() -> typer.Typer:
    """Have every command register itself; give the program."""
    from watcher.cli import (  # noqa: F401 - they register their commands
        alerts,
        articles,
        backtest,
        db,
        doctor,
        explain,
        group,
        man,
        reading,
        rules,
        running,
        setup,
        sources,
        status,
        templates,
    )
    from watcher.cli.manual import add_manual

    add_manual(app)
    return app


def main() -> None:
    """Run the command line; mistakes in files end with 2, a damaged database 3, others with 1."""
    from watcher.cli.show import show_problems
    from watcher.keptlexicon import keep_lexicon

    load_commands()
    keep_lexicon()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Lone surrogates and terminals that know no Arabic: shown escaped, never a crash.
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except Invalid as invalid:
        show_problems(invalid.problems)
        sys.exit(2)
    except StorageDamaged as failure:
        typer.secho(str(failure), fg="red", err=True)
        sys.exit(3)
    except WatcherError as failure:
        typer.secho(str(failure), fg="red", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`watcher scan … | head`).
        sys.stderr.close()
        sys.exit(141)
    except OSError as failure:
        where = f"{failure.filename}: " if failure.filename else ""
        typer.secho(f"{where}{failure.strerror or failure}", fg="red", err=True)
        sys.exit(1)
