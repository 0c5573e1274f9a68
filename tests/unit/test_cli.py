"""The commands, as a shell sees them: what they print and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from watcher.shipped import shipped

if TYPE_CHECKING:
    from pathlib import Path

PAGE = shipped("seeds") / "articles" / "wasit" / "04-drones-ain-al-asad.html"


def watcher(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watcher", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_read_gives_one_object_a_page() -> None:
    done = watcher("read", str(PAGE), "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 0
    times = ["published", "published_how", "updated", "updated_how"]
    assert sorted(found) == sorted(
        [
            *("article", "why", "title", "text", "author", "language", "credit"),
            *("removed", "quality", "quality_why", *times),
        ]
    )
    assert found["article"] is True
    assert found["title"] == "طائرتان مسيّرتان تستهدفان قاعدة عين الأسد غربي الأنبار"
    assert len(found["text"].split("\n")) == 5


def test_read_says_why_a_page_is_no_article() -> None:
    links = "".join(f'<li><a href="/{n}">خبر رقم {n}</a></li>' for n in range(60))
    found = json.loads(
        watcher("read", "-", "--json", stdin=f"<html><ul>{links}</ul></html>").stdout
    )

    assert found["article"] is False
    assert found["why"]


def test_read_says_what_speaks_against_a_reading(tmp_path: Path) -> None:
    """In the object and, where there is a doubt, to people."""
    page = tmp_path / "cut.html"
    page.write_text(
        "<article><h1>خبر مقطوع</h1><p>"
        + "أعلن الوزير اليوم عن خطة جديدة " * 6
        + "[...]</p></article>"
    )
    told = json.loads(watcher("read", str(page), "--json").stdout)
    assert told["quality"] < 0.5
    assert told["quality_why"] == ["the text breaks off", "it has no date"]
    assert "quality 0.4" in watcher("read", str(page)).stdout


def test_read_shows_what_was_removed_to_people() -> None:
    page = shipped("seeds") / "articles" / "rafidain" / "05-drones-copy.html"

    assert "shortcode marker" in watcher("read", str(page)).stdout


def test_scan_keeps_the_order_and_points_into_the_text() -> None:
    text = "استهدفت طائرتان مسيرتان قاعدة عين الأسد الجوية في الأنبار بالعراق"
    lines = [{"id": 1, "title": "كتاب", "text": "معرض"}, {"id": "b", "title": "", "text": text}]
    stdin = "\n".join(json.dumps(line) for line in lines)
    done = watcher("scan", "--rules", str(shipped("rules")), "-", stdin=stdin)
    first, second = map(json.loads, done.stdout.splitlines())

    assert first == {"id": 1, "matches": []}
    [found] = [match for match in second["matches"] if match["rule"] == "ain-al-asad-attack"]
    assert (second["id"], found["where"]) == ("b", "lead")
    assert "عين الأسد" in {text[span["start"] : span["end"]] for span in found["spans"]}


@pytest.mark.parametrize("line", ["nonsense", "[1]"])
def test_scan_names_the_line_that_is_no_object(line: str) -> None:
    stdin = f'{{"id": 1}}\n{line}\n{{"id": 3}}\n'
    done = watcher("scan", "--rules", str(shipped("rules")), "-", stdin=stdin)
    records = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [record["id"] for record in records] == [1, None, 3]
    assert "line 2" in records[1]["error"]


def test_check_names_every_mistake_and_ends_with_2(tmp_path: Path) -> None:
    assert watcher("init", str(tmp_path / "desk")).returncode == 0
    config = tmp_path / "desk" / "watcher.yaml"
    assert watcher("check", "-c", str(config)).returncode == 0

    config.write_text(config.read_text().replace("operator: console", "operater: console"))
    rules = tmp_path / "desk" / "rules" / "first-steps.yaml"
    rules.write_text(rules.read_text().replace("severity: high", "severity: huge", 1))
    done = watcher("check", "-c", str(config))

    assert done.returncode == 2
    assert "Did you mean 'operator'?" in done.stderr
    assert f"{rules}:" in done.stderr


def test_rules_test_fails_with_the_place_of_the_failing_test(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "rules:\n  - id: a\n    title: ت\n    match: جسر\n    tests:\n"
        "      - {name: wrong, text: قطار, expect: match}\n"
    )
    done = watcher("rules", "test", "--rules", str(tmp_path))

    assert done.returncode == 1
    assert "a.yaml:6" in done.stderr
    assert "0 passed, 1 failed" in done.stdout


def test_status_of_a_database_that_is_not_there_yet_says_what_to_do(tmp_path: Path) -> None:
    watcher("init", str(tmp_path / "desk"))
    done = watcher("status", "-c", str(tmp_path / "desk" / "watcher.yaml"))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_send_test_prints_to_the_console(tmp_path: Path) -> None:
    watcher("init", str(tmp_path / "desk"))
    done = watcher("send-test", "console", "-c", str(tmp_path / "desk" / "watcher.yaml"))

    assert done.returncode == 0
    assert "رسالة تجريبية" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["read", "nope.html"], id="no such page"),
        pytest.param(["read", "."], id="a folder"),
        pytest.param(["read", "ftp://a.example/x"], id="another scheme"),
        pytest.param(["scan", "--rules", str(shipped("rules")), "nope"], id="no such articles"),
        pytest.param(["run", "-c", "nope.yaml"], id="no configuration"),
        pytest.param(["rules", "check", "--rules", "nope"], id="no rules"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_line(words: list[str]) -> None:
    done = watcher(*words)

    assert done.returncode in {1, 2}
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_markup_in_a_page_is_shown_and_not_obeyed() -> None:
    page = "<html><title>عنوان [/red] الخبر</title><body><h1>عنوان [/red] الخبر</h1>" + "".join(
        f"<p>قالت اللجنة [bold] في بيانها رقم {n} إن الأعمال تسير وفق الخطة المعلنة سابقا.</p>"
        for n in range(9)
    )
    done = watcher("read", "-", "--format", "html", stdin=page)

    assert done.returncode == 0
    assert "[bold]" in done.stdout


def test_check_of_a_missing_configuration_gives_one_problem(tmp_path: Path) -> None:
    done = watcher("check", "-c", str(tmp_path / "nope.yaml"))

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unknown_target_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    watcher("init", str(tmp_path / "desk"))
    done = watcher("send-test", "nobody", "-c", str(tmp_path / "desk" / "watcher.yaml"))

    assert done.returncode == 2
    assert "console" in done.stderr


def test_group_writes_a_story_for_each_article(tmp_path: Path) -> None:
    """In order; dates as feeds write them are understood, too."""
    text = (
        "أعلنت وزارة النقل افتتاح محطة القطارات الجديدة في مدينة الحلة بعد أعمال استمرت ثلاث سنوات"
    )
    articles = [
        {"id": "a", "title": "محطة جديدة", "text": text, "published": "2026-05-04T09:00:00+03:00"},
        {"id": 7, "title": "مباراة", "text": "فاز الفريق على ضيفه بهدفين في مباراة السبت"},
        {"id": "b", "text": text, "source": "nahr", "published": "Mon, 04 May 2026 09:30:00 GMT"},
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    done = watcher("group", str(file))
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert [(one["id"], one["story"], one["relation"]) for one in found] == [
        ("a", "a", "new"),
        (7, 7, "new"),
        ("b", "a", "copy"),
    ]
    assert found[2]["why"] == "the same text as article a"
    assert set(found[0]) == {"id", "story", "relation", "why"}


def test_a_date_that_cannot_be_read_is_named() -> None:
    dates = ["2026-06-01T08:00:00Z", "soon", "", "Mon, 01 Jun 2026 06:00:00 GMT"]
    articles = [{"id": n, "text": "نص", "published": date} for n, date in enumerate(dates)]
    done = watcher("group", "-", stdin="\n".join(map(json.dumps, articles)))

    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1, 2, 3]
    [warning] = done.stderr.splitlines()
    assert "«soon»" in warning


def test_group_goes_on_after_bad_lines_and_names_them_all() -> None:
    lines = ["{", "[]", '{"text": "نص"}', '{"id": 1}', "", '{"id": 2, "text": "نص قصير"}']
    done = watcher("group", "-", stdin="\n".join(lines))

    assert done.returncode == 2
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [2]
    places = [line.split(": ")[0] for line in done.stderr.splitlines()]
    assert places == [f"standard input:{number}:1" for number in (1, 2, 3, 4)]
