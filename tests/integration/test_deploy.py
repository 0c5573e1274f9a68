"""What deploy/ says holds: systemd takes the unit, and the daemon starts from exactly its command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from watcher.config import read_config, write_starter

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "watcher.service"
SERVICES = (UNIT, DEPLOY / "watcher@.service", DEPLOY / "watcher-backup.service")
UNITS = (*SERVICES, DEPLOY / "watcher-backup.timer")
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


def section(unit: Path, name: str = "Service") -> dict[str, list[str]]:
    """Give a section of a unit; a key may stand in several lines."""
    found: dict[str, list[str]] = {}
    where = ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            where = line.strip("[]")
        elif where == name and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def service() -> dict[str, list[str]]:
    return section(UNIT)


def test_systemd_accepts_the_units(analyze, tmp_path):
    for unit in UNITS:
        name = unit.name.replace("@", "@work")
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert analyze("verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))) == ""


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_services_are_hardly_exposed(analyze, unit):
    analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit))


def test_a_role_runs_as_the_whole_does(service):
    role = section(DEPLOY / "watcher@.service")

    assert role.pop("ExecStart") == [
        line.replace(" run ", " run --role %i ") for line in service["ExecStart"]
    ]
    assert role == {key: value for key, value in service.items() if key != "ExecStart"}


def test_the_backup_is_shut_in_as_the_daemon_is(service):
    backup = section(DEPLOY / "watcher-backup.service")
    own = {"Type", "ExecStart", "TimeoutStartSec", "Nice", "IOSchedulingClass", "WorkingDirectory"}
    own |= {"StateDirectory", "Environment", "MemoryMax", "TasksMax"}
    daemons = {"Environment", "NotifyAccess", "KillMode", "Restart", "RestartSec", "TimeoutStopSec"}
    daemons |= {"RestartPreventExitStatus", "WatchdogSec", "LimitNOFILE", "MemoryHigh", "OOMPolicy"}

    assert {key: value for key, value in backup.items() if key not in own} == {
        key: value for key, value in service.items() if key not in own | daemons
    }
    assert backup["StateDirectory"][0].split() == [*service["StateDirectory"], "watcher-backups"]


def test_the_daemon_is_never_given_up(service):
    assert section(UNIT, "Unit")["StartLimitIntervalSec"] == ["0"]
    assert service["Restart"] == ["always"]


def test_the_scripts_are_without_remarks():
    checker = shutil.which("shellcheck")
    if checker is None:
        if os.environ.get("CI") == "true":
            pytest.fail("shellcheck is missing, and CI must not skip it")
        pytest.skip("shellcheck is not installed")
    scripts = [str(path) for path in DEPLOY.glob("*.sh")]
    done = subprocess.run(
        [checker, "--external-sources", f"--source-path={ROOT}", *scripts],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", ["install.sh", "upgrade.sh", "remove.sh"])
def test_a_script_says_what_it_does(script):
    told = subprocess.run(
        [str(DEPLOY / script), "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout

    assert f"deploy/{script}" in told
    assert "shellcheck" not in told


def test_the_guide_names_the_scripts_and_units():
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")
    words = {word.strip("`|,.:()") for word in guide.split()}

    for name in ("install.sh", "upgrade.sh", "remove.sh"):
        assert f"deploy/{name}" in words
    assert {"watcher-backup.timer", "watcher@work"} <= words


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


def test_the_image_is_built_from_all_that_the_wheel_takes():
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = {
        word.rstrip("/")
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    seen = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    files = project["tool"]["setuptools"]["data-files"]
    taken = {pattern.split("/")[0] for patterns in files.values() for pattern in patterns}

    assert taken | {"watcher", "alembic", "pyproject.toml", "LICENSE", "README.md"} <= copied
    assert copied == {line[1:] for line in seen if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_as_nobody_in_particular_and_is_asked_how_it_is():
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    last = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    words = [line.split(maxsplit=1) for line in last if line and line[0].isupper()]
    said = dict(words)

    assert said["USER"] == "10001:10001"
    assert said["STOPSIGNAL"] == "SIGTERM"
    assert {"HEALTHCHECK", "VOLUME"} <= set(said)
    assert json.loads(said["CMD"])[0] == "run"


def test_compose_shuts_every_service_in_and_knows_its_secrets():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))

    for name, one in compose["services"].items():
        limits = one["deploy"]["resources"]["limits"]
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert set(one["secrets"]) <= set(compose["secrets"]), name
        assert set(one["networks"]) <= set(compose["networks"]), name
        assert {word.split(":")[0] for word in one["volumes"] if word[0].isalpha()} <= set(
            compose["volumes"]
        ), name
    assert "ports" not in compose["services"]["database"]
    assert compose["services"]["database"]["networks"] == ["inside"]
