"""What processes take of the machine, against the kernel's own files."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from watcher.machine import descendants, disk, memory_in_use, memory_of, own_memory

if TYPE_CHECKING:
    from pathlib import Path

SLEEP = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


def test_a_process_takes_what_it_holds():
    before = memory_of(os.getpid())
    held = bytearray(os.urandom(64 * 2**20))

    assert 50 * 2**20 < memory_of(os.getpid()) - before < 90 * 2**20
    assert len(held) > 0


def test_children_of_children_are_found_and_counted():
    with subprocess.Popen([sys.executable, "-c", SLEEP], stdin=subprocess.PIPE) as child:
        while len(found := descendants(os.getpid())) < 2 or not all(map(memory_of, found)):
            assert child.poll() is None

        assert child.pid in found
        assert own_memory()[1] > 2 * 2**20
        assert child.stdin is not None
        child.stdin.close()


def test_a_process_that_is_gone_takes_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass

    assert memory_of(child.pid) == 0
    assert descendants(child.pid) == []


def test_the_cache_of_files_does_not_count_as_used(tmp_path: Path):
    for name, text in {
        "memory.high": "3000",
        "memory.max": "4000",
        "memory.current": "2500",
        "memory.stat": "anon 400\nfile 2000\nkernel 100",
    }.items():
        (tmp_path / name).write_text(f"{text}\n")

    assert memory_in_use(tmp_path) == (500, 3000)


def test_without_a_limit_the_machine_is_it(tmp_path: Path):
    (tmp_path / "memory.max").write_text("max\n")

    used, limit = memory_in_use(tmp_path)

    assert 0 < used < limit


def test_the_disk_of_a_folder_that_is_not_there_is_not_known(tmp_path: Path):
    assert disk(tmp_path / "none") == (0, 0)
    free, size = disk(tmp_path)
    assert 0 <= free <= size
