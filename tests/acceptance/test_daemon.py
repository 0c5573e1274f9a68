"""The real daemon, from files to received messages."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon, until
from tests.fakes.site import Reply, Site
from watcher.demo.newsroom import Newsroom, samples
from watcher.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPECTED = {
    ("coalition-withdrawal", "base-handover"),
    ("ain-al-asad-attack", "drones"),
    ("attacks-on-coalition-bases", "drones"),
    ("oil-opec", "oil-exports"),
    ("iraq-elections", "election"),
    ("isis-attacks-iraq", "isis-ambush"),
    ("pmf-militias", "pmf-law"),
    ("coalition-withdrawal", "mission-ends"),
    ("attacks-on-coalition-bases", "rockets-harir"),
}
"""(rule, event) that a reader of the sample articles must hear of.

An event is a word in the names of all files that tell of it: which of the copies is read first, and
gives the alert its headline, is left to chance where the power is cut.
"""

NEVER = ("team-withdraws", "assad-appoints", "dollar", "book-fair")
"""Articles that no rule may report."""

CUTS = {
    2: "stage=poll",
    4: "stage=record",
    6: "stage=notify",
    8: "status=started",
    10: "stage=record",
    12: "stage=notify",
    15: "stage=poll",
}
"""After how many articles the power is cut, and at the first word of which stage."""

RULE = """\
rules:
  - id: {id}
    title: {title}
    match: {term}
    tests:
      - {{name: hit, text: {term}, expect: match}}
      - {{name: miss, text: كتاب, expect: silent}}
