"""Hosts as network namespaces on one bridge, each with an address of its own, and cables to pull.

Needs root, iproute2 and a kernel that lets us.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from typing import Self

import pytest


def ip(*words: str) -> None:
    """Run ip(8)."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Network:
    """A bridge with the addresses that all hosts reach; use as a context manager."""

    def __init__(self, number: int) -> None:
        self.bridge = f"wbr{number}"
        self._net = f"10.213.{number % 250}"
        self._number = number
        self._stack = ExitStack()
        self._hosts = 0

    def __enter__(self) -> Self:
        ip("link", "add", self.bridge, "type", "bridge")
        self._stack.callback(ip, "link", "del", self.bridge)
        for last in range(1, 7):
            ip("addr", "add", f"{self._net}.{last}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def address(self, last: int) -> str:
        """Give an address on this side of the bridge, 1 to 6."""
        return f"{self._net}.{last}"

    def host(self) -> Host:
        """Make a host."""
        self._hosts += 1
        name, cable = f"watcher{self._number}-{self._hosts}", f"wv{self._number}-{self._hosts}"
        ip("netns", "add", name)
        self._stack.callback(ip, "netns", "del", name)
        ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", cable, "master", self.bridge)
        ip("link", "set", cable, "up")
        within = ("-n", name)
        ip(*within, "addr", "add", f"{self._net}.{100 + self._hosts}/24", "dev", "eth0")
        ip(*within, "link", "set", "eth0", "up")
        ip(*within, "link", "set", "lo", "up")
        return Host(name, cable)


class Host:
    """A namespace at the end of a cable."""

    def __init__(self, name: str, cable: str) -> None:
        self.command = ["ip", "netns", "exec", name]
        self._cable = cable

    def cut(self) -> None:
        """Pull the cable: nothing is refused or closed, packets are lost."""
        ip("link", "set", self._cable, "down")

    def mend(self) -> None:
        """Put it back."""
        ip("link", "set", self._cable, "up")


@pytest.fixture
def network() -> object:
    """Give a network, or skip where none can be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces want root and iproute2")
    try:
        with Network(os.getpid() % 10_000) as made:
            yield made
    except OSError as error:
        pytest.skip(f"no network namespaces here: {error}")
