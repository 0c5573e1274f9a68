"""What ships: the wheel, what it needs, on which terms. `make supply` builds all of it before."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement

from tests.fakes.guide import blocks, fits, steps

pytestmark = [pytest.mark.supply, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BIN = BUILD / "venv" / "bin"
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "PSF-2.0",
    "LGPL-2.1-or-later", "LGPL-3.0-only",  # of libraries that are used as such and can be exchanged
    "MPL-1.1", "MPL-2.0",
}  # fmt: skip
BY_HAND = {
    "google-re2": "BSD-3-Clause",  # says no more than "BSD License"
    "pebble": "LGPL-3.0-only",  # "LGPL"; its LICENSE is version 3
    "requests-oauthlib": "ISC",
}
WORDINGS = {
    "apache 2.0": "Apache-2.0",
    "isc license": "ISC",
    "mit license": "MIT",
    "the bsd 2-clause license": "BSD-2-Clause",
}


def the_wheel() -> Path:
    wheels = sorted((BUILD / "dist").glob("watcher-*.whl"))
    assert len(wheels) == 1, "run `make supply`, which builds it"
    return wheels[0]


def tracked(*patterns: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.split("\n")) - {""}


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# --- the wheel --------------------------------------------------------------------------------


def test_two_clones_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the path, the umask, the zone, the locale and the time."""
    made: list[Path] = []
    for folder, umask, zone in (("a", 0o022, "UTC"), ("another/and-longer", 0o077, "Asia/Baghdad")):
        clone = tmp_path / folder
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        ready = Path(sys.prefix) / "run"
        subprocess.run(
            ["make", "--silent", "wheel", f"VENV={sys.prefix}", "-o", str(ready)],
            cwd=clone,
            env={**os.environ, "TZ": zone, "LC_ALL": "C.UTF-8"},
            umask=umask,
            check=True,
        )
        made += (clone / "build" / "dist").glob("*.whl")

    assert len(made) == 2
    assert sha256(made[0]) == sha256(made[1])


def test_the_wheel_has_all_that_is_tracked_of_the_package_and_nothing_else() -> None:
    names = zipfile.ZipFile(the_wheel()).namelist()
    package = {name for name in names if name.startswith("watcher/")}
    shared = {name.partition("/data/share/watcher/")[2] for name in names} - {""}
    migrations = "watcher/record/migrations"  # in the repository a link to alembic/

    assert package == {
        *tracked("watcher") - {migrations},
        *(name.replace("alembic", migrations, 1) for name in tracked("alembic")),
    }
    beside = {name for name in shared if not name.startswith("deploy/")}
    assert beside == tracked("rules", "seeds") - tracked("seeds/articles/README.md")
    assert {"deploy/watcher.service", "deploy/watcher.yaml", "deploy/README.md"} <= shared


