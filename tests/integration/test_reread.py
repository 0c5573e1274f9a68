"""Kept pages are read again: shown first, recorded when asked, alerting only on what is new."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typer.testing import CliRunner

import watcher.cli.articles  # noqa: F401 - registers its commands
from tests.fakes import site as answers
from tests.integration.test_pipeline import poll_all, watching
from tests.pages.source import pieces
from watcher.cli import app
from watcher.clock import utc_now
from watcher.record.migrate import engine_for
from watcher.record.tables import articles
from watcher.reread import apply, reread

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.site import Site
    from watcher.app.watching import Watcher

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def read_one(watcher: Watcher, site: Site) -> None:
    [piece] = pieces(1, popular=False)
    body = "".join(f"<p>{line}</p>" for line in piece.text.split("\n"))
    html = f"<html><body><article><h1>{piece.title}</h1>{body}</article></body></html>"
    site.on("/1", answers.page(html))
    dated = f"<pubDate>{utc_now():%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
    site.on("/rss", answers.page(answers.rss((piece.title, site.url("/1")), head=dated)))
    await poll_all(watcher)
    for pending in await watcher.record.pending(utc_now(), 10):
        await watcher.pipeline.read(pending)


def edit_text(watcher: Watcher, old: str, new: str) -> None:
    """Make the record say what older code would have made of the page."""
    with engine_for(watcher.record._url).begin() as connection:
        [text] = connection.scalars(articles.select().with_only_columns(articles.c.text))
        assert old in text
        connection.execute(articles.update().values(text=text.replace(old, new, 1)))


async def told_again(watcher: Watcher) -> list[object]:
    counted: list[int] = []
    found = [
        told async for told in reread(watcher.pipeline, LONG_AGO, None, lambda: counted.append(1))
    ]
    assert len(counted) == 1
    return list(found)


async def test_what_reads_the_same_is_not_told(tmp_path: Path, site: Site) -> None:
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await read_one(watcher, site)
        asked = len(site.asked("/1"))
        assert await told_again(watcher) == []
        assert len(site.asked("/1")) == asked


async def test_what_reads_otherwise_becomes_a_revision(tmp_path: Path, site: Site) -> None:
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await read_one(watcher, site)
        [first] = await watcher.record.archive.articles(None, None, None, 10)
        word = first.article.text.split()[3]
        edit_text(watcher, word, "كلمةقديمة")
        async for told in reread(watcher.pipeline, LONG_AGO, "a", lambda: None):
            assert len(told.in_text) == 1
            assert await apply(watcher.pipeline, told, utc_now())
        assert await told_again(watcher) == []
        found = await watcher.record.archive.history(first.article.url)
        assert found is not None
        assert found.one.article.text == first.article.text
        [before] = found.superseded
        assert before.why == "read again"
        [change] = before.differences
        assert before.text[change.old_start : change.old_end] == "كلمةقديمة"


async def test_only_a_rule_that_did_not_match_before_alerts(tmp_path: Path, site: Site) -> None:
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await read_one(watcher, site)
        [first] = await watcher.record.archive.articles(None, None, None, 10)
        word = max(first.article.text.split()[:20], key=len).strip("،.:")
        rule = f"rules:\n  - {{id: late, title: متأخر, match: '{word}'}}\n"
        (tmp_path / "rules" / "two.yaml").write_text(rule)
        await watcher.periodic.refresh_rules()
        await watcher.periodic.refresh_rules()
        gained = [told async for told in reread(watcher.pipeline, LONG_AGO, None, lambda: None)]
        assert [told.gained for told in gained] == [("late",)]
        for told in gained:
            await apply(watcher.pipeline, told, utc_now())
        told_to = await watcher.record.due_notices(utc_now(), 10)
        assert {notice.rule for notice in told_to} == {"late"}
        assert await told_again(watcher) == []


def test_the_commands(tmp_path: Path, site: Site) -> None:
    """List, show and read again, from the shell."""

    async def prepare() -> None:
        async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
            await read_one(watcher, site)
            [first] = await watcher.record.archive.articles(None, None, None, 10)
            edit_text(watcher, first.article.text.split()[3], "كلمةقديمة")

    def run(*words: str) -> str:
        given = ["articles", *words, "--config", str(tmp_path / "watcher.yaml")]
        done = CliRunner().invoke(app, given, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    asyncio.run(prepare())
    assert "1 articles" in run("list", "--source", "a")
    assert "0 articles" in run("list", "--rule", "trains")
    assert "[-كلمةقديمة-]" in run("reread", "--since", "1d")
    assert "add --apply" in run("reread", "--since", "1d")
    assert "recorded" in run("reread", "--since", "1d", "--apply")
    assert "0 come out otherwise" in run("reread", "--since", "1d")
    shown = run("show", "1")
    assert "read again" in shown
    assert "[-كلمةقديمة-]" in shown
