"""Importing is free: no module connects, asks a name server, starts a process or reads the machine's files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "watcher").rglob("*.py"))
    if path.name != "__main__.py" and "migrations" not in path.parts
]
OF_LIBRARIES = (
    ("open", "mime.types"),  # aiohttp makes a table of media types
    ("open", "/proc/"),  # prometheus_client looks how it can measure its process; we ask it not to
    ("open", "/dev/null"),
    ("subprocess.Popen", "('file', ['file', '-b'"),  # croniter asks whether Python has 64 bits
    ("socket.bind", "('::1', 0)"),  # urllib3 tries whether this machine has IPv6; nothing is sent
)
WATCHED = """
import importlib, json, os, sys, sysconfig
ours = [os.path.realpath(path) for path in [sys.argv[1], sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()]]
mishaps = []
def watch(event, arguments):
    if not importing:
        return
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "sqlite3.", "urllib.")):
        if event not in {"socket.__new__", "sqlite3.enable_load_extension"}:
            mishaps.append([module, event, str(arguments)[:200]])
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path, how = os.path.realpath(os.fsdecode(arguments[0])), arguments[1]
        is_written = isinstance(how, str) and any(mark in how for mark in "wax+") and not path.endswith(tuple(f".pyc.{n}" for n in range(10)))
        if not path.startswith(tuple(one + os.sep for one in ours)) or (is_written and "__pycache__" not in path):
            mishaps.append([module, event, path])
importing, module = False, ""
sys.addaudithook(watch)
for module in json.loads(sys.argv[2]):
    importing = True
    importlib.import_module(module)
    importing = False
print(json.dumps(mishaps))
"""


def mishaps(folder: Path, modules: list[str]) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), json.dumps(modules)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return [
        one
        for one in found
        if not any(one[1] == event and what in one[2] for event, what in OF_LIBRARIES)
    ]


def test_no_module_touches_the_network_or_the_machine_when_it_is_imported() -> None:
    assert len(MODULES) > 200
    assert mishaps(ROOT, MODULES) == []


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("import socket; socket.getaddrinfo('localhost', 1)", "socket.getaddrinfo"),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 1))", "socket.connect"),
        ("open('/etc/hostname').read()", "open"),
        ("import os; os.system('true')", "os.system"),
    ],
)
def test_a_module_that_does_would_be_found(line: str, event: str, tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text(line + "\n")

    assert [found[1] for found in mishaps(tmp_path, ["greedy"])] == [event]


def test_looking_at_the_record_or_at_files_imports_nothing_that_fetches_or_reads_pages() -> None:
    rooms = ("record", "files", "database")
    asked = f"import sys; {'; '.join(f'import watcher.app.{room}' for room in rooms)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not {"aiohttp", "trafilatura", "feedparser", "apprise"} & set(done.stdout.split())
