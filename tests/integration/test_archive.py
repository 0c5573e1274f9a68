"""Rules and terms over a recorded archive, on both databases, and the commands that ask it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.fakes.readings import NOW, entry, fingerprint, listed, reading
from watcher import archive
from watcher.cli import app, backtest
from watcher.clock import utc_now
from watcher.errors import Invalid, WatcherError
from watcher.model import Article
from watcher.record import Record

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from typer.testing import Result

TITLES = (
    "انسحاب القوات الأمريكية من القاعدة",
    "الجنود ينسحبون فجرا",
    "افتتاح سوق في الموصل",
    "وصول قوات عراقية وأمريكية",
    "قال مصدر إن قواتها الأميركية باقية",
)
RULES = """
lists: {forces: [قوات أمريكية, جندي]}
rules:
  - {id: forces, match: {list: forces}}
  - {id: market, match: {all: [سوق, {in: title, match: الموصل}]}}
  - {id: pattern, match: {regex: فجر.}}
"""


async def fill(record: Record, now: datetime = NOW) -> None:
    pending = await listed(record, *(entry(number) for number in range(len(TITLES))))
    for number, (one, title) in enumerate(zip(pending, TITLES, strict=True)):
        seen = now + timedelta(hours=number)
        article = Article(one.entry.url, title, "", published=seen, source="nahr")
        given = reading(one, article=article, fingerprint=fingerprint(one.entry.url))
        await record.reading(given, seen)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "x.yaml").write_text(RULES)
    return folder


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("forces", [0, 1, 4], id="phrases and words"),
        pytest.param("market", [2], id="all"),
        pytest.param("pattern", [0, 1, 2, 3, 4], id="a pattern narrows nothing"),
    ],
)
async def test_candidates(record: Record, rules: Path, rule: str, expected: list[int]) -> None:
    await fill(record)
    wanted = archive.load_rule_set(rules, rule).needs.values()

    ids = await archive.candidates(record, wanted)
    titles = [one.article.title async for one in archive.read_articles(record, ids[::-1])]
    assert [title for title in titles if title != TITLES[3]] == [
        TITLES[number] for number in expected if number != 3
    ]


async def test_terms_are_found_newest_first(record: Record) -> None:
    await fill(record)

    found = await archive.find(record, ["قوات أمريكية"], None, 10)
    assert [alert.title for alert in found] == [TITLES[4], TITLES[0]]
    assert found[1].title_hits == ((7, 23),)
    assert len(await archive.find(record, ["قوات أمريكية"], None, 1)) == 1
    assert await archive.find(record, ["قوات أمريكية", "سوق"], None, 10) == []


def test_an_unknown_rule_is_told(rules: Path) -> None:
    with pytest.raises(WatcherError, match="Did you mean 'market'"):
        archive.load_rule_set(rules, "markt")


def test_an_older_version_takes_its_lists_from_the_folder(rules: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("rules: [{id: forces, match: {all: [{list: forces}, سوق]}}]")
    older = archive.load_older_rule_set(old, rules, "forces")
    assert [rule.id for rule in older.rules.rules] == ["forces"]
    old.write_text("rules: [{id: forces, match: {list: nothing}}]")
    with pytest.raises(Invalid, match="nothing"):
        archive.load_older_rule_set(old, rules)


# --- commands ---------------------------------------------------------------------------------


def watcher(*words: str) -> Result:
    assert backtest.__name__ == "watcher.cli.backtest", "importing it registers its commands"
    return CliRunner().invoke(app, words)


@pytest.fixture
async def config(tmp_path: Path, rules: Path) -> str:
    async with Record(f"sqlite:///{tmp_path}/watcher.db") as record:
        await fill(record, utc_now() - timedelta(days=1))
    (tmp_path / "sources.yaml").write_text("sources: [{id: nahr, url: 'https://nahr.example/rss'}]")
    file = tmp_path / "watcher.yaml"
    file.write_text(
        f"database: sqlite:///{tmp_path}/watcher.db\nrules: {rules}\n"
        "targets: [{name: desk, url: 'console://', min_severity: high}]\n"
    )
    return str(file)


def test_backtest_over_the_archive(config: str) -> None:
    done = watcher("rules", "backtest", "forces", "-c", config, "--since", "7d")
    assert done.exit_code == 0, done.stderr
    assert "3 alerts: one for each story, of 3 articles" in done.stdout
    assert "*قواتها الأميركية*" in done.stdout


def test_backtest_as_json(config: str) -> None:
    done = watcher("rules", "backtest", "-c", config, "--json", "--samples", "1")
    told = json.loads(done.stdout)
    assert {rule["rule"]: rule["stories"] for rule in told["rules"]} == {
        "forces": 3,
        "market": 1,
        "pattern": 1,
    }
    assert told["rules"][1]["samples"][0]["title"] == TITLES[2]


def test_backtest_against_an_older_version(config: str, tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("rules: [{id: forces, match: {any: [جندي, سوق]}}]")
    done = watcher("rules", "backtest", "forces", "-c", config, "--against", str(old), "--json")
    [told] = json.loads(done.stdout)["rules"]
    assert (told["only_old"], told["only_new"]) == (1, 2)
    assert told["samples_old"][0]["title"] == TITLES[2]


def test_backtest_of_lines(rules: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "title": title, "text": ""}) for n, title in enumerate(TITLES)]
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(lines))
    words = ("rules", "backtest", "forces", "--rules", str(rules), "--articles", str(file))
    told = json.loads(watcher(*words, "--json").stdout)
    assert told["looked_at"] == len(TITLES)
    assert told["rules"][0]["articles"] == 3


def test_a_time_span_nobody_understands(config: str) -> None:
    done = watcher("rules", "backtest", "-c", config, "--since", "soon")
    assert done.exit_code == 2
    assert "Write 12h, 30d, 8w or all" in done.stderr


def test_search(config: str) -> None:
    done = watcher("search", "قوات أمريكية", "-c", config)
    assert done.exit_code == 0, done.stderr
    assert "2 articles" in done.stdout
    told = json.loads(watcher("search", "انسحاب", "-c", config, "--json").stdout)
    assert [one["title"] for one in told] == [TITLES[0]]


def test_check_knows_the_targets(config: str, rules: Path) -> None:
    done = watcher("rules", "check", "--rules", str(rules), "-c", config)
    assert done.exit_code == 0
    assert "its matches tell nobody" in done.stderr


def test_schema_is_written() -> None:
    done = watcher("rules", "schema")
    assert json.loads(done.stdout)["title"] == "watcher rules"
