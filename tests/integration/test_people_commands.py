"""`watcher alerts …` and `watcher route test`, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import alert, entry, reading, source
from watcher.clock import utc_now
from watcher.model import Sent, Severity
from watcher.record import Record

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
sources: sources.yaml
timezone: Asia/Baghdad
targets:
  - {name: desk, url: 'console://', digest: {every: 6h, up_to: low}}
  - {name: officer, url: 'console://', min_severity: critical}
  - {name: oil, url: 'console://', rules: [oil-*]}
"""
RULES = """\
rules:
  - id: bridges
    title: جسور بغداد
    severity: high
    match: جسر
    tests:
      - {name: hit, text: جسر, expect: match}
      - {name: miss, text: كتاب, expect: silent}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "watcher.yaml").write_text(CONFIG, "utf-8")
    (tmp_path / "rules" / "a.yaml").write_text(RULES, "utf-8")
    sources = "sources:\n  - {id: nahr, url: 'https://nahr.example/rss', name: صحيفة النهر}\n"
    (tmp_path / "sources.yaml").write_text(sources, "utf-8")
    return tmp_path


def watcher(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "watcher", *words, "-c", str(folder / "watcher.yaml")],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin", "COLUMNS": "200", "PYTHONPATH": ":".join(sys.path)},
    )
    assert "Traceback" not in done.stderr
    return done


async def told(folder: Path, *, sends: bool = True) -> list[int]:
    """Put a story on record of which two targets were told; give the notices' numbers."""
    now = utc_now()
    async with Record(f"sqlite:///{folder}/watcher.db") as record:
        await record.sync_sources([source()], now)
        await record.polled(await record.state("nahr"), [entry()], now)
        [pending] = await record.pending(now, 1)
        seen = now - timedelta(seconds=90)
        one = alert(severity=Severity.HIGH, published=now - timedelta(minutes=10), seen=seen)
        alerts = (("desk", one), ("officer", one))
        queued = await record.reading(replace(reading(pending), alerts=alerts), now)
        for notice in await record.due_notices(now, 10) if sends else ():
            if notice.target == "desk":
                await record.sent(notice, Sent("250 OK"), now, 0.25)
            else:
                await record.refused(notice, "550 no such mailbox", now)
    return [notice.id for notice in queued]


async def test_alerts_are_listed_and_shown(folder: Path) -> None:
    desk, officer = await told(folder)

    listed = watcher(folder, "alerts", "list")
    assert "افتتاح جسر جديد في بغداد" in listed.stdout
    assert "dead: 550 no such mailbox" in listed.stdout
    data = json.loads(watcher(folder, "alerts", "list", "--status", "sent", "--json").stdout)
    assert [(one["id"], one["severity"]) for one in data["alerts"]] == [(desk, "high")]
    shown = watcher(folder, "alerts", "show", str(desk)).stdout
    assert "sent  250 OK" in shown
    assert "after news  10 min" in shown
    assert "after sight  90 s" in shown
    dead = watcher(folder, "alerts", "dead", "--resend").stdout
    assert "never delivered" in dead
    assert f"{officer} queued as" in dead
    again = watcher(folder, "alerts", "dead", "--resend").stdout
    assert "sent again as" in again
    assert "queued as" not in again
    assert watcher(folder, "alerts", "show", "99").returncode == 1


async def test_answers_are_kept_with_their_authors(folder: Path) -> None:
    desk, _ = await told(folder)

    first = watcher(folder, "alerts", "ack", str(desk), "--by", "سعاد", "--note", "أتابع")
    assert (first.returncode, first.stdout) == (0, "acknowledged\n")
    assert watcher(folder, "alerts", "ack", str(desk)).stdout == "it was acknowledged before\n"
    assert "أتابع" in watcher(folder, "alerts", "show", str(desk)).stdout
    again = watcher(folder, "alerts", "resend", str(desk)).stdout
    assert "queued as" in again
    assert watcher(folder, "alerts", "ack", "99").returncode == 1
    assert watcher(folder, "alerts", "resend", "99").returncode == 1


