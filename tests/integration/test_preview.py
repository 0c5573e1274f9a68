"""`watcher sources`, against a real server: what is found, what is said, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.channel import channel_page, post
from tests.fakes.daemon import Daemon
from watcher.clock import utc_now
from watcher.config import load_document, read_sources
from watcher.fetch import Fetcher, FetchSettings
from watcher.model import Article, NotAnArticle, Source
from watcher.preview import Preview, preview

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.site import Site

PARAGRAPH = "قالت الوزارة في بيان إن الجسر الجديد سيخفف الازدحام في العاصمة خلال الأشهر المقبلة."


def watcher(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watcher", "sources", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def look(site: Site, path: str) -> Preview:
    settings = FetchSettings(pause_s=0, allow_networks=("127.0.0.0/8",))
    async with Fetcher(settings) as fetcher:
        return await preview(fetcher, site.url(path), utc_now())


def pasted(done: subprocess.CompletedProcess[str]) -> Source:
    """Read the YAML that a preview prints, as an operator pastes it."""
    _, _, text = done.stdout.partition("paste this into the sources file:\n")
    document, problems = load_document("sources.yaml", f"sources:\n{text}")
    assert document is not None
    [source], wrong = read_sources(document)
    assert [*problems, *wrong] == []
    return source


def newspaper(site: Site) -> None:
    items = [(f"افتتاح الجسر رقم {n} في بغداد", site.url(f"/iraq/{48210 + n}")) for n in range(4)]
    links = "".join(f'<li><a href="{url}">{title}</a></li>' for title, url in items)
    head = '<link rel="alternate" type="application/rss+xml" href="/latest.xml">'
    site.on(
        "/", answers.page(f"<html><head><title>النهر</title>{head}</head><ul>{links}</ul></html>")
    )
    dated = "<pubDate>Sat, 04 May 2024 09:00:00 GMT</pubDate>"
    site.on("/latest.xml", answers.page(answers.rss(*items, head=dated)))
    site.on("/robots.txt", answers.page(f"User-agent: *\nSitemap: {site.url('/map.xml')}\n"))
    urls = "".join(f"<url><loc>{url}</loc></url>" for _, url in items[:2])
    site.on("/map.xml", answers.page(f"<urlset>{urls}</urlset>"))
    body = f"<h1>{items[0][0]}</h1>" + f"<p>{PARAGRAPH}</p>" * 6
    article = f"<html><head><title>{items[0][0]}</title></head><article>{body}</article></html>"
    site.on("/iraq/48210", answers.page(article))


async def test_a_site_shows_its_feed_its_map_and_its_list(site: Site) -> None:
    newspaper(site)
    found = await look(site, "/")

    assert [(offer.kind, len(offer.parsed.entries)) for offer in found.offers] == [
        ("feed", 4),
        ("listing", 4),
        ("sitemap", 2),
    ]
    assert found.source == Source(
        id="127-0-0",
        name="موقع الاختبار",
        url=site.url("/latest.xml"),
        site=site.url("/"),
    )
    assert isinstance(found.article, Article)
    assert PARAGRAPH in found.article.text


async def test_a_home_page_that_is_refused_does_not_hide_the_feed(site: Site) -> None:
    site.on("/", answers.Reply(403))
    site.on("/rss.xml", answers.page(answers.rss(("خبر أول", site.url("/1")))))
    found = await look(site, "/")

    assert [offer.url for offer in found.offers] == [site.url("/rss.xml")]
    assert "403" in found.failure
    assert isinstance(found.article, NotAnArticle)


async def test_an_index_shows_what_its_maps_list(site: Site) -> None:
    maps = f"<sitemap><loc>{site.url('/news.xml')}</loc></sitemap>"
    site.on("/all.xml", answers.page(f"<sitemapindex>{maps}</sitemapindex>"))
    urls = f"<url><loc>{site.url('/iraq/1')}</loc></url>"
    site.on("/news.xml", answers.page(f"<urlset>{urls}</urlset>"))
    found = await look(site, "/all.xml")

    assert [(o.kind, o.parsed.entries[0].url) for o in found.offers] == [
        ("sitemap", site.url("/iraq/1"))
    ]


async def test_nothing_found_is_said(site: Site) -> None:
    found = await look(site, "/")

    assert found.offers == ()
    assert "404" in found.failure


def test_the_yaml_of_a_preview_can_be_pasted(site: Site) -> None:
    site.on("/s/nahr_news", answers.page(channel_page(post(1, "خبر من القناة اليوم"))))
    address, network = site.url("/s/nahr_news"), "--allow-network=127.0.0.0/8"
    done = watcher("preview", address, network)
    found = json.loads(watcher("preview", address, network, "--json").stdout)

    assert done.returncode == 0, done.stderr
    assert pasted(done).kind == "telegram"
    assert "خبر من القناة اليوم" in done.stdout
    assert len(site.requests) == 2
    assert [(o["kind"], o["entries"][0]["title"]) for o in found["offers"]] == [
        ("telegram", "خبر من القناة اليوم")
    ]


def test_private_addresses_are_refused(site: Site) -> None:
    newspaper(site)
    done = watcher("preview", site.url("/"))

    assert (done.returncode, site.requests) == (1, [])


# --- list, check, import, export ----------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Daemon:
    site.on("/good", answers.page(answers.rss(("خبر", site.url("/1")))))
    site.on("/bad", answers.Reply(500))
    daemon = Daemon(
        tmp_path,
        targets={"desk": "json://127.0.0.1:9/"},
        sources={"good": site.url("/good"), "bad": site.url("/bad")},
    )
    (daemon.rules / "one.yaml").write_text("rules:\n  - {id: trains, match: قطار}\n")
    return daemon


def test_check_says_what_came_and_fails_with_one(desk: Daemon) -> None:
    done = desk.run("sources", "check")

    assert done.returncode == 1
    assert "500" in done.stdout
    assert desk.run("sources", "check", "good").returncode == 0
    assert not list(desk.folder.glob("watcher.db*"))


def test_check_of_an_unknown_source_names_the_known(desk: Daemon) -> None:
    done = desk.run("sources", "check", "god")

    assert done.returncode == 2
    assert "Did you mean 'good'?" in done.stderr


@pytest.mark.timeout(300)
def test_list_shows_what_is_on_record_and_works_before_there_is_any(desk: Daemon) -> None:
    before = json.loads(desk.run("sources", "list", "--json").stdout)
    desk.run("once")
    after = json.loads(desk.run("sources", "list", "--json").stdout)

    assert [(one["id"], one["state"]) for one in before] == [("good", None), ("bad", None)]
    assert [one["state"]["failures"] > 0 for one in after] == [False, True]
    assert "500" in desk.run("sources", "list").stdout


def test_export_and_import_are_a_round(desk: Daemon, tmp_path: Path) -> None:
    opml = tmp_path / "list.opml"
    opml.write_text(desk.run("sources", "export").stdout)
    printed = watcher("import", str(opml))
    again = watcher("import", str(opml), "--into", str(tmp_path / "sources.yaml"))
    fresh = watcher("import", str(opml), "--into", str(tmp_path / "new.yaml"))

    assert printed.stdout.count("- id:") == 2
    assert again.stderr.count("the address is that of") == 2
    assert "2 sources were added" in fresh.stdout
    assert (tmp_path / "new.yaml").read_text().count("- id:") == 2


def test_a_file_that_is_no_opml_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_text("nonsense")
    done = watcher("import", str(tmp_path / "x.opml"))

    assert done.returncode == 1
    assert "this is no" in done.stderr
