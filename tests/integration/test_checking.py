"""What `watcher db check` finds wrong, and the commands as people call them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from tests.fakes.readings import NOW, entry, listed, reading
from tests.fakes.schemas import REVISIONS, make_at, rows_at
from watcher import cli
from watcher.cli import articles as _registered  # noqa: F401
from watcher.cli import db as _db  # noqa: F401
from watcher.errors import StorageUnavailable, WatcherError
from watcher.record import Record, check_record
from watcher.record.engine import parse_url
from watcher.record.holder import holder
from watcher.record.migrate import engine_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.postgres import Postgres

HEAD = REVISIONS[-1]


def problems(url: str) -> list[str]:
    """Give what is wrong."""
    return [f"{one.about}: {one.what}" for one in check_record(url, lambda _: None) if one.what]


def change(url: str, *statements: str) -> None:
    """Change rows behind the record's back, references unchecked."""
    with engine_for(parse_url(url)).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(text(statement))


def test_a_sound_record_has_no_problem(filled_url: str) -> None:
    """And each thing that is looked at is named."""
    found = check_record(filled_url, lambda _: None)
    assert problems(filled_url) == []
    expected = {"the schema", "references", "outbox"}
    if filled_url.startswith("sqlite"):
        expected.add("the file")
    assert expected <= {one.about for one in found}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE notices SET finished = created WHERE status = 'waiting'", "outbox: 1 notices have ended and still wait"),
        ("UPDATE notices SET finished = NULL WHERE status = 'sent'", "outbox: 1 notices have ended and nobody knows when"),
        ("UPDATE notices SET bundled_in = 999 WHERE status = 'bundled'", "outbox: 1 notices are said to be sent by another that is not there"),
        ("UPDATE notices SET status = 'waiting', finished = NULL WHERE status = 'sent'", "outbox: 1 notices wait although the other side took them"),
        ("UPDATE notices SET status = 'lost' WHERE status = 'waiting'", "outbox: 1 notices have a status of no meaning"),
        ("UPDATE entries SET status = 'lost' WHERE status = 'failed'", "outbox: 1 entries have a status of no meaning"),
        ("DELETE FROM article_words", "search: 1 articles, recorded by an earlier version, cannot be found yet"),
        ("UPDATE fingerprint_keys SET article_id = 99", "loose rows: 2 rows of fingerprint_keys are of articles that are not there"),
        ("UPDATE articles SET copy_of = 99", "loose rows: 1 articles are copies of ones that are not there"),
        ("DELETE FROM evidence", "loose rows: 1 kept pages are of no entry"),
        ("UPDATE stories SET last_seen = '2000-01-01 00:00:00'", "stories: 1 stories end before they begin"),
        ("UPDATE alembic_version SET version_num = '9999'", "the schema: it was written by a newer version of the program (revision 9999)"),
    ],
)  # fmt: skip
def test_each_problem_is_found(filled_url: str, statement: str, what: str) -> None:
    change(filled_url, statement)
    found = problems(filled_url)
    assert what in found
    assert all(one.do for one in check_record(filled_url, lambda _: None) if one.what)


def test_rows_without_those_that_they_refer_to_are_found(filled_url: str) -> None:
    change(filled_url, "DELETE FROM matches")
    (found,) = problems(filled_url)
    assert found.startswith("references: ")
    assert "match" in found


def test_an_older_schema_is_no_damage_but_told(empty_database_url: str) -> None:
    make_at(empty_database_url, "0007", rows_at("0007"))
    (found,) = problems(empty_database_url)
    assert found == f"the schema: it is of revision 0007, this program's is {HEAD}"


def test_leases_of_processes_that_ended_are_told(filled_url: str) -> None:
    gone = "/".join([*holder().split("/")[:1], "999999999", "1", "1"])
    change(filled_url, f"UPDATE entries SET claimed_by = '{gone}' WHERE id = 2")
    assert problems(filled_url) == ["leases: entries are held by 1 processes that have ended"]


@pytest.mark.postgres
def test_numbers_that_would_be_given_twice_are_found(postgres: Postgres) -> None:
    name = postgres.make()
    make_at(postgres.url(name), HEAD, rows_at(HEAD))
    change(postgres.url(name), "ALTER SEQUENCE articles_id_seq RESTART WITH 5")
    assert problems(postgres.url(name)) == ["numbers: articles would give number 5 twice"]
    postgres.drop(name)


def test_an_index_that_does_not_agree_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/watcher.db"
    make_at(url, HEAD, rows_at(HEAD))
    change(url, "UPDATE article_words SET words = '1 2'")
    assert problems(url) == ["the search index: it does not agree with the articles"]


async def test_a_daemon_is_not_held_up(filled_url: str) -> None:
    """What would lock the file of SQLite is not done while somebody uses it."""
    async with Record(filled_url):
        found = problems(filled_url)
    is_sqlite = filled_url.startswith("sqlite")
    assert len(found) == is_sqlite
    assert all("which would hold the daemon up" in what for what in found)


