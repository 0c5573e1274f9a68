"""Killed with -9 at every point: nothing lost, nothing repeated but what had left unmarked.

The suite kills once at each point on SQLite, and at some on PostgreSQL. `pytest -m crash` is the
whole matrix: every point, twenty times, on both.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.fakes import site as answers
from tests.fakes.launcher import Launcher
from tests.fakes.site import Reply, Site
from tests.fakes.smtp import MailServer
from watcher.points import POINTS
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.tables import deliveries, entries, notices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.postgres import Postgres
    from tests.fakes.site import Request

RUNS = int(os.environ.get("CRASH_RUNS", "20"))
"""Kills at each point in the whole matrix."""
RUNS_TO_DIE = 8
MOST = {
    "entry-put-off": 1,
    "troubles-told": 1,
    "postponed-noted": 1,
    "postponed-kept": 1,
    "notices-leased": 7,
    "notice-taken": 7,
    "turn-taken": 12,
    "message-left": 12,
    "part-taken": 10,
    "answer-known": 7,
    "notice-closed": 7,
    "sent-noted": 6,
    "sent-kept": 6,
}
"""How often a point is reached at least, from the first run to the last; twice if not named."""
STEP_S = 7200.0
RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
CONFIG = """\
database: {database}
rules: rules
sources: sources.yaml
operator: office
fetch:
  allow_networks: [127.0.0.0/8]
  pause: 0s
polling: {{min_interval: 1m, max_interval: 5m}}
targets:
  - {{name: mail, url: '{mail}'}}
  - {{name: hook, url: '{hook}'}}
  - {{name: gone, url: '{gone}'}}
  - {{name: spare, url: '{spare}', min_severity: critical}}
  - {{name: office, url: '{office}', min_severity: critical}}
"""
TITLES = ("وصول القطار الأول إلى الميناء", "تأخر قطار الشمال في محطة السوق")
TEXTS = (
    "وصل القطار الأول إلى محطة الميناء صباح اليوم بعد رحلة استغرقت سبع ساعات، وكان في استقباله جمع من الأهالي.",
    "تأخر القطار القادم من الشمال ثلاث ساعات بسبب عطل في السكة قرب محطة السوق، وقال المدير إن الإصلاح جار.",
)


@dataclass
class Newsroom:
    """What one run reads and tells: its own pages, recipients and hooks on servers all runs share."""

    name: str
    site: Site
    mail: MailServer
    folder: Path
    database: str
    later_s: float = 0.0
    before: int = field(init=False)

    def __post_init__(self) -> None:
        """Publish, and write the configuration."""
        site, base = self.site, f"/{self.name}"
        pages = [f"{base}/{number}" for number in range(3)]
        listed = [(title, site.url(path)) for title, path in zip((*TITLES, ""), pages, strict=True)]
        now = f"<pubDate>{formatdate(usegmt=True)}</pubDate>"
        # With a validator: after a crash the list answers 304, and yet nothing may be lost.
        site.on(
            f"{base}/rss",
            answers.page(answers.rss(*listed, head=now), "application/rss+xml", etag='"1"'),
        )
        for path, title, text in zip(pages, TITLES, TEXTS, strict=False):
            body = f"<article><h1>{title}</h1><p>{text}</p><p>{text[::-1]}</p></article>"
            html = f"<html lang=ar><head><title>{title}</title></head><body>{body}</body></html>"
            site.on(path, answers.page(html))
        late = answers.page(f"<html><body><h1>{TITLES[1]}</h1><p>{TEXTS[1]}</p></body></html>")
        site.on(pages[1], Reply(503), late)
        site.on(pages[2], answers.page("<html><body><h1>Access denied</h1></body></html>"))
        site.on(f"{base}/dead", Reply(404))
        for hook in ("hook", "spare", "office"):
            site.on(f"{base}/{hook}", Reply(200, b"ok"))
        site.on(f"{base}/gone", Reply(404))
        self.mail.rcpt[self.recipient] = ["451 try later"]
        self.before = len(self.mail.taken)
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "one.yaml").write_text(RULE)
        sources = f"sources:\n  - {{id: a, name: أ, url: '{site.url(f'{base}/rss')}'}}\n"
        sources += f"  - {{id: b, name: ب, url: '{site.url(f'{base}/dead')}'}}\n"
        (self.folder / "sources.yaml").write_text(sources)
        hooks = {
            name: f"json://127.0.0.1:{site.port}{base}/{name}"
            for name in ("hook", "gone", "spare", "office")
        }
        mail = self.mail.url(self.recipient)
        self.config.write_text(CONFIG.format(database=self.database, mail=mail, **hooks))

    @property
    def config(self) -> Path:
        return self.folder / "watcher.yaml"

    @property
    def recipient(self) -> str:
        return f"{self.name}@example.org"

    def told(self) -> Counter[tuple[str, str]]:
        """Count what arrived: (target, identity); a part has an identity of its own."""
        mails = [mail for mail in self.mail.taken[self.before :] if mail["To"] == self.recipient]
        found = Counter(("mail", str(mail["Message-ID"])) for mail in mails)
        for hook in ("hook", "spare", "office"):
            asked = self.site.asked(f"/{self.name}/{hook}")
            # A request that was cut off by the kill has not arrived: its body lacks.
            bodies = [json.loads(request.body) for request in asked if is_whole(request)]
            found.update((hook, f"{body['title']}\n{body['message']}") for body in bodies)
        return found

    def headlines(self, target: str) -> Counter[str]:
        """Count the messages about each article that a target has, however often each came."""
        if target == "mail":
            mails = {str(mail["Message-ID"]): str(mail["Subject"]) for mail in self.mail.taken}
            told = [mails[identity] for to, identity in self.told() if to == "mail"]
        else:
            # The last part of each message ends with its number: (2/2).
            told = [
                identity.partition("\n")[0]
                for to, identity in self.told()
                if to == target and is_last(identity)
            ]
        return Counter(title for title in TITLES for subject in told if title in subject)

    def rows(self, query: Any) -> list[Any]:
        with engine_for(parse_url(self.database)).begin() as connection:
            return list(connection.execute(query))

    def unmarked(self) -> int:
        """Count what arrived and is not on record as sent: messages, or parts of one."""
        marked = Counter(
            row.target
            for row in self.rows(
                select(notices.c.target)
                .join_from(deliveries, notices)
                .where(deliveries.c.outcome == "sent")
            )
        )
        arrived = Counter(to for to, identity in self.told().elements() if is_last(identity))
        return sum((arrived - marked).values())

    def is_done(self) -> bool:
        waits = self.rows(select(notices.c.id).where(notices.c.status == "waiting"))
        return not waits and not self.rows(
            select(entries.c.id).where(entries.c.status == "pending")
        )


def is_whole(request: Request) -> bool:
    """Tell whether all of a request's body came."""
    return len(request.body) == int(request.headers["content-length"])


