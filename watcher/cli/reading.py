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
from watcher.cli.show import out

if TYPE_CHECKING:
    from watcher.model import Article, Match, NotAnArticle

Format = Literal["auto", "html", "text"]


@app.command()
def read(
    where: Annotated[
        str,
        typer.Argument(metavar="[FILE|URL|-]", help="A file, an address, or - for standard input."),
    ] = "-",
    url: Annotated[
        str, typer.Option(help="The address the page came from, for links and the site's name.")
    ] = "",
    form: Annotated[
        Format, typer.Option("--format", help="What the input is; auto looks at it.")
    ] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of a page for people.")
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-network", help="A network that may be fetched from though it is not public."
        ),
    ] = None,
) -> None:
    """Read one page: show the article, and every line that was removed with the reason."""
    found = _read(where, url, form, tuple(allow or ()))
    if as_json:
        typer.echo(json.dumps(as_record(found), ensure_ascii=False))
    else:
        _show(found)


def _read(where: str, url: str, form: Format, allow: tuple[str, ...]) -> Article | NotAnArticle:
    from watcher.app import read_address, read_bytes

    if where.startswith(("http://", "https://")):
        return asyncio.run(read_address(where, allow=allow))
    body = sys.stdin.buffer.read() if where == "-" else Path(where).read_bytes()
    return read_bytes(body, url=url, form=form)


def as_record(found: Article | NotAnArticle) -> dict[str, Any]:
    """Give the object that `watcher read --json` prints."""
    from watcher.model import NotAnArticle

    if isinstance(found, NotAnArticle):
        empty: dict[str, Any] = {
            "text": "",
            "published": None,
            "author": None,
            "language": None,
            "credit": None,
            "removed": [],
        }
        return {"article": False, "why": found.why, "title": found.title or None, **empty}
    return {
        "article": True,
        "why": None,
        "title": found.title or None,
        "text": found.text,
        "published": found.published.isoformat() if found.published else None,
        "author": found.author or None,
        "language": found.language or None,
        "credit": found.credit or None,
        "removed": [dataclasses.asdict(removed) for removed in found.removed],
    }


def _show(found: Article | NotAnArticle) -> None:
    from rich.table import Table

    from watcher.model import NotAnArticle

    if isinstance(found, NotAnArticle):
        out.print(f"[red]not an article:[/] {found.why}")
        return
    out.print(f"[bold]{found.title or '(no title)'}[/]")
    facts = [
        found.published.isoformat(" ", "minutes") if found.published else "no date",
        found.author,
        found.credit,
    ]
    out.print("[dim]" + " · ".join(filter(None, facts)) + "[/]\n")
    out.print(found.text, markup=False)
    if found.removed:
        table = Table("removed", "why", title="cleaned away", title_justify="left")
        for removed in found.removed:
            table.add_row(removed.line, removed.why)
        out.print()
        out.print(table)


@app.command()
def scan(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE|-]", help="Articles, one JSON object a line: id, title, text …"
        ),
    ] = "-",
    rules: Annotated[Path, typer.Option(help="The folder of rule files.")] = Path("rules"),
) -> None:
    """Match articles against the rules: JSON lines in, JSON lines out, in the same order."""
    from watcher.app import load_rules
    from watcher.match import match

    loaded = load_rules(rules)
    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))
        for number, line in enumerate(stream, 1):
            if line.strip():
                article, given, source = _article(line, number)
                matches = [_as_match(found) for found in match(loaded, article, source_name=source)]
                record = {"id": given.get("id"), "matches": matches}
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _article(line: bytes, number: int) -> tuple[Article, dict[str, Any], str]:
    from watcher.errors import WatcherError
    from watcher.model import Article

    try:
        given = json.loads(line)
    except ValueError as failure:
        raise WatcherError(
            f"line {number}: not JSON: {failure}. Give one object a line."
        ) from failure
    if not isinstance(given, dict):
        raise WatcherError(f"line {number}: expected an object with id, title and text.")

    def text(key: str) -> str:
        value = given.get(key)
        return value if isinstance(value, str) else ""

    raw_tags = given.get("tags")
    tags = (
        tuple(tag for tag in raw_tags if isinstance(tag, str)) if isinstance(raw_tags, list) else ()
    )
    article = Article(
        url=text("url"),
        title=text("title"),
        text=text("text"),
        author=text("author"),
        language=text("language"),
        source=text("source"),
        tags=tags,
    )
    return article, given, text("source")


def _as_match(found: Match) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity.word,
        "where": found.where,
        "spans": [dataclasses.asdict(span) for span in found.spans],
    }