def test_the_demo_of_an_installation_is_what_the_readme_shows(tmp_path: Path) -> None:
    [block] = [
        one for one in blocks((ROOT / "README.md").read_text(encoding="utf-8")) if one.act == "demo"
    ]
    [step] = steps(block)
    done = subprocess.run(
        [BIN / "watcher", "demo", "--pace", "0.3"],
        cwd=tmp_path,
        env={
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "LANG": "C.UTF-8",
            "HOME": str(tmp_path),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert fits(step.shown, done.stdout), done.stdout


def test_an_installation_has_starter_rules_and_manual(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        return subprocess.run(
            [BIN / "watcher", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env={"HOME": str(tmp_path), "LANG": "C.UTF-8"},
        ).stdout

    run("init", "desk")
    assert "are right" in run("check", "-c", "desk/watcher.yaml")
    assert "0 failed" in run("rules", "test", "--rules", str(BUILD / "venv/share/watcher/rules"))
    assert "pages" in run("man", "man1")


# --- what it needs ----------------------------------------------------------------------------


def installed() -> dict[str, dict[str, Any]]:
    """Give the distributions of the fresh environment by name: their metadata."""
    script = "import json; from importlib.metadata import distributions; print(json.dumps([d.metadata.json for d in distributions()]))"
    told = subprocess.run(
        [BIN / "python", "-c", script], capture_output=True, text=True, check=True
    )
    return {canonical(one["name"]): one for one in json.loads(told.stdout)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def sbom() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((BUILD / "sbom.cdx.json").read_text(encoding="utf-8"))
    return read


def test_the_sbom_is_valid() -> None:
    text = (BUILD / "sbom.cdx.json").read_text(encoding="utf-8")
    version = SchemaVersion.from_version(sbom()["specVersion"])

    assert JsonStrictValidator(version).validate_str(text) is None
    assert (
        JsonStrictValidator(version).validate_str(text.replace('"components"', '"parts"'))
        is not None
    )


def test_the_sbom_is_complete() -> None:
    parts = {canonical(one["name"]): one for one in sbom()["components"]}
    have = installed()

    assert sbom()["metadata"]["component"]["name"] == "watcher"
    assert set(parts) - {"watcher"} == set(have) - {"watcher"}
    assert {name: one["version"] for name, one in parts.items()} == {
        name: have[name]["version"] for name in parts
    }
    assert [name for name, one in parts.items() if not one.get("licenses")] == []
    assert len(parts) > 40


def test_the_sbom_says_who_needs_whom() -> None:
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in sbom()["dependencies"]}
    root = sbom()["metadata"]["component"]["bom-ref"]
    reached, waiting = set(), [root]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += needs.get(ref, ())

    assert {one["bom-ref"] for one in sbom()["components"]} - reached == set()


def test_what_ships_is_pinned_and_nothing_is_missing() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    pinned = {canonical(name): version for name, version in pins.items()}
    have = installed()

    assert {
        name: one["version"] for name, one in have.items() if pinned.get(name) != one["version"]
    } == {"watcher": have["watcher"]["version"]}
    for one in have.values():
        for line in one.get("requires_dist", ()):
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonical(need.name) in have, f"{one['name']} needs {line}"


def license_of(name: str, metadata: dict[str, Any]) -> str:
    if name in BY_HAND:
        return BY_HAND[name]
    said = metadata.get("license_expression") or metadata.get("license") or ""
    if not said or len(said) > 80:
        said = next(
            (
                line.split("::")[-1].strip()
                for line in metadata.get("classifier", ())
                if line.startswith("License ::")
            ),
            "",
        )
        said = {"BSD License": "BSD-3-Clause"}.get(said, said)
    return WORDINGS.get(said.lower(), said)


def is_allowed(license_: str) -> bool:
    """Say whether some choice among the alternatives is allowed in all its parts."""
    licensing = get_spdx_licensing()
    parsed = licensing.parse(license_, validate=True)
    chosen = licensing.dedup(parsed)
    return bool(_holds(chosen))


def _holds(node: Any) -> bool:
    if not node.args:
        return str(node.key) in ALLOWED
    held = [_holds(part) for part in node.args]
    return any(held) if node.operator.strip() == "OR" else all(held)


def test_every_license_is_on_the_list() -> None:
    found = {name: license_of(name, one) for name, one in installed().items()}
    refused = {}
    for name, license_ in found.items():
        try:
            if not is_allowed(license_):
                refused[name] = license_
        except ExpressionError:
            refused[name] = f"{license_!r} is no SPDX expression"
    assert refused == {}


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-2.0-or-later", False),
        ("MPL-1.1 OR GPL-2.0-only", True),
        ("MIT AND (BSD-2-Clause OR GPL-2.0-only)", True),
        ("AGPL-3.0-only", False),
    ],
)
def test_what_the_list_refuses(license_: str, expected: bool) -> None:
    assert is_allowed(license_) is expected


# --- the audit --------------------------------------------------------------------------------


def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_hole_fails_and_what_is_skipped_is_no_clean_bill() -> None:
    hole = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "description": ""}
    report = {
        "dependencies": [
            {"name": "jinja2", "version": "2.10", "vulns": [hole]},
            {"name": "rich", "version": "15.0.0", "vulns": []},
            {"name": "ours", "skip_reason": "Dependency not found on PyPI"},
        ]
    }
    found = audit().judge_audit(report)

    assert found.wrong == ["jinja2 2.10: PYSEC-2019-217, mended in 2.10.1"]
    assert found.unknown == ["ours"]


def test_a_withdrawn_version_fails() -> None:
    report = {"install": [{"is_yanked": True, "metadata": {"name": "a", "version": "1"}}]}

    assert audit().judge_index(report, ["a==1"]).wrong == ["a 1 was withdrawn by its makers"]
    assert audit().judge_index(report, ["a==1", "b==2"]).unknown == ["some of the pins"]


@pytest.mark.parametrize(("required", "status"), [("", 0), ("required", 3)])
def test_an_audit_that_reaches_nobody_says_so(required: str, status: int) -> None:
    """Behind a proxy that is not there."""
    environment = {
        **os.environ,
        "AUDIT": required,
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PIP_RETRIES": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "ALL_PROXY": "",
    }
    environment.pop("NO_PROXY", None)
    done = subprocess.run(
        [sys.executable, ROOT / ".ci/audit.py", BUILD / "sbom.cdx.json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )

    assert "NOT AUDITED: neither pypi nor osv could be reached" in done.stdout
    assert done.returncode == status, done.stdout + done.stderr