def is_last(identity: str) -> bool:
    tail = identity.rstrip().rsplit("\n", 1)[-1].strip("()\\")
    number, _, total = tail.partition("/")
    return not total.isdecimal() or number == total


def crash(launcher: Launcher, newsroom: Newsroom, point: str, chance: random.Random) -> int:
    """Kill at a point, start again until nothing waits, and check; give how many came twice."""
    count = chance.randint(1, MOST.get(point, 2))
    for _ in range(RUNS_TO_DIE):
        run = launcher.run(newsroom.config, die_at=f"{point}:{count}", later_s=newsroom.later_s)
        newsroom.later_s += STEP_S
        if run.is_killed:
            break
        count = max(1, count - run.points[point])
    assert run.is_killed, f"{point} was never reached"
    # Bytes of the process that was killed may still be on their way.
    newsroom.site.settle()
    newsroom.mail.settle()
    before, unmarked = newsroom.told(), newsroom.unmarked()
    for _ in range(8):
        launcher.run(newsroom.config, later_s=newsroom.later_s)
        newsroom.later_s += STEP_S
        if newsroom.is_done():
            break
    assert newsroom.is_done()
    told = newsroom.told()
    for target in ("mail", "hook", "spare"):
        assert newsroom.headlines(target) == dict.fromkeys(TITLES, 1), (point, target, told)
    twice = {identity: times - 1 for identity, times in told.items() if times > 1}
    # Only what had left before the kill, with the same identity, and once more at most.
    assert set(twice) <= set(before), (point, twice)
    assert set(twice.values()) <= {1}, (point, twice)
    messages = sum(is_last(identity) for _, identity in twice)
    assert messages <= unmarked, (point, twice, unmarked)
    return len(twice)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Site, MailServer]]:
    with Site() as site, MailServer() as mail:
        yield site, mail


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    with Launcher(tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def on_sqlite(
    servers: tuple[Site, MailServer], folder: Path, template: Path, name: str
) -> Newsroom:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "watcher.db")
    return Newsroom(name, *servers, folder, f"sqlite:///{folder / 'watcher.db'}")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(
    point: str,
    launcher: Launcher,
    servers: tuple[Site, MailServer],
    tmp_path: Path,
    sqlite_template: Path,
) -> None:
    newsroom = on_sqlite(servers, tmp_path, sqlite_template, f"lite-{point}")
    crash(launcher, newsroom, point, random.Random(point))


SOME = ("entries-added", "poll-kept", "notices-queued", "message-left", "sent-noted",
        "postponed-noted", "fallback-queued", "notices-leased")  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize("point", SOME)
def test_killed_on_postgresql_at(
    point: str,
    launcher: Launcher,
    servers: tuple[Site, MailServer],
    tmp_path: Path,
    postgres_url: str,
) -> None:
    newsroom = Newsroom(f"pg-{point}", *servers, tmp_path, postgres_url)
    crash(launcher, newsroom, point, random.Random(point))


@pytest.mark.crash
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("point", POINTS)
def test_the_whole_matrix_on_sqlite(
    point: str,
    launcher: Launcher,
    servers: tuple[Site, MailServer],
    tmp_path: Path,
    sqlite_template: Path,
) -> None:
    repeated = 0
    for run in range(RUNS):
        name = f"lite-{point}-{run}"
        newsroom = on_sqlite(servers, tmp_path / str(run), sqlite_template, name)
        repeated += crash(launcher, newsroom, point, random.Random(name))
    print(f"{point}: sqlite, {RUNS} runs, 0 lost, {repeated} repeated with the same identity")


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("point", POINTS)
def test_the_whole_matrix_on_postgresql(
    point: str,
    launcher: Launcher,
    servers: tuple[Site, MailServer],
    tmp_path: Path,
    postgres: Postgres,
    postgres_template: str,
) -> None:
    repeated = 0
    for run in range(RUNS):
        name, folder = f"pg-{point}-{run}", tmp_path / str(run)
        folder.mkdir()
        database = postgres.make(postgres_template)
        newsroom = Newsroom(name, *servers, folder, postgres.url(database))
        repeated += crash(launcher, newsroom, point, random.Random(name))
        postgres.drop(database)
    print(f"{point}: postgresql, {RUNS} runs, 0 lost, {repeated} repeated with the same identity")