"""


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(samples(shipped("seeds") / "articles")) as room:
        yield room


@pytest.fixture
def hook(site: Site) -> Site:
    """A receiver that takes every message."""
    site.on("/hook", Reply(200, b"ok"))
    return site


def hook_url(site: Site) -> str:
    return f"json://127.0.0.1:{site.port}/hook"


def told(site: Site) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in site.asked("/hook")]


def headlines(site: Site) -> Counter[str]:
    return Counter(f"{message['title']} {message['message']}" for message in told(site))


def feeds(newsroom: Newsroom) -> dict[str, str]:
    return {outlet: f"{newsroom.url}/{outlet}/rss.xml" for outlet in newsroom.outlets}


def publish_all(newsroom: Newsroom) -> None:
    while newsroom.publish_next():
        pass


def test_sigterm_and_sigint_end_it_cleanly(tmp_path: Path, hook: Site, newsroom: Newsroom) -> None:
    """Told to stop in the middle of work, the daemon is gone within five seconds."""
    with Daemon(tmp_path, targets={"desk": hook_url(hook)}, sources=feeds(newsroom)) as daemon:
        shutil.copytree(shipped("rules"), daemon.rules, dirs_exist_ok=True)
        publish_all(newsroom)
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon.start()
            assert daemon.terminate(number) < 5


def test_a_target_that_hangs_does_not_delay_the_end(
    tmp_path: Path, site: Site, newsroom: Newsroom
) -> None:
    """A message that nobody answers is given up at once when the daemon is told to stop."""
    site.on("/hook", answers.slow_head(60))
    with Daemon(tmp_path, targets={"desk": hook_url(site)}, sources=feeds(newsroom)) as daemon:
        shutil.copytree(shipped("rules"), daemon.rules, dirs_exist_ok=True)
        publish_all(newsroom)
        daemon.start()
        until(lambda: site.asked("/hook"), of=daemon)

        assert daemon.terminate() < 5


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_power_cuts_lose_nothing_and_repeat_nothing(
    tmp_path: Path, hook: Site, newsroom: Newsroom
) -> None:
    """Killed again and again while articles come in, the daemon tells each story once."""
    with Daemon(tmp_path, targets={"desk": hook_url(hook)}, sources=feeds(newsroom)) as daemon:
        shutil.copytree(shipped("rules"), daemon.rules, dirs_exist_ok=True)
        unmarked = 0
        while newsroom.publish_next():
            if stage := CUTS.get(len(newsroom.published)):
                before = daemon.log.count(stage)
                daemon.start(ready=False)
                until(partial(was_logged, daemon, stage, before), 90, of=daemon)
                daemon.kill()
                unmarked = len(told(hook)) - marked_as_sent(tmp_path)
        daemon.start()
        until(lambda: is_quiet(daemon), 90, of=daemon)

    # A message that had left before it was marked is the one that may be sent again.
    repeated = sum(count - 1 for count in headlines(hook).values())
    assert repeated <= unmarked
    reported = {pair for pair in EXPECTED if was_told(hook, *pair, newsroom)}
    assert reported == EXPECTED
    silent = [s.headline for s in newsroom.stock if any(event in s.file.name for event in NEVER)]
    assert not [line for line in headlines(hook) if any(one in line for one in silent)]


def was_logged(daemon: Daemon, stage: str, before: int) -> bool:
    return daemon.log.count(stage) > before


def marked_as_sent(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "watcher.db")) as db:
        (count,) = db.execute("SELECT count(*) FROM deliveries WHERE outcome = 'sent'").fetchone()
    return int(count)


def is_quiet(daemon: Daemon) -> bool:
    """Everything that was published is read and told."""
    status = json.loads(daemon.run("status", "--json").stdout)
    return status["articles"] >= 18 and not status["pending"] and not status["outbox"]["waiting"]


def was_told(hook: Site, rule: str, event: str, newsroom: Newsroom) -> bool:
    copies = {sample.headline for sample in newsroom.stock if event in sample.file.name}
    return any(
        rule in message["message"]
        and any(copy in f"{message['title']} {message['message']}" for copy in copies)
        for message in told(hook)
    )


def test_an_edited_rule_takes_effect_within_two_seconds(
    tmp_path: Path, hook: Site, site: Site
) -> None:
    """The file is saved, and what arrives two seconds later is judged by the new rule."""
    site.on("/rss", answers.page(answers.rss()))
    with Daemon(
        tmp_path, targets={"desk": hook_url(hook)}, sources={"a": site.url("/rss")}
    ) as daemon:
        rule = daemon.rules / "one.yaml"
        rule.write_text(RULE.format(id="bridges", title="الجسور", term="جسر"))
        daemon.start()
        rule.write_text(RULE.format(id="trains", title="القطارات", term="قطار"))
        until(lambda: daemon.log.count('status="in force"') == 2, 2.0, of=daemon)

        site.on("/rss", answers.page(answers.rss(("وصول القطار الأول", site.url("/1")))))
        until(lambda: told(hook), of=daemon)

        assert "القطار" in str(told(hook)[0])


def test_a_broken_edit_keeps_the_old_rules_and_says_so(
    tmp_path: Path, hook: Site, site: Site
) -> None:
    """The mistake stands in the log and in `watcher status`; the old rule goes on alerting."""
    site.on("/rss", answers.page(answers.rss()))
    with Daemon(
        tmp_path, targets={"desk": hook_url(hook)}, sources={"a": site.url("/rss")}
    ) as daemon:
        rule = daemon.rules / "one.yaml"
        rule.write_text(RULE.format(id="bridges", title="الجسور", term="جسر"))
        daemon.start()
        rule.write_text(
            RULE.format(id="bridges", title="الجسور", term="جسر").replace("match:", "mach:")
        )
        until(lambda: "Did you mean 'match'?" in daemon.log, 2.5, of=daemon)
        until(lambda: "Did you mean 'match'?" in daemon.run("status").stdout.replace("\n", " "))

        site.on("/rss", answers.page(answers.rss(("افتتاح الجسر الجديد", site.url("/1")))))
        until(lambda: told(hook), of=daemon)

        rule.write_text(RULE.format(id="bridges", title="الجسور", term="جسر"))
        until(lambda: daemon.log.count('status="in force"') == 2, 2.5, of=daemon)
        assert "not in force" not in daemon.run("status").stdout


GARBAGE = {
    "garbage": Reply(200, b"\x00\xff<<<&&& not a feed \x1b[31m"),
    "truncated": answers.truncated_gzip(answers.rss(("خبر", "https://a.example/1"))),
    "bomb": answers.bomb("gzip"),
    "endless": answers.endless(),
    "loopback": answers.moved("http://127.0.0.2:9/rss"),
    "metadata": answers.moved("http://169.254.169.254/latest/meta-data/"),
    "mojibake": Reply(
        200,
        answers.rss(("وصول القطار إلى المدينة صباحا", "http://127.0.0.1:9/1256"))
        .decode()
        .encode("cp1256"),
        (("Content-Type", "application/rss+xml; charset=utf-8"),),
    ),
    "empty": Reply(200, b"", (("Content-Type", "application/rss+xml"),)),
    "page": Reply(
        200,
        b"<!DOCTYPE html><html><body><p>hello</p></body></html>",
        (("Content-Type", "text/html"),),
    ),
}
HEALTHY = ("mojibake",)
"""What can be read all the same, with a remark."""


@pytest.mark.slow
def test_hostile_sources_each_get_a_remark_and_the_daemon_goes_on(
    tmp_path: Path, hook: Site, site: Site
) -> None:
    """Every oddity is named in the source's status, and the good source beside them alerts."""
    for name, reply in GARBAGE.items():
        site.on(f"/{name}", reply)
    site.on("/good", answers.page(answers.rss()))
    sources = {name: site.url(f"/{name}") for name in (*GARBAGE, "good")}
    with Daemon(tmp_path, targets={"desk": hook_url(hook)}, sources=sources) as daemon:
        config = daemon.config.read_text().replace("127.0.0.0/8", "127.0.0.1/32")
        daemon.config.write_text(
            config.replace(
                "pause: 0.01s", "pause: 0.01s\n  max_body: 2MB\nlimits: {read_attempts: 1}"
            )
            .replace("0.3s", "1s")
            .replace("0.5s", "2s")
        )
        (daemon.rules / "one.yaml").write_text(
            RULE.format(id="trains", title="القطارات", term="قطار")
        )
        daemon.start()
        until(lambda: all(map(remarks(daemon).get, GARBAGE)), 60, of=daemon)
        said = remarks(daemon)

        site.on("/good", answers.page(answers.rss(("القطار الأخير", site.url("/1")))))
        until(lambda: any("القطار الأخير" in str(message) for message in told(hook)))
        assert daemon.terminate() < 5
        lines = daemon.log.splitlines()

    for name, word in {
        "truncated": "gzip",
        "bomb": "max_body",
        "endless": "max_body",
        "loopback": "127.0.0.2",
        "metadata": "169.254.169.254",
        "mojibake": "windows-1256",
        "empty": "empty",
        "page": "HTML",
    }.items():
        assert word in said[name], (name, said[name])
    assert any("source=mojibake" in line and "rules=trains" in line for line in lines)


def remarks(daemon: Daemon) -> dict[str, str]:
    status = json.loads(daemon.run("status", "--json").stdout)
    return {source["state"]["id"]: source["state"]["remark"] for source in status["sources"]}