async def test_silences_are_set_listed_and_ended(folder: Path) -> None:
    await told(folder)

    set_ = ["alerts", "silence", "--rule", "bridges", "--for", "6h", "--why", "تمرين"]
    assert watcher(folder, *set_, "--by", "سعاد").returncode == 0
    listed = watcher(folder, "alerts", "silences").stdout
    assert "تمرين" in listed
    assert "سعاد" in listed
    assert "تمرين" in watcher(folder, "status").stdout
    routed = watcher(folder, "route", "test", "--rule", "bridges").stdout
    assert "silenced by سعاد: تمرين" in routed
    assert watcher(folder, "alerts", "silences", "--end", "1").returncode == 0
    assert "تمرين" not in watcher(folder, "alerts", "silences").stdout
    assert "تمرين" in watcher(folder, "alerts", "silences", "--all").stdout
    ended = watcher(folder, "alerts", "silences", "--end", "1")
    assert "has ended already" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rule", "bridge", "--for", "6h", "--why", "x"], "Did you mean 'bridges'?"),
        (["--target", "dsk", "--for", "6h", "--why", "x"], "Did you mean 'desk'?"),
        (["--story", "99", "--for", "6h", "--why", "x"], "there is no story 99"),
        (["--rule", "bridges", "--for", "6", "--why", "x"], "Write the unit"),
        (["--rule", "bridges", "--for", "6h", "--why", " "], "give a reason"),
        (["--for", "6h", "--why", "x"], "say what is silenced"),
    ],
)
async def test_a_silence_that_would_silence_nothing_is_refused(
    folder: Path, words: list[str], said: str
) -> None:
    await told(folder)
    done = watcher(folder, "alerts", "silence", *words)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    async with Record(f"sqlite:///{folder}/watcher.db") as record:
        assert await record.people.silences(utc_now()) == []


async def test_route_test_says_who_would_be_told_and_why_not(folder: Path) -> None:
    routed = json.loads(watcher(folder, "route", "test", "--rule", "bridges", "--json").stdout)
    found = {one["target"]: one for one in routed["routes"]}
    assert found["desk"]["hold"]["status"] == "waiting"
    assert found["officer"]["why"] == "less urgent than critical"
    assert found["oil"]["why"] == "no rule it wants"

    article = json.dumps({"id": 1, "title": "افتتاح جسر", "text": "", "source": "nahr"})
    routed = json.loads(watcher(folder, "route", "test", "-", "--json", stdin=article).stdout)
    assert [one["rule"] for one in routed["routes"]] == ["bridges"] * 3

    old = {"id": 1, "title": "افتتاح جسر", "text": "", "published": "2020-01-01T00:00:00+00:00"}
    shown = watcher(folder, "route", "test", "-", stdin=json.dumps(old)).stdout
    assert "nobody is told" in shown

    nothing = json.dumps({"id": 1, "title": "كتاب", "text": ""})
    assert "nobody would be told" in watcher(folder, "route", "test", "-", stdin=nothing).stdout
    assert watcher(folder, "route", "test").returncode == 2


async def test_route_test_says_what_a_rule_still_waits_for(folder: Path) -> None:
    for when, said in (
        ("{stories: 3, within: 6h}", "as soon as there are 3 stories within 6 h"),
        ("{quiet_for: 24h}", "a match tells nobody: people are told of 24 h without a match"),
    ):
        waiting = RULES.replace("match: جسر\n", f"match: جسر\n    when: {when}\n")
        (folder / "rules" / "a.yaml").write_text(waiting, "utf-8")
        assert said in watcher(folder, "route", "test", "--rule", "bridges").stdout


async def test_route_test_refuses_a_source_that_is_not_there(folder: Path) -> None:
    done = watcher(folder, "route", "test", "--rule", "bridges", "--source", "nahar")
    assert done.returncode == 1
    assert "there is no source 'nahar'. Did you mean 'nahr'?" in done.stderr


async def test_where_there_is_nothing_no_table_stands(folder: Path) -> None:
    await told(folder)
    assert watcher(folder, "alerts", "list", "--rule", "other").stdout == "alerts: none\n"
    assert watcher(folder, "alerts", "silences").stdout == "silences: none\n"


async def test_route_test_of_an_article_on_record_knows_what_was_told(folder: Path) -> None:
    desk, officer = await told(folder)
    shown = json.loads(watcher(folder, "route", "test", "1", "--json").stdout)
    found = {one["target"]: one["why"] for one in shown["routes"]}
    assert found["desk"] == f"told of this story before: notice {desk}, sent"
    assert officer


async def test_a_pattern_that_fits_nothing_is_told_by_check(folder: Path) -> None:
    done = watcher(folder, "check")
    assert done.returncode == 0
    assert "there is no rule that 'oil-*' fits." in done.stderr
