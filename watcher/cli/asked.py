"""The article that a command is asked about: a page, an address, JSON, or a number on record."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import typer

from watcher.cli.given import article_of
from watcher.cli.show import err

if TYPE_CHECKING:
    from watcher.cli.reading import Format
    from watcher.config import Config
    from watcher.model import Article

_TROUBLE = 2


class Asked(NamedTuple):
    """The article, the name of its source, and its story where it is on record."""

    article: Article
    source_name: str
    story_id: int | None = None


def asked_for(  # noqa: PLR0913, PLR0917 - one for each option
    what: str, config_file: Path, config: Config | None, url: str, form: Format, allow: list[str]
) -> Asked:
    """Get the article that is meant, its source called by its configured name as the daemon does.

    Ends the program with status 2 where there is none.
    """
    is_recorded = what.isdecimal()
    if config is not None:
        allow = [*allow, *map(str, config.fetch.allow_networks)]
    asked = _recorded(config_file, int(what)) if is_recorded else _given(what, url, form, allow)
    names = {source.id: source.name for source in config.sources} if config else {}
    return asked._replace(source_name=names.get(asked.article.source, asked.source_name))


def _recorded(config_file: Path, number: int) -> Asked:
    async def look() -> Asked | None:
        from watcher.app.record import open_archive

        async with open_archive(config_file) as (_, record):
            found = await record.archive.archived([number])
        one = found[0] if found else None
        return Asked(one.article, one.source_name, one.story_id) if one else None

    found = asyncio.run(look())
    if found is None:
        give_up(f"there is no article {number} on record. `watcher search` lists what there is.")
    return found


def _given(what: str, url: str, form: Format, allow: list[str]) -> Asked:
    from watcher.app.reading import read_address, read_bytes
    from watcher.model import NotAnArticle

    if what.startswith(("http://", "https://")):
        found = asyncio.run(read_address(what, allow=tuple(allow)))
    else:
        body = sys.stdin.buffer.read() if what == "-" else _read(what)
        if body.lstrip()[:1] == b"{":
            return _from_json(body)
        found = read_bytes(body, url=url, form=form)
    if isinstance(found, NotAnArticle):
        give_up(f"this is not an article: {found.why}")
    return Asked(found, found.source)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as failure:
        give_up(f"{name} cannot be read: {failure.strerror}")


def _from_json(body: bytes) -> Asked:
    """Read one article in the form that `watcher scan` takes."""
    lines = [line for line in body.splitlines() if line.strip()]
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as failure:
        if len(lines) == 1:
            give_up(f"this begins like JSON and is none: {failure}")
        give_up(
            f"{len(lines)} lines were given, and one article can be explained. Pick a line: "
            "sed -n 3p FILE | watcher rules explain RULE -"
        )
    if not isinstance(given, dict):
        give_up("this is JSON and no object with id, title and text")
    article = article_of(given)
    return Asked(article, article.source)


def give_up(why: str) -> NoReturn:
    """Say why there is nothing to answer, and end with status 2."""
    err.print(why, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(_TROUBLE)
