"""The command `watcher`. Commands only read their options, call, and print; no logic lives here."""

from __future__ import annotations

import sys

import typer

from watcher.errors import Invalid, WatcherError

app = typer.Typer(
    name="watcher",
    help="Watch Arabic news and tell people when a topic they wrote down is reported.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; mistakes in files end with status 2, other failures with 1."""
    from watcher.cli import (  # noqa: F401 - they register their commands
        alerts,
        articles,
        backtest,
        doctor,
        explain,
        group,
        reading,
        rules,
        running,
        setup,
        sources,
        status,
        templates,
    )
    from watcher.cli.show import show_problems
    from watcher.keptlexicon import keep_lexicon

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
