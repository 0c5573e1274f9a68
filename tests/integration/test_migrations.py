"""From nothing to the newest tables on both databases, whoever starts at the same moment."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from tests.fakes.readings import NEW_STORY, NOW, alert, entry, listed, reading
from watcher.errors import StorageUnavailable, WatcherError
from watcher.model import Hold, Relation
from watcher.record import Record
from watcher.record.engine import parse_url
from watcher.record.migrate import MIGRATIONS, engine_for, upgrade
from watcher.record.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tests.fakes.postgres import Postgres
    from watcher.model import Lately, Silence, Waiting

ROOT = Path(__file__).resolve().parents[2]
OF_A_CLUSTER = {
    *(f"procrastinate_{name}" for name in ("jobs", "events", "workers", "periodic_defers")),
    *(f"cluster_{name}" for name in ("members", "hosts", "rules", "targets")),
}


def alembic(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alembic", "-x", f"url={url}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tables_of(url: str) -> set[str]:
    with engine_for(parse_url(url)).begin() as connection:
        names = inspect(connection).get_table_names()
    return {name for name in names if not name.startswith("article_search_")}  # FTS5's own


def expected_of(url: str) -> set[str]:
    only_one = {"article_search"} if url.startswith("sqlite") else OF_A_CLUSTER
    return {*metadata.tables, "alembic_version", *only_one}


def test_the_command_upgrades_from_empty_and_finds_no_drift(empty_database_url: str) -> None:
    up = alembic(empty_database_url, "upgrade", "head")
    assert up.returncode == 0, up.stderr
    assert tables_of(empty_database_url) == expected_of(empty_database_url)
    check = alembic(empty_database_url, "check")
    assert check.returncode == 0, check.stdout + check.stderr


def test_down_and_up_again(empty_database_url: str) -> None:
    upgrade(parse_url(empty_database_url))
    down = alembic(empty_database_url, "downgrade", "base")
    assert down.returncode == 0, down.stderr
    assert tables_of(empty_database_url) == {"alembic_version"}
    upgrade(parse_url(empty_database_url))
    assert tables_of(empty_database_url) == expected_of(empty_database_url)


async def test_copies_of_before_count_as_copies(empty_database_url: str) -> None:
    """Once it was not kept of which article one is a copy: of its story's first."""
    async with Record(empty_database_url) as record:
        pendings = await listed(record, *(entry(n) for n in range(5)))
        copy = Relation("copy", 1, 1, "the same text")
        event = Relation("same-event", 1, 1, "told otherwise")
        for pending, relation in zip(
            pendings, (NEW_STORY, copy, event, copy, NEW_STORY), strict=True
        ):
            await record.reading(reading(pending, relation=relation), NOW)
    assert alembic(empty_database_url, "downgrade", "0009").returncode == 0
    upgrade(parse_url(empty_database_url))
    with engine_for(parse_url(empty_database_url)).begin() as connection:
        found = connection.execute(text("SELECT copy_of FROM articles ORDER BY id"))
        assert [*found.scalars()] == [None, 1, None, 1, None]


def test_partial_indexes_are_partial(empty_database_url: str) -> None:
    """Alembic's own comparison does not look at conditions."""
    upgrade(parse_url(empty_database_url))
    with engine_for(parse_url(empty_database_url)).begin() as connection:
        name = connection.dialect.name
        found = {
            index["name"]: str(index["dialect_options"].get(f"{name}_where", ""))
            for table in ("entries", "notices")
            for index in inspect(connection).get_indexes(table)
        }
    conditions = {
        "entries_pending": "pending",
        "entries_open": "failed",
        "entries_claimed": "claimed_by",
        "notices_waiting": "waiting",
        "notices_dead": "dead",
        "notices_claimed": "claimed_by",
    }
    assert {name: word in found[name] for name, word in conditions.items()} == dict.fromkeys(
        conditions, True
    )


def test_a_database_that_is_up_to_date_needs_no_alembic(empty_database_url: str) -> None:
    """Most starts find it so; the names of the files tell which revision is the newest."""
    code = "import sys; from watcher.record.engine import parse_url as p; "
    code += "from watcher.record.migrate import upgrade; upgrade(p(sys.argv[1])); "
    code += "print('alembic' in sys.modules)"
    command = [sys.executable, "-c", code, empty_database_url]
    said = [subprocess.check_output(command, cwd=ROOT, text=True).strip() for _ in range(2)]
    assert said == ["True", "False"]


