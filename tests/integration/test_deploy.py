"""What deploy/ says holds: systemd takes the unit, and the daemon starts from exactly its command."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from watcher.config import read_config, write_starter

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "watcher.service"
ANALYZE = shutil.which("systemd-analyze")
PROGRAM = "/opt/watcher/bin/watcher"
MOST_EXPOSED = 15
"""systemd-analyze's scale is 0 to 10; its threshold counts in tenths."""


@pytest.fixture
def analyze():
    """Run systemd-analyze, which CI has and other machines may not."""
    if ANALYZE is None:
        if os.environ.get("CI") == "true":
            pytest.fail("systemd-analyze is missing, and CI must not skip it")
        pytest.skip("systemd-analyze is not installed")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [ANALYZE, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def service() -> dict[str, list[str]]:
    """The [Service] section; a key may stand in several lines."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_systemd_accepts_the_unit(analyze, tmp_path):
    copy = tmp_path / "watcher.service"
    text = UNIT.read_text(encoding="utf-8")
    copy.write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")

    assert analyze("verify", "--man=no", str(copy)) == ""


def test_the_service_is_hardly_exposed(analyze):
    analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(UNIT))


def test_the_examples_in_the_unit_name_the_secrets_of_the_configuration():
    unit = UNIT.read_text(encoding="utf-8")
    text = (ROOT / "deploy" / "watcher.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if ": file:" in line and "database" not in line]
    secrets = [line.split("file:")[1].split()[0] for line in lines]

    assert secrets
    assert all(f"#LoadCredential={name}:/etc/watcher/secrets/{name}" in unit for name in secrets)


def test_the_example_configuration_is_right(tmp_path):
    folder = tmp_path / "etc"
    write_starter(folder)
    shutil.copy(ROOT / "deploy" / "watcher.yaml", folder / "watcher.yaml")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "desk-mail").write_text("mailto://w:p@example.org?to=desk@example.org\n")
    (credentials / "slack-url").write_text(
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk\n"
    )

    config, problems = read_config(folder / "watcher.yaml", {}, credentials)

    assert [problem for problem in problems if problem.level == "error"] == []
    assert config.database.reveal() == "sqlite:////var/lib/watcher/watcher.db"
    assert config.operator == "desk"


def test_the_memory_of_the_service_holds_its_workers(service):
    from watcher.config import Limits

    limits = Limits()
    most_mb = int(service["MemoryMax"][0].removesuffix("G")) * 1024

    assert most_mb >= limits.worker_count * limits.worker_memory_mb + 1024


def test_the_service_can_write_where_the_configuration_wants_the_record(service):
    assert service["StateDirectory"] == ["watcher"]
    assert service["ProtectSystem"] == ["strict"]


def test_the_daemon_runs_by_the_command_of_the_unit(service, tmp_path):
    """READY, signs of life, STOPPING and a clean end, as Type=notify and WatchdogSec= want them."""
    write_starter(tmp_path / "etc")
    (tmp_path / "etc" / "sources.yaml").write_text("sources: []\n")
    command = [
        sys.executable,
        "-m",
        "watcher",
        *shlex.split(service["ExecStart"][0].replace("/etc/watcher", str(tmp_path / "etc")))[1:],
    ]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        environ = {
            **{key: value for key, value in os.environ.items() if key != "JOURNAL_STREAM"},
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "1000000",
            "PYTHONPATH": str(ROOT),
        }
        with (tmp_path / "log").open("wb") as log:
            daemon = subprocess.Popen(command, env=environ, cwd=tmp_path, stdout=log, stderr=log)
            try:
                told(manager, "READY=1", within_s=60)
                told(manager, "WATCHDOG=1", within_s=20)
                asked = time.monotonic()
                daemon.send_signal(signal.SIGTERM)
                told(manager, "STOPPING=1", within_s=20)

                assert daemon.wait(timeout=30) == 0, (tmp_path / "log").read_text()
                assert time.monotonic() - asked < float(service["TimeoutStopSec"][0].rstrip("s"))
            finally:
                daemon.kill()
                daemon.wait()


def test_a_mistake_ends_the_service_with_the_status_that_is_not_started_again(service, tmp_path):
    write_starter(tmp_path)
    (tmp_path / "watcher.yaml").write_text("timezone: Bagdad\n")

    done = subprocess.run(
        [sys.executable, "-m", "watcher", "run", "--config", str(tmp_path / "watcher.yaml")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert str(done.returncode) in service["RestartPreventExitStatus"][0].split()
    assert "Asia/Baghdad" in done.stdout + done.stderr


def told(manager: socket.socket, message: str, *, within_s: float) -> None:
    """Wait until the daemon says so."""
    deadline = time.monotonic() + within_s
    heard = []
    while (left := deadline - time.monotonic()) > 0:
        manager.settimeout(left)
        try:
            heard.append(manager.recv(4096).decode())
        except TimeoutError:
            break
        if message in heard[-1].split("\n"):
            return
    pytest.fail(f"no {message} within {within_s} s, but {heard}")