@pytest.mark.parametrize("what", ["damaged", "no database", "another program's", "empty"])
async def test_files_that_are_no_record_say_what_to_do(tmp_path: Path, what: str) -> None:
    """To whoever checks them, and to the daemon that would start on them."""
    file = tmp_path / "watcher.db"
    url = f"sqlite:///{file}"
    make_at(url, HEAD, rows_at(HEAD))
    said: dict[str, Any] = {
        "damaged": r"(the file: damaged|malformed)",
        "no database": r"(is no SQLite file|file is not a database)",
        "another program's": r"it has no tables of ours",
        "empty": r"it has no tables of ours",
    }
    if what == "damaged":
        body = bytearray(file.read_bytes())
        for page in range(1, len(body) // 4096, 3):
            body[page * 4096 : page * 4096 + 64] = b"\xff" * 64
        file.write_bytes(body)
    elif what == "no database":
        file.write_text("a letter, not a database, and long enough to be read as one" * 100)
    else:
        file.unlink()
        with contextlib.closing(sqlite3.connect(file)) as connection:
            if what == "another program's":
                connection.execute("CREATE TABLE t (id)")
    assert [one for one in problems(url) if one] != []
    import re

    assert re.search(said[what], problems(url)[0])
    if what in {"damaged", "no database"}:
        with pytest.raises(StorageUnavailable, match=r"It is damaged: see `watcher db check`"):
            async with Record(url):
                pass


async def test_a_newer_schema_is_refused_unchanged(filled_url: str) -> None:
    change(filled_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WatcherError, match="Install that version or a later one"):
        async with Record(filled_url):
            pass
    change(filled_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    assert problems(filled_url) == []


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    """Give a configuration whose record holds an article."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "sources.yaml").write_text("sources: []\n")
    file = tmp_path / "watcher.yaml"
    file.write_text("database: sqlite:///watcher.db\ntargets: [{name: desk, url: 'console://'}]\n")
    async with Record(f"sqlite:///{tmp_path}/watcher.db") as record:
        for pending in await listed(record, entry(1)):
            await record.reading(reading(pending, "desk"), NOW)
    return file


def run(*words: object) -> tuple[int, str]:
    """Run a command; give its status and what it printed."""
    done = CliRunner().invoke(cli.app, [str(word) for word in words], env={"COLUMNS": "200"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_backup_restore_and_check_on_the_command_line(config: Path, tmp_path: Path) -> None:
    status, said = run("db", "backup", "-c", config)
    assert status == 0
    (file,) = (tmp_path / "backups").iterdir()
    assert str(file) in said
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with pytest.raises(WatcherError, match="--replace"):
        run("db", "restore", file, "-c", config)
    status, said = run("db", "restore", file, "--replace", "-c", config)
    assert (status, "what was there is in" in said) == (0, True)
    assert run("db", "check", "-c", config)[0] == 0


def test_only_so_many_backups_are_kept(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"watcher-2020010{day}T000000Z.db").touch()
    _, said = run("db", "backup", folder, "--keep", 2, "-c", config)
    assert said.count("deleted ") == 2
    assert len([*folder.iterdir()]) == 2


def test_check_ends_with_a_status_where_something_is_wrong(config: Path, tmp_path: Path) -> None:
    change(f"sqlite:///{tmp_path}/watcher.db", "UPDATE notices SET status = 'lost'")
    status, said = run("db", "check", "-c", config)
    assert status == 1
    assert "1 notices have a status of no meaning" in said
    status, said = run("db", "check", "--json", "-c", config)
    assert status == 1
    assert any(one["what"] for one in json.loads(said)["findings"])


def test_pruning_is_shown_before_it_is_done(config: Path) -> None:
    status, said = run("db", "prune", "--dry-run", "--json", "-c", config)
    assert status == 0
    assert json.loads(said)["rows"]["articles"] == 0  # the alert was not sent
    assert run("db", "prune", "--compact", "-c", config)[0] == 0


@pytest.mark.postgres
def test_copy_on_the_command_line_shows_no_password(
    config: Path, postgres: Postgres, tmp_path: Path
) -> None:
    name = postgres.make()
    address = postgres.url(name).replace("postgres@", "postgres:hunter2-secret@")
    (tmp_path / "address").write_text(address)
    status, said = run("db", "copy", "--to", f"file:{tmp_path}/address", "-c", config)
    assert status == 0, said
    assert "the same on both sides" in said
    with pytest.raises(WatcherError) as failure:
        run("db", "copy", "--to", f"file:{tmp_path}/address", "-c", config)
    assert "is not empty" in str(failure.value)
    assert "hunter2" not in f"{failure.value} {said}"
    postgres.drop(name)
