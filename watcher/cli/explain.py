"""`watcher rules explain`: why a rule matches an article, or what was missing."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.asked import asked_for, give_up
from watcher.cli.reading import AllowNetwork, PageFormat, PageUrl  # noqa: TC001 - typer reads annotations while it runs
from watcher.cli.rules import rules_app
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import out

if TYPE_CHECKING:
    from watcher.match import Explained, Explanation, Rule
    from watcher.model import Article


@rules_app.command("explain")
def explain_rule(  # noqa: PLR0913, PLR0917 - one for each option
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id of the rule.")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL|ID|-",
            help="A page, an article as one JSON object, an address, or the number of an article "
            "on record.",
        ),
    ],
    rules: Annotated[
        Path | None, typer.Option("--rules", help="The rule files; default the configured ones.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    url: PageUrl = "",
    form: PageFormat = "auto",
    allow: AllowNetwork = None,
) -> None:
    """Say why a rule matches an article or what was missing: status 0 if it does, 1 if not."""
    from watcher.cli.explanation_view import show
    from watcher.clock import utc_now
    from watcher.config import Limits, load_config
    from watcher.errors import WatcherError
    from watcher.match import explain, remark_age, remark_count
    from watcher.rulefolder import read_written

    is_recorded = what.isdecimal()
    configured = load_config(config) if is_recorded or config.exists() else None
    folder = rules or (configured.rules if configured else Path("rules"))
    files = read_written(folder)
    asked = asked_for(what, config, configured, url, form, allow or [])
    try:
        found = explain(files, rule, asked.article, asked.source_name)
    except WatcherError as failure:
        give_up(str(failure))
    max_age_s = (configured.limits if configured else Limits()).max_age_s
    found = remark_age(found, asked.article, utc_now(), max_age_s)
    if is_recorded and found.rule.when:
        found = remark_count(found, _counted(config, int(what), found.rule))
    if as_json:
        typer.echo(json.dumps(as_record(found, asked.article), ensure_ascii=False))
    else:
        show(found, asked.article, out)
    raise typer.Exit(0 if found.holds else 1)


def _counted(config_file: Path, number: int, rule: Rule) -> int:
    async def look() -> int:
        from watcher.app.record import open_archive

        async with open_archive(config_file) as (_, record):
            return await record.archive.counted(number, rule.id, rule.when) if rule.when else 0

    return asyncio.run(look())


# --- JSON -------------------------------------------------------------------------------------


def as_record(found: Explanation, article: Article) -> dict[str, Any]:
    """Give the object that `--json` prints."""
    return {
        "rule": found.rule.id,
        "title": found.rule.title,
        "severity": found.rule.severity.word,
        "matches": found.holds,
        "where": found.where,
        "notes": list(found.notes),
        "article": {
            "url": article.url,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "published_how": article.published_how or None,
            "updated": article.updated.isoformat() if article.updated else None,
            "updated_how": article.updated_how or None,
            "old_news": article.old_news or None,
        },
        "condition": _node(found.tree),
    }


def _node(explained: Explained) -> dict[str, Any]:
    mark, passage = explained.mark, explained.passage
    return {
        "form": explained.form,
        "text": explained.text,
        "place": f"{mark.file}:{mark.line}:{mark.col}",
        "holds": explained.holds,
        "note": explained.note,
        "spans": [dataclasses.asdict(span) for span in explained.spans],
        "passage": {"text": passage.text, "hits": passage.hits} if passage else None,
        "members": [_node(child) for child in explained.children],
    }
