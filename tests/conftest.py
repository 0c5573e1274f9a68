"""What every test gets: a clean environment, no network but loopback, a site, a fixed instant."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.fakes.secrets import Watch
from tests.fakes.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHARED = Path(__file__).resolve().parents[2] / "shared"
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
_SYSTEMD = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY")

hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True)
hypothesis.settings.register_profile("night", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)


def _is_loopback(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_number(host: object) -> bool:
    """Tell whether no name server would be asked: 10.0.0.1, ::1, 0x7f.1."""
    for read in (ipaddress.ip_address, socket.inet_aton):
        with contextlib.suppress(ValueError, OSError):
            read(str(host))
            return True
    return False


def _keep_to_loopback(event: str, args: tuple[Any, ...]) -> None:
    """Refuse every connection that leaves the machine, and every question about foreign names."""
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise PermissionError(f"a test tried to reach {address[0]}; only loopback is allowed")
    elif event == "socket.getaddrinfo" and not (_is_loopback(args[0]) or _is_number(args[0])):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


sys.addaudithook(_keep_to_loopback)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine of the moment would whisper to the program."""
    for name in list(os.environ):
        if name.startswith("WATCHER_") or name.lower() in _PROXIES or name in _SYSTEMD:
            monkeypatch.delenv(name)


_WATCH = Watch()


@pytest.fixture(scope="session", autouse=True)
def _secrets_are_watched() -> Iterator[None]:
    """Look at everything that is told, over the whole suite."""
    with pytest.MonkeyPatch.context() as patch:
        _WATCH.install(patch)
        yield


@pytest.fixture(autouse=True)
def secret_watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Fail a test in which a secret was told: in a log record, an error, a row, a daemon's log."""
    yield _WATCH
    folder = getattr(request.node, "funcargs", {}).get("tmp_path")
    if folder is not None:
        _WATCH.look_into(folder)
    leaks = _WATCH.taken()
    assert not leaks, f"secrets were told: {leaks}"


@pytest.fixture
def site() -> Iterator[Site]:
    """Run a scripted web server on loopback."""
    with Site() as server:
        yield server


@pytest.fixture
def now() -> datetime:
    """Give the same instant to every test: a Saturday, 09:00 UTC."""
    return datetime(2024, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of evaluation data beside the repository, or skip."""
    if not _SHARED.is_dir():
        pytest.skip(f"evaluation data is absent: {_SHARED}")
    return _SHARED
