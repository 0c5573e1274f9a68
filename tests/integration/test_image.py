"""The image that deploy/Containerfile makes: built step by step by a real builder, and run."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.wheels import pack, pack_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOOLS = ("buildah", "podman", "runc")
PIP = "[global]\nno-index = true\nfind-links = /wheels\n"
CONFIG = """\
database: sqlite:////var/lib/watcher/watcher.db
rules: rules
sources: sources.yaml
targets: [{name: desk, url: 'file:desk-mail'}]
"""


class Images:
    """Builder and runner on a storage of their own."""

    def __init__(self, folder: Path) -> None:
        self._storage = [f"--root={folder / 'storage'}", f"--runroot={folder / 'run'}"]
        self._storage += ["--storage-driver=vfs"]

    def call(self, program: str, *words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [program, *self._storage, *words],
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{program} {words}:\n{said}"
        return said


@pytest.fixture
def images() -> Iterator[Images]:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {missing}")
    with tempfile.TemporaryDirectory(prefix="w") as folder:  # Podman wants a short path
        ours = Images(Path(folder))
        yield ours
        ours.call("podman", "rm", "--all", "--force", "--time=0")


@pytest.mark.fresh
@pytest.mark.timeout(1800)
def test_the_image_is_built_and_runs_shut_in(images: Images, debian: Path, tmp_path: Path) -> None:
    build(images, debian, tmp_path)
    run(images, tmp_path)
    until_started(images)

    assert "uid=10001" in images.call("podman", "exec", "one", "id")
    assert "articles" in images.call("podman", "exec", "one", "watcher", "status")
    images.call("podman", "exec", "one", "touch", "/opt/watcher/x", fails=True)
    began = time.monotonic()
    images.call("podman", "stop", "--time=60", "one")
    assert time.monotonic() - began < 60, "it was killed: as the first process it did not hear"
    assert "status=stopped" in images.call("podman", "logs", "one")


def build(images: Images, debian: Path, folder: Path) -> None:
    """Build on a system with nothing but Python, from wheels instead of the network."""
    wheels = folder / "wheels"
    wheels.mkdir()
    pack_dependencies("watcher", wheels)
    pack("setuptools", wheels)
    (folder / "pip.conf").write_text(PIP)
    archive = folder / "base.tar"
    subprocess.run(["tar", "-C", str(debian), "-cf", str(archive), "."], check=True)
    images.call("podman", "import", str(archive), "localhost/base:1")
    archive.unlink()
    images.call(
        *("buildah", "bud", "--isolation=chroot", "--format=docker", "--pull-never"),
        *("--build-arg=BASE=localhost/base:1", f"--volume={wheels}:/wheels:ro"),
        f"--volume={folder / 'pip.conf'}:/etc/pip.conf:ro",
        *("--file", str(ROOT / "deploy" / "Containerfile"), "--tag=watcher", str(ROOT)),
    )


def run(images: Images, folder: Path) -> None:
    """Run it as compose.yaml does, with a secret as a file."""
    etc = folder / "etc"
    (etc / "rules").mkdir(parents=True)
    (etc / "watcher.yaml").write_text(CONFIG)
    (etc / "rules" / "bridges.yaml").write_text(
        "rules: [{id: bridges, title: الجسور, match: جسر}]\n"
    )
    (etc / "sources.yaml").write_text("sources: []\n")
    secret = folder / "desk-mail"
    secret.write_text("mailto://127.0.0.1:9?from=w@example.org&to=desk@example.org&mode=insecure\n")
    # The builder's own limits may be above what this machine allows anybody.
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    images.call(
        *("podman", "run", "--detach", "--name=one", "--runtime=runc", "--network=host"),
        *(f"--ulimit=nofile={files}:{files}", "--ulimit=nproc=4096:4096", "--no-healthcheck"),
        *("--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"),
        *(f"--volume={etc}:/etc/watcher:ro", f"--volume={secret}:/run/secrets/desk-mail:ro"),
        "localhost/watcher",
    )


def until_started(images: Images) -> None:
    deadline = time.monotonic() + 120
    while "status=started" not in (said := images.call("podman", "logs", "one")):
        assert time.monotonic() < deadline, said
        time.sleep(0.5)
