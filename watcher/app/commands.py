"""What commands do once: build what they need, and close it again."""

from __future__ import annotations

import asyncio
import contextlib
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from watcher.app.build import open_watcher
from watcher.clock import utc_now
from watcher.config import load_config, patterns_that_fit_nothing, read_config
from watcher.document import suggest
from watcher.errors import Invalid, Problem, StorageUnavailable
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Fetched, FetchFailed, NotAnArticle
from watcher.notify import Notifier, Templates, check_templates, sample_messages
from watcher.pages import read_by_hand
from watcher.record import Record
from watcher.rulefolder import read_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from watcher.config import Config
    from watcher.match import Rules
    from watcher.model import Article, Outcome, Polled, Source, SourceState
    from watcher.preview import Preview
    from watcher.record import Status
    from watcher.reread import Reread

CHECKS_AT_ONCE = 16


async def read_status(config_file: Path) -> Status:
    """Give what the record says about itself."""
    config = load_config(config_file)
    async with Record(config.database.reveal(), migrate=False) as record:
        return await record.status(utc_now())


@asynccontextmanager
async def open_archive(config_file: Path) -> AsyncIterator[tuple[Config, Record]]:
    """Open the record of a configuration, to look things up in it."""
    config = load_config(config_file)
    async with Record(config.database.reveal(), migrate=False) as record:
        yield config, record


async def reread_evidence(
    config_file: Path,
    since: datetime | None,
    source: str | None,
    done: Callable[[int], None],
    *,
    applies: bool,
) -> AsyncIterator[tuple[Reread, bool]]:
    """Read kept evidence again; give what comes out otherwise, each with whether it was recorded.

    `done` hears of each piece how many there are.
    """
    from watcher.reread import apply, reread

    begin = since or datetime(1970, 1, 1, tzinfo=UTC)
    async with open_watcher(load_config(config_file)) as watcher:
        total = await watcher.record.archive.count_evidence(begin, source)
        changed = reread(watcher.pipeline, begin, source, lambda: done(total))
        async for told in changed:
            yield told, applies and await apply(watcher.pipeline, told, utc_now())


async def send_test_notice(config_file: Path, target: str) -> Outcome:
    """Send an invented alert to one target."""
    config = load_config(config_file)
    names = [one.name for one in config.targets]
    if target not in names:
        known = ", ".join(names) or "none"
        what = f"there is no target '{target}' in the configuration. Known: {known}."
        raise Invalid([Problem(str(config_file), 0, 0, "targets", what)])
    async with Notifier(config.targets, templates=Templates(config.templates)) as notifier:
        return await notifier.send_test(target)


def check_all(config_file: Path) -> Sequence[Problem]:
    """Give every problem of configuration, sources, rules and message templates."""
    config, problems = read_config(config_file)
    if not config_file.is_file():
        return sorted(set(problems))
    read = read_folder(config.rules, [target.name for target in config.targets])
    templates = config.templates
    broken = (
        check_templates(templates, sample_messages()) if templates and templates.is_dir() else []
    )
    rules = read.rules.rules if read.is_usable else ()
    known = {
        "rules": [rule.id for rule in rules],
        "topics": [topic for rule in rules if (topic := rule.topic)],
        "sources": [source.id for source in config.sources],
    }
    # Where rules have mistakes nobody knows which there will be.
    unfit = patterns_that_fit_nothing(config_file, known) if read.is_usable else []
    return sorted({*problems, *read.problems, *broken, *unfit})


def load_rules(folder: Path) -> Rules:
    """Give the rules of a folder; raise Invalid with every problem if one is an error."""
    read = read_folder(folder)
    if not read.is_usable:
        raise Invalid(read.problems)
    return read.rules


async def read_address(url: str, *, allow: tuple[str, ...] = ()) -> Article | NotAnArticle:
    """Fetch one page and read it, as the daemon would."""
    async with Fetcher(replace(FetchSettings(), allow_networks=allow)) as fetcher:
        # robots.txt speaks to programs that follow links; this page a person asked for.
        page = await fetcher.fetch(url, accept="page", ignore_robots="a person asked for it")
    if isinstance(page, Fetched):
        return read_by_hand(page, now=utc_now())
    why = page.detail if isinstance(page, FetchFailed) else "the server sent no page"
    return NotAnArticle(url, why)


async def preview_address(
    url: str, *, allow: tuple[str, ...] = (), tell: Callable[[str], None]
) -> Preview:
    """Look at what a site offers to be watched; `tell` hears what is being looked at."""
    from watcher.preview import preview

    async with Fetcher(replace(FetchSettings(), allow_networks=allow)) as fetcher:
        return await preview(fetcher, url, utc_now(), tell)


async def check_each_source(
    config_file: Path, ids: Sequence[str], done: Callable[[int], None]
) -> list[tuple[Source, Polled]]:
    """Poll these sources, or all that are enabled, and record nothing; `done` hears of each."""
    from watcher.preview import poll_once

    config = load_config(config_file)
    known = {source.id: source for source in config.sources}
    if unknown := [id_ for id_ in ids if id_ not in known]:
        what = f"there is no source '{unknown[0]}'. {suggest(unknown[0], known)}"
        raise Invalid([Problem(str(config_file), 0, 0, "sources", what)])
    wanted = [known[id_] for id_ in ids] or [one for one in config.sources if one.enabled]
    turns = asyncio.Semaphore(CHECKS_AT_ONCE)
    async with Fetcher(config.fetch) as fetcher:

        async def check(source: Source) -> tuple[Source, Polled]:
            async with turns:
                polled = await poll_once(fetcher, source, utc_now())
            done(len(wanted))
            return source, polled

        return await asyncio.gather(*map(check, wanted))


async def read_sources_with_states(
    config_file: Path,
) -> list[tuple[Source, SourceState | None]]:
    """Give each source with what is remembered of it; None before its first start."""
    config = load_config(config_file)
    states: dict[str, SourceState] = {}
    with contextlib.suppress(StorageUnavailable):  # nothing has been recorded yet
        async with Record(config.database.reveal(), migrate=False) as record:
            status = await record.status(utc_now())
            states = {source.state.id: source.state for source in status.sources}
    return [(source, states.get(source.id)) for source in config.sources]


def read_bytes(
    body: bytes, *, url: str = "", form: Literal["auto", "html", "text"] = "auto"
) -> Article | NotAnArticle:
    """Read a page, or the text of one as it was scraped; `auto` looks for markup."""
    if form == "auto":
        form = "html" if _MARKUP.search(body[:100_000]) else "text"
    page = Fetched(url=url, final_url=url, body=body)
    return read_by_hand(page, form="page" if form == "html" else "text", now=utc_now())


_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|div|p|article|table|h1|meta)\b", re.IGNORECASE)
