"""`watcher rules explain`, as a shell sees it: what it takes, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import watcher.cli.explain  # noqa: F401 - commands register themselves
from tests.fakes.readings import NOW, entry, reading, source
from watcher.cli import app
from watcher.record import Record

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

RULES = """
lists:
  span: [جسر, نفق]
rules:
  - id: bridges
    title: جسور دجلة
    match:
      all:
        - near: {within: 2, of: [{list: span}, دجلة]}
      none: [غرق]
    tests:
      - {title: جسر على دجلة, expect: match}
      - {title: جسر على الفرات, expect: silent}
"""
HELD = {"title": "افتتاح جسر على دجلة", "text": "اليوم.", "published": "2024-05-04T09:00:00"}
MISSED = {"title": "افتتاح جسر", "text": "كبير وطويل وجميل وعريض على دجلة."}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "bridges.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explain(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["rules", "explain", *words], input=stdin)


@pytest.mark.usefixtures("folder")
def test_a_rule_that_matches_is_explained_as_a_tree() -> None:
    done = explain("bridges", "-", stdin=json.dumps(HELD))

    assert done.exit_code == 0
    assert "bridges matches, in the title" in done.stdout
    assert "1 word apart, 2 allowed" in done.stdout
    assert "*جسر* على *دجلة*" in done.stdout
    assert "nobody is told" in done.stdout


@pytest.mark.usefixtures("folder")
def test_a_rule_that_does_not_match_ends_with_status_1() -> None:
    done = explain("bridges", "-", stdin=json.dumps(MISSED))

    assert done.exit_code == 1
    assert "bridges does not match" in done.stdout
    assert "all found, but not in one field" in done.stdout


@pytest.mark.usefixtures("folder")
def test_as_json_it_is_one_object() -> None:
    done = explain("bridges", "-", "--json", stdin=json.dumps(HELD))
    found = json.loads(done.stdout)

    assert (found["rule"], found["matches"], found["where"]) == ("bridges", True, "title")
    near, none = found["condition"]["members"]
    assert (near["form"], near["place"]) == ("near", "rules/bridges.yaml:9:17")
    assert near["passage"] == {"text": HELD["title"], "hits": [[7, 10], [15, 19]]}
    assert near["spans"][0] == {"field": "title", "start": 7, "end": 10, "term": "جسر"}
    assert (none["form"], none["holds"], none["members"]) == ("none", True, [])


def test_a_page_is_read_like_any_other(folder: Path) -> None:
    page = "افتتاح جسر جديد\n\nافتتح وزير الإعمار صباح اليوم الأحد جسرا على دجلة في بغداد.\n"
    (folder / "page.txt").write_text(page * 4)

    done = explain("bridges", "page.txt", "--format", "text")

    assert done.exit_code == 0, done.stderr


async def record_an_article(folder: Path, *targets: str) -> None:
    async with Record(f"sqlite:///{folder}/watcher.db") as record:
        await record.sync_sources([source()], NOW)
        await record.polled(await record.state("nahr"), [entry(1)], NOW)
        [pending] = await record.pending(NOW, 5)
        await record.reading(reading(pending, *targets), NOW)


def test_a_number_is_an_article_on_record(folder: Path) -> None:
    asyncio.run(record_an_article(folder))
    url = "https://nahr.example/rss"
    (folder / "sources.yaml").write_text(f"sources:\n  - {{id: nahr, name: النهر, url: '{url}'}}\n")
    (folder / "watcher.yaml").write_text("targets:\n  - {name: desk, url: 'console://'}\n")

    known, unknown = explain("bridges", "1"), explain("bridges", "77")

    assert known.exit_code == 0, known.stderr
    assert "*جسراً* على *دجلة*" in known.stdout
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "there is no article 77 on record" in unknown.stderr


@pytest.mark.parametrize(
    ("when", "note"),
    [
        (
            "{outlets: 2, within: 12h}",
            "1 of 2 independent outlets of its story within 12 h: 1 lacked",
        ),
        ("{stories: 3, within: 6h}", "1 of 3 stories within 6 h: 2 lacked"),
        ("{quiet_for: 24h}", "people are told when nothing has matched for 24 h"),
    ],
)
def test_what_when_still_lacks_is_said_of_an_article_on_record(
    folder: Path, when: str, note: str
) -> None:
    (folder / "rules" / "bridges.yaml").write_text(
        RULES.replace("    tests:", f"    when: {when}\n    tests:")
    )
    asyncio.run(record_an_article(folder, "desk"))
    (folder / "sources.yaml").write_text(
        "sources:\n  - {id: nahr, url: 'https://nahr.example/rss'}\n"
    )
    (folder / "watcher.yaml").write_text("targets:\n  - {name: desk, url: 'console://'}\n")

    told = explain("bridges", "1")

    assert told.exit_code == 0, told.stderr
    assert note in told.stdout


TROUBLE = {
    "no such rule": (("bridge", "-"), json.dumps(HELD), "Did you mean 'bridges'?"),
    "no such file": (("bridges", "none.html"), "", "none.html cannot be read"),
    "not an article": (("bridges", "-"), "<html><p>x</p></html>", "this is not an article"),
    "many articles": (
        ("bridges", "-"),
        f"{json.dumps(HELD)}\n{json.dumps(MISSED)}",
        "2 lines were given",
    ),
    "not quite JSON": (("bridges", "-"), "{title: x}", "this begins like JSON and is none"),
}


@pytest.mark.parametrize("case", TROUBLE)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_explained_ends_with_status_2_and_the_reason(case: str) -> None:
    words, stdin, why = TROUBLE[case]

    done = explain(*words, stdin=stdin)

    assert (done.exit_code, done.stdout) == (2, "")
    assert why in done.stderr


def test_a_test_that_fails_is_explained(folder: Path) -> None:
    """What a rule's author expected and did not get is shown with the reason."""
    wrong = RULES.replace("على الفرات, expect: silent", "كبير على دجلة, expect: silent")
    (folder / "rules" / "bridges.yaml").write_text(wrong)

    done = CliRunner().invoke(app, ["rules", "test"])

    assert done.exit_code == 1
    assert "expected silent, got a match" in done.stderr
    assert "2 words apart, 2 allowed" in done.stderr
