"""What came of backups is on record, on SQLite and PostgreSQL, and shown to people."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.fakes.readings import NOW
from watcher import cli
from watcher.model import Backups
from watcher.record.backuplog import KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.record import Record

DAY = timedelta(days=1)
SECRET = "open-sesame"


def run(*words: object) -> tuple[int, str]:
    """Run a command; give its status and what it printed."""
    said = [str(word) for word in words]
    done = CliRunner().invoke(cli.load_commands(), said, env={"COLUMNS": "400"})
    return done.exit_code, f"{done.output}{done.exception}"


def shown(command: str, config: Path) -> Any:
    """Give what a command says in JSON."""
    printed = run(command, "--json", "-c", config)[1]
    return json.JSONDecoder().raw_decode(printed)[0]


async def test_the_last_backups_are_known(record: Record) -> None:
    assert await record.selfreport.backups() == Backups()
    for day in range(KEPT + 3):
        await record.selfreport.backup_made(f"/backups/{day}", NOW + day * DAY)
    found = await record.selfreport.backups()
    assert found.made == tuple(NOW + day * DAY for day in range(KEPT + 2, 2, -1))
    assert found.file == f"/backups/{KEPT + 2}"


async def test_of_several_at_once_some_tell_how_often_they_come(record: Record) -> None:
    """Made every hour for two days: the newest, and some half a day apart."""
    for hour in range(49):
        await record.selfreport.backup_made(f"/backups/{hour}", NOW + hour * DAY / 24)
    hours = [(at - NOW) / DAY * 24 for at in (await record.selfreport.backups()).made]
    assert hours == [48, 36, 24, 12, 0]


async def test_that_one_failed_is_known_until_one_is_made(record: Record) -> None:
    await record.selfreport.backup_made("/backups/1", NOW)
    await record.selfreport.backup_failed("the disk is full", NOW + DAY)
    await record.selfreport.backup_failed("there is no folder", NOW + 2 * DAY)
    found = await record.selfreport.backups()
    assert found == Backups((NOW,), "/backups/1", NOW + 2 * DAY, "there is no folder")
    assert (await record.status(NOW)).backups == found
    assert (await record.status(NOW)).behind == ()

    await record.selfreport.backup_made("/backups/3", NOW + 3 * DAY)
    found = await record.selfreport.backups()
    assert found == Backups((NOW + 3 * DAY, NOW), "/backups/3")


async def test_what_a_clock_that_was_ahead_has_noted_is_forgotten(record: Record) -> None:
    await record.selfreport.backup_made("/backups/ahead", NOW + 400 * DAY)
    await record.selfreport.backup_made("/backups/now", NOW)
    assert await record.selfreport.backups() == Backups((NOW,), "/backups/now")


@pytest.fixture
def config(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a configuration of an empty record on either database."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "sources.yaml").write_text("sources: []\n")
    file = tmp_path / "watcher.yaml"
    monkeypatch.setenv("HOOK", f"json://desk:{SECRET}@127.0.0.1/")
    file.write_text(f"database: '{database_url}'\ntargets: [{{name: desk, url: '${{HOOK}}'}}]\n")
    return file


def test_the_command_notes_what_came_of_it(config: Path, tmp_path: Path) -> None:
    there = tmp_path / "backups"
    doctored = shown("doctor", config)["findings"]
    assert [one["state"] for one in doctored if one["check"] == "backup"] == ["warning"]
    assert run("db", "backup", tmp_path / SECRET / "one.db", "-c", config)[0] == 1
    assert run("db", "backup", "-c", config)[0] == 0
    (file,) = there.iterdir()
    found = shown("status", config)["backups"]
    assert (found["file"], found["failed"], found["why"]) == (str(file), None, "")
    last = re.compile(rf"Last backup: \d+ s ago, {re.escape(str(file))}")
    assert last.search(run("status", "-c", config)[1])

    assert run("db", "backup", tmp_path / SECRET / "one.db", "-c", config)[0] == 1
    said = run("status", "-c", config)[1]
    assert last.search(said)
    assert "failed: there is no folder" in said
    assert "Mend that, then make one" in said
    assert SECRET not in shown("status", config)["backups"]["why"]
    doctored = shown("doctor", config)["findings"]
    assert any(str(file) in one["what"] for one in doctored)
    assert any("failed: there is no folder" in one["what"] for one in doctored)


def test_a_restored_record_knows_nothing_of_later_backups(config: Path, tmp_path: Path) -> None:
    """What was noted before it was made is long over, or was told of already."""
    assert run("db", "backup", tmp_path / "gone" / "one.db", "-c", config)[0] == 1
    assert run("db", "backup", tmp_path / "one.db", "-c", config)[0] == 0
    assert run("db", "restore", tmp_path / "one.db", "--replace", "-c", config)[0] == 0
    found = shown("status", config)["backups"]
    assert (found["made"], found["failed"], found["why"]) == ([], None, "")


def test_a_record_that_cannot_be_written_does_not_hide_why(config: Path, tmp_path: Path) -> None:
    config.write_text("database: sqlite:///gone.db\ntargets: [{name: desk, url: 'console://'}]\n")
    status, said = run("db", "backup", "-c", config)
    assert status == 1
    assert "there is no database" in said
    assert not (tmp_path / "gone.db").exists()
