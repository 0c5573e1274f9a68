"""`watcher templates`: the templates of messages, to be edited and looked at."""

from __future__ import annotations

import enum
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli import app
from watcher.cli.show import out
from watcher.errors import Invalid, WatcherError

templates_app = typer.Typer(
    no_args_is_help=True, help="Look at messages, and edit their templates."
)
app.add_typer(templates_app, name="templates")


class PreviewForm(enum.StrEnum):
    """Where people read."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"
    TELEGRAM = "telegram"
    SLACK = "slack"
    TERMINAL = "terminal"


@templates_app.command("write")
def write(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")],
) -> None:
    """Write the templates that ship into a folder, for editing."""
    from watcher.notify import write_templates

    for path in write_templates(folder):
        out.print(f"[green]wrote[/] {path}")
    out.print(
        f"\nKeep those that you change, delete the others, and set [bold]templates: {folder}[/] "
        "in the configuration."
    )


@templates_app.command("preview")
def preview(
    kind: Annotated[
        str, typer.Argument(help="first, an update such as denied, digest or storm.")
    ] = "first",
    form: Annotated[PreviewForm, typer.Option(help="Where it is to be read.")] = PreviewForm.TEXT,
    folder: Annotated[
        Path | None,
        typer.Option(help="Your templates; ours without it.", exists=True, file_okay=False),
    ] = None,
    zone: Annotated[str, typer.Option(help="The reader's time zone.")] = "UTC",
) -> None:
    """Write an invented message of one kind, as it would be sent."""
    from watcher.config.values import BadValueError, time_zone
    from watcher.document import suggest
    from watcher.notify import Templates, render, sample_messages, terminal

    try:
        told = {str(message.kind): message for message in sample_messages(time_zone(zone))}
    except BadValueError as error:
        raise WatcherError(f"--zone: {error}") from error
    if kind not in told:
        raise WatcherError(f"there is no kind '{kind}' of message. {suggest(kind, told)}")
    message, templates = told[kind], Templates(folder)
    match form:
        case PreviewForm.TERMINAL:
            terminal.write(message, out)
            return
        case PreviewForm.SLACK:
            text = json.dumps(render.as_slack(message), ensure_ascii=False, indent=1)
        case PreviewForm.MARKDOWN:
            text = render.as_markdown(message, with_title=True, templates=templates)
        case PreviewForm.TELEGRAM:
            text = render.as_telegram(message, templates)
        case PreviewForm.HTML:
            text = render.as_html(message, templates)
        case _:
            text = render.as_text(message, templates)
    if templates.problems:  # what would be shown is ours and not theirs
        raise Invalid(templates.problems)
    sys.stdout.write(text.rstrip("\n") + "\n")
