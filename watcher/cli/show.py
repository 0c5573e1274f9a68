"""How things look in the terminal: problems, tables, times."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.errors import Problem
    from watcher.model import Article

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def show_problems(problems: Iterable[Problem]) -> None:
    """Print one line a problem, the place first so that editors can jump there."""
    for problem in problems:
        color = "yellow" if problem.level == "warning" else "red"
        place = f"{problem.file}:{problem.line}:{problem.col}" if problem.line else problem.file
        rest = str(problem).removeprefix(place)
        err.print(Text.assemble((place, "bold"), (rest, color)), soft_wrap=True)


def as_json(data: object) -> str:
    """Write plain values as one line of JSON, instants as ISO 8601 has them."""
    return json.dumps(data, default=_as_text, ensure_ascii=False)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def ago(instant: datetime | None, now: datetime) -> str:
    """Say how long ago, or in how long, in the largest fitting unit."""
    if instant is None:
        return "never"
    distance = now - instant
    words = span(abs(distance))
    return f"{words} ago" if distance >= timedelta() else f"in {words}"


def span(length: timedelta) -> str:
    """Give a duration in its largest fitting unit.

    >>> span(timedelta(seconds=7260)), span(timedelta(seconds=6 * 3600 - 2))
    ('2 h', '6 h')
    """
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 1.95 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"


def times_of(article: Article) -> str:
    """Say when an article was published and last changed, and how that was found."""
    published = _moment(article.published, article.published_how) or "no date"
    updated = _moment(article.updated, article.updated_how)
    return f"{published}, updated {updated}" if updated else published


def _moment(instant: datetime | None, how: str) -> str:
    if instant is None:
        return ""
    return f"{instant.isoformat(' ', 'minutes')}{f' ({how})' if how else ''}"