def test_the_queue_is_that_of_the_installed_library() -> None:
    """Where this fails, a migration has to bring what the library changed: its own are in `sql`."""
    from procrastinate.schema import SchemaManager

    kept = (ROOT / "alembic" / "procrastinate-3.10.sql").read_text()
    assert SchemaManager.get_schema() == kept


def test_nothing_of_the_queue_is_left_behind(postgres: Postgres) -> None:
    name = postgres.make()
    url = postgres.url(name)
    upgrade(parse_url(url))
    assert alembic(url, "downgrade", "0012").returncode == 0
    with engine_for(parse_url(url)).begin() as connection:
        left = text(
            "SELECT proname FROM pg_proc WHERE proname ~ '^(procrastinate|cluster)_' UNION ALL "
            "SELECT typname FROM pg_type WHERE typname ~ '^_?(procrastinate|cluster)_'"
        )
        assert connection.scalars(left).all() == []
    postgres.drop(name)


def test_programs_that_start_at_once(empty_database_url: str) -> None:
    code = "import sys; from watcher.record.engine import parse_url as p; "
    code += "from watcher.record.migrate import upgrade; upgrade(p(sys.argv[1]))"

    def start(_number: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, empty_database_url]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(start, range(4)))
    assert [(end.returncode, end.stderr) for end in ended] == [(0, "")] * 4
    assert tables_of(empty_database_url) == expected_of(empty_database_url)


async def test_records_of_one_program_that_open_at_once(empty_database_url: str) -> None:
    import asyncio

    records = [Record(empty_database_url) for _ in range(3)]
    await asyncio.gather(*(record.__aenter__() for record in records))
    for record in records:
        assert await record.is_usable()
        await record.close()


def test_a_database_of_a_newer_version_is_left_alone(empty_database_url: str) -> None:
    url = parse_url(empty_database_url)
    upgrade(url)
    with engine_for(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WatcherError, match="another version of the program"):
        upgrade(url)


def test_an_upgrade_that_fails_leaves_nothing_behind(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A migration that breaks in the middle is undone as a whole, tables included."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "env.py").write_text((ROOT / "alembic" / "env.py").read_text())
    (broken / "versions").mkdir()
    first = next((ROOT / "alembic" / "versions").glob("0001_*.py")).read_text()
    (broken / "versions" / "0001.py").write_text(first)
    (broken / "versions" / "0002.py").write_text(
        "from alembic import op\n"
        "revision, down_revision = '0002', '0001'\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (id INTEGER)')\n"
        "    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    monkeypatch.setattr("watcher.record.migrate.MIGRATIONS", broken)
    with pytest.raises(StorageUnavailable, match="nowhere"):
        upgrade(parse_url(empty_database_url))
    assert tables_of(empty_database_url) == set()


def test_sqlite_is_in_wal_mode(tmp_path: Path) -> None:
    url = parse_url(f"sqlite:///{tmp_path}/watcher.db")
    upgrade(url)
    import sqlite3

    connection = sqlite3.connect(str(url.database))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_migrations_travel_with_the_package() -> None:
    """The link makes them part of the package; `alembic` stays the library's name."""
    assert MIGRATIONS.resolve() == ROOT / "alembic"
    assert not (ROOT / "alembic" / "__init__.py").exists()
    where = subprocess.run(
        [sys.executable, "-c", "import alembic; print(alembic.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "site-packages" in where.stdout


def to_a_digest(
    waiting: Waiting,
    now: datetime,
    lately: Callable[[], Lately],
    silences: Sequence[Silence],
) -> Hold:
    """Collect every alert for a digest that is due at once."""
    is_alert = not (waiting.is_bundle or waiting.bundle)
    return Hold("collected" if is_alert else "waiting", now, "digest" if is_alert else "")


async def test_going_back_tells_one_by_one_what_a_digest_was_to_tell(
    empty_database_url: str,
) -> None:
    """An earlier version knows no digests."""
    async with Record(empty_database_url, judge=to_a_digest) as record:
        for number, pending in enumerate(await listed(record, *map(entry, range(3)))):
            told = (("desk", alert(f"rule-{number}", url=pending.entry.url)),)
            await record.reading(reading(pending, alerts=told), NOW)
        assert await record.people.bundle_due(NOW)
    down = alembic(empty_database_url, "downgrade", "0010")
    assert down.returncode == 0, down.stderr
    with engine_for(parse_url(empty_database_url)).begin() as connection:
        query = text("SELECT rule, status FROM notices WHERE status = 'waiting' ORDER BY rule")
        waiting = [row.rule for row in connection.execute(query)]
    assert waiting == ["rule-0", "rule-1", "rule-2"]
