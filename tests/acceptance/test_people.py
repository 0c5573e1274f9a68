"""People and the real daemon: links that are answered, wishes that are kept."""

from __future__ import annotations

import json
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon, until
from tests.fakes.readings import alert
from tests.fakes.site import Reply, Site
from watcher.model import Notice, Secret
from watcher.notify.links import Signer

if TYPE_CHECKING:
    from pathlib import Path

SECRET = Secret("0123456789abcdef0123456789abcdef")
RULE = """\
rules:
  - id: bridges
    title: الجسور
    severity: high
    match: جسر
    tests:
      - {name: hit, text: جسر, expect: match}
      - {name: miss, text: كتاب, expect: silent}
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


def watching(folder: Path, site: Site, wishes: str = "", port: int = 0) -> Daemon:
    """Give a daemon that would tell of bridges."""
    site.on("/hook", Reply(200, b"ok"))
    site.on("/rss", answers.page(answers.rss()))
    hook = f"json://127.0.0.1:{site.port}/hook"
    daemon = Daemon(folder, targets={"desk": hook}, sources={"a": site.url("/rss")})
    (daemon.rules / "one.yaml").write_text(RULE)
    text = daemon.config.read_text().replace(f"url: '{hook}'", f"url: '{hook}'{wishes}")
    if port:
        text += f"links: {{listen: '127.0.0.1:{port}', url: 'http://127.0.0.1:{port}', "
        text += f"secret: '{SECRET.reveal()}'}}\n"
    daemon.config.write_text(text)
    return daemon


def publish(daemon: Daemon, site: Site, *bridges: int) -> None:
    """List reports once the source has been seen without them: undated ones would be old."""
    until(lambda: "stage=poll" in daemon.log, of=daemon)
    items = [(f"افتتاح جسر رقم {n}", site.url(f"/{n}")) for n in bridges]
    site.on("/rss", answers.page(answers.rss(*items)))


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "watcher.db")) as db:
        return db.execute(query).fetchall()


def test_a_link_is_answered_by_the_daemon(tmp_path: Path, site: Site, port: int) -> None:
    with watching(tmp_path, site, port=port) as daemon:
        daemon.start()
        publish(daemon, site, 1)
        until(lambda: site.asked("/hook"), of=daemon)
        until(lambda: rows(tmp_path, "SELECT 1 FROM notices WHERE status = 'sent'"), of=daemon)
        created = rows(tmp_path, "SELECT created FROM notices WHERE id = 1")[0][0]
        instant = datetime.fromisoformat(str(created)).replace(tzinfo=UTC)
        notice = Notice(1, "", "bridges", 1, "desk", alert(), created=instant)
        link = Signer(f"http://127.0.0.1:{port}", SECRET).links(notice).acknowledge

        with urllib.request.urlopen(link, timeout=10) as page:
            assert "<form" in page.read().decode()
        assert rows(tmp_path, "SELECT * FROM acknowledgements") == []
        with urllib.request.urlopen(link, data=b"name=x", timeout=10) as page:
            assert page.status == 200
        assert rows(tmp_path, "SELECT notice_id, author FROM acknowledgements") == [(1, "x")]
        assert SECRET.reveal() not in daemon.log
        assert link.rpartition("/")[2] not in daemon.log
        assert daemon.terminate() < 5
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(link, timeout=2)


def test_a_port_that_is_taken_is_told_and_alerts_go_on(
    tmp_path: Path, site: Site, port: int
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with watching(tmp_path, site, port=port) as daemon:
            daemon.start()
            publish(daemon, site, 1)
            until(lambda: site.asked("/hook"), of=daemon)
            assert f"listen=127.0.0.1:{port}" in daemon.log.replace('"', "")
            assert daemon.terminate() < 5


def test_quiet_hours_and_the_brake_of_a_running_daemon(tmp_path: Path, site: Site) -> None:
    """Quiet hours around now hold all of it; without them one comes, and the others are collected."""
    now = datetime.now(UTC)
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    quiet = f", quiet: {{from: '{begin:%H:%M}', to: '{end:%H:%M}'}}, most_per_hour: 1"
    with watching(tmp_path, site, wishes=quiet) as daemon:
        daemon.start()
        publish(daemon, site, 1, 2, 3)
        of_all = "SELECT status, why FROM notices ORDER BY status, id"
        until(lambda: len(rows(tmp_path, of_all)) == 3, of=daemon)
        assert rows(tmp_path, of_all) == [
            ("collected", "more than 1 an hour"),
            ("collected", "more than 1 an hour"),
            ("waiting", "quiet hours"),
        ]
        shown = json.loads(daemon.run("status", "--json").stdout)
        assert shown["outbox"]["collected"] == 2
        assert daemon.terminate() < 5
        daemon.config.write_text(daemon.config.read_text().replace(quiet, ", most_per_hour: 1"))
        daemon.start()
        until(lambda: site.asked("/hook"), of=daemon)
        assert len(site.asked("/hook")) == 1
