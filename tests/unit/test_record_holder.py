"""A process names itself so that others can tell when it has ended."""

from __future__ import annotations

import subprocess
import sys

import pytest

from watcher.record.holder import holder, is_gone


def test_names_differ_and_nobody_here_is_gone() -> None:
    one, other = holder(), holder()
    assert one != other
    assert not is_gone(one)
    assert not is_gone(other)


def test_a_process_that_ended_is_gone() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from watcher.record.holder import holder; print(holder())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert is_gone(told.stdout.strip())


def test_a_process_that_has_the_number_of_another_is_not_it() -> None:
    place, pid, _start, serial = holder().split("/")
    assert is_gone(f"{place}/{pid}/1/{serial}")


@pytest.mark.parametrize(
    "name",
    ["", "0123456789abcdef", "another-boot.4026531836/1/2/3"],
    ids=["nobody", "random", "another machine"],
)
def test_what_cannot_be_known_is_not_gone(name: str) -> None:
    assert not is_gone(name)
