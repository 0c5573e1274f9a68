"""`watcher read` and `watcher scan`: two filters, one JSON object a line."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from watcher.cli import app
from watcher.cli.given import article_of, given, text_of
from watcher.cli.show import out, times_of
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from watcher.model import Article, Match, NotAnArticle

Format = Literal["auto", "html", "text"]
PageUrl = Annotated[
    str,
    typer.Option("--url", help="The address the page came from, for links and the site's name."),
]
PageFormat = Annotated[
    Format, typer.Option("--format", help="What the input is; auto looks at it.")
]
AllowNetwork = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-network", help="A network that may be fetched from though it is not public."
    ),
]


@app.command()
def read(
    where: Annotated[
        str,
        typer.Argument(metavar="FILE|URL|-", help="A file, an address, or - for standard input."),
    ] = "-",
    url: PageUrl = "",
    form: PageFormat = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of a page for people.")
    ] = False,
    allow: AllowNetwork = None,
) -> None:
    """Read one page: show the article, and every line that was removed with the reason."""
    found = _read(where, url, form, tuple(allow or ()))
    if as_json:
        typer.echo(json.dumps(as_record(found), ensure_ascii=False))
    else:
        _show(found)


def _read(where: str, url: str, form: Format, allow: tuple[str, ...]) -> Article | NotAnArticle:
    from watcher.app.reading import read_address, read_bytes

    if where.startswith(("http://", "https://")):
        return asyncio.run(read_address(where, allow=allow))
    if "://" in where:
        raise WatcherError(f"{where}: only http:// and https:// addresses can be read")
    body = sys.stdin.buffer.read() if where == "-" else Path(where).read_bytes()
    return read_bytes(body, url=url, form=form)


def as_record(found: Article | NotAnArticle) -> dict[str, Any]:
    """Give the object that `watcher read --json` prints."""
    from watcher.model import NotAnArticle

    if isinstance(found, NotAnArticle):
        empty: dict[str, Any] = {
            "text": "",
            "published": None,
            "published_how": None,
            "updated": None,
            "updated_how": None,
            "author": None,
            "language": None,
            "credit": None,
            "removed": [],
            "quality": None,
            "quality_why": [],
        }
        return {"article": False, "why": found.why, "title": found.title or None, **empty}
    return {
        "article": True,
        "why": None,
        "title": found.title or None,
        "text": found.text,
        "published": found.published.isoformat() if found.published else None,
        "published_how": found.published_how or None,
        "updated": found.updated.isoformat() if found.updated else None,
        "updated_how": found.updated_how or None,
        "author": found.author or None,
        "language": found.language or None,
        "credit": found.credit or None,
        "removed": [dataclasses.asdict(removed) for removed in found.removed],
        "quality": found.quality,
        "quality_why": list(found.quality_why),
    }


def _show(found: Article | NotAnArticle) -> None:
    from rich.table import Table
    from rich.text import Text

    from watcher.model import NotAnArticle

    if isinstance(found, NotAnArticle):
        out.print(Text.assemble(("not an article: ", "red"), found.why))
        return
    out.print(Text(found.title or "(no title)", "bold"))
    facts = [times_of(found), found.author, found.credit]
    out.print(Text(" · ".join(filter(None, facts)) + "\n", "dim"))
    _show_quality(found)
    out.print(Text(found.text))
    if found.removed:
        table = Table("removed", "why", title="cleaned away", title_justify="left")
        for removed in found.removed:
            table.add_row(Text(removed.line), Text(removed.why))
        out.print()
        out.print(table)


def _show_quality(found: Article) -> None:
    """Say how well it was read, where there is a doubt."""
    from rich.text import Text

    if found.quality_why:
        said = f"quality {found.quality:.2f}: {'; '.join(found.quality_why)}\n"
        out.print(Text(said, "yellow" if found.quality >= 0.5 else "red"))


@app.command()
def scan(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="Articles, one JSON object a line: id, title, text …"
        ),
    ] = "-",
    rules: Annotated[Path, typer.Option(help="The folder of rule files.")] = Path("rules"),
) -> None:
    """Match articles against the rules: JSON lines in, JSON lines out, in the same order.

    A line that is no article gives an `error` in its place; the exit status is then 1.
    """
    from watcher.app.files import load_rules
    from watcher.match import match

    loaded, is_well = load_rules(rules), True
    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            read_line, error = given(line, number)
            source = text_of(read_line, "source")
            matches = [] if error else match(loaded, article_of(read_line), source)
            record = {"id": read_line.get("id"), "matches": [_as_match(found) for found in matches]}
            if error:
                is_well = False
                record["error"] = error
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if not is_well:
        raise typer.Exit(1)


def _as_match(found: Match) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity.word,
        "where": found.where,
        "spans": [dataclasses.asdict(span) for span in found.spans],
    }
