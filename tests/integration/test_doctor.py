"""`watcher doctor`: each thing that can be wrong is found, named and told from the others."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.site import Site, page
from tests.fakes.smtp import HANG, MailServer, free_port
from watcher import doctor
from watcher.clock import utc_now
from watcher.cluster import Member, Server
from watcher.doctor import machine, unit
from watcher.doctor.reaching import Unreachable, reach
from watcher.log import hide
from watcher.notify.reach import Door
from watcher.record import Record, newest_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.doctor import Finding

RULE = """\
rules:
  - id: train
    title: قطار
    match: قطار
    tests:
      - {name: hit, text: قطار, expect: match}
      - {name: miss, text: كتاب, expect: silent}
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, site: Site, mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that a daemon needs, and nothing wrong with it; no record yet."""
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    monkeypatch.setattr(unit, "FOLDERS", (tmp_path / "units",))
    site.on("/feed", page("<rss/>"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(RULE)
    (tmp_path / "sources.yaml").write_text(
        f"sources:\n  - {{id: a, name: a, url: '{site.url('/feed')}'}}\n"
    )
    configure(tmp_path, "operator: desk")
    for path in (tmp_path / "watcher.yaml", tmp_path / "sources.yaml", tmp_path / "rules"):
        path.chmod(0o755)  # whatever the umask of the moment
    add_target(tmp_path, "desk", mail.url())
    add_target(tmp_path, "hook", f"json://127.0.0.1:{site.port}/hook")
    return tmp_path


def configure(folder: Path, *lines: str) -> None:
    text = "fetch: {allow_networks: [127.0.0.0/8]}\nlimits: {workers: 1, worker_memory: 128MB}\n"
    (folder / "watcher.yaml").write_text("\n".join((*lines, text, "targets:\n")))


def add_target(folder: Path, name: str, url: str) -> None:
    with (folder / "watcher.yaml").open("a") as file:
        file.write(f"  - {{name: {name}, url: '{url}'}}\n")


async def examined(folder: Path, **how: Any) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in await doctor.examine_all(folder / "watcher.yaml", **how):
        found.setdefault(one.check, []).append(one)
    return found


def states(found: dict[str, list[Finding]], check: str) -> list[str]:
    return [one.state for one in found[check]]


def said(found: dict[str, list[Finding]], check: str) -> str:
    return "\n".join(f"{one.what} | {one.advice}" for one in found[check])


async def make_record(folder: Path) -> None:
    async with Record(f"sqlite:///{folder / 'watcher.db'}"):
        pass


async def test_where_all_is_well_nothing_is_told_to_be_done(folder: Path, mail: MailServer) -> None:
    await make_record(folder)
    async with Record(f"sqlite:///{folder / 'watcher.db'}") as record:
        await record.selfreport.backup_made("/backups/one.db", utc_now())
    (folder / "units").mkdir()
    shutil.copy(Path(__file__).parents[2] / "deploy" / "watcher.service", folder / "units")

    found = await examined(folder)

    assert list(found) == list(doctor.CHECKS)
    wrong = [one for some in found.values() for one in some if one.state != "good"]
    # systemd-analyze looks for the program where the guide installs it.
    assert [one.check for one in wrong if "/opt/watcher" not in one.what] == []
    assert "TCP, EHLO" in said(found, "targets")
    assert mail.taken == []


async def test_it_looks_at_everything_else_where_the_configuration_is_broken(folder: Path) -> None:
    (folder / "watcher.yaml").write_text("colour: red\ntargets: [{name: desk, url: 'nonsense'}]\n")

    found = await examined(folder)

    assert list(found) == list(doctor.CHECKS)
    assert "bad" in states(found, "configuration")
    assert "watcher.yaml:1:1: unknown key 'colour'" in said(found, "configuration")
    assert states(found, "rules") == ["good"]
    assert states(found, "database") == ["warning"]


async def test_it_looks_at_everything_else_where_there_is_no_configuration(tmp_path: Path) -> None:
    found = await examined(tmp_path)

    assert list(found) == list(doctor.CHECKS)
    assert "bad" in states(found, "configuration")


async def test_mistakes_in_rules_are_named_with_their_place(folder: Path) -> None:
    (folder / "rules" / "bad.yaml").write_text("rules: [{id: Bad}]\n")

    found = await examined(folder)

    assert "bad" in states(found, "rules")
    assert "bad.yaml:1:" in said(found, "rules")


# --- the database -----------------------------------------------------------------------------


async def test_a_locked_database_is_told_from_a_damaged_one(folder: Path) -> None:
    await make_record(folder)
    with closing(sqlite3.connect(folder / "watcher.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked = await examined(folder)
        other.execute("ROLLBACK")
    (folder / "watcher.db").write_bytes(b"no database at all " * 100)
    broken = await examined(folder)

    assert states(locked, "database") == ["bad"]
    assert "Another program holds it" in said(locked, "database")
    assert states(broken, "database") == ["bad"]
    assert "restore the last backup" in said(broken, "database")


async def test_damage_inside_a_database_is_found(folder: Path) -> None:
    await make_record(folder)
    with closing(sqlite3.connect(folder / "watcher.db")) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        root, size = database.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'notices_thread'"
        ).fetchone()
    with (folder / "watcher.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)

    found = await examined(folder)

    assert "bad" in states(found, "database")
    assert "damaged" in said(found, "database") or "malformed" in said(found, "database")


async def test_looking_changes_nothing_and_holds_nobody_up(folder: Path) -> None:
    await make_record(folder)
    file = folder / "watcher.db"
    before = file.read_bytes()
    async with Record(f"sqlite:///{file}") as record:
        found, usable = await asyncio.gather(examined(folder), record.is_usable())

    assert states(found, "database") == ["good"]
    assert usable
    assert before[:16] == file.read_bytes()[:16]


@pytest.mark.parametrize(("revision", "state"), [("9999", "bad"), ("0001", "warning")])
async def test_tables_of_another_version_are_told(folder: Path, revision: str, state: str) -> None:
    await make_record(folder)
    with closing(sqlite3.connect(folder / "watcher.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()

    assert states(await examined(folder), "database") == [state]


@pytest.mark.postgres
async def test_what_nobody_in_a_cluster_does_is_told(folder: Path, postgres_url: str) -> None:
    configure(folder, f"database: {postgres_url}", "operator: desk")
    alone = await examined(folder)
    async with Server(postgres_url) as server:
        one = Member(server, "one", "schedule,work", newest_revision())
        await one.join()
        lacking = await examined(folder)
        await Member(server, "two", "send", newest_revision(), settings="other").join()
        one.is_leading = True
        await one.join()
        well = await examined(folder)
        late = "UPDATE cluster_members SET seen = seen - interval '1 minute' WHERE id = 'two'"
        await server.rows(late)
        gone = await examined(folder)

    assert (states(alone, "cluster"), said(alone, "cluster")) == (
        ["good"],
        "there is none: one daemon does everything | ",
    )
    assert states(lacking, "cluster") == ["bad", "bad"]
    assert "no process has the role send" in said(lacking, "cluster")
    assert "`systemctl start watcher@send`, or `watcher run --role send`" in said(
        lacking, "cluster"
    )
    assert "no process leads" in said(lacking, "cluster")
    assert states(well, "cluster") == ["good", "warning"]
    assert "processes: 2;" in said(well, "cluster")
    assert "sources differ" in said(well, "cluster")
    assert states(gone, "cluster") == ["good", "bad", "warning"]
    assert "(send) has said nothing for" in said(gone, "cluster")


@pytest.mark.postgres
async def test_postgresql_is_looked_at_and_its_password_never_told(
    folder: Path, postgres_url: str
) -> None:
    configure(folder, f"database: {postgres_url}", "operator: desk")
    add_target(folder, "desk", "console://")
    good = await examined(folder)
    configure(folder, "database: postgresql://watcher:correct-horse-battery@127.0.0.1:1/none")
    bad = await examined(folder)

    assert states(good, "database") == ["good"]
    assert "PostgreSQL" in said(good, "database")
    assert states(bad, "database") == ["bad"]
    assert "Start PostgreSQL" in said(bad, "database")
    assert "correct-horse" not in said(bad, "database")


# --- the machine ------------------------------------------------------------------------------


@pytest.mark.parametrize(("free", "state"), [(2**20, "bad"), (2**29, "warning"), (2**34, "good")])
async def test_a_disk_that_is_nearly_full_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    monkeypatch.setattr(machine, "disk", lambda _: (free, 2**40))

    assert set(states(await examined(folder), "disk")) == {state}


async def test_workers_that_do_not_fit_into_memory_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "memory_in_use", lambda: (2**28, 2**30))

    found = await examined(folder)

    assert states(found, "memory") == ["warning"]
    assert "limits.workers" in said(found, "memory")


async def test_a_file_that_everybody_may_write_is_told(folder: Path) -> None:
    (folder / "watcher.yaml").chmod(0o666)

    found = await examined(folder)

    assert states(found, "folders") == ["bad"]
    assert "chmod o-w" in said(found, "folders")


async def test_a_file_that_only_root_may_read_is_told_where_a_service_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (folder / "rules").chmod(0o700)
    without = await examined(folder)
    (folder / "units").mkdir()
    (folder / "units" / "watcher.service").touch()
    found = await examined(folder)

    assert states(without, "folders") == ["good"]
    assert states(found, "folders") == ["warning"]
    assert "chmod -R u=rwX,go=rX" in said(found, "folders")


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        (timedelta(), "good"),
        (timedelta(minutes=3), "warning"),
        (timedelta(hours=-5), "bad"),
        (timedelta(hours=5), "bad"),
    ],
)
async def test_the_clock_is_compared_with_those_of_sources(
    folder: Path, site: Site, ahead: timedelta, state: str
) -> None:
    found = await examined(folder, clock=lambda: utc_now() + ahead)

    assert states(found, "clock") == [state]


async def test_a_unit_that_differs_is_told_with_the_lines(folder: Path) -> None:
    (folder / "units").mkdir()
    text = (Path(__file__).parents[2] / "deploy" / "watcher.service").read_text()
    (folder / "units" / "watcher.service").write_text(
        "# our own remark\n" + text.replace("WatchdogSec=60s", "WatchdogSec=5h")
    )

    found = await examined(folder)

    assert "warning" in states(found, "unit")
    assert "- WatchdogSec=60s; + WatchdogSec=5h" in said(found, "unit")


async def test_the_unit_of_a_role_is_looked_at_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "shipped", lambda _: folder / "deploy")
    for place in ("units", "deploy"):
        (folder / place).mkdir()
        (folder / place / "watcher@.service").write_text("[Service]\nExecStart=/bin/true\n")

    assert states(await examined(folder), "unit") == ["good"]


async def test_a_proxy_in_the_environment_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter22@proxy.example:3128")

    found = await examined(folder)

    assert states(found, "proxy") == ["warning"]
    assert "hunter22" not in said(found, "proxy")


async def test_names_that_nobody_knows_are_told(folder: Path) -> None:
    text = "sources:\n  - {id: a, name: a, url: 'https://nahr.example/feed'}\n"
    (folder / "sources.yaml").write_text(text)

    found = await examined(folder)

    assert states(found, "names") == ["bad"]
    assert "/etc/resolv.conf" in said(found, "names")
    assert states(found, "clock") == ["unknown"]


# --- targets ----------------------------------------------------------------------------------


async def test_each_target_is_judged_by_itself(folder: Path, mail: MailServer) -> None:
    add_target(folder, "closed", f"json://127.0.0.1:{free_port()}/")
    add_target(folder, "meta", "json://169.254.169.254/")
    add_target(folder, "console", "console://")

    found = await examined(folder)

    told = {one.what.partition(" ")[0]: one for one in found["targets"]}
    by_state = {name: one.state for name, one in told.items()}
    assert by_state == {
        "desk": "good",
        "hook": "good",
        "closed": "bad",
        "meta": "bad",
        "console": "good",
    }
    assert "cloud metadata service" in told["meta"].what


async def test_a_mail_server_that_hangs_keeps_no_other_check_waiting(
    folder: Path, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.doctor.reaching.CONNECT_S", 1.0)
    mail.fault = HANG

    found = await examined(folder)

    assert states(found, "targets") == ["bad", "good"]
    assert "no answer within 1 s" in said(found, "targets")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate for five days that this process trusts."""
    both = tmp_path / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(both), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    both.write_text(both.read_text() + (tmp_path / "cert.pem").read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    return both


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_a_certificate_that_ends_soon_is_told_also_behind_starttls(
    folder: Path, certificate: Path
) -> None:
    with MailServer(tls=server_side(certificate)) as mail:
        url = f"mailto://localhost:{mail.port}?from=a@example.org&to=b@example.org&mode=starttls"
        add_target(folder, "tls", url)
        found = await examined(folder)

    told = next(one for one in found["targets"] if one.what.startswith("tls "))
    assert told.state == "warning", told
    assert "TCP, EHLO, TLS), its certificate holds for 4 days" in told.what


async def test_a_certificate_that_nobody_vouches_for_is_bad(certificate: Path) -> None:
    server = await asyncio.start_server(
        lambda _r, w: w.close(), "127.0.0.1", 0, ssl=server_side(certificate)
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(
            Unreachable, match=r"its certificate: .*'?other\.localhost'?|IP address"
        ):
            await reach(Door("127.0.0.1", port, "ssl"))
        assert (await reach(Door("127.0.0.1", port, "ssl", verify=False))).expires is None


# --- the whole --------------------------------------------------------------------------------


async def test_a_check_that_breaks_or_hangs_hides_no_other_and_tells_no_secret(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide("k3y-1234")

    async def broken(_given: object) -> list[Finding]:
        raise ValueError("the key is k3y-1234")

    async def hanging(_given: object) -> list[Finding]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setitem(doctor.CHECKS, "proxy", broken)
    monkeypatch.setitem(doctor.CHECKS, "clock", hanging)

    found = await examined(folder, within_s=5)

    assert said(found, "proxy").startswith("this could not be checked: ValueError: the key is ***")
    assert states(found, "clock") == ["unknown"]
    assert states(found, "rules") == ["good"]


def test_the_command_says_it_by_its_status_as_a_table_and_as_json(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CACHE_DIRECTORY")  # the lexicon of Arabic words is kept in the usual one

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "watcher", "doctor", *words],
            cwd=folder,
            env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    told = run("--json")
    add_target(folder, "closed", f"json://127.0.0.1:{free_port()}/")
    table = run()

    data = json.loads(told.stdout)
    assert (told.returncode, data["is_well"]) == (0, True), told.stdout + told.stderr
    assert {one["check"] for one in data["findings"]} == set(doctor.CHECKS)
    assert table.returncode == 1, table.stdout + table.stderr
    assert "✗" in table.stdout
    assert "1 broken" in table.stdout
