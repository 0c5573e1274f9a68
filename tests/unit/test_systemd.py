from __future__ import annotations

import os
import socket
import time
from contextlib import closing, contextmanager

import pytest

from watcher import systemd


@contextmanager
def manager(address: str):
    """Listen where systemd would."""
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as inbox:
        inbox.bind(name)
        inbox.settimeout(5)
        yield inbox


@pytest.fixture(params=["path", "abstract"])
def address(request, tmp_path) -> str:
    if request.param == "abstract":
        return f"@watcher-test-{os.getpid()}-{tmp_path.name}"
    return str(tmp_path / "notify")


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        pytest.param(lambda e: systemd.ready(environ=e), "READY=1", id="ready"),
        pytest.param(
            lambda e: systemd.ready("12 sources", environ=e),
            "READY=1\nSTATUS=12 sources",
            id="status too",
        ),
        pytest.param(
            lambda e: systemd.stopping("asked to", environ=e),
            "STOPPING=1\nSTATUS=asked to",
            id="stopping",
        ),
        pytest.param(lambda e: systemd.alive(environ=e), "WATCHDOG=1", id="watchdog"),
        pytest.param(lambda e: systemd.status("٣ مصادر", environ=e), "STATUS=٣ مصادر", id="status"),
        pytest.param(
            lambda e: systemd.status("a\nREADY=1", environ=e),
            "STATUS=a READY=1",
            id="no second line",
        ),
    ],
)
def test_messages_arrive_as_sd_notify_writes_them(address, say, expected):
    with manager(address) as inbox:
        taken = say({"NOTIFY_SOCKET": address})

        assert taken
        assert inbox.recv(4096).decode() == expected


def test_reloading_carries_the_monotonic_time(address):
    with manager(address) as inbox:
        before = time.monotonic_ns() // 1000
        systemd.reloading(environ={"NOTIFY_SOCKET": address})
        first, second = inbox.recv(4096).decode().split("\n")

        assert first == "RELOADING=1"
        assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({}, id="outside systemd"),
        pytest.param({"NOTIFY_SOCKET": ""}, id="empty"),
        pytest.param({"NOTIFY_SOCKET": "vsock:2:1234"}, id="another family"),
        pytest.param({"NOTIFY_SOCKET": "/nowhere/notify"}, id="nobody listens"),
        pytest.param({"NOTIFY_SOCKET": "/" + "x" * 200}, id="address too long"),
    ],
)
def test_nobody_to_tell_is_no_failure(environ):
    assert not systemd.ready(environ=environ)
    assert not systemd.alive(environ=environ)
    assert not systemd.status("x", environ=environ)


def test_a_full_queue_does_not_stop_the_daemon(address):
    with manager(address) as inbox:
        inbox.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        here = {"NOTIFY_SOCKET": address}
        while systemd.alive(environ=here):
            pass

        assert not systemd.alive(environ=here)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"WATCHDOG_USEC": "30000000"}, 30.0, id="set"),
        pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0, id="for us"),
        pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None, id="for another"),
        pytest.param({"WATCHDOG_USEC": "0"}, None, id="zero"),
        pytest.param({"WATCHDOG_USEC": "soon"}, None, id="no number"),
        pytest.param({"WATCHDOG_USEC": "²"}, None, id="odd digit"),
        pytest.param({}, None, id="not set"),
    ],
)
def test_the_watchdog_wants_to_hear_from_this_process_only(environ, expected):
    assert systemd.watchdog_interval_s(environ=environ, pid=7) == expected
